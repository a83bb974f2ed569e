"""The way of least cost along a picture's edges from one point to any other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.annotation.preview import Point
from pentad.annotation.region import Region
from pentad.annotation.sheet import Underlay
from pentad.annotation.smart.grid import Grid, pieces
from pentad.annotation.smart.refining import refined
from pentad.core.box import Box
from pentad.sdk import Ticket

CELLS = 1_000_000
WEIGHTS = (0.43, 0.43, 0.14)
"""Of no edge, of the gradient's direction, of its magnitude (Mortensen and Barrett 1995, section 3)."""
CANNY = (32, 100)
STRONGEST = 200.0
_SHIFT = 4
Leg = tuple[Point, ...]
"""Points of the image from one anchor to the next, both included."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveMap:
    """All best ways from ``source``, over the cells of ``grid``. ``of`` is the part of the image it was made for."""

    source: Point
    of: Box
    grid: Grid
    contour: Callable[[tuple[int, int]], NDArray[Any]]

    def leg(self, target: Point) -> Leg | None:
        """The way to ``target``; None where that lies outside."""
        cell = self.grid.index(target)
        if cell is None:
            return None
        found = self.contour((cell[1], cell[0])).reshape(-1, 2)
        return (self.source, *(self.grid.point((float(y), float(x))) for x, y in found[1:-1]), target)


@dataclass(frozen=True, slots=True)
class Trace:
    """A closed or open way through ``anchors``: ``legs`` that are known, None where they are still to be found."""

    anchors: tuple[Point, ...]
    legs: tuple[Leg | None, ...]

    @property
    def points(self) -> Leg:
        """All of it as far as it is known; straight where it is not."""
        points: list[Point] = list(self.anchors[:1])
        for leg, end in zip(self.legs, self.anchors[1:], strict=False):
            points.extend(leg[1:] if leg else (end,))
        return tuple(points)


def live_map(underlay: Underlay, source: Point, visible: Box, step: int, ticket: Ticket) -> LiveMap:
    """Every best way from ``source`` within ``visible``; 0.2 s a megapixel."""
    image = Box(0, 0, *underlay.size)
    y, x = (min(max(round(along), 0), most - 1) for along, most in zip(source, underlay.size, strict=True))
    seen = (visible | Box(y, x, y + 1, x + 1)) & image
    grid = Grid.over(seen, underlay.size, most=CELLS, step=step)
    colours = cv2.GaussianBlur(np.ascontiguousarray(grid.look(underlay)[..., :3]), (0, 0), 1.0)
    ticket.check()
    scissors = cv2.segmentation.IntelligentScissorsMB()
    scissors.setEdgeFeatureCannyParameters(*CANNY)
    scissors.setGradientMagnitudeMaxLimit(STRONGEST)
    scissors.setWeights(*WEIGHTS)
    scissors.applyImage(colours)
    ticket.check()
    row, column = grid.index((float(y), float(x))) or (0, 0)
    scissors.buildMap((column, row))
    return LiveMap(source, visible, grid, scissors.getContour)


def completed(trace: Trace, underlay: Underlay, visible: Box, step: int, ticket: Ticket) -> Trace:
    """``trace`` with every leg found."""
    legs = list(trace.legs)
    for i, leg in enumerate(legs):
        ticket.report(i / len(legs), "following edges")
        if leg is None:
            start, end = trace.anchors[i], trace.anchors[i + 1]
            found = live_map(underlay, start, visible | _around(start, end), step, ticket)
            legs[i] = found.leg(end) or (start, end)
    return Trace(trace.anchors, tuple(legs))


def enclosed(trace: Trace, underlay: Underlay, step: int, ticket: Ticket) -> list[Region]:
    """What a closed trace encloses, its own pixels included; where it was found on cells of ``step`` pixels, refined to
    the edge at full resolution."""
    points = np.array(trace.points)
    image = Box(0, 0, *underlay.size)
    margin = 4 * step
    low, high = np.floor(points.min(axis=0)).astype(int) - margin, np.ceil(points.max(axis=0)).astype(int) + margin
    box = Box(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1) & image
    if box.empty:
        return []
    grid = Grid.over(box, underlay.size, most=box.shape[0] * box.shape[1], step=step)
    cells = np.zeros(grid.shape, np.uint8)
    corners = np.array([grid.cell((y, x))[::-1] for y, x in points]) * (1 << _SHIFT)
    cv2.fillPoly(cells, [np.rint(corners).astype(np.int32)], 1, cv2.LINE_8, _SHIFT)
    where = refined(cells.astype(bool), grid, underlay, ticket)
    return pieces(where, (grid.box.y0, grid.box.x0), check=ticket.check)


def _around(start: Point, end: Point) -> Box:
    (y0, y1), (x0, x1) = (sorted(pair) for pair in zip(start, end, strict=True))
    return Box(int(y0), int(x0), int(y1) + 1, int(x1) + 1)
