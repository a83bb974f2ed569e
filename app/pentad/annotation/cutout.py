"""A piece of a mask off its ground: what is moved, copied and pasted."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from pentad.annotation.region import Bools, Patch
from pentad.core.arrays import Labels
from pentad.core.box import Box


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """Labels of the pixels of ``box`` (box.shape), 0 where the piece has none; holes and islands are as they were."""

    box: Box
    labels: Labels

    @classmethod
    def of(cls, patch: Patch, label: int) -> "Cutout":
        """The pixels of ``patch``, all of one class."""
        return cls(patch.box, np.where(patch.where, np.uint8(label), np.uint8(0)))

    @property
    def empty(self) -> bool:
        return not self.labels.any()

    @property
    def where(self) -> Bools:
        """(H, W) of ``box``: which pixels it has."""
        return np.asarray(self.labels != 0)

    def parts(self) -> Iterator[tuple[int, Bools]]:
        """Each class in it, with its pixels of ``box``."""
        there = np.zeros(256, bool)
        there[self.labels] = True  # Why not a count of each: on a large piece that takes many times as long.
        for label in np.flatnonzero(there[1:]).tolist():
            yield label + 1, np.asarray(self.labels == label + 1)

    def moved(self, dy: int, dx: int) -> "Cutout":
        """The same piece elsewhere."""
        return Cutout(self.box.moved(dy, dx), self.labels)

    def joined(self, other: "Cutout") -> "Cutout":
        """Both pieces as one; where they overlap ``other`` lies on top."""
        box = self.box | other.box
        labels = np.zeros(box.shape, np.uint8)
        for piece in (self, other):
            np.copyto(labels[piece.box.within(box).slices], piece.labels, where=piece.where)
        return Cutout(box, labels)

    def scaled(self, size: tuple[int, int], to: tuple[int, int]) -> "Cutout":
        """What the piece of a mask of ``size`` (height, width) is in one of size ``to``; each pixel takes the nearest's
        label."""
        if size == to:
            return self
        fy, fx = to[0] / size[0], to[1] / size[1]
        y0, x0 = round(self.box.y0 * fy), round(self.box.x0 * fx)
        y1, x1 = max(round(self.box.y1 * fy), y0 + 1), max(round(self.box.x1 * fx), x0 + 1)
        labels = cv2.resize(self.labels, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST_EXACT)
        return Cutout(Box(y0, x0, y1, x1), np.asarray(labels, np.uint8))
