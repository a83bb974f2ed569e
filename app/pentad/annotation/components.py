"""Connected regions of a mask: the one under the hand, the holes and islands of a class."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.annotation.region import Bools, Patch
from pentad.core.arrays import Labels
from pentad.core.box import Box

_WINDOW = 256
"""Pixels around the hand that are looked at first; a region that reaches further is looked for in ever larger ones."""


def box_of(where: Bools | Labels) -> Box:
    """The smallest box around what is true, or marked, in ``where`` (H, W); empty where nothing is."""
    x, y, width, height = cv2.boundingRect(where.view(np.uint8))
    return Box(y, x, y + height, x + width)


def marked_part(labels: Labels) -> tuple[Box, Labels]:
    """The box around all that is marked, and a copy of the labels in it: a whole mask of 20 MP takes up to 40 ms."""
    box = box_of(labels)
    return box, labels[box.slices].copy()


def region_at(labels: Labels, y: int, x: int, *, corners: bool = True, within: int | None = None) -> Patch | None:
    """The pixels of one label that hang together with (y, x), over corners too or over sides only.

    None on background and outside, and where the region does not end ``within`` so many pixels from there.
    """
    whole = Box(0, 0, *labels.shape)
    if not (0 <= y < whole.y1 and 0 <= x < whole.x1) or labels[y, x] == 0:
        return None
    reach = _WINDOW
    while True:
        window = Box(y - reach, x - reach, y + reach, x + reach) & whole
        found = _flooded(labels[window.slices], y - window.y0, x - window.x0, corners)
        box = found.box
        cut = (
            (box.y0 == 0 and window.y0 > 0)
            or (box.x0 == 0 and window.x0 > 0)
            or (box.y1 == window.shape[0] and window.y1 < whole.y1)
            or (box.x1 == window.shape[1] and window.x1 < whole.x1)
        )
        if not cut:
            return Patch(box.moved(window.y0, window.x0), found.where)
        if within is not None and reach >= within:
            return None
        reach *= 4


def _flooded(labels: Labels, y: int, x: int, corners: bool) -> Patch:
    height, width = labels.shape
    reached = np.zeros((height + 2, width + 2), np.uint8)
    # Why a copy: OpenCV insists on an image it could write to, and masks lend theirs for reading.
    flags = (8 if corners else 4) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (1 << 8)
    _, _, _, (left, top, wide, high) = cv2.floodFill(labels.copy(), reached, (x, y), 0, 0, 0, flags)
    box = Box(top, left, top + high, left + wide)
    return Patch(box, reached[1:-1, 1:-1][box.slices].astype(bool))


def filled(where: Bools, *, most: int = 0, corners: bool = True) -> Bools:
    """``where`` with its holes filled, those of at most ``most`` pixels if that is not 0.

    A hole is what is not in the set, hangs together (over sides where the set hangs together over corners, and the
    other way round) and does not reach the edge of ``where``.
    """
    numbers, stats = _components(~where, corners=not corners)
    left, top, wide, high, area = stats.T
    inside = (left > 0) & (top > 0) & (left + wide < where.shape[1]) & (top + high < where.shape[0])
    inside[0] = False
    if most:
        inside &= area <= most
    return np.asarray(where | inside[numbers])


def without_islands(where: Bools, least: float, *, corners: bool = True) -> Bools:
    """``where`` without its connected regions of less than ``least`` pixels."""
    if least <= 1:
        return where
    numbers, stats = _components(where, corners=corners)
    large = stats[:, cv2.CC_STAT_AREA] >= least
    large[0] = False
    kept: Bools = large[numbers]
    return kept


def largest_island(where: Bools, *, corners: bool = True) -> Bools:
    """The largest connected region of ``where``, the first from above of several; nothing where nothing is."""
    numbers, stats = _components(where, corners=corners)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    best = int(area.argmax())
    kept: Bools = (numbers == best) & where
    return kept


def restored(before: Bools, after: Bools, least: int, *, corners: bool = True) -> Bools:
    """``after`` with those islands of ``before`` put back that vanished though they have ``least`` pixels or more."""
    numbers, stats = _components(before, corners=corners)
    lost = stats[:, cv2.CC_STAT_AREA] >= least
    lost[0] = False
    lost[numbers[after & before]] = False
    return after | lost[numbers]


def _components(where: Bools, *, corners: bool) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(number of the region per pixel, 0 = none; left, top, width, height, area per number)."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(
        where.view(np.uint8), connectivity=8 if corners else 4, ltype=cv2.CV_32S
    )
    return np.asarray(numbers, np.int32), np.asarray(stats, np.int32)
