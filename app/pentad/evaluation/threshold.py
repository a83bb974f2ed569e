"""Where to draw the line between good and defective."""

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles


def f1_threshold(scores: Doubles, defective: Bools) -> tuple[float, float]:
    """(threshold, F1) where F1 is highest over all distinct thresholds; of equals, the one that flags least.

    The line lies halfway between the lowest flagged score and the next below, so "above" and "at or above" agree.
    ValueError where nothing is defective.
    """
    if not defective.any():
        raise ValueError("nothing is defective")
    distinct, places = np.unique(scores, return_inverse=True)
    true = np.cumsum(np.bincount(places, defective, distinct.size)[::-1])
    flagged = np.cumsum(np.bincount(places, minlength=distinct.size)[::-1])
    f1 = 2 * true / (flagged + defective.sum())
    best = int(np.argmax(f1))
    return _just_below(distinct, distinct.size - 1 - best), float(f1[best])


def _just_below(distinct: NDArray[np.float64], place: int) -> float:
    value = float(distinct[place])
    if place == 0:
        return float(np.nextafter(value, -np.inf))
    middle = float((distinct[place - 1] + value) / 2) if np.isfinite(distinct[place - 1] + value) else value
    return middle if distinct[place - 1] < middle < value else float(np.nextafter(value, -np.inf))
