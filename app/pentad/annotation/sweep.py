"""The pixels a brush covers on its way from one point to the next, exactly."""

import numpy as np
from numpy.typing import NDArray

from pentad.annotation.preview import Point
from pentad.annotation.region import Spans

_Doubles = NDArray[np.float64]
_Bools = NDArray[np.bool_]


def capsule(start: Point, end: Point, radius: float) -> Spans:
    """Every pixel whose centre is no further than ``radius`` pixels from the segment between two (y, x) points."""
    top, bottom = sorted((start[0], end[0]))
    y = np.arange(np.ceil(top - radius), np.floor(bottom + radius) + 1)
    if not y.size:
        return Spans(0, np.zeros(0, np.int64), np.zeros(0, np.int64))
    low, high = _slab(y, start, end, radius)
    for cy, cx in (start, end):
        squared = radius**2 - (y - cy) ** 2
        half = np.sqrt(np.maximum(squared, 0))
        on = squared >= 0
        low = np.minimum(low, np.where(on, cx - half, np.inf))
        high = np.maximum(high, np.where(on, cx + half, -np.inf))
    reached = low <= high
    low, high = np.where(reached, low, 0.0), np.where(reached, high, -1.0)
    left, right = np.ceil(low), np.floor(high)
    # Why: roots and quotients are rounded; the definition itself decides about the pixels at both ends.
    left = np.where(_near(y, left - 1, start, end, radius), left - 1, left)
    left = np.where(_near(y, left, start, end, radius), left, left + 1)
    right = np.where(_near(y, right + 1, start, end, radius), right + 1, right)
    right = np.where(_near(y, right, start, end, radius), right, right - 1)
    return Spans(int(y[0]), left.astype(np.int64), np.maximum(right + 1, left).astype(np.int64))


def _slab(y: _Doubles, start: Point, end: Point, radius: float) -> tuple[_Doubles, _Doubles]:
    """Per row the ends of the rectangle around the segment; crossed over where the row misses it."""
    (ay, ax), (by, bx) = start, end
    dy, dx = by - ay, bx - ax
    length = np.hypot(dy, dx)
    low, high = np.full(y.shape, -np.inf), np.full(y.shape, np.inf)
    if length == 0:
        return high, low
    for along, offset, least, most in (
        (dy, (y - ay) * dx, -radius * length, radius * length),
        (dx, -(y - ay) * dy, 0.0, length**2),
    ):
        if along == 0:
            outside = (-offset < least) | (-offset > most)
            low, high = np.where(outside, np.inf, low), np.where(outside, -np.inf, high)
            continue
        ends = ax + (offset + least) / along, ax + (offset + most) / along
        low, high = np.maximum(low, np.minimum(*ends)), np.minimum(high, np.maximum(*ends))
    missed = low > high
    return np.where(missed, np.inf, low), np.where(missed, -np.inf, high)


def _near(y: _Doubles, x: _Doubles, start: Point, end: Point, radius: float) -> _Bools:
    """Whether the points (y, x) lie within ``radius`` of the segment."""
    (ay, ax), (by, bx) = start, end
    dy, dx = by - ay, bx - ax
    squared = dy * dy + dx * dx
    t = np.clip(((y - ay) * dy + (x - ax) * dx) / squared, 0, 1) if squared else np.zeros_like(y)
    near: _Bools = (y - ay - t * dy) ** 2 + (x - ax - t * dx) ** 2 <= radius * radius
    return near
