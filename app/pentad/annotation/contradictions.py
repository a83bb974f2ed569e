"""Where the masks of one part contradict each other: marked in one view, plain to see in another, not marked there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pentad.annotation.components import box_of
from pentad.core.arrays import Doubles, Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.core.patch import Patch
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.footprint import footprints
from pentad.geometry.projection import project, unproject
from pentad.geometry.surface import Rays, Surface
from pentad.geometry.transfer import Carried, carry
from pentad.sdk import Ticket
from pentad.sdk.quiet_ticket import QuietTicket

SURE = 0.4
"""Confidence from which a place counts as plain to see: not grazing, nor at an edge of what hides it in both views."""
AGREES = 0.3
"""Share of a carried region that has to be marked in the other view for the two to agree."""
LEAST_SEEN = 0.1
"""Share of a region that the other view has to show."""
LEAST_PX = 16
"""Regions, and what is seen of them, of fewer pixels are let pass."""
MOST_REGIONS = 200
"""The largest of each class in each view are carried over."""
MEETS = 0.5
"""Share of a region's rays that have to meet the other view's marks in the room before the surface."""
_RAYS, _DEPTHS = 150, 200
"""Of a region, at most, and on each ray."""
_CELLS = 5_000
"""Of a carried region, about; small ones are carried pixel by pixel."""
_MEASURED = 400
"""Cells whose size on the surface is looked up; the others are as large on the average."""
_SLACK = 1 / 500
"""How far off marks may lie, as a share of the image's longer side."""


@dataclass(frozen=True, slots=True, eq=False)
class MarkedView:
    """One calibrated view of a part; ``labels`` (H, W), None where nothing is marked. ``depth`` may be coarse."""

    name: str
    camera: Camera
    depth: DepthRaster
    labels: Labels | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Contradiction:
    """A place of ``to_view`` that ``from_view`` (and ``also_from``) mark with ``label`` and ``to_view`` does not.

    ``place`` holds what should be marked, in cells of ``step`` x ``step`` pixels; ``where`` is its box in pixels of the
    image of ``size``; ``origin`` is the region's box in ``from_view``, an image of ``origin_size``. ``marked_as`` is
    the class it is marked with instead, or 0. The heat is the shown run's in that place, ``heat_rank`` its maximum on
    the model's own scale from 0 to 1; None without a run.
    """

    sample: str
    from_view: str
    to_view: str
    label: int
    origin: Box
    origin_size: tuple[int, int]
    where: Box
    place: Patch
    step: int
    size: tuple[int, int]
    visible_area_px: int
    visible_area_mm2: float | None
    marked_as: int = 0
    also_from: tuple[str, ...] = ()
    heat_mean: float | None = None
    heat_max: float | None = None
    heat_rank: float | None = None

    @property
    def weight(self) -> float:
        """What the queue is sorted by: the visible pixels, times the views that mark them, and up to five times as much
        where the model is sure."""
        return self.visible_area_px * (1 + len(self.also_from)) * (1 + 4 * (self.heat_rank or 0.0))

    def with_heat(self, heatmap: Heatmap | None) -> "Contradiction":
        """The same with what a model says of the place; with nothing, where it says nothing."""
        if heatmap is None:
            return replace(self, heat_mean=None, heat_max=None, heat_rank=None)
        scale = np.array(heatmap.values.shape) / self.size
        cells = ((_middles(self.place, self.step) + 0.5) * scale).astype(int)
        row, column = np.minimum(cells, np.array(heatmap.values.shape) - 1).T
        heat = heatmap.values[row, column]
        most = float(heat.max())
        rank = (most - heatmap.low) / max(heatmap.high - heatmap.low, 1e-12)
        return replace(self, heat_mean=float(heat.mean()), heat_max=most, heat_rank=min(1.0, max(0.0, rank)))


