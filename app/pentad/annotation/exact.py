"""Whether points lie in a convex shape, without rounding: in floating point, and in whole numbers where it is close."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from pentad.annotation.region import Spans
from pentad.core.arrays import Bools, Doubles

SLACK = 1e-6
"""Pixels by which estimates reach too far or not far enough, so that no rounding makes them too narrow or too wide."""
SLACKS: Doubles = np.array([[SLACK], [-SLACK]])
_SHORT = 16.0
"""Numbers that are multiples of 1/16 and small multiply without rounding."""


class Convex(ABC):
    """A convex set of points of the plane, given by finitely many numbers (``known``)."""

    known: tuple[float, ...]
    doubt: float
    """Bounds the rounding errors of ``excess``: infinite where its formula is in doubt, negative where none occur."""

    @abstractmethod
    def excess(self, y: Any, x: Any, known: Sequence[Any]) -> Any:
        """At most 0 where (y, x) lies in the set, which keeps its sign when all lengths are scaled alike.

        Written with +, -, *, minima and maxima only, so that it is exact on arrays of Python's whole numbers.
        """

    @abstractmethod
    def ends(self, y: Doubles) -> tuple[Doubles, Doubles]:
        """(2, rows) of the least and of the greatest x, first never too narrow, then never too wide.

        They are crossed over where the row misses the set, and where nothing can be said for sure.
        """

    @property
    @abstractmethod
    def reach(self) -> tuple[float, float]:
        """The least and the greatest y, never too narrow."""

    def holds(self, y: Doubles, x: Doubles) -> Bools:
        """Whether the pixel centres (y, x) lie in the set, its border included."""
        value = self.excess(y, x, self.known)
        inside: Bools = np.asarray(value <= 0)
        if self.doubt < 0:
            return inside
        unsure = np.abs(value) <= self.doubt
        if unsure.any():
            y, x = np.broadcast_arrays(y, x)
            inside[unsure] = self._holds_exactly(y[unsure], x[unsure])
        return inside

    def pixels(self) -> Spans:
        """Every pixel whose centre lies in the set."""
        top, bottom = self.reach
        y = np.arange(np.ceil(top), np.floor(bottom) + 1)
        if not y.size:
            return Spans(0, np.zeros(0, np.int64), np.zeros(0, np.int64))
        low, high = self.ends(y)
        missed = low > high
        low[missed], high[missed] = 1.0, 0.0
        ends = np.stack((np.ceil(low, out=low), np.floor(high, out=high)))
        runs = ends[:, 0]
        # Why: that too much and too little reach the same pixels leaves few rows to look into, or none.
        doubtful = (runs != ends[:, 1]).any(axis=0).nonzero()[0]
        if doubtful.size:
            drawn = runs[:, doubtful]
            self._shrink(y[doubtful], drawn)
            runs[:, doubtful] = drawn
        left = runs[0].astype(np.int64)
        return Spans(int(y[0]), left, np.maximum(runs[1].astype(np.int64) + 1, left))

    def _shrink(self, y: Doubles, runs: Doubles) -> None:
        """Draw the ends of the runs (2, rows) in until they lie in the set, or cross over."""
        out = ~self.holds(y, runs)
        runs[0] += out[0]
        runs[1] -= out[1]
        again = np.flatnonzero(out.any(axis=0) & (runs[0] <= runs[1]))
        if not again.size:
            return
        still = again[~self.holds(y[again], runs[:, again]).all(axis=0)]
        for row in still.tolist():
            x = np.arange(runs[0, row], runs[1, row] + 1)
            within = x[self.holds(np.full(x.shape, y[row]), x)]
            runs[:, row] = (within[0], within[-1]) if within.size else (1.0, 0.0)

    def _holds_exactly(self, y: Doubles, x: Doubles) -> Bools:
        fractions = [Fraction(number) for number in self.known]
        scale = max(fraction.denominator for fraction in fractions)
        rows, columns = ([int(number) * scale for number in axis.tolist()] for axis in (y, x))
        value = self.excess(
            np.array(rows, dtype=object), np.array(columns, dtype=object), [int(number * scale) for number in fractions]
        )
        return np.asarray(value <= 0, dtype=bool)


def rounding(known: Sequence[float], size: float) -> float:
    """The ``doubt`` of a polynomial whose terms stay below ``size`` squared; negative where nothing is rounded."""
    if size * _SHORT**2 < 2.0**25 and all((number * _SHORT).is_integer() for number in known):
        return -1.0
    return 2.0**-46 * size * size
