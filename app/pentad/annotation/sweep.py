"""The pixels a brush covers on its way from one point to the next, exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from math import hypot, inf, sqrt
from typing import Any

import numpy as np

from pentad.annotation.exact import SLACK, SLACKS, Convex, rounding
from pentad.annotation.preview import Point
from pentad.annotation.region import Spans
from pentad.core.arrays import Doubles

Side = tuple[Doubles, Doubles, Doubles, Doubles]
"""From (y, x) to (y, x), each (2, 1): of the set grown a little and of the set shrunk a little."""


@dataclass(frozen=True, slots=True)
class Dab:
    """A brush tip set down: its centre and its ``radius`` in pixels (half the side of a square tip)."""

    at: Point
    radius: float


def capsule(start: Point, end: Point, radius: float) -> Spans:
    """Every pixel whose centre is no further than ``radius`` pixels from the segment between two (y, x) points."""
    return sweep(Dab(start, radius), Dab(end, radius))


def sweep(first: Dab, last: Dab, *, square: bool = False) -> Spans:
    """Every pixel whose centre a round or square tip covers on its straight way, its size changing evenly under way."""
    return (SquareSweep if square else RoundSweep)(first, last).pixels()


class Sweep(Convex):
    """The way of a tip whose centre and radius change linearly: the convex hull of the tip at both ends."""

    def __init__(self, first: Dab, last: Dab) -> None:
        self.first, self.last = first, last
        self.known = (*first.at, first.radius, *last.at, last.radius)
        self.length = hypot(last.at[0] - first.at[0], last.at[1] - first.at[1])

    @property
    def reach(self) -> tuple[float, float]:
        (a, r), (b, q) = (self.first.at[0], self.first.radius), (self.last.at[0], self.last.radius)
        return min(a - r, b - q) - SLACK, max(a + r, b + q) + SLACK

    def ends(self, y: Doubles) -> tuple[Doubles, Doubles]:
        low, high = np.full((2, y.size), inf), np.full((2, y.size), -inf)
        for dab in (self.first,) if self.first == self.last else (self.first, self.last):
            half = self._half(np.abs(y - dab.at[0]), dab.radius + SLACKS)
            np.minimum(low, dab.at[1] - half, out=low)
            np.maximum(high, dab.at[1] + half, out=high)
        for ay, ax, by, bx in self._sides():
            if abs(by[0, 0] - ay[0, 0]) < SLACK / 1000:
                continue  # Why: the tips at both ends, a little too large, reach as far.
            part = (y - ay) / (by - ay)
            x = ax + part * (bx - ax)
            x[(part < 0) | (part > 1)] = np.nan
            np.fmin(low, x, out=low)
            np.fmax(high, x, out=high)
        if self.doubt == inf or min(self.first.radius, self.last.radius) <= SLACK:
            low[1], high[1] = inf, -inf
        return low, high

    def _half(self, off: Doubles, radius: Doubles) -> Doubles:
        """(2, rows) half the width of tips of two radii (2, 1) ``off`` pixels from their centre; -inf beyond them."""
        raise NotImplementedError

    def _sides(self) -> Iterator[Side]:
        """The straight pieces of the hull's border that join both tips."""
        raise NotImplementedError


class RoundSweep(Sweep):
    """The way of a disc."""

    def __init__(self, first: Dab, last: Dab) -> None:
        super().__init__(first, last)
        grown, radius = abs(last.radius - first.radius), max(first.radius, last.radius)
        self.growth = last.radius - first.radius
        if self.length <= grown * (1 - 1e-9):
            self.doubt = rounding(self.known, 2 * radius)
        elif self.length <= grown * (1 + 1e-9) and self.length > 0:
            self.doubt = inf
        else:
            self.doubt = rounding(self.known, self.length * (self.length + 2 * radius))

    def excess(self, y: Any, x: Any, known: Sequence[Any]) -> Any:
        """Whether some t in [0, 1] has |p - a - t (b - a)| <= r + t (q - r): the least of a parabola in t."""
        ay, ax, r, by, bx, q = known
        dy, dx, growth = by - ay, bx - ax, q - r
        v, u = y - ay, x - ax
        opening = dy * dy + dx * dx - growth * growth
        if opening <= 0:
            if q > r:
                v, u, r = y - by, x - bx, q
            return v * v + u * u - r * r
        middle = v * dy + u * dx + r * growth
        beyond = np.maximum(np.maximum(-middle, middle - opening), 0)
        return opening * (v * v + u * u - r * r) - middle * middle + beyond * beyond

    def _half(self, off: Doubles, radius: Doubles) -> Doubles:
        squared = radius * radius - off * off
        half: Doubles = np.sqrt(np.maximum(squared, 0))
        half[squared < 0] = -inf
        return half

    def _sides(self) -> Iterator[Side]:
        if self.length <= abs(self.growth):
            return
        (ay, ax), (by, bx) = self.first.at, self.last.at
        dy, dx = (by - ay) / self.length, (bx - ax) / self.length
        along = -self.growth / self.length
        across = sqrt(max(1 - along * along, 0.0))
        r, q = self.first.radius + SLACKS, self.last.radius + SLACKS
        for side in (across, -across):
            ny, nx = along * dy - side * dx, along * dx + side * dy
            yield ay + r * ny, ax + r * nx, by + q * ny, bx + q * nx


class SquareSweep(Sweep):
    """The way of an upright square."""

    def __init__(self, first: Dab, last: Dab) -> None:
        super().__init__(first, last)
        self.doubt = rounding(self.known, 1 + self.length + 2 * max(first.radius, last.radius))

    def excess(self, y: Any, x: Any, known: Sequence[Any]) -> Any:
        """Whether some t in [0, 1] has c + t m <= 0 for each side (c, m) of a tip that moves and grows."""
        ay, ax, r, by, bx, q = known
        sides = []
        for off, way in ((y - ay, by - ay), (x - ax, bx - ax)):
            sides += [(off - r, r - q - way), (-off - r, r - q + way)]
        later = [(c, m) for c, m in sides if m < 0]
        sooner = [(c, m) for c, m in sides if m > 0]
        limits = [c for c, m in sides if m >= 0] + [c + m for c, m in later]
        limits += [c * sooner_m - sooner_c * m for c, m in later for sooner_c, sooner_m in sooner]
        return reduce(np.maximum, limits)

    def _half(self, off: Doubles, radius: Doubles) -> Doubles:
        return np.where(off <= radius, radius, -inf)

    def _sides(self) -> Iterator[Side]:
        (ay, ax), (by, bx) = self.first.at, self.last.at
        r, q = self.first.radius + SLACKS, self.last.radius + SLACKS
        for y, x in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            yield ay + r * y, ax + r * x, by + q * y, bx + q * x
