"""Looking through the marked samples of a project for contradictions between views, away from the main thread."""

import zlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from pentad.annotation.contradictions import Contradiction, MarkedView, contradictions
from pentad.core.arrays import Labels
from pentad.core.camera import Camera
from pentad.core.mask import MaskKey
from pentad.core.prediction import Prediction
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.surface import Surface
from pentad.io import rasters
from pentad.io.datasets.meshes import mesh_of, mesh_path_of
from pentad.io.kept_masks import KeptMasks
from pentad.sdk import Ticket
from pentad.sdk.quiet_ticket import QuietTicket
from pentad.session.project import Project
from pentad.session.results import ShownRun, fetch

CELLS = 1400
"""Of a depth raster along its longer side, about."""
_REMEDY = "The manifest's [mesh] names one; or open the part's mesh in the Rig panel."


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What one looks for: in which project, by which placed cameras, what the shown run says.

    ``opened`` is the part where the data set names none; what lies ``tolerance_mm`` further back is hidden.
    """

    project: Project
    cameras: tuple[Camera, ...]
    run: ShownRun | None
    opened: Surface | None
    tolerance_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """One sample as it was looked through; ``of`` tells whether anything is another than then."""

    sample: str
    of: Hashable
    run: ShownRun | None
    found: tuple[Contradiction, ...] = ()
    problem: Problem | None = None

    def is_ranked_by(self, run: ShownRun | None) -> bool:
        """Whether the heat is that of ``run``; a run in the making may have come to this sample since."""
        return self.run == run and (run is None or all(one.heat_max is not None for one in self.found))

    def with_heat(self, run: ShownRun | None, prediction: Prediction | None) -> "Searched":
        """The same, ranked by what ``run`` says of the sample, if it says anything."""
        judged = {} if prediction is None else prediction.views
        found = (one.with_heat(judged[one.to_view].heatmap if one.to_view in judged else None) for one in self.found)
        return replace(self, run=run, found=tuple(found))


def search(
    question: Question,
    samples: Sequence[Sample],
    known: Mapping[str, Searched],
    *,
    ticket: Ticket,
    arrived: Callable[[Searched], None],
) -> int:
    """Look through ``samples``, telling ``arrived`` of each (on this thread); how many were marked.

    What is ``known`` and as it was is not looked through again. A sample that cannot be compared has a Problem, and the
    rest goes on.
    """
    stage, marked = _Stage(question), 0
    for count, sample in enumerate(samples):
        ticket.report(count / max(1, len(samples)), f"{sample.id} ({count + 1} of {len(samples)})")
        views = _marked(question.project, sample)
        marked += bool(views)
        try:
            one = _searched(stage, sample, views, known.get(sample.id), ticket)
        except Problem as problem:
            one = Searched(sample.id, None, question.run, problem=problem)
        arrived(one)
    return marked


def _searched(
    stage: "_Stage", sample: Sample, marked: Sequence[str], known: Searched | None, ticket: Ticket
) -> Searched:
    question = stage.question
    if not marked:
        return Searched(sample.id, (), question.run)
    of = _state(question, sample, marked)
    if known is None or known.of != of:
        found = tuple(stage.compare(sample, marked, ticket))
    elif known.is_ranked_by(question.run):
        return known
    else:
        found = known.found
    prediction = fetch(question.run, sample.id) if found and question.run is not None else None
    return Searched(sample.id, of, question.run, found).with_heat(question.run, prediction)


def _marked(project: Project, sample: Sample) -> list[str]:
    """The views that may have marks, by what files there are."""
    kept = KeptMasks(project.folder)
    return [view.name for view in sample.views if Modality.MASK in view.rasters or _own(kept, sample, view)]


def _own(kept: KeptMasks, sample: Sample, view: View) -> bool:
    key = MaskKey(sample.id, view.name)
    return kept.masks.exists(*key) or bool(kept.journals.segments(key))


def _state(question: Question, sample: Sample, marked: Sequence[str]) -> Hashable:
    """What the answer depends on, as far as it may change: the masks' bytes, the journals' lengths, the rig."""
    project, kept = question.project, KeptMasks(question.project.folder)
    mesh = mesh_path_of(project.tree, project.store.options, sample)
    known: list[Hashable] = [question.tolerance_mm, mesh or id(question.opened)]
    for name in marked:
        key, view = MaskKey(sample.id, name), sample.view(name)
        journal = tuple((number, file.stat().st_size) for number, file in kept.journals.segments(key).items())
        own = kept.masks.mark(*key)
        ref = view.rasters.get(Modality.MASK)
        given = zlib.crc32(project.tree.read_bytes(ref.path)) if own is None and ref is not None else None
        known.append((name, own, journal, given))
    for camera in question.cameras:
        numbers = (camera.matrix, camera.rig_to_camera, camera.distortion)
        known.append((camera.name, camera.size, *(array.tobytes() for array in numbers)))
    return tuple(known)


class _Stage:
    """The part that was last compared, and how deep it is in each view; for one thread."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._kept = KeptMasks(question.project.folder)
        self._path: str | None = None
        self._surface: Surface | None = None
        self._depths: dict[str, DepthRaster] = {}

    def compare(self, sample: Sample, marked: Sequence[str], ticket: Ticket) -> list[Contradiction]:
        """All of one sample; Problem where it cannot be compared."""
        cameras = {camera.name: camera for camera in self.question.cameras}
        of_view = ((view.name, view.camera_name) for view in sample.views)
        named = {view: cameras[camera] for view, camera in of_view if camera in cameras}
        if len(named) < 2:
            remedy = "Name their cameras in pentad.toml, or place them in the rig."
            raise Problem(f"{sample.id} cannot be compared", "fewer than two views are calibrated", remedy=remedy)
        labels = {name: self._labels(sample, name, named[name]) for name in marked if name in named}
        if not any(mask.any() for mask in labels.values()):
            return []
        surface = self._part(sample)
        views = [
            MarkedView(name, camera, self._depth(surface, camera, ticket), labels.get(name))
            for name, camera in named.items()
        ]
        tolerance_mm = self.question.tolerance_mm
        return contradictions(sample.id, views, surface, tolerance_mm=tolerance_mm, ticket=QuietTicket(ticket))

    def _labels(self, sample: Sample, name: str, camera: Camera) -> Labels:
        base = partial(_before_drawing, self.question.project, sample, name, camera)
        labels = self._kept.find(MaskKey(sample.id, name), base).labels
        if labels.shape != camera.size:
            (height, width), (rows, columns) = labels.shape, camera.size
            why = f"the mask of {name} has {width} x {height} px, its camera is calibrated for {columns} x {rows}"
            raise Problem(f"{sample.id} cannot be compared", why, remedy="Calibrate the camera for this size.")
        return labels

    def _part(self, sample: Sample) -> Surface:
        project = self.question.project
        path = mesh_path_of(project.tree, project.store.options, sample)
        if self._surface is None or path != self._path:
            surface = mesh_of(project.tree, project.store.options, sample) or self.question.opened
            if surface is None:
                raise Problem(f"{sample.id} cannot be compared", "its part has no mesh", remedy=_REMEDY)
            self._path, self._surface, self._depths = path, surface, {}
        return self._surface

    def _depth(self, surface: Surface, camera: Camera, ticket: Ticket) -> DepthRaster:
        if camera.name not in self._depths:
            step = max(1, round(max(camera.size) / CELLS))
            self._depths[camera.name] = DepthRaster.render(surface, camera, step=step, ticket=QuietTicket(ticket))
        return self._depths[camera.name]


def _before_drawing(project: Project, sample: Sample, name: str, camera: Camera) -> Labels:
    ref = sample.view(name).rasters.get(Modality.MASK)
    return np.zeros(camera.size, np.uint8) if ref is None else rasters.read_mask(project.tree, ref)
