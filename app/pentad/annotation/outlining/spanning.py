"""Rectangles and ellipses, drawn from corner to corner."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, pi, sin
from typing import ClassVar

from pentad.annotation.options import Flag, Options
from pentad.annotation.outline import ellipse, rectangle
from pentad.annotation.outlining.outlining_tool import OutliningTool, pixels
from pentad.annotation.painting import GRASP, SHAKE, apart
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import Handles, Path, Point, Preview
from pentad.annotation.region import Region, Spans
from pentad.annotation.sheet import Sheet
from pentad.core.box import Box

_CORNERS = 96
"""Of the line that shows an ellipse."""
_SIDES = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
"""(row, column) of the handles: 0 is the near side, 1 the middle, 2 the far side."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle between two corners, in any order."""

    near: Point
    far: Point

    @property
    def handles(self) -> tuple[Point, ...]:
        """The corners and the middles of the sides, once around."""
        ys, xs = zip(self.near, self.middle, self.far, strict=True)
        return tuple((ys[row], xs[column]) for row, column in _SIDES)

    @property
    def middle(self) -> Point:
        return (self.near[0] + self.far[0]) / 2, (self.near[1] + self.far[1]) / 2

    @property
    def flat(self) -> bool:
        return self.near[0] == self.far[0] or self.near[1] == self.far[1]

    def pulled(self, handle: int, to: Point) -> "Frame":
        """With one handle somewhere else."""
        row, column = _SIDES[handle]
        near = to[0] if row == 0 else self.near[0], to[1] if column == 0 else self.near[1]
        far = to[0] if row == 2 else self.far[0], to[1] if column == 2 else self.far[1]
        return Frame(near, far)

    def shifted(self, by: Point) -> "Frame":
        return Frame(*((point[0] + by[0], point[1] + by[1]) for point in (self.near, self.far)))

    def holds(self, point: Point) -> bool:
        return all(min(a, b) <= at <= max(a, b) for a, b, at in zip(self.near, self.far, point, strict=True))


def spanned(origin: Point, at: Pointer) -> Frame:
    """From where the hand pressed to where it is; Ctrl makes the sides equal, Shift keeps the origin in the middle."""
    dy, dx = at.y - origin[0], at.x - origin[1]
    if at.square:
        side = max(abs(dy), abs(dx))
        dy, dx = side if dy >= 0 else -side, side if dx >= 0 else -side
    near = (origin[0] - dy, origin[1] - dx) if at.add else origin
    return Frame(near, (origin[0] + dy, origin[1] + dx))


@dataclass(frozen=True, slots=True)
class _Hold:
    """What the pressed hand does to the ``frame`` it found: span another (``handle`` None), pull a handle, move all."""

    origin: Point
    frame: Frame | None
    handle: int | None = None
    whole: bool = False


class Spanning(OutliningTool):
    """A shape in a frame: painted when the hand lets go, or where one wants to adjust it first, on Enter."""

    def __init__(self) -> None:
        tip = "The shape waits for Enter, so that its handles can be pulled"
        super().__init__(Options(self.id, [Flag("adjust", "Adjust before painting", False, tip=tip)]))
        self._frame = Frame((0.0, 0.0), (0.0, 0.0))
        self._hold: _Hold | None = None
        self._hot: int | None = None

    def shape(self, frame: Frame) -> Spans:
        """The pixels of the shape."""
        raise NotImplementedError

    def line(self, frame: Frame) -> tuple[Point, ...]:
        """The shape as it is drawn."""
        raise NotImplementedError

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        if self.hears(sheet):
            self._hot = self._handle(at)
            self.refresh()

    def press(self, at: Pointer, sheet: Sheet) -> None:
        here = (at.y, at.x)
        if self._hold is not None or (self.busy and not self.hears(sheet)):
            return
        found = self._frame if self.busy else None
        handle = None if found is None else self._handle(at)
        whole = found is not None and handle is None and found.holds(here)
        if handle is None and not whole:
            # Why: a press beside a shape that is being adjusted starts another.
            if not self.begin(at, sheet):
                return
            self._frame = Frame(here, here)
        self._hold = _Hold(here, found, handle, whole)
        self.refresh()

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        hold, here = self._hold, (at.y, at.x)
        if hold is None or not self.hears(sheet):
            return
        if hold.frame is not None and hold.whole:
            self._frame = hold.frame.shifted((here[0] - hold.origin[0], here[1] - hold.origin[1]))
        elif hold.frame is not None and hold.handle is not None:
            self._frame = hold.frame.pulled(hold.handle, here)
        else:
            self._frame = spanned(hold.origin, at)
        self._hot = hold.handle
        self.refresh()

    def release(self, at: Pointer, sheet: Sheet) -> None:
        hold = self._hold
        if hold is None or not self.hears(sheet):
            return
        self.drag(at, sheet)
        self._hold = None
        spans = not hold.whole and hold.handle is None
        if spans and apart(hold.origin, (at.y, at.x)) * at.scale < SHAKE:
            self._let_go(hold)
        elif spans and not self.options.flag("adjust"):
            self.commit()
            self.leave()
        self.refresh()

    def double(self, at: Pointer, sheet: Sheet) -> None:
        if self.hears(sheet):
            self.commit()
        else:
            self.press(at, sheet)

    def clear(self) -> None:
        self._hold = self._hot = None

    def regions(self, bounds: Box) -> Iterable[Region]:
        return [] if self._frame.flat else [self.shape(self._frame)]

    def look(self) -> Preview:
        path = Path(self.line(self._frame), closed=True)
        waiting = self._hold is None or self._hold.whole or self._hold.handle is not None
        shapes = (path, Handles(self._frame.handles, self._hot)) if waiting else (path,)
        return Preview(shapes, pixels(rectangle(self._frame.near, self._frame.far).box))

    def _let_go(self, hold: _Hold) -> None:
        """A click beside a shape leaves it as it was."""
        if hold.frame is None:
            self.leave()
        else:
            self._frame = hold.frame

    def _handle(self, at: Pointer) -> int | None:
        far = [apart(point, (at.y, at.x)) * at.scale for point in self._frame.handles]
        nearest = min(range(len(far)), key=far.__getitem__)
        return nearest if far[nearest] <= GRASP else None


class RectangleTool(Spanning):
    """An upright rectangle."""

    id: ClassVar[str] = "rectangle"
    title: ClassVar[str] = "Rectangle"
    tip: ClassVar[str] = "Drag from corner to corner (Ctrl: square, Shift: from the middle, Alt: erase)"

    def shape(self, frame: Frame) -> Spans:
        return rectangle(frame.near, frame.far)

    def line(self, frame: Frame) -> tuple[Point, ...]:
        return frame.handles[::2]


class EllipseTool(Spanning):
    """An upright ellipse."""

    id: ClassVar[str] = "ellipse"
    title: ClassVar[str] = "Ellipse"
    tip: ClassVar[str] = "Drag from corner to corner (Ctrl: circle, Shift: from the middle, Alt: erase)"

    def shape(self, frame: Frame) -> Spans:
        return ellipse(frame.near, frame.far)

    def line(self, frame: Frame) -> tuple[Point, ...]:
        (cy, cx), (y, x) = frame.middle, frame.far
        angles = [2 * pi * corner / _CORNERS for corner in range(_CORNERS)]
        return tuple((cy + (y - cy) * sin(angle), cx + (x - cx) * cos(angle)) for angle in angles)
