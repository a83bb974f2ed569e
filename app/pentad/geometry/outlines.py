"""The outline of a set of pixels as one polygon that, filled again, gives the same pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles

EXACT = 0.2
"""Up to this tolerance, in pixels, an outline filled by the centre rule gives the very same pixels."""

_STRAIGHT = 3
"""Cracks that both sides of a corner must be long for it to be kept sharp; others are stairs of a slope."""
_NEAREST = 200_000_000
"""Pairs of vertices looked at, at most, to keep the cuts to the holes short."""
Indices = NDArray[np.int64]


def outline(where: Bools, *, tolerance: float = EXACT) -> Doubles:
    """(n, 2) vertices x, y of the outline of one 8-connected region ``where`` (H, W), pixel (0, 0) covering [0, 1].

    It runs along the borders of the pixels, through the middles of their sides where the border is a staircase, and
    then within ``tolerance`` pixels of that (Douglas and Peucker). Holes are joined to the outside by cuts that run
    there and back along one line, so that both the even-odd and the non-zero rule leave them empty.

    Why the pixels are the same up to EXACT: a vertex that OpenCV removes moves the line by at most 1.71 tolerances, and
    no pixel's centre is nearer to it than 0.353.
    """
    outside: list[Doubles] = []
    holes: list[Doubles] = []
    for ring in _rings(where):
        points = _softened(ring.corners)
        if tolerance > 0 and len(points) > 4:
            kept = cv2.approxPolyDP(points.astype(np.float32)[:, None], tolerance, closed=True)[:, 0].astype(np.float64)
            points = kept if len(kept) > 2 else points
        # Why turned round: then a hole is empty by the non-zero rule too, and the area by the corners is right.
        (holes if ring.hole else outside).append(points[::-1] if ring.hole else points)
    if len(outside) != 1:
        raise ValueError(f"one 8-connected region expected, got {len(outside)}")
    return _joined(outside[0], holes)


def borders(where: Bools) -> list[Doubles]:
    """(n, 2) corners x, y of each closed border of ``where`` (H, W), holes' too; pixel (0, 0) covers [0, 1]."""
    return [ring.corners for ring in _rings(where)]


@dataclass(frozen=True, slots=True, eq=False)
class _Ring:
    """One closed border: its ``corners`` (n, 2) x, y in order, where it turns."""

    corners: Doubles
    hole: bool


def _rings(where: Bools) -> list[_Ring]:
    """Every border of ``where``, pixels that touch at a corner being together."""
    padded = np.pad(where, 1)
    above_left, above_right = padded[:-1, :-1], padded[:-1, 1:]
    below_left, below_right = padded[1:, :-1], padded[1:, 1:]
    turns = above_left ^ above_right ^ below_left ^ below_right
    falling = above_left & below_right & ~above_right & ~below_left
    rising = above_right & below_left & ~above_left & ~below_right
    y, x = np.nonzero(turns | falling | rising)
    double = (falling | rising)[y, x]
    y, x = np.repeat(y, double + 1), np.repeat(x, double + 1)
    second = np.zeros(len(y), bool)
    second[1:] = (y[1:] == y[:-1]) & (x[1:] == x[:-1])
    # Why: where two pixels touch at a corner, the border passes twice, and each pass cuts off one empty pixel.
    lower = second ^ falling[y, x]
    along_row = _partners(np.lexsort((second, x, y)))
    along_column = _partners(np.lexsort((lower, y, x)))
    inside = below_right[y, x]
    return [
        _Ring(np.stack([x[c], y[c]], axis=1).astype(np.float64), not inside[c[0]])
        for c in _cycles(along_row.tolist(), along_column.tolist())
    ]


def _partners(order: Indices) -> Indices:
    """Corners that follow each other in ``order`` are the two ends of one straight piece of border."""
    partners = np.empty_like(order)
    partners[order[0::2]] = order[1::2]
    partners[order[1::2]] = order[0::2]
    return partners


def _cycles(along_row: list[int], along_column: list[int]) -> list[Indices]:
    """The corners of each ring in order; the first is its uppermost, and of these the leftmost."""
    seen = bytearray(len(along_row))
    cycles: list[Indices] = []
    for start in range(len(along_row)):
        if seen[start]:
            continue
        cycle: list[int] = []
        here = start
        while not seen[here]:
            seen[here] = 1
            other = along_row[here]
            seen[other] = 1
            cycle += (here, other)
            here = along_column[other]
        cycles.append(np.array(cycle))
    return cycles


def _softened(corners: Doubles) -> Doubles:
    """The ring with each corner of a staircase replaced by the middles of the pixel sides beside it."""
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    long_before, long_after = np.abs(before).max(axis=1), np.abs(after).max(axis=1)
    sharp = (long_before >= _STRAIGHT) & (long_after >= _STRAIGHT)
    first = np.where(sharp[:, None], corners, corners + 0.5 * np.sign(before))
    last = np.where(sharp[:, None], corners, corners + 0.5 * np.sign(after))
    points = np.stack([first, last], axis=1).reshape(-1, 2)
    kept: Doubles = points[(points != np.roll(points, 1, axis=0)).any(axis=1)]
    return kept


def _joined(outside: Doubles, holes: list[Doubles]) -> Doubles:
    """One polygon around ``outside`` that visits each hole from the vertex nearest to the hole's first."""
    if not holes:
        return outside
    near = len(outside) * len(holes) <= _NEAREST
    gates = [int(((outside - hole[0]) ** 2).sum(axis=1).argmin()) if near else 0 for hole in holes]
    pieces: list[Doubles] = []
    done = 0
    for number in np.argsort(gates, kind="stable").tolist():
        gate, hole = gates[number], holes[number]
        pieces += [outside[done : gate + 1], hole, hole[:1], outside[gate : gate + 1]]
        done = gate + 1
    return np.concatenate([*pieces, outside[done:]])
