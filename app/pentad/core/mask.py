"""Which pixels of a view carry which label: the one big thing that changes."""

from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.core.arrays import Labels
from pentad.core.box import Box


class Mask:
    """One view's label raster, 0 = background. It announces the box that changed, never the whole image."""

    changed: ClassVar[Signal] = Signal(Box)

    def __init__(self, labels: Labels) -> None:
        self._labels = np.ascontiguousarray(labels, np.uint8)

    @property
    def labels(self) -> Labels:
        """(H, W) uint8, a read-only window on the live array (a canvas draws straight from it)."""
        view = self._labels.view()
        view.flags.writeable = False
        return view

    def put(self, box: Box, labels: Labels) -> None:
        """Write ``labels`` (box.shape) into ``box``, clipped to the image, and say so."""
        inside = box & Box(0, 0, *self._labels.shape)
        if inside.empty:
            return
        offset = Box(inside.y0 - box.y0, inside.x0 - box.x0, inside.y1 - box.y0, inside.x1 - box.x0)
        self._labels[inside.slices] = labels[offset.slices]
        self.changed.emit(inside)
