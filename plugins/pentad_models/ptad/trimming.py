"""Fitting again without what cannot be explained: a missing or foreign piece no longer pulls the pose."""

from dataclasses import dataclass

import cv2
import numpy as np

from pentad.core.arrays import Floats
from pentad_models.ptad.comparing import Comparison, Level
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.levenberg import Climb, climb

_UNLIKE = 0.5
_OPEN, _GROW = 3, 7
_MOST_SHARE = 0.35
"""Of the part; where more were to be left out, it is the pose that is wrong and not the part."""


@dataclass(frozen=True, slots=True, eq=False)
class Trim:
    """``weights`` (h, w) per look, 0 where a blob was left out, and the blobs' own ``suspicion``, 0 to 1."""

    weights: tuple[Floats, ...]
    suspicion: tuple[Floats, ...]

    @classmethod
    def of(cls, level: Level, found: Comparison) -> "Trim":
        weights: list[Floats] = []
        blobs: list[Floats] = []
        for sight, residual in zip(level.sights, found.residuals, strict=True):
            unlike = (np.abs(residual) > _UNLIKE).astype(np.uint8)
            blob = cv2.morphologyEx(unlike, cv2.MORPH_OPEN, np.ones((_OPEN, _OPEN), np.uint8))
            around = np.asarray(cv2.dilate(blob, np.ones((_GROW, _GROW), np.uint8)), np.float32)
            if around.sum() > _MOST_SHARE * max(float(sight.mask.sum()), 1.0):
                around[:] = 0
            weights.append(sight.known * (1 - around))
            blobs.append(np.asarray(np.abs(residual) * around, np.float32))
        return cls(tuple(weights), tuple(blobs))


def refitted(level: Level, best: Climb, journal: Journal, *, start: int, times: int, rounds: int) -> tuple[Climb, Trim]:
    """``best`` improved ``times`` over with what differs in one piece left out."""
    trim = Trim.of(level, best.found)
    for number in range(times):
        journal.report(0.9 + 0.08 * number / times, "Fitting again without what differs")
        best = climb(level.weighted(trim.weights), best.pose, journal, start=start, rounds=rounds, enough=1e-3)
        trim = Trim.of(level, best.found)
    return best, trim
