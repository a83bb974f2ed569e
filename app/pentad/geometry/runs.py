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


def from_counts(counts: Counts, shape: tuple[int, int], *, by_column: bool = False) -> Bools:
    """(H, W) of ``shape``: the pixels inside. ValueError where the counts are negative or more than the pixels;
    what they do not reach is outside."""
    pixels = shape[0] * shape[1]
    if (counts < 0).any() or (counts > pixels).any() or int(counts.sum()) > pixels:
        raise ValueError(f"run lengths do not fit {shape[1]} x {shape[0]} pixels")
    flat = np.zeros(pixels, bool)
    inside = np.arange(len(counts)) % 2 == 1
    reached = np.repeat(inside, counts)
    flat[: len(reached)] = reached
    return flat.reshape(shape[::-1]).T if by_column else flat.reshape(shape)


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


def _counts(flat: Bools) -> Counts:
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(np.concatenate([[0], edges, [len(flat)]]))
    return np.concatenate([[0], counts]) if len(flat) and flat[0] else counts
