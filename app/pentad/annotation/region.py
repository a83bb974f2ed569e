"""Sets of pixels: row by row where they are convex, as a patch of yes and no where they are not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.box import Box
from pentad.core.patch import Patch

__all__ = ["Bools", "Ints", "Patch", "Region", "Spans"]

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

    def patch(self) -> Patch:
        """The same pixels as yes and no in their box."""
        box = self.box
        columns = np.arange(box.x0, box.x1)
        rows = slice(box.y0 - self.y0, box.y1 - self.y0)
        return Patch(box, (columns >= self.left[rows, None]) & (columns < self.right[rows, None]))


Region = Spans | Patch
