"""Working out, away from the main thread, where marks of one view would lie in the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pentad.annotation.marked import Marked, beyond, patch_of
from pentad.annotation.operations import Change
from pentad.annotation.preview import Path, Proposal, Shape
from pentad.core.arrays import Bools, Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.patch import Patch
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.transfer import Carried, carry
from pentad.sdk import Ticket

_MOST_OUTLINES = 200
_GAP = 19
"""Cells between two pieces that get one outline: a pin before a defect would otherwise make it many."""
_CRUMB = 6
"""Cells around a piece below which it gets no outline, unless it is the largest."""


@dataclass(frozen=True, slots=True, eq=False)
class Sights:
    """The views between which marks are carried: their cameras and depth rasters, and what counts as the same place."""

    cameras: Mapping[str, Camera]
    depths: Mapping[str, DepthRaster]
    tolerance_mm: float
    floor: float
    """Confidence from which a pixel is carried."""

    def carry(self, where: Patch, source: str, target: str, ticket: Ticket, *, step: int = 1) -> Carried:
        return carry(
            where,
            self.cameras[source],
            self.depths[source],
            self.cameras[target],
            self.depths[target],
            tolerance_mm=self.tolerance_mm,
            ticket=ticket,
            step=step,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What was marked with ``label`` in the view ``source``; ``done``: what of it was decided on already, by view."""

    source: str
    label: int
    marked: Marked
    done: Mapping[str, Marked]

    @property
    def name(self) -> tuple[str, int]:
        return self.source, self.label

    def open(self, target: str) -> Marked:
        """What is yet to be decided on in a view."""
        done = self.done.get(target)
        return self.marked if not done else beyond(self.marked, done)


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """Marks of ``source`` as one other view would get them, coarsely.

    ``seen``: the share of them that the view shows; ``sure``: whether any of it reaches the floor of confidence.
    """

    source: str
    label: int
    seen: float
    sure: bool
    shapes: tuple[Shape, ...]


def propose(marks: Sequence[Marks], sights: Sights, step: int, ticket: Ticket) -> Mapping[str, Sequence[Proposed]]:
    """By view, what the marks of the others would be there."""
    found: dict[str, list[Proposed]] = {view: [] for view in sights.cameras}
    for one in marks:
        size = sights.cameras[one.source].size
        whole = patch_of(one.marked, size)
        for target in sights.cameras:
            if target == one.source:
                continue
            open = one.open(target)
            where = whole if open is one.marked else patch_of(open, size)
            if where.where.any():
                carried = sights.carry(where, one.source, target, ticket, step=step)
                found[target].append(_proposed(one, carried, sights.floor))
    return found


def carried_labels(marks: Marks, target: str, sights: Sights, labels: Labels, ticket: Ticket) -> Sequence[Change]:
    """What becomes of a view's labels where its marks are taken over, pixel by pixel."""
    where = patch_of(marks.open(target), sights.cameras[marks.source].size)
    carried = sights.carry(where, marks.source, target, ticket)
    box = carried.patch.box & Box(0, 0, *labels.shape)
    if box.empty:
        return []
    new = labels[box.slices].copy()
    inside = box.within(carried.patch.box).slices
    new[carried.patch.where[inside] & (carried.confidence[inside] >= sights.floor)] = marks.label
    return [(box, new)]


def _proposed(marks: Marks, carried: Carried, floor: float) -> Proposed:
    sure = carried.patch.where & (carried.confidence >= floor)
    shapes: list[Shape] = []
    if sure.any():
        shapes.append(Proposal(Patch(carried.patch.box, sure), marks.label, carried.step))
    shapes += outlines(carried.patch.where, carried.patch.box, carried.step)
    return Proposed(marks.source, marks.label, carried.seen, bool(sure.any()), tuple(shapes))


def outlines(where: Bools, cells: Box, step: int) -> list[Shape]:
    """Dashed lines around pieces and what is close together; what is filled says which cells it is."""
    if not where.size:
        return []
    padded = np.pad(where.astype(np.uint8), _GAP)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_GAP, _GAP)))
    found, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
    paths: list[Shape] = []
    lengths = {id(contour): cv2.arcLength(contour, closed=True) for contour in found}
    largest = sorted(found, key=lambda contour: -lengths[id(contour)])[:_MOST_OUTLINES]
    for contour in largest[:1] + [contour for contour in largest[1:] if lengths[id(contour)] >= _CRUMB]:
        cell = contour.reshape(-1, 2)[:, ::-1] + np.array([cells.y0, cells.x0]) - _GAP
        points = cell * step + (step - 1) / 2
        paths.append(Path(tuple((y, x) for y, x in points.tolist()), closed=True, dashed=True))
    return paths
