"""Pictures and labels at halved and halved again resolution, so that any zoom draws few pixels and loses none."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log2

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Labels, Rgb
from pentad.core.box import Box
from pentad.core.mask import Mask

SMALLEST = 16
"""Halving stops where the longer side is no longer than this."""
ROUNDING = 1e-6
"""A scale of one half may arrive as 0.5000000001 and still means level 1."""

Bgra = NDArray[np.uint8]
"""(H, W, 4), blue first: what Qt calls RGB32 or, with colours multiplied by alpha, ARGB32_Premultiplied."""


def bgra_of(rgb: Rgb) -> Bgra:
    """(H, W, 3) as Qt has it, opaque."""
    return cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2BGRA).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """One picture at several resolutions, each the area mean of the one before.

    ``size`` is (height, width) of the image that is meant, which the first level may be a reduced decode of: levels are
    stretched over it, so that a better pyramid can take the place of a reduced one without moving anything.
    """

    levels: tuple[Bgra, ...]
    size: tuple[int, int]

    @classmethod
    def build(cls, rgb: Rgb, size: tuple[int, int] | None = None) -> "Pyramid":
        """From (H, W, 3) RGB; a worker's task. ``size`` is the image's, where ``rgb`` is a reduced decode of it."""
        return cls.of(bgra_of(rgb), size)

    @classmethod
    def of(cls, bgra: Bgra, size: tuple[int, int] | None = None) -> "Pyramid":
        """From (H, W, 4), taken as it is, alpha included (colours must then be premultiplied)."""
        levels = [bgra]
        while max(levels[-1].shape[:2]) > SMALLEST:
            height, width = levels[-1].shape[:2]
            halved = cv2.resize(levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA)
            levels.append(halved.astype(np.uint8, copy=False))
        return cls(tuple(levels), size or (bgra.shape[0], bgra.shape[1]))

    @property
    def full(self) -> bool:
        """Whether the first level has every pixel of the image."""
        return self.levels[0].shape[:2] == self.size

    def level_for(self, scale: float) -> int:
        """The coarsest level with a pixel for every device pixel at ``scale`` device pixels per image pixel."""
        scale *= self.size[1] / self.levels[0].shape[1]
        return min(max(floor(-log2(scale) + ROUNDING), 0), len(self.levels) - 1)


class LabelPyramid:
    """A mask's labels at several resolutions: the first is the mask's own live array, the others its block maxima.

    A coarse pixel carries the highest label beneath it, so that a scratch one pixel wide is seen at every zoom. It
    follows the mask's changes for as long as it lives, inside the changed box only.
    """

    def __init__(self, mask: Mask) -> None:
        """Takes tens of milliseconds for 20 megapixels: a worker's task, while nobody paints on the mask yet."""
        self.mask = mask
        self._levels: list[Labels] = [mask.labels]
        while max(self._levels[-1].shape) > 1:
            self._levels.append(_halved_by_maximum(self._levels[-1]))
        mask.changed.connect(self._follow)

    @property
    def levels(self) -> Sequence[Labels]:
        """Level k has ceil(H / 2^k) rows; its pixels are blocks of exactly 2^k."""
        return self._levels

    def level_for(self, scale: float) -> int:
        """The finest level whose pixels a screen of ``scale`` device pixels per image pixel shows all of.

        Its pixels are as large as device pixels or larger, so that picking the nearest skips none.
        """
        return min(max(ceil(-log2(scale) - ROUNDING), 0), len(self._levels) - 1)

    def occupied(self, box: Box) -> Box:
        """A box around every label inside ``box``, generous by less than 64 pixels; empty where there is none."""
        level = min(6, len(self._levels) - 1)
        step = 2**level
        coarse = Box(box.y0 // step, box.x0 // step, -(-box.y1 // step), -(-box.x1 // step))
        coarse = coarse & Box(0, 0, *self._levels[level].shape)
        labels = self._levels[level][coarse.slices]
        rows, columns = np.flatnonzero(labels.any(axis=1)), np.flatnonzero(labels.any(axis=0))
        if not rows.size:
            return Box(0, 0, 0, 0)
        y0, x0 = coarse.y0 + int(rows[0]), coarse.x0 + int(columns[0])
        y1, x1 = coarse.y0 + int(rows[-1]) + 1, coarse.x0 + int(columns[-1]) + 1
        return Box(y0 * step, x0 * step, y1 * step, x1 * step) & box

    def _follow(self, box: Box) -> None:
        y0, x0, y1, x1 = box.y0, box.x0, box.y1, box.x1
        for fine, coarse in zip(self._levels, self._levels[1:], strict=False):
            y0, x0, y1, x1 = y0 // 2, x0 // 2, (y1 + 1) // 2, (x1 + 1) // 2
            known = coarse[y0:y1, x0:x1]
            if not known.size:
                return
            halved = _halved_by_maximum(fine[2 * y0 : 2 * y1, 2 * x0 : 2 * x1])
            # Why: under a brush most of what is coarse stays as it is, and then all that is coarser does too.
            if (known == halved).all():
                return
            known[:] = halved


def _halved_by_maximum(labels: Labels) -> Labels:
    """(ceil(H/2), ceil(W/2)) maxima of 2 x 2 blocks; the odd row or column at the end stands for itself."""
    height, width = labels.shape
    if height % 2 or width % 2:
        edge = cv2.copyMakeBorder(labels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        labels = edge.astype(np.uint8, copy=False)
    rows = cv2.max(labels[0::2], labels[1::2])
    # Why: numpy takes every other column many times slower than the halves of two bytes.
    pairs = rows.view(np.uint16)
    return np.maximum(pairs.astype(np.uint8), (pairs >> 8).astype(np.uint8))
