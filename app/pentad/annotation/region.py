"""Sets of pixels: row by row where they are convex, as a patch of yes and no where they are not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.patch import Patch

__all__ = ["Bools", "Ints", "Patch", "Region", "Spans"]

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_FAR = np.iinfo(np.int64).max
_SHORT = 16
"""Pixels a row, on average, below which to write them one by one is quicker than row by row."""


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

    def beyond(self, other: "Spans") -> tuple["Spans", "Spans"]:
        """What ``other`` does not have, left of it and right of it; rows that it has no part in are left of it."""
        begin = np.full(len(self.left), _FAR)
        end = begin.copy()
        first = min(max(other.y0 - self.y0, 0), len(begin))
        last = max(min(other.y0 + len(other.left) - self.y0, len(begin)), first)
        rows = slice(first + self.y0 - other.y0, last + self.y0 - other.y0)
        there = other.right[rows] > other.left[rows]
        np.copyto(begin[first:last], other.left[rows], where=there)
        np.copyto(end[first:last], other.right[rows], where=there)
        return (
            Spans(self.y0, self.left, np.minimum(self.right, begin)),
            Spans(self.y0, np.maximum(self.left, end), self.right),
        )

    def fill(self, live: Labels, box: Box, label: int) -> None:
        """Write ``label`` into the pixels, all of which lie in ``box``, whose pixels ``live`` are."""
        there = (self.right > self.left).nonzero()[0]
        left, right = self.left[there] - box.x0, self.right[there] - box.x0
        rows, counts = there + (self.y0 - box.y0), right - left
        total = int(counts.sum())
        if total < _SHORT * rows.size:
            ends = counts.cumsum()
            live[rows.repeat(counts), np.arange(total) + (right - ends).repeat(counts)] = label
            return
        for row, first, last in zip(rows.tolist(), left.tolist(), right.tolist(), strict=True):
            live[row, first:last].fill(label)

    def patch(self) -> Patch:
        """The same pixels as yes and no in their box."""
        box = self.box
        columns = np.arange(box.x0, box.x1)
        rows = slice(box.y0 - self.y0, box.y1 - self.y0)
        return Patch(box, (columns >= self.left[rows, None]) & (columns < self.right[rows, None]))


Region = Spans | Patch
