"""A rectangle over a view whose surface is to be seen in three dimensions."""

from typing import ClassVar

from psygnal import Signal

from pentad.annotation.options import Options
from pentad.annotation.pointer import Pointer
from pentad.annotation.pointing import Pointing
from pentad.annotation.preview import NOTHING, Preview, frame
from pentad.core.box import Box
from pentad.core.mask import MaskKey

SMALLEST = 8
"""Pixels along a side: less is no region but a click."""


class SurfaceRegion(Pointing):
    """A drag chooses what lies between its ends; it is told when the hand lets go."""

    id: ClassVar[str] = "surface"
    title: ClassVar[str] = "Surface"
    tip: ClassVar[str] = "Drag a rectangle to see the surface in it in 3D, from its normals. Ctrl makes it a square"
    chosen: ClassVar[Signal] = Signal(MaskKey, Box)
    moved: ClassVar[Signal] = Signal()
    """The rectangle under way is another."""

    def __init__(self) -> None:
        super().__init__(Options("surface-region", []))
        self._key: MaskKey | None = None
        self._start = 0.0, 0.0
        self.box: Box | None = None
        """What the rectangle covers so far."""

    @property
    def busy(self) -> bool:
        return self._key is not None

    def overlay(self, view: str) -> Preview:
        """The rectangle under way, over its view."""
        here = self._key is not None and self._key.view == view and self.box is not None
        return Preview((frame(self.box),)) if here and self.box is not None else NOTHING

    def pin(self, key: MaskKey, at: Pointer) -> None:
        self._key, self._start = key, (at.y, at.x)
        self._become(None)

    def pull(self, key: MaskKey, at: Pointer) -> None:
        if key == self._key:
            self._become(_between(self._start, at))

    def let_go(self, key: MaskKey, at: Pointer) -> None:
        begun, box, self._key = self._key, self.box, None
        self._become(None)
        if begun is not None and box is not None and min(box.shape) >= SMALLEST:
            self.chosen.emit(begun, box)

    def leave(self) -> None:
        super().leave()
        self._key = None
        self._become(None)

    def _become(self, box: Box | None) -> None:
        if box != self.box:
            self.box = box
            self.moved.emit()


def _between(start: tuple[float, float], at: Pointer) -> Box:
    """The pixels whose centres lie between two points, and those the points lie in."""
    (y, x), down, across = start, at.y - start[0], at.x - start[1]
    if at.square:
        side = max(abs(down), abs(across))
        down, across = side if down >= 0 else -side, side if across >= 0 else -side
    rows, columns = sorted((y, y + down)), sorted((x, x + across))
    return Box(round(rows[0]), round(columns[0]), round(rows[1]) + 1, round(columns[1]) + 1)
