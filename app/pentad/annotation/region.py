"""Sets of pixels: row by row where they are convex, as a patch of yes and no where they are not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.box import Box

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """One run of pixels a row: row ``y0 + i`` holds columns ``left[i]`` to ``right[i]``, half-open, maybe none."""

    y0: int
    left: Ints
    right: Ints

    @property
    def box(self) -> Box:
        """Around all of it; empty where nothing is."""
        rows = (self.right > self.left).nonzero()[0]
        if not rows.size:
            return Box(0, 0, 0, 0)
        left, right = (self.left, self.right) if rows.size == len(self.left) else (self.left[rows], self.right[rows])
        return Box(self.y0 + int(rows[0]), int(left.min()), self.y0 + int(rows[-1]) + 1, int(right.max()))

    def inside(self, bounds: Box) -> "Spans":
        """Only what lies in ``bounds``."""
        first, last = max(self.y0, bounds.y0), min(self.y0 + len(self.left), bounds.y1)
        rows = slice(first - self.y0, max(last, first) - self.y0)
        left = np.minimum(np.maximum(self.left[rows], bounds.x0), bounds.x1)
        return Spans(first, left, np.maximum(np.minimum(self.right[rows], bounds.x1), left))

    def patch(self) -> "Patch":
        """The same pixels as yes and no in their box."""
        box = self.box
        columns = np.arange(box.x0, box.x1)
        rows = slice(box.y0 - self.y0, box.y1 - self.y0)
        return Patch(box, (columns >= self.left[rows, None]) & (columns < self.right[rows, None]))


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """The pixels of ``box`` where ``where`` (box.shape) is true."""

    box: Box
    where: Bools

    def inside(self, bounds: Box) -> "Patch":
        """Only what lies in ``bounds``."""
        box = self.box & bounds
        if box.empty:
            return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool))
        shifted = Box(box.y0 - self.box.y0, box.x0 - self.box.x0, box.y1 - self.box.y0, box.x1 - self.box.x0)
        return Patch(box, self.where[shifted.slices])

    def patch(self) -> "Patch":
        return self


Region = Spans | Patch
