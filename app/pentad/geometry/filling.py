"""The pixels inside a polygon: those whose centres are."""

import itertools

import numpy as np

from pentad.core.arrays import Bools, Doubles
from pentad.core.box import Box

_AT_ONCE = 2_000_000
"""Crossings of edges with rows held in memory."""


def filled(points: Doubles, size: tuple[int, int]) -> tuple[Box, Bools]:
    """The pixels of an image of ``size`` (height, width) inside the polygon: a box, and (H, W) of it.

    ``points`` (n, 2) are finite x, y with pixel (0, 0) covering [0, 1]; the last joins the first. Inside is where an
    odd number of edges lies to the left of the pixel's centre; a line run there and back counts for nothing.
    """
    height, width = size
    if len(points) < 3:
        return Box(0, 0, 0, 0), np.zeros((0, 0), bool)
    ends = np.stack([points, np.roll(points, -1, axis=0)], axis=1)
    # Why: an edge is always taken downwards, so that both ways along one line round alike.
    ends = np.where((ends[:, :1, 1:] > ends[:, 1:, 1:]), ends[:, ::-1], ends)
    (x0, y0), (x1, y1) = ends[:, 0].T, ends[:, 1].T
    first = np.ceil(y0 - 0.5).clip(0, height).astype(np.int64)
    rows = np.ceil(y1 - 0.5).clip(0, height).astype(np.int64) - first
    crossing = rows > 0
    x0, y0, x1, y1, first, rows = (a[crossing] for a in (x0, y0, x1, y1, first, rows))
    if not len(rows):
        return Box(0, 0, 0, 0), np.zeros((0, 0), bool)
    left, right = (np.floor([min(x0.min(), x1.min())]), np.ceil([max(x0.max(), x1.max())]))
    box = Box(
        int(first.min()),
        int(left.clip(0, width)[0]),
        int((first + rows).max()),
        int(right.clip(0, width)[0]),
    )
    if box.empty:
        return Box(0, 0, 0, 0), np.zeros((0, 0), bool)
    odd = np.zeros((box.shape[0], box.shape[1] + 1), np.uint8)
    slope = (x1 - x0) / (y1 - y0)
    for part in _portions(rows):
        count = rows[part]
        edge = np.repeat(np.arange(part.start, part.stop), count)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
        x = x0[edge] + (row + 0.5 - y0[edge]) * slope[edge]
        column = np.ceil(x - 0.5).clip(box.x0, box.x1).astype(np.int64) - box.x0
        np.bitwise_xor.at(odd.reshape(-1), (row - box.y0) * odd.shape[1] + column, np.uint8(1))
    return box, np.bitwise_xor.accumulate(odd, axis=1)[:, :-1].astype(bool)


def _portions(rows: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> list[slice]:
    """Slices of the edges, each with at most about ``_AT_ONCE`` crossings in all."""
    number = np.cumsum(rows) // _AT_ONCE
    cuts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(rows)]
    return [slice(start, stop) for start, stop in itertools.pairwise(cuts)]