def contradictions(
    sample: str, views: Sequence[MarkedView], surface: Surface, *, tolerance_mm: float, ticket: Ticket
) -> list[Contradiction]:
    """All of one part, one for each place of a view, by ``weight``.

    Every connected region of each class is carried to each other view. What is plain to see of it there (see the
    constants above) has to be marked, with the same class, to a third; marks may lie a few pixels off. Regions of
    several views that meet in one place are one contradiction: the one of the largest visible area speaks.

    A missing pin is marked where it should stand, not on what is seen behind it. So views agree as well where the rays
    of the one's region meet those of the other's marks in the room between the surface and the edge of the part.
    """
    found: list[Contradiction] = []
    marked = [view for view in views if view.labels is not None and view.labels.any()]
    cast = Rays(surface) if marked else None
    for number, source in enumerate(marked):
        ticket.report(number / len(marked), f"{sample} {source.name}")
        for label, region in regions(source.labels):
            for target in views:
                if target is not source:
                    ticket.check()
                    one = _contradiction(sample, source, target, label, region, tolerance_mm, ticket)
                    if one is not None and _in_room(source, target, label, region, surface.bounds):
                        continue
                    found += [] if one is None else [one]
    merged = sorted(_merged(found), key=lambda one: -one.weight)
    targets = {view.name: view for view in views}
    return [replace(one, visible_area_mm2=_area_mm2(one, targets[one.to_view], surface, cast)) for one in merged]


def regions(labels: Labels | None) -> Iterator[tuple[int, Patch]]:
    """Every class with each of its connected regions (over corners too), the largest ``MOST_REGIONS`` of a class."""
    if labels is None:
        return
    around = box_of(labels != 0)
    inner = labels[around.slices]
    for label in np.flatnonzero(np.bincount(inner.ravel(), minlength=2)).tolist():
        if not label:
            continue
        _, numbers, stats, _ = cv2.connectedComponentsWithStats((inner == label).astype(np.uint8), connectivity=8)
        order = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")
        for number in order[:MOST_REGIONS].tolist():
            x, y, width, height, area = stats[number].tolist()
            if area < LEAST_PX:
                break
            box = Box(y, x, y + height, x + width)
            yield label, Patch(box.moved(around.y0, around.x0), numbers[box.slices] == number)


def _contradiction(
    sample: str, source: MarkedView, target: MarkedView, label: int, region: Patch, tolerance_mm: float, ticket: Ticket
) -> Contradiction | None:
    step = max(1, int(np.sqrt(np.count_nonzero(region.where) / _CELLS)))
    carried = carry(
        region, source.camera, source.depth, target.camera, target.depth,
        tolerance_mm=tolerance_mm, ticket=QuietTicket(ticket), step=step,
    )  # fmt: skip
    place = _plain(carried)
    area = int(np.count_nonzero(place.where)) * step * step
    if carried.seen < LEAST_SEEN or area < LEAST_PX:
        return None
    height, width = target.camera.size
    marks = _marks_there(place, step, target, label)
    if float(np.mean(marks == label)) >= AGREES:
        return None
    others, counts = np.unique(marks[(marks != label) & (marks != 0)], return_counts=True)
    instead = int(others[counts.argmax()]) if counts.size and counts.max() >= AGREES * marks.size else 0
    box = place.box
    where = Box(box.y0 * step, box.x0 * step, box.y1 * step, box.x1 * step) & Box(0, 0, height, width)
    return Contradiction(
        sample,
        source.name,
        target.name,
        label,
        region.box,
        source.camera.size,
        where,
        place,
        step,
        (height, width),
        area,
        None,
        instead,
    )


