"""From a view's files to a map of its surface: what a worker does for ``ShapeMaps``."""

from dataclasses import dataclass
from math import floor
from pathlib import Path

from pentad.core.arrays import Normals
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.geometry.lining_up import lined_up
from pentad.geometry.normals_codec import reduce_normals
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.io.view_pixels import check_proportions
from pentad.sdk import Ticket
from pentad.session.good_parts import mean_of
from pentad.session.pixel_scale import pixel_scale
from pentad.session.reference import short_name
from pentad.session.shape_mapping import ShapeMap, Wanted, shape_map
from pentad.session.view_state import NormalMap

FIRST = 2000
"""Values on the longer side of a map for those who do not look closer: as many as a screen shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What goes into a map. ``parts`` are what it is compared with, the mean of which is meant if it is not ``one``.

    ``normals`` and ``reference`` are what is at hand already; ``against`` says whose the reference is. ``line_up``
    lays it over the view's normals before it is compared.
    """

    normals: Normals | None = None
    sigma_px: float = 0.0
    camera: Camera | None = None
    parts: tuple[Sample, ...] = ()
    one: bool = False
    reference: Normals | None = None
    against: str = ""
    line_up: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A map, and what was read for it in whole resolution."""

    map: ShapeMap
    normals: Normals | None = None
    reference: Normals | None = None
    against: str = ""


def work_out(
    tree: FileTree, view: View, kind: NormalMap, known: Known, *, whole: bool, cache: Path | None, ticket: Ticket
) -> Found:
    """The map of one view: the whole of it, or of a large view one of 2000 values on its longer side."""
    size, own = photo_size(tree, view), rasters.size(tree, view.rasters[Modality.NORMAL])
    longest = None if whole or max(own) <= FIRST else FIRST
    normals = _at(known.normals, own, longest)
    if normals is None:
        normals = read_normals(tree, view, longest)
    ticket.check()
    reference, against = _at(known.reference, own, longest), known.against
    if kind is NormalMap.DIFFERENCE and reference is None:
        reference, against = _reference(tree, view.name, known, normals, longest, cache=cache, ticket=ticket)
    scale = pixel_scale(tree, view, known.camera, size) if kind is NormalMap.CURVATURE else None
    ticket.check()
    laid, whose = reference, against
    if reference is not None and known.line_up and reference.shape == normals.shape:
        moved = lined_up(reference, normals)
        laid, whose = moved.normals, f"{against}, lined up by {moved.shift_px * size[1] / normals.shape[1]:.1f} px"
    ticket.check()
    found = shape_map(normals, Wanted(kind, size, known.sigma_px, scale, laid, whose))
    return Found(found, against=against) if longest is not None else Found(found, normals, reference, against)


def photo_size(tree: FileTree, view: View) -> tuple[int, int]:
    """(height, width) that all of a view's pictures are stretched over: its photo's, or its normals' own."""
    return rasters.size(tree, view.rasters.get(Modality.RGB) or view.rasters[Modality.NORMAL])


def read_normals(tree: FileTree, view: View, longest: int | None = None) -> Normals:
    """The view's normals, the longer side at most ``longest``; Problem where they cannot be the photo's."""
    ref, photo = view.rasters[Modality.NORMAL], view.rasters.get(Modality.RGB)
    if photo is not None:
        check_proportions(rasters.size(tree, photo), rasters.size(tree, ref), photo, ref)
    return rasters.read_normals(tree, ref, longest)


def _at(normals: Normals | None, own: tuple[int, int], longest: int | None) -> Normals | None:
    """Whole normals at hand, reduced as a file would be; as they are where they belong to another size."""
    if normals is None or longest is None or normals.shape[:2] != own:
        return normals
    scale = longest / max(own)
    return reduce_normals(normals, (max(1, floor(own[0] * scale + 0.5)), max(1, floor(own[1] * scale + 0.5))))


def _reference(
    tree: FileTree,
    view: str,
    known: Known,
    normals: Normals,
    longest: int | None,
    *,
    cache: Path | None,
    ticket: Ticket,
) -> tuple[Normals, str]:
    if known.one:
        part = known.parts[0]
        there = next((each for each in part.views if each.name == view and Modality.NORMAL in each.rasters), None)
        if there is None:
            remedy = "Choose another part as the reference, or the good parts."
            raise Problem(f"{part.id} cannot be compared with", f"it has no normals of {view}", remedy=remedy)
        return read_normals(tree, there, longest), short_name(part)
    size = normals.shape[0], normals.shape[1]
    mean = mean_of(
        tree, list(known.parts), view, size=size, longest=longest, line_up=known.line_up, cache=cache, ticket=ticket
    )
    return mean.normals, mean.words
