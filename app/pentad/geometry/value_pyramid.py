"""A map of values at halved and halved again resolution, where holes do not grow."""

from dataclasses import dataclass
from math import floor, log2

import cv2
import numpy as np

from pentad.core.arrays import Floats

_SMALLEST = 16
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class ValuePyramid:
    """One map (H, W) at several resolutions, NaN where nothing is known; each the mean of what is known beneath it.

    ``size`` is (height, width) of the image that all levels are stretched over.
    """

    levels: tuple[Floats, ...]
    size: tuple[int, int]

    @classmethod
    def of(cls, values: Floats, size: tuple[int, int] | None = None) -> "ValuePyramid":
        """A worker's task; ``size`` is the image's, where ``values`` are of another resolution."""
        levels = [values]
        while max(levels[-1].shape) > _SMALLEST:
            levels.append(_halved(levels[-1]))
        return cls(tuple(levels), size or (values.shape[0], values.shape[1]))

    @property
    def bytes(self) -> int:
        return sum(level.nbytes for level in self.levels)

    def level_for(self, scale: float) -> int:
        """The coarsest level with a value for every device pixel at ``scale`` device pixels per image pixel."""
        scale *= self.size[1] / self.levels[0].shape[1]
        return min(max(floor(-log2(scale) + _ROUNDING), 0), len(self.levels) - 1)

    def at(self, y: float, x: float) -> float:
        """The finest value at a point of the image, pixel centres at integers; NaN outside."""
        values = self.levels[0]
        row, column = (
            floor((p + 0.5) / full * cells) for p, full, cells in zip((y, x), self.size, values.shape, strict=True)
        )
        inside = 0 <= row < values.shape[0] and 0 <= column < values.shape[1]
        return float(values[row, column]) if inside else float("nan")


def _halved(values: Floats) -> Floats:
    """(ceil(H/2), ceil(W/2)) means of what is a number; NaN where nothing beneath is."""
    height, width = values.shape
    half = (width + 1) // 2, (height + 1) // 2
    there = np.isfinite(values)
    if there.all():
        return np.asarray(cv2.resize(values, half, interpolation=cv2.INTER_AREA), np.float32)
    share = cv2.resize(there.view(np.uint8) * np.float32(1), half, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(there, values, np.float32(0)), half, interpolation=cv2.INTER_AREA)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(share > 0, total / share, np.float32(np.nan)), np.float32)
