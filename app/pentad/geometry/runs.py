"""Run lengths: a set of pixels as counts of pixels outside and inside by turns, beginning outside."""

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools
from pentad.core.box import Box

Counts = NDArray[np.int64]
LARGEST = 1 << 40
"""A count beyond this is no image's."""


def row_counts(where: Bools) -> Counts:
    """The runs of ``where`` (H, W) row by row, to its very end, as CVAT writes a mask within its box."""
    return _counts(where.reshape(-1))


def column_counts(where: Bools, box: Box, size: tuple[int, int]) -> Counts:
    """The runs, column by column as COCO has them, of an image of ``size`` that holds ``where`` in ``box``."""
    height, width = size
    columns = np.zeros((box.shape[1], box.shape[0] + 1), bool)
    columns[:, :-1] = where.T
    edges = np.cumsum(_counts(columns.reshape(-1)))[:-1]
    column, row = np.divmod(edges, columns.shape[1])
    places = (column + box.x0) * height + row + box.y0
    # Why: of a run that goes on in the next column, the end and the new beginning are one place, and fall away.
    same = np.flatnonzero(places[1:] == places[:-1])
    places = np.delete(places, np.concatenate([same, same + 1]))
    counts = np.diff(np.concatenate([[0], places, [height * width]]))
    return counts[:-1] if counts[-1] == 0 else counts


def columns_of(counts: Counts, size: tuple[int, int]) -> tuple[Box, Bools]:
    """The pixels inside, of column by column runs over an image of ``size``: a box of whole columns, and (H, W) of it.

    ValueError as ``from_counts``.
    """
    height, width = size
    _refuse_misfit(counts, height * width)
    edges = np.cumsum(counts)
    starts, ends = edges[:-1:2], edges[1::2]
    if not (ends > starts).any():
        return Box(0, 0, 0, 0), np.zeros((0, 0), bool)
    some = ends > starts
    first, last = int(starts[some][0]) // height, (int(ends[some][-1]) - 1) // height + 1
    flat = np.zeros((last - first) * height + 1, np.uint8)
    for places in (starts[some], ends[some]):
        np.bitwise_xor.at(flat, places - first * height, np.uint8(1))
    inside = np.bitwise_xor.accumulate(flat)[:-1].astype(bool)
    return Box(0, first, height, last), inside.reshape(last - first, height).T


def from_counts(counts: Counts, shape: tuple[int, int]) -> Bools:
    """(H, W) of ``shape``: the pixels inside, of runs row by row; what they do not reach is outside.

    ValueError where the counts are negative or more than the pixels.
    """
    pixels = shape[0] * shape[1]
    _refuse_misfit(counts, pixels)
    flat = np.zeros(pixels, bool)
    inside = np.arange(len(counts)) % 2 == 1
    reached = np.repeat(inside, counts)
    flat[: len(reached)] = reached
    return flat.reshape(shape)


def whole_numbers(values: object) -> Counts:
    """A list of counts as read from a file; ValueError where it is no list of whole numbers that an image can have."""
    if not isinstance(values, list) or not all(type(value) is int and 0 <= value <= LARGEST for value in values):
        raise ValueError("run lengths must be whole numbers, none of them negative")
    return np.array(values, np.int64)


def read_compressed(text: str) -> Counts:
    """The counts in COCO's compressed text: groups of five bits, low first, each count from the third on less the one
    two before (pycocotools' rleFrString). ValueError where it is something else."""
    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8).astype(np.int64) - 48
    if len(codes) == 0:
        return np.zeros(0, np.int64)
    if (codes < 0).any() or (codes > 63).any() or codes[-1] & 32:
        raise ValueError("the compressed run lengths are damaged")
    last = np.flatnonzero((codes & 32) == 0)
    first = np.concatenate([[0], last[:-1] + 1])
    lengths = last - first + 1
    if lengths.max() > 8:
        raise ValueError("a compressed run length is too large")
    place = np.arange(len(codes)) - np.repeat(first, lengths)
    values = np.add.reduceat((codes & 31) << (5 * place), first)
    negative = (codes[last] & 16) != 0
    values = values - np.where(negative, np.int64(1) << (5 * lengths), 0)
    counts = values.copy()
    counts[1::2] = np.cumsum(values[1::2])
    counts[2::2] = np.cumsum(values[2::2])
    return counts


def _refuse_misfit(counts: Counts, pixels: int) -> None:
    if (counts < 0).any() or (counts > pixels).any() or int(counts.sum()) > pixels:
        raise ValueError(f"run lengths do not fit {pixels} pixels")


def _counts(flat: Bools) -> Counts:
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(np.concatenate([[0], edges, [len(flat)]]))
    return np.concatenate([[0], counts]) if len(flat) and flat[0] else counts
