"""Growing, shrinking and smoothing sets of pixels by exact discs, block by block."""

import math
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from pentad.annotation.components import restored
from pentad.annotation.region import Bools
from pentad.core.box import Box
from pentad.sdk import Ticket

_BLOCK = 512


def grown(where: Bools, radius: float, ticket: Ticket) -> Bools:
    """Every pixel whose centre is no further than ``radius`` pixels from that of one of ``where``."""
    return _by_blocks(where, math.ceil(radius), lambda crop: _near(crop, radius), ticket)


def shrunk(where: Bools, radius: float, ticket: Ticket) -> Bools:
    """Every pixel of ``where`` that is further than ``radius`` from all others; beyond the array it goes on as it is.

    So nothing is eaten from the edge of the image.
    """
    return _by_blocks(where, math.ceil(radius), lambda crop: ~_near(~crop, radius), ticket)


def opened(where: Bools, radius: float, ticket: Ticket) -> Bools:
    """What a disc of ``radius`` covers that fits into ``where``: thin parts and small islands are gone."""
    return _by_blocks(where, 2 * math.ceil(radius), lambda crop: _near(~_near(~crop, radius), radius), ticket)


def closed(where: Bools, radius: float, ticket: Ticket) -> Bools:
    """``where`` with what a disc of ``radius`` cannot reach from outside: narrow gaps and small holes are gone."""
    return _by_blocks(where, 2 * math.ceil(radius), lambda crop: ~_near(~_near(crop, radius), radius), ticket)


def smoothed(where: Bools, radius: float, ticket: Ticket, *, least: int = 1, corners: bool = True) -> Bools:
    """The contour smoothed: where a Gaussian mean of ``where`` (standard deviation ``radius`` / 2) exceeds one half.

    Islands and holes of ``least`` pixels or more that would vanish stay as they are.
    """
    half = math.ceil(1.5 * radius)
    kernel = cv2.getGaussianKernel(2 * half + 1, radius / 2, cv2.CV_32F)

    def mean(crop: Bools) -> Bools:
        found = cv2.sepFilter2D(crop.astype(np.float32), cv2.CV_32F, kernel, kernel, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(found > 0.5)

    smooth = _by_blocks(where, half, mean, ticket)
    ticket.check()
    smooth = restored(where, smooth, least, corners=corners)
    ticket.check()
    return ~restored(~where, ~smooth, least, corners=not corners)


def _near(where: Bools, radius: float) -> Bools:
    """Pixels no further than ``radius`` from one of ``where``, distances taken within the array."""
    if not where.any():
        return np.zeros_like(where)
    # Why: squared distances are whole numbers, so a bound between two of them is safe from rounding.
    bound = math.sqrt(math.floor(radius * radius + 1e-9) + 0.5)
    away = cv2.distanceTransform((~where).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away < bound)


def _by_blocks(where: Bools, reach: int, change: Callable[[Bools], Bools], ticket: Ticket) -> Bools:
    """``change`` of ``where``, which looks at most ``reach`` pixels around and leaves alone what is all alike."""
    whole = Box(0, 0, *where.shape)
    result = where.copy()
    blocks = list(_blocks(whole))
    for number, block in enumerate(blocks):
        ticket.report(number / len(blocks))
        around = block.grown(reach) & whole
        crop = np.ascontiguousarray(where[around.slices])
        if crop.any() and not crop.all():
            result[block.slices] = change(crop)[block.within(around).slices]
    return result


def _blocks(whole: Box) -> Iterator[Box]:
    for y in range(whole.y0, whole.y1, _BLOCK):
        for x in range(whole.x0, whole.x1, _BLOCK):
            yield Box(y, x, y + _BLOCK, x + _BLOCK) & whole
