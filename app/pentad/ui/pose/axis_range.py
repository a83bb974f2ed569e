"""How far the axes of a run's curves reach: round numbers, that never jump about while the run goes on."""

from math import ceil, floor, log10

import numpy as np

from pentad.core.arrays import Doubles

_STEPS = (1, 1.5, 2, 3, 5, 7.5, 10)
_LEAST_SHOWN = 40
SMALLEST = 1e-6
"""What stands for no loss at all where logarithms are drawn."""


def rounded_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7.5 times a power of ten; 1 for nothing."""
    if not value > 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in _STEPS if step * power >= value * (1 - 1e-9))


def iterations_shown(count: int, *, over: bool) -> int:
    """Up to which iteration an axis reaches: all of a run that is over, else some that may still come."""
    return max(count, 2) if over else int(max(rounded_up(count), _LEAST_SHOWN))


def loss_range(values: Doubles, *, log: bool) -> tuple[float, float]:
    """From 0 to a round number above all ``values`` (n,), or, for ``log``, whole powers of ten around them, as such."""
    if not len(values):
        return (-3.0, 0.0) if log else (0.0, 1.0)
    if not log:
        return 0.0, rounded_up(max(float(values.max()) * 1.02, SMALLEST))
    low, high = (max(float(value), SMALLEST) for value in (values.min(), values.max()))
    top = ceil(log10(high) - 1e-9)
    return float(min(floor(log10(low) + 1e-9), top - 1)), float(top)


def iou_range(values: Doubles) -> tuple[float, float]:
    """From a tenth below all ``values`` (n,) to 1."""
    lowest = float(values.min()) if len(values) else 0.0
    return max(0.0, floor(10 * lowest - 1e-9) / 10), 1.0


def widened(before: tuple[float, float] | None, now: tuple[float, float]) -> tuple[float, float]:
    """``now`` with what was in sight already."""
    return now if before is None else (float(np.fmin(before[0], now[0])), float(np.fmax(before[1], now[1])))
