"""GrabCut: an object cut out of its background, coarsely by colour models, then finely along its edge."""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.annotation.preview import Point
from pentad.annotation.region import Patch, Region
from pentad.annotation.sheet import Underlay
from pentad.annotation.smart.grid import Grid, coarse, pieces
from pentad.annotation.smart.refining import refined
from pentad.core.arrays import Bools
from pentad.core.box import Box
from pentad.core.problem import Problem
from pentad.sdk import Ticket

CELLS = 150_000
"""What the graph cut is solved on; 0.2 s."""
ROUNDS = 3
MARGIN = 0.15
"""How much of the box's sides is looked at around it, to learn the background."""
FEWEST = 5
"""Cells either side needs: a colour model has five parts."""
_SHIFT = 4
Cells = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Hint:
    """A stroke that says what is surely object, or surely background."""

    points: tuple[Point, ...]
    radius: float
    object: bool

    @property
    def box(self) -> Box:
        """The pixels it reaches."""
        y, x = zip(*self.points, strict=True)
        reach = self.radius
        return Box(round(min(y) - reach), round(min(x) - reach), ceil(max(y) + reach) + 1, ceil(max(x) + reach) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What was cut out: as patches to paint, and as a proposal of ``step`` to show."""

    patches: list[Region]
    shown: Patch
    step: int


def cut_out(underlay: Underlay, box: Box, hints: tuple[Hint, ...], step: int, ticket: Ticket) -> Cut:
    """The object inside ``box``: GrabCut (Rother et al. 2004) on at most ``CELLS`` cells, refined along the edge.

    What lies outside the box, and outside the strokes that mark the object, is background. The same question has
    the same answer. Problem where the box is too small to tell two sides apart.
    """
    image = Box(0, 0, *underlay.size)
    wide = box
    for hint in hints:
        wide = wide | hint.box if hint.object else wide
    wide = wide & image
    rim_y, rim_x = (max(8, ceil(side * MARGIN)) for side in wide.shape)
    seen = Box(wide.y0 - rim_y, wide.x0 - rim_x, wide.y1 + rim_y, wide.x1 + rim_x) & image
    grid = Grid.over(seen, underlay.size, most=CELLS)
    ticket.report(0.05, "cutting out")
    colours = np.ascontiguousarray(grid.look(underlay)[..., :3])
    cells = _prior(grid, wide, hints)
    ticket.report(0.1, "cutting out")
    _grab(colours, cells)
    ticket.report(0.5, "following the edge")
    where = refined((cells & 1).astype(bool), grid, underlay, ticket)
    where = _kept(where, grid.box, wide, hints)
    ticket.report(0.9, "following the edge")
    corner = (grid.box.y0, grid.box.x0)
    return Cut(pieces(where, corner, check=ticket.check), coarse(where, grid.box, step), step)


def _prior(grid: Grid, wide: Box, hints: tuple[Hint, ...]) -> Cells:
    """What is known before: outside the box background, inside perhaps object, and what the strokes say."""
    cells = np.full(grid.shape, cv2.GC_BGD, np.uint8)
    top, left = (max(0, round(edge)) for edge in grid.cell((wide.y0, wide.x0)))
    bottom, right = (round(edge) + 1 for edge in grid.cell((wide.y1 - 1, wide.x1 - 1)))
    cells[top:bottom, left:right] = cv2.GC_PR_FGD
    if not (cells == cv2.GC_BGD).any():
        # Why: a box around the whole image leaves nothing to learn the background from; its rim is all there is.
        cells[[0, -1]] = cells[:, [0, -1]] = cv2.GC_BGD
    for hint in hints:
        points = [grid.cell(point) for point in hint.points]
        _draw(cells, points, hint.radius / grid.step, cv2.GC_FGD if hint.object else cv2.GC_BGD)
    known = np.count_nonzero(cells & 1), np.count_nonzero(~cells & 1)
    if min(known) < FEWEST:
        raise Problem(
            "Object and background cannot be told apart here",
            "too few pixels are left for one of them",
            remedy="Drag a larger box around the object, or zoom in first.",
        )
    return cells


def _grab(colours: Cells, cells: Cells) -> None:
    """Decide the cells that are not sure, in place."""
    cv2.setRNGSeed(0)  # Why: the colour models start from random means; the same strokes shall give the same mask.
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(colours, cells, (0, 0, 0, 0), *models, ROUNDS, cv2.GC_INIT_WITH_MASK)


def _kept(where: Bools, box: Box, wide: Box, hints: tuple[Hint, ...]) -> Bools:
    """``where`` (box.shape) without what lies outside ``wide``, and with what was said surely."""
    inside = np.zeros(where.shape, np.uint8)
    inside[wide.y0 - box.y0 : wide.y1 - box.y0, wide.x0 - box.x0 : wide.x1 - box.x0] = 1
    inside &= where.astype(np.uint8)
    for hint in hints:
        points = [(y - box.y0, x - box.x0) for y, x in hint.points]
        _draw(inside, points, hint.radius, int(hint.object))
    return inside.astype(bool)


def _draw(cells: Cells, points: list[Point], radius: float, value: int) -> None:
    """A round stroke along ``points``, at least one cell wide."""
    scaled = np.array([[(x * (1 << _SHIFT), y * (1 << _SHIFT)) for y, x in points]]).round().astype(np.int32)
    thickness = max(1, round(2 * radius))
    cv2.polylines(cells, list(scaled), False, value, min(thickness, 255), cv2.LINE_8, _SHIFT)
