"""From a region in coarse cells to the exact one: the pixels along its edge go to the side they look like."""

from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.annotation.sheet import Underlay
from pentad.annotation.smart.grid import Grid
from pentad.core.arrays import Bools, Floats, Rgb
from pentad.core.box import Box
from pentad.sdk import Ticket

TILE = 96
"""Pixels along the side of the squares worked on at a time."""
RATIO = 4
"""A grid is refined to one at most so many times finer at once."""
SMOOTH = 1.2
"""Pixels of Gaussian blur of the decision, against noise."""
_SQUARE = np.ones((3, 3), np.uint8)


def refined(region: Bools, grid: Grid, underlay: Underlay, ticket: Ticket) -> Bools:
    """``region`` (grid.shape) at full resolution, (H, W) of grid.box.

    Only pixels within about a cell of the edge may change sides. Each is compared with the mean colours of what lies
    inside and outside within two cells: the local two-region model of Lankton and Tannenbaum 2008 (eq. 9), one step.
    Where both sides look alike the edge stays. Coarse grids go through finer ones on the way.
    """
    while grid.step > 1:
        ticket.check()
        finer = grid.finer(1 if grid.step <= RATIO else ceil(grid.step / RATIO))
        region = _finer(region, grid, finer, finer.look(underlay)[..., :3], ticket)
        grid = finer
    return region


def _finer(region: Bools, grid: Grid, finer: Grid, guide: Rgb, ticket: Ticket) -> Bools:
    """``region`` of ``grid`` on the ``finer`` one, whose colours ``guide`` holds."""
    cells = region.astype(np.uint8)
    edge = (cv2.dilate(cells, _SQUARE) != cv2.erode(cells, _SQUARE)).astype(np.uint8)
    whole = Box(0, 0, *finer.shape)
    found = _stretched(cells, grid, finer, whole, cv2.INTER_NEAREST).astype(bool)
    band = _stretched(edge, grid, finer, whole, cv2.INTER_NEAREST).astype(bool)
    soft = cells.astype(np.float32)
    reach = ceil(2 * grid.step / finer.step)
    margin = reach + 4
    for top in range(0, whole.y1, TILE):
        ticket.check()
        for left in range(0, whole.x1, TILE):
            core = Box(top, left, top + TILE, left + TILE) & whole
            near = band[core.slices]
            if not near.any():
                continue
            wide = core.grown(margin) & whole
            local = _stretched(soft, grid, finer, wide, cv2.INTER_LINEAR)
            found[core.slices][near] = _decide(guide[wide.slices], local, reach)[core.within(wide).slices][near]
    return found


def _stretched(cells: NDArray[Any], grid: Grid, finer: Grid, part: Box, way: int) -> NDArray[Any]:
    """``cells`` of ``grid`` on a part of the finer grid (counted from its first cell)."""
    scale = finer.step / grid.step
    shift_y = (finer.cells.y0 + part.y0 + 0.5) * scale - 0.5 - grid.cells.y0
    shift_x = (finer.cells.x0 + part.x0 + 0.5) * scale - 0.5 - grid.cells.x0
    moved = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    flags = way | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(cells, moved, part.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _decide(guide: Rgb, soft: Floats, reach: int) -> Bools:
    """Which pixels look more like what is inside (``soft`` above one half) than like what is outside nearby."""
    window = (2 * reach + 1, 2 * reach + 1)
    inside = (soft > 0.5).astype(np.uint8)
    share = cv2.boxFilter(inside, cv2.CV_32F, window)[..., None]
    within = cv2.boxFilter(np.ascontiguousarray(guide) * inside[..., None], cv2.CV_32F, window)
    around = cv2.boxFilter(np.ascontiguousarray(guide), cv2.CV_32F, window)
    mean_in = within / np.maximum(share, 1e-6)
    mean_out = (around - within) / np.maximum(1 - share, 1e-6)
    apart = mean_in - mean_out
    likeness = np.einsum("yxc,yxc->yx", guide - (mean_in + mean_out) / 2, apart)
    contrast = np.einsum("yxc,yxc->yx", apart, apart)
    likeness = cv2.GaussianBlur(likeness, (0, 0), SMOOTH)
    # Why the 1: sides that differ by less than a grey level say nothing, and the soft edge decides.
    verdict: Bools = likeness / (contrast + 1) + 0.05 * (soft - 0.5) > 0
    return verdict
