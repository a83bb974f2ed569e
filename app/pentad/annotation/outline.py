"""The pixels inside an outline, exactly: those whose centres lie in it or on it."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pentad.annotation.exact import SLACK, SLACKS, Convex, rounding
from pentad.annotation.preview import Point
from pentad.annotation.region import Ints, Patch, Spans
from pentad.core.arrays import Bools, Doubles
from pentad.core.box import Box

_EXACT = 2.0**12
"""Coordinates below this that are multiples of 1/1024 multiply without rounding."""


def rectangle(corner: Point, opposite: Point) -> Spans:
    """The pixels between two corners."""
    (top, bottom), (left, right) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
    rows = max(floor(bottom) - ceil(top) + 1, 0)
    first = np.full(rows, ceil(left), np.int64)
    return Spans(ceil(top), first, np.maximum(floor(right) + 1, first))


class Ellipse(Convex):
    """An upright ellipse around ``centre`` with the half axes ``radii`` (along y and x, both above 0)."""

    def __init__(self, centre: Point, radii: Point) -> None:
        self.centre, self.radii = centre, radii
        self.known = (*centre, *radii)
        self.doubt = rounding(self.known, 2 * (radii[0] + 1) * (radii[1] + 1))

    @property
    def reach(self) -> tuple[float, float]:
        return self.centre[0] - self.radii[0] - SLACK, self.centre[0] + self.radii[0] + SLACK

    def excess(self, y: Any, x: Any, known: Sequence[Any]) -> Any:
        cy, cx, ry, rx = known
        v, u, product = (y - cy) * rx, (x - cx) * ry, ry * rx
        return v * v + u * u - product * product

    def ends(self, y: Doubles) -> tuple[Doubles, Doubles]:
        ry, rx = self.radii[0] + SLACKS, self.radii[1] + SLACKS
        squared = 1 - ((y - self.centre[0]) / ry) ** 2
        half = np.where(squared >= 0, rx * np.sqrt(np.maximum(squared, 0)) + SLACKS, -np.inf)
        if min(self.radii) <= SLACK:
            half[1] = -np.inf
        return self.centre[1] - half, self.centre[1] + half


def ellipse(corner: Point, opposite: Point) -> Spans:
    """The pixels in the ellipse that touches the sides of the rectangle between two corners; none where it is flat."""
    centre = (corner[0] + opposite[0]) / 2, (corner[1] + opposite[1]) / 2
    radii = abs(opposite[0] - corner[0]) / 2, abs(opposite[1] - corner[1]) / 2
    if min(radii) <= 0:
        return Spans(0, np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Ellipse(centre, radii).pixels()


def polygon(points: Sequence[Point], bounds: Box) -> Patch:
    """The pixels of ``bounds`` inside a closed line through (y, x) points, or on it.

    Where the line crosses itself, inside is where a ray to the outside meets it an odd number of times (even-odd).
    """
    line = np.asarray(points, np.float64).reshape(-1, 2)
    if not len(line) or bounds.empty:
        return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool))
    (top, left), (bottom, right) = line.min(axis=0), line.max(axis=0)
    box = Box(ceil(top), ceil(left), floor(bottom) + 1, floor(right) + 1) & bounds
    if box.empty:
        return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool))
    where = _filled(_crossings(line, box), box)
    _draw_flat(line, box, where)
    return Patch(box, where)


def flat(points: Sequence[Point]) -> bool:
    """Whether a closed line through the points encloses nothing because all of them lie on one straight line."""
    off = np.asarray(points, np.float64).reshape(-1, 2)
    if len(off) < 3:
        return True
    off = off - off[0]
    far = off[np.abs(off).sum(axis=1).argmax()]
    return bool((np.abs(off[:, 0] * far[1] - off[:, 1] * far[0]) <= 1e-9 * np.abs(far).sum()).all())


def _crossings(line: Doubles, box: Box) -> Ints:
    """(n, 2) rows of ``box``, and where on them the line crosses: 2x where it does at x, 2x + 1 between x and x + 1.

    They are sorted; each row has an even number of them.
    """
    start, end = line, np.roll(line, -1, axis=0)
    swap = start[:, :1] > end[:, :1]
    upper, lower = np.where(swap, end, start), np.where(swap, start, end)
    # Why half-open, [upper, lower): a vertex between two edges that go on downwards then counts once.
    first = np.maximum(np.ceil(upper[:, 0]), box.y0).astype(np.int64)
    last = np.minimum(np.ceil(lower[:, 0]), box.y1).astype(np.int64)
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(line)), counts)
    y = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    run = (lower - upper)[edge]
    # Why not by slopes: that of an edge that is almost level has no end.
    x = upper[edge, 1] + (y - upper[edge, 0]) / run[:, 0] * run[:, 1]
    beside = np.clip(x, box.x0 - 1.0, box.x1 + 1.0)
    place = np.floor(beside).astype(np.int64) * 2 + 1
    whole = np.rint(beside).astype(np.int64)
    near = np.flatnonzero(np.abs(x - whole) <= SLACK)
    place[near] = 2 * whole[near] + _side(upper[edge[near]], lower[edge[near]], y[near], whole[near])
    # Why one number: it is sorted in a third of the time of two keys.
    width = 2 * (box.x1 - box.x0) + 8
    joined = (y - box.y0) * width + (place - 2 * (box.x0 - 2))
    joined.sort()
    row, place = np.divmod(joined, width)
    return np.stack((row, place + 2 * (box.x0 - 2)), axis=1)


def _side(upper: Doubles, lower: Doubles, y: Ints, x: Ints) -> Ints:
    """-1, 0 or 1: whether edges cross row ``y`` left of ``x``, there, or right of it; without rounding."""
    ends = np.concatenate((upper, lower), axis=1)
    exact = (np.abs(ends) < _EXACT).all(axis=1) & (ends * 1024 == np.rint(ends * 1024)).all(axis=1)
    right = (y - upper[:, 0]) * (lower[:, 1] - upper[:, 1]) - (x - upper[:, 1]) * (lower[:, 0] - upper[:, 0])
    side = np.sign(right).astype(np.int64)
    for i in np.flatnonzero(~exact).tolist():
        uy, ux, ly, lx = (Fraction(number) for number in ends[i].tolist())
        value = (int(y[i]) - uy) * (lx - ux) - (int(x[i]) - ux) * (ly - uy)
        side[i] = (value > 0) - (value < 0)
    return side


def _filled(crossings: Ints, box: Box) -> Bools:
    """(H, W) of ``box``: from every odd crossing of a row to the next."""
    height, width = box.shape
    row, place = crossings[0::2, 0], crossings[:, 1]
    left = np.clip((place[0::2] + 1) // 2, box.x0, box.x1) - box.x0
    right = np.clip(place[1::2] // 2 + 1, box.x0, box.x1) - box.x0
    start = row * width + left
    end = np.maximum(row * width + right, start)
    start[1:] = np.maximum(start[1:], end[:-1])  # Why: two runs may end and begin at the same pixel.
    end = np.maximum(start, end)
    turns = np.empty(2 * len(start) + 2, np.int64)
    turns[0], turns[1:-1:2], turns[2:-1:2], turns[-1] = 0, start, end, height * width
    values = np.zeros(len(turns) - 1, bool)
    values[1::2] = True
    where: Bools = np.repeat(values, np.diff(turns)).reshape(height, width)
    return where


def _draw_flat(line: Doubles, box: Box, where: NDArray[np.bool_]) -> None:
    """Add the pixels on level edges and at vertices, which crossings leave out where the line ends downwards."""
    end = np.roll(line, -1, axis=0)
    level = (line[:, 0] == end[:, 0]) & (line[:, 0] == np.rint(line[:, 0]))
    corners = (line == np.rint(line)).all(axis=1)
    for (y, from_x), (_, to_x) in zip(line[level].tolist(), end[level].tolist(), strict=True):
        if box.y0 <= y < box.y1:
            left, right = max(ceil(min(from_x, to_x)), box.x0), min(floor(max(from_x, to_x)) + 1, box.x1)
            where[int(y) - box.y0, max(left - box.x0, 0) : max(right - box.x0, 0)] = True
    for y, x in line[corners].tolist():
        if box.y0 <= y < box.y1 and box.x0 <= x < box.x1:
            where[int(y) - box.y0, int(x) - box.x0] = True
