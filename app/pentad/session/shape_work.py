"""From a view's files to a map of its surface: what a worker does for ``ShapeMaps``."""

from dataclasses import dataclass
from pathlib import Path

from pentad.core.arrays import Normals
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.io.view_pixels import check_proportions
from pentad.sdk import Ticket
from pentad.session.good_parts import mean_of
from pentad.session.pixel_scale import pixel_scale
from pentad.session.reference import short_name
from pentad.session.shape_mapping import ShapeMap, Wanted, shape_map
from pentad.session.view_state import NormalMap

FIRST = 1200
"""Values on the longer side of a map that is shown before the whole one is there."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What goes into a map. ``parts`` are what it is compared with, the mean of which is meant if it is not ``one``.

    ``normals`` and ``reference`` are what is at hand already; ``against`` says whose the reference is.
    """

    normals: Normals | None = None
    sigma_px: float = 0.0
    camera: Camera | None = None
    parts: tuple[Sample, ...] = ()
    one: bool = False
    reference: Normals | None = None
    against: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A map, and what was read for it."""

    map: ShapeMap
    normals: Normals
    reference: Normals | None = None
    against: str = ""


def work_out(
    tree: FileTree, view: View, kind: NormalMap, known: Known, *, whole: bool, cache: Path | None, ticket: Ticket
) -> Found:
    """The map of one view: the whole of it, or of a large view one of 1200 values on its longer side first."""
    size = photo_size(tree, view)
    normals = known.normals if known.normals is not None else read_normals(tree, view)
    ticket.check()
    reference, against = known.reference, known.against
    if kind is NormalMap.DIFFERENCE and reference is None:
        reference, against = _reference(tree, view.name, known, normals, cache=cache, ticket=ticket)
    scale = pixel_scale(tree, view, known.camera, size) if kind is NormalMap.CURVATURE else None
    ticket.check()
    wanted = Wanted(kind, size, known.sigma_px, scale, reference, against)
    longest = None if whole or max(normals.shape[:2]) <= 2 * FIRST else FIRST
    return Found(shape_map(normals, wanted, longest=longest), normals, reference, against)


def photo_size(tree: FileTree, view: View) -> tuple[int, int]:
    """(height, width) that all of a view's pictures are stretched over: its photo's, or its normals' own."""
    return rasters.size(tree, view.rasters.get(Modality.RGB) or view.rasters[Modality.NORMAL])


def read_normals(tree: FileTree, view: View) -> Normals:
    """The view's normals in whole resolution; Problem where they cannot be the photo's."""
    ref, photo = view.rasters[Modality.NORMAL], view.rasters.get(Modality.RGB)
    if photo is not None:
        check_proportions(rasters.size(tree, photo), rasters.size(tree, ref), photo, ref)
    return rasters.read_normals(tree, ref)


def _reference(
    tree: FileTree, view: str, known: Known, normals: Normals, *, cache: Path | None, ticket: Ticket
) -> tuple[Normals, str]:
    if known.one:
        part = known.parts[0]
        there = next((each for each in part.views if each.name == view and Modality.NORMAL in each.rasters), None)
        if there is None:
            remedy = "Choose another part as the reference, or the good parts."
            raise Problem(f"{part.id} cannot be compared with", f"it has no normals of {view}", remedy=remedy)
        return read_normals(tree, there), short_name(part)
    size = normals.shape[0], normals.shape[1]
    mean = mean_of(tree, list(known.parts), view, size=size, cache=cache, ticket=ticket)
    return mean.normals, mean.words
