"""Looking at a part of an image in few cells: whole numbers of pixels each, so that any zoom costs the same."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.annotation.edit import TILE
from pentad.annotation.preview import Point
from pentad.annotation.region import Patch, Region, Spans
from pentad.annotation.sheet import Underlay
from pentad.core.arrays import Bools
from pentad.core.box import Box


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of ``step`` x ``step`` pixels: cell (r, c) covers rows r*step to (r+1)*step. ``cells`` says which ones.

    ``size`` is the image's (height, width); the last row and column of cells may reach beyond it.
    """

    cells: Box
    step: int
    size: tuple[int, int]

    @classmethod
    def over(cls, box: Box, size: tuple[int, int], *, most: int, step: int = 1) -> "Grid":
        """The finest grid of at least ``step`` that covers ``box`` (inside the image) in about ``most`` cells."""
        step = max(step, ceil(sqrt(max(box.shape[0] * box.shape[1], 1) / most)))
        return cls(Box(box.y0 // step, box.x0 // step, -(-box.y1 // step), -(-box.x1 // step)), step, size)

    def finer(self, step: int) -> "Grid":
        """The same part of the image in cells of ``step``."""
        box = self.box
        return Grid(Box(box.y0 // step, box.x0 // step, -(-box.y1 // step), -(-box.x1 // step)), step, self.size)

    @property
    def shape(self) -> tuple[int, int]:
        return self.cells.shape

    @property
    def box(self) -> Box:
        """The pixels of the image that it covers."""
        cells, step = self.cells, self.step
        whole = Box(cells.y0 * step, cells.x0 * step, cells.y1 * step, cells.x1 * step)
        return whole & Box(0, 0, *self.size)

    def cell(self, point: Point) -> Point:
        """Where a point of the image lies, counted from the first cell, cell centres at integers."""
        y, x = ((along + 0.5) / self.step - 0.5 for along in point)
        return y - self.cells.y0, x - self.cells.x0

    def index(self, point: Point) -> tuple[int, int] | None:
        """The cell under a point of the image; None outside."""
        row, column = (round(along) for along in self.cell(point))
        inside = 0 <= row < self.shape[0] and 0 <= column < self.shape[1]
        return (row, column) if inside else None

    def point(self, cell: Point) -> Point:
        """The point of the image in the middle of a cell (the inverse of ``cell``)."""
        y, x = cell[0] + self.cells.y0, cell[1] + self.cells.x0
        return (y + 0.5) * self.step - 0.5, (x + 0.5) * self.step - 0.5

    def look(self, underlay: Underlay) -> NDArray[Any]:
        """The underlay's mean in every cell, (rows, columns[, channels]) in its own type; takes tens of milliseconds
        where the box is large."""
        if underlay.exact:
            return means(underlay.crop(self.box), self.step, self.shape)
        fy, fx = (mine / whole for mine, whole in zip(underlay.values.shape[:2], self.size, strict=True))
        step, cells = self.step, self.cells
        moved = np.array(
            [
                [step * fx, 0, (cells.x0 + 0.5) * step * fx - 0.5],
                [0, step * fy, (cells.y0 + 0.5) * step * fy - 0.5],
            ]
        )
        way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shape = self.shape[::-1]
        return np.asarray(cv2.warpAffine(underlay.values, moved, shape, flags=way, borderMode=cv2.BORDER_REPLICATE))


def means(values: NDArray[Any], step: int, shape: tuple[int, int]) -> NDArray[Any]:
    """Means of ``step`` x ``step`` blocks, ``shape`` of them; the last ones see the edge repeated."""
    if step == 1:
        return values
    below, right = shape[0] * step - values.shape[0], shape[1] * step - values.shape[1]
    if below or right:
        values = cv2.copyMakeBorder(values, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(values, shape[::-1], interpolation=cv2.INTER_AREA))


def spread(cells: NDArray[Any], step: int, shape: tuple[int, int]) -> NDArray[Any]:
    """The opposite of ``means``: every cell as a block, cut to ``shape``."""
    if step == 1:
        return cells
    size = (cells.shape[1] * step, cells.shape[0] * step)
    return np.asarray(cv2.resize(cells, size, interpolation=cv2.INTER_NEAREST))[: shape[0], : shape[1]]


def coarse(where: Bools, box: Box, step: int) -> Patch:
    """``where`` (box.shape) as cells of ``step`` that it covers at least half of, as a proposal shows it."""
    if step == 1:
        return Patch(box, where)
    cells = Box(box.y0 // step, box.x0 // step, -(-box.y1 // step), -(-box.x1 // step))
    above, left = box.y0 - cells.y0 * step, box.x0 - cells.x0 * step
    below, right = cells.y1 * step - box.y1, cells.x1 * step - box.x1
    padded = cv2.copyMakeBorder(where.astype(np.uint8), above, below, left, right, cv2.BORDER_CONSTANT, value=0)
    share = cv2.resize(padded * np.uint8(200), cells.shape[::-1], interpolation=cv2.INTER_AREA)
    return Patch(cells, np.asarray(share) >= 100)


def connected(where: Bools, seed: tuple[int, int], *, diagonal: bool = False) -> Bools:
    """The part of ``where`` that hangs together with the pixel ``seed``; nothing where that is not part of it."""
    if not where[seed]:
        return np.zeros(where.shape, bool)
    found = np.zeros((where.shape[0] + 2, where.shape[1] + 2), np.uint8)
    flags = (8 if diagonal else 4) | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    # Why: floodFill takes its picture for writing although it only fills ``found``; a copy may be written.
    cv2.floodFill(where.astype(np.uint8), found, (seed[1], seed[0]), 1, 0, 0, flags)
    return found[1:-1, 1:-1].astype(bool)


def pieces(where: Bools, corner: tuple[int, int] = (0, 0), *, check: Callable[[], None] | None = None) -> list[Region]:
    """``where``, whose first pixel is ``corner`` of the image, as regions that leave out the tiles nothing lies in.

    They are cut where tiles are, so that a stroke keeps no tile it does not change. What is all filled is runs of
    pixels, which paint faster.
    """
    (top, left), (height, width) = corner, where.shape
    found: list[Region] = []
    for y0, y1 in _spans(top, top + height):
        if check is not None:
            check()
        filled = np.flatnonzero(where[y0 - top : y1 - top].any(axis=0)) + left
        if not filled.size:
            continue
        tiles = np.unique(filled // TILE)
        for run in np.split(tiles, np.flatnonzero(np.diff(tiles) > 1) + 1):
            x0, x1 = max(int(run[0]) * TILE, left), min(int(run[-1] + 1) * TILE, left + width)
            part = where[y0 - top : y1 - top, x0 - left : x1 - left]
            if part.all():
                found.append(Spans(y0, np.full(y1 - y0, x0), np.full(y1 - y0, x1)))
            else:
                found.append(Patch(Box(y0, x0, y1, x1), part.copy()))
    return found


def _spans(start: int, end: int) -> list[tuple[int, int]]:
    cuts = [start, *range((start // TILE + 1) * TILE, end, TILE), end]
    return list(pairwise(cuts)) if end > start else []
