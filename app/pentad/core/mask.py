"""Which pixels of a view carry which label: the one big thing that changes."""

import contextlib
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

import numpy as np
from psygnal import Signal

from pentad.core.arrays import Labels
from pentad.core.box import Box


class MaskKey(NamedTuple):
    """Whose mask: the sample's id and the view's name."""

    sample: str
    view: str


class Mask:
    """One view's label raster, 0 = background. It announces the box that changed, never the whole image."""

    changed: ClassVar[Signal] = Signal(Box)

    def __init__(self, labels: Labels) -> None:
        self._labels = np.ascontiguousarray(labels, np.uint8)
        self.version = 0
        """Counts changes: whoever works from a copy can tell whether it still holds."""

    @property
    def labels(self) -> Labels:
        """(H, W) uint8, a read-only window on the live array (a canvas draws straight from it)."""
        view = self._labels.view()
        view.flags.writeable = False
        return view

    @property
    def box(self) -> Box:
        """All of it."""
        return Box(0, 0, *self._labels.shape)

    def put(self, box: Box, labels: Labels) -> None:
        """Write ``labels`` (box.shape) into ``box``, clipped to the image, and say so."""
        inside = box & self.box
        if inside.empty:
            return
        with self.writing(inside) as live:
            live[:] = labels[inside.within(box).slices]

    @contextlib.contextmanager
    def writing(self, box: Box) -> Iterator[Labels]:
        """The live labels inside ``box`` (which must lie in the image), to be written in place; says so at the end."""
        yield self._labels[box.slices]
        self.version += 1
        self.changed.emit(box)