def _in_room(source: MarkedView, target: MarkedView, label: int, region: Patch, bounds: Doubles) -> bool:
    """Whether both views may have marked one thing that is not on the surface: something missing."""
    if target.labels is None:
        return False
    pixels = np.argwhere(region.where) + np.array([region.box.y0, region.box.x0])
    pixels = pixels[np.linspace(0, len(pixels) - 1, min(_RAYS, len(pixels))).astype(int)]
    corners = np.stack(np.meshgrid(*bounds.T), axis=-1).reshape(-1, 3)
    pose = source.camera.rig_to_camera
    reach = corners @ pose[2, :3] + pose[2, 3]
    behind = source.depth.values[tuple(pixels.T // source.depth.step)]
    share = np.linspace(0, 1, _DEPTHS)
    depth = reach.min() + (np.minimum(behind, reach.max()) - reach.min())[:, None] * share
    points = unproject(source.camera, np.repeat(pixels[:, None, ::-1], _DEPTHS, axis=1), depth)
    inside = ((points >= bounds[0]) & (points <= bounds[1])).all(axis=-1)
    there = project(target.camera, points)[..., ::-1]
    size = np.array(target.labels.shape)
    inside &= ((there > -0.5) & (there < size - 0.5)).all(axis=-1)
    row, column = np.rint(np.where(inside[..., None], there, 0)).astype(int).clip(0, size - 1).T
    met = inside & np.equal(target.labels[row, column].T, label)
    return float(met.any(axis=1).mean()) >= MEETS


def _plain(carried: Carried) -> Patch:
    """What is plain to see."""
    sure = carried.patch.where & (carried.confidence >= SURE)
    box = box_of(sure)
    return Patch(box.moved(carried.patch.box.y0, carried.patch.box.x0), sure[box.slices])


def _marks_there(place: Patch, step: int, target: MarkedView, label: int) -> Labels:
    """(N,) the class that each cell of the place is marked with; ``label`` where that is marked up to a slack away."""
    middles = np.rint(_middles(place, step)).astype(int)
    if target.labels is None:
        return np.zeros(len(middles), np.uint8)
    slack = max(2, step, round(max(target.camera.size) * _SLACK))
    whole = Box(0, 0, *target.labels.shape)
    box = place.box
    window = Box(box.y0 * step, box.x0 * step, box.y1 * step, box.x1 * step).grown(slack) & whole
    labels = target.labels[window.slices]
    tip = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * slack + 1, 2 * slack + 1))
    near = cv2.dilate((labels == label).astype(np.uint8), tip) != 0
    row, column = np.minimum(middles, np.array(target.labels.shape) - 1).T
    row, column = row - window.y0, column - window.x0
    return np.where(near[row, column], np.uint8(label), labels[row, column])


def _middles(place: Patch, step: int) -> Doubles:
    """(N, 2) pixels y, x in the middle of the cells of a place."""
    cells = np.argwhere(place.where) + np.array([place.box.y0, place.box.x0])
    return np.asarray(cells * step + (step - 1) / 2)


def _merged(found: Sequence[Contradiction]) -> list[Contradiction]:
    """One for each place, by weight; who else says so is in ``also_from``."""
    kept: list[Contradiction] = []
    for one in sorted(found, key=lambda each: -each.weight):
        same = (n for n, other in enumerate(kept) if _meet(one, other))
        if (first := next(same, None)) is None:
            kept.append(one)
            continue
        other = kept[first]
        if one.from_view not in (other.from_view, *other.also_from):
            kept[first] = replace(other, also_from=(*other.also_from, one.from_view))
    return kept


def _meet(one: Contradiction, other: Contradiction) -> bool:
    """Whether most of the smaller place lies in the box of the larger."""
    if (one.to_view, one.label) != (other.to_view, other.label):
        return False
    shared = one.where & other.where
    return not shared.empty and 2 * _cells(shared) > min(_cells(one.where), _cells(other.where))


def _cells(box: Box) -> int:
    return box.shape[0] * box.shape[1]


def _area_mm2(one: Contradiction, target: MarkedView, surface: Surface, cast: Rays | None) -> float | None:
    middles = _middles(one.place, one.step)
    some = middles[np.linspace(0, len(middles) - 1, min(_MEASURED, len(middles))).astype(int)]
    sizes = footprints(target.camera, surface, some, cast=cast)
    known = sizes[np.isfinite(sizes)]
    return float(known.mean() * one.visible_area_px) if known.size else None
