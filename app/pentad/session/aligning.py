"""What of a sample is aligned with its mesh: the outlines of the part in its calibrated views."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pentad.core.arrays import Floats, Labels, Rgb
from pentad.core.mask import MaskKey
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.geometry.silhouette import mask_of_photo
from pentad.geometry.surface import Surface
from pentad.io import rasters
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.kept_masks import KeptMasks
from pentad.io.tree import FileTree
from pentad.sdk import Look, Ticket
from pentad.session.pose_run import Subject
from pentad.session.project import Project

Drawn = Callable[[View], Labels]
"""(H, W) classes that a person marked in a view."""

LONGEST = 2048
"""Pixels of a photo's longer side as it is looked at for an outline; the pose is worked out on fewer."""
_NO_MESH = "Name one in the manifest's [mesh], or open the part's mesh in the Rig panel."
_NO_RIG = "Name a calibration in the manifest's [rig], or place the view in the rig editor (Alt+F12)."


class Outline(StrEnum):
    """Where the outline of a part comes from: its photo against the background, GrabCut on that, the photo file's
    alpha, or what was drawn."""

    PHOTO = "photo"
    GRABCUT = "grabcut"
    ALPHA = "alpha"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sample, which of its views (empty: all that are calibrated), and where their outlines come from.

    ``label`` is the class that marks the part where outlines are drawn; 0 takes whatever is marked.
    """

    sample: Sample
    views: tuple[str, ...] = ()
    outline: Outline = Outline.PHOTO
    label: int = 0


def subject_in(project: Project, wanted: Wanted, opened: Surface | None, ticket: Ticket) -> Subject:
    """``subject_of`` what a project holds, with what was drawn in it."""
    ticket.report(0.0, "Reading the calibration and the mesh")
    geometry = PartGeometry.of(project.tree, project.store.options, project.folder)
    kept = KeptMasks(project.folder)

    def drawn(view: View) -> Labels:
        return kept.find(MaskKey(wanted.sample.id, view.name), lambda: project.before_drawing(view)).labels

    mesh = None if opened is None else opened.mesh
    return subject_of(project.tree, geometry, wanted, ticket, drawn=drawn, mesh=mesh)


def subject_of(
    tree: FileTree, geometry: PartGeometry, wanted: Wanted, ticket: Ticket, *, drawn: Drawn, mesh: Mesh | None = None
) -> Subject:
    """Mesh, outlines and reduced photos of ``wanted``; ``mesh`` is the part where the data set names none.

    A view that is not calibrated, or has no outline, is left out; Problem where none is left.
    """
    sample = wanted.sample
    ticket.report(0.0, "Reading the mesh")
    mesh = geometry.mesh(sample) or mesh
    if mesh is None:
        raise Problem(f"{sample.id} has no mesh to align", remedy=_NO_MESH)
    looks, photos, faults = [], [], []
    chosen = [view for view in sample.views if not wanted.views or view.name in wanted.views]
    for count, view in enumerate(chosen):
        ticket.report(0.02 + 0.08 * count / len(chosen), f"Outline in {view.name}")
        try:
            look, photo = _look(tree, geometry, wanted, view, drawn)
        except Problem as problem:
            faults.append(problem)
            continue
        looks.append(look)
        photos.append(photo)
    if not looks:
        raise Problem(f"No view of {sample.id} can be aligned", str(faults[0]), remedy=faults[0].remedy)
    about = {"sample": sample.id, "views": ", ".join(look.camera.name for look in looks), "outline": wanted.outline}
    return Subject(mesh, tuple(looks), tuple(photos), about)


def _look(tree: FileTree, geometry: PartGeometry, wanted: Wanted, view: View, drawn: Drawn) -> tuple[Look, Rgb]:
    ref = view.rasters.get(Modality.RGB)
    if ref is None:
        raise Problem(f"View {view.name} has no photo", remedy="Check the layout of the data set")
    photo = rasters.read_rgb(tree, ref, LONGEST)
    here = (photo.shape[0], photo.shape[1])
    camera = geometry.camera(view, rasters.size(tree, ref), here)
    if camera is None:
        raise Problem(f"{view.name} is not calibrated for photos of its size", remedy=_NO_RIG)
    if wanted.outline is Outline.DRAWN:
        return Look(camera, _marked(drawn(view), wanted.label, view, here)), photo
    if wanted.outline is Outline.ALPHA:
        alpha = rasters.read_alpha(tree, ref, LONGEST)
        if alpha is None:
            raise Problem(f"The photo of {view.name} has no alpha", remedy="Take the outline from the photo itself.")
        return Look(camera, alpha), photo
    method = "grabcut" if wanted.outline is Outline.GRABCUT else "threshold"
    return Look(camera, mask_of_photo(photo, method=method)), photo


def _marked(labels: Labels, label: int, view: View, size: tuple[int, int]) -> Floats:
    """(h, w) where ``label`` is drawn, any where it is 0, reduced to ``size``."""
    where = labels > 0 if label == 0 else labels == label
    if not where.any():
        remedy = "Mark the part in it, or take the outline from the photo."
        raise Problem(f"Nothing is drawn in {view.name}", remedy=remedy)
    reduced = where.astype(np.float32)
    if where.shape != size:
        import cv2  # Why: the window starts without it.

        reduced = np.asarray(cv2.resize(reduced, size[::-1], interpolation=cv2.INTER_AREA), np.float32)
    return reduced
