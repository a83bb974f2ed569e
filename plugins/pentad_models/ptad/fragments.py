"""Which cells of a square grid triangles cover: each cell of a gapless sheet exactly once, as a graphics card would."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles

Indices = NDArray[np.int64]

_AT_ONCE = 1_000_000
"""Fragments made in one sum."""
_EXACT_BITS = 26
"""Products of two numbers of so many bits, and their differences, are exact in float64."""


@dataclass(frozen=True, slots=True, eq=False)
class Fragments:
    """Cell centres within triangles: ``triangle`` (N,) that each lies in, ``weights`` (N, 3) of its corners there."""

    triangle: Indices
    weights: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """The three edges of each triangle, anticlockwise: where they begin (T, 3, 2), and their way (T, 3, 2)."""

    start: Doubles
    way: Doubles
    owns: Bools
    """Of a centre that lies on the edge: whether it belongs to this triangle and not to its neighbour."""


def fragments(places: Doubles, resolution: int) -> Iterator[Fragments]:
    """Cell centres (i + .5, j + .5) inside triangles ``places`` (T, 3, 2), in cells from 0 to ``resolution``.

    Either winding; triangle by triangle, row by row. Corners are snapped to 2^-15 cells or finer, so that every sum is
    exact and two triangles that share an edge share no centre and miss none.
    """
    fine = 2.0 ** (_EXACT_BITS - int(resolution).bit_length())
    snapped = np.round(places * fine) / fine
    doubled = _crossed(snapped[:, 1] - snapped[:, 0], snapped[:, 2] - snapped[:, 0])
    turned = doubled < 0
    snapped[turned] = snapped[turned][:, [0, 2, 1]]
    way = np.roll(snapped, -1, axis=1) - snapped
    edges = _Edges(snapped, way, (way[..., 1] < 0) | ((way[..., 1] == 0) & (way[..., 0] > 0)))
    low, high = snapped[..., 1].min(axis=1), snapped[..., 1].max(axis=1)
    first = np.maximum(np.ceil(low - 0.5), 0).astype(np.int64)
    last = np.minimum(np.floor(high - 0.5), resolution - 1).astype(np.int64)
    rows = np.where(doubled == 0, 0, np.maximum(last - first + 1, 0))
    for part in _parts(rows, _AT_ONCE // 4):
        triangle = np.repeat(np.arange(part.start, part.stop), rows[part])
        row = first[triangle] + _counted(rows[part])
        yield from _filled(edges, triangle, row, resolution, turned=turned, doubled=np.abs(doubled))


def _filled(
    edges: _Edges, triangle: Indices, row: Indices, resolution: int, *, turned: Bools, doubled: Doubles
) -> Iterator[Fragments]:
    """The fragments of some rows of some triangles."""
    left, right = _spans(edges, triangle, np.add(row, 0.5, dtype=np.float64), resolution)
    length = np.maximum(right - left + 1, 0)
    for part in _parts(length, _AT_ONCE):
        many = length[part]
        owner = np.repeat(triangle[part], many)
        x = np.repeat(left[part], many) + _counted(many) + 0.5
        y = np.repeat(row[part], many) + 0.5
        weights = np.empty((len(owner), 3))
        for k in range(3):
            # Why k + 2: an edge's value at a point is the weight of the corner it does not touch.
            start, way = edges.start[:, k][owner], edges.way[:, k][owner]
            weights[:, (k + 2) % 3] = way[:, 0] * (y - start[:, 1]) - way[:, 1] * (x - start[:, 0])
        weights /= doubled[owner, None]
        back = turned[owner]
        weights[back] = weights[back][:, [0, 2, 1]]
        yield Fragments(owner, weights)


def _spans(edges: _Edges, triangle: Indices, y: Doubles, resolution: int) -> tuple[Indices, Indices]:
    """The first and the last column inside the triangle on each row; the last is less than the first for none."""
    left, right = np.zeros(len(y), np.int64), np.full(len(y), resolution - 1, np.int64)
    for k in range(3):
        start, way, owns = edges.start[triangle, k], edges.way[triangle, k], edges.owns[triangle, k]
        across, up = way[:, 0] * (y - start[:, 1]), way[:, 1]
        level = up == 0
        right[level & ~((across > 0) | ((across == 0) & owns))] = -1
        near = start[:, 0] + across / np.where(level, 1, up) - 0.5
        column = np.clip(np.where(level, 0, np.rint(near)), -1, resolution).astype(np.int64)
        # Why tried one by one: the quotient is rounded, the products are exact.
        best = np.where(up > 0, -2, resolution + 1)
        for step in (-1, 0, 1):
            value = across - up * (column + step + 0.5 - start[:, 0])
            inside = (value > 0) | ((value == 0) & owns)
            best = np.where(inside & (up > 0), np.maximum(best, column + step), best)
            best = np.where(inside & (up < 0), np.minimum(best, column + step), best)
        right = np.where(up > 0, np.minimum(right, best), right)
        left = np.where(up < 0, np.maximum(left, best), left)
    return left, right


def _parts(amounts: Indices, most: int) -> Iterator[slice]:
    """Runs of items that together amount to about ``most``, at least one item each."""
    total = np.cumsum(amounts)
    begin = 0
    while begin < len(amounts):
        done = int(total[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, done + most, side="right")))
        yield slice(begin, end)
        begin = end


def _counted(amounts: Indices) -> Indices:
    """0, 1, … of each item's own amount, one after the other."""
    ends = np.cumsum(amounts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - amounts, amounts)


def _crossed(a: Doubles, b: Doubles) -> Doubles:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
