"""The application itself: what is open, what is looked at, what is running. No window needed."""

import getpass
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from psygnal import Signal

from pentad.core.mask import MaskKey
from pentad.core.prediction import Prediction
from pentad.core.problem import Problem
from pentad.core.review import Review, Verdict
from pentad.core.sample import Sample
from pentad.sdk import Ticket
from pentad.session.aligners import Aligners
from pentad.session.annotation import Annotation
from pentad.session.areas import Areas
from pentad.session.browsing import Filter, Order, Show, browse
from pentad.session.clipboard import Clipboard
from pentad.session.contradictions import Contradictions
from pentad.session.depth_maps import DepthMaps
from pentad.session.depths import Depths
from pentad.session.jobs import Job, Jobs
from pentad.session.label_set import LabelSet
from pentad.session.learning import Trainings
from pentad.session.models import Models
from pentad.session.normals_shelf import NormalsShelf
from pentad.session.operations import Operations
from pentad.session.part_depths import PartDepths
from pentad.session.posing import Posing
from pentad.session.probing import Probing
from pentad.session.profiling import Profiling
from pentad.session.project import Project, open_any, project_folder
from pentad.session.reference import Reference
from pentad.session.results import Results, ShownRun, fetch
from pentad.session.rig_state import RigState
from pentad.session.shape_maps import ShapeMaps
from pentad.session.surface_areas import SurfaceAreas
from pentad.session.surfacing import Surfacing
from pentad.session.transfer import Transfer
from pentad.session.view_state import ViewState

log = logging.getLogger(__name__)


class Session:
    """One person at work on one project. Lives on the main thread; everything slow it starts is a job."""

    project_changed: ClassVar[Signal] = Signal()
    samples_changed: ClassVar[Signal] = Signal()
    """The visible list: other members or another order."""
    current_changed: ClassVar[Signal] = Signal()
    prediction_changed: ClassVar[Signal] = Signal(str)
    reviewed: ClassVar[Signal] = Signal(str)
    sample_updated: ClassVar[Signal] = Signal(str)
    """A listed sample has other rasters than before."""
    noticed: ClassVar[Signal] = Signal(Problem)
    """Something a person should know; shown in the notices, never as a modal box."""

    def __init__(self, jobs: Jobs, models: Models, *, who: str | None = None) -> None:
        self.jobs = jobs
        self.models = models
        self.view_state = ViewState()
        self.annotation = Annotation(jobs)
        self.operations = Operations(self.annotation)
        self.clipboard = Clipboard(self.annotation, self.operations)
        self.rig = RigState(jobs)
        self.areas = Areas(self.annotation, self.rig)
        self.depths = Depths(jobs, models)
        self.transfer = Transfer(self.annotation, self.operations, PartDepths(jobs, self.rig, self.depths))
        self.surface_areas = SurfaceAreas(self.annotation, self.transfer.depths)
        self.probing = Probing(self.annotation, self.transfer)
        self.posing = Posing(jobs)
        self.reference, self.normals = Reference(self._rejected), NormalsShelf()
        self.shape_maps = ShapeMaps(jobs, self.rig, self.view_state, self.reference, self.normals)
        self.surfacing = Surfacing(self.annotation, self.rig, self.normals)
        self.profiling = Profiling(jobs, self.annotation.toolbox.section, self.rig, self.reference, self.normals)
        self.depth_maps = DepthMaps(jobs, self.depths, self.view_state)
        self.trainings = Trainings(jobs)
        self.results = Results()
        self.project: Project | None = None
        self.current: Sample | None = None
        self.visible: list[Sample] = []
        self._filter = Filter()
        self._verdicts: dict[str, Verdict] = {}
        self._who = who or getpass.getuser()
        self.contradictions = Contradictions(self.annotation, self.results, self.rig, self.transfer.options, self._who)
        self.results.run_changed.connect(self._on_run_changed)
        self.results.arrived.connect(self._on_arrived)
        self.annotation.noticed.connect(self._notice)
        self.rig.noticed.connect(self._notice)
        self.posing.noticed.connect(self._notice)
        self.surfacing.noticed.connect(self._notice)
        self.depths.noticed.connect(self._notice)
        self.annotation.documents.noticed.connect(self._notice)
        self.contradictions.noticed.connect(self._notice)
        self.contradictions.changed.connect(self._on_contradictions)
        self.annotation.wanted.connect(self._go_to_mask)
        self.project_changed.connect(self.operations.forget)
        self._labels = LabelSet(self.annotation, jobs, self._notice)

    @cached_property
    def aligners(self) -> Aligners:
        """Looked for when first asked for: few align parts, and it is a hundredth of a second of every start."""
        return Aligners.installed()

    def open_project(self, path: Path) -> Job[Project]:
        """Open a project or a data set in the background; the one that is open already stays as it is."""
        here = self.project

        def work(ticket: Ticket) -> Project:
            if here is not None and not here.store.read_only and project_folder(path) == here.folder.resolve():
                return here
            return open_any(path, ticket=ticket)

        return self.jobs.run(
            f"Open {path.name}",
            work,
            lane="disk",
            replaces="project",
            then=self.show_project,
            discard=self.put_away,
        )

    def put_away(self, project: Project) -> None:
        """Close a project that was opened, but is wanted no more."""
        if project is not self.project:
            project.close()

    def show_project(self, project: Project) -> None:
        """Put an opened project on the desk, closing the one before; if that cannot be, the new one is closed again."""
        if project is self.project:
            return
        self.close_project()
        if self.project is not None:
            project.close()
            return
        self.project = project
        self.areas.use(project)
        self.rig.use(project)
        self.contradictions.use(project)
        self.transfer.use(project)
        self.posing.use(project)
        self.reference.use(project)
        self.shape_maps.use(project)
        self.profiling.use(project)
        self.surfacing.use(project)
        self.depths.use(project)
        self.depth_maps.use(project)
        self.annotation.documents.use(project)
        self._labels.show(project)
        self._verdicts = dict(project.store.verdicts())
        self.project_changed.emit()
        for problem in project.problems[:20]:
            self.noticed.emit(problem)
        self._show_latest_run(project)
        self._browse()
        if self.visible:
            self.open(self.visible[0].id)

    def close_project(self) -> None:
        """Stop what works on the project and let go of it, unless strokes would be lost by that: that is said first."""
        if self.project is None or not self.annotation.may_leave():
            return
        self.jobs.cancel_all()
        self.annotation.put_down()
        self.areas.use(None)
        self.rig.use(None)
        self.contradictions.use(None)
        self.transfer.use(None)
        self.probing.show(None)
        self.posing.use(None)
        self.shape_maps.use(None)
        self.profiling.use(None)
        self.surfacing.use(None)
        self.reference.use(None)
        self.depth_maps.use(None)  # Why before the depths: else it would ask the old project for what is left.
        self.depths.use(None)
        self._labels.put_away()
        self.project.close()
        self.project, self.current, self.visible = None, None, []
        self.results.show(None, {})
        self.project_changed.emit()
        self.current_changed.emit()

    def add_sample(self, sample: Sample) -> None:
        """A part came in while the project is open: a rendered one, or one just photographed."""
        if self.project is None or any(known.id == sample.id for known in self.project.samples):
            return
        self.project.store.add_samples([sample])
        self.project.samples.append(sample)
        self._browse()
        if self.current is None:
            self.open(sample.id)

    def update_sample(self, sample: Sample) -> None:
        """A part that is listed has other rasters than before, such as normal maps that were made of it."""
        project = self.project
        place = next((n for n, one in enumerate(project.samples) if one.id == sample.id), None) if project else None
        if project is None or place is None:
            return
        project.store.add_samples([sample])
        project.samples[place] = sample
        self.sample_updated.emit(sample.id)
        self._browse()
        if self.current is not None and self.current.id == sample.id:
            self.current = sample
            self.current_changed.emit()

    @property
    def filter(self) -> Filter:
        return self._filter

    def set_filter(self, choice: Filter) -> None:
        if choice != self._filter:
            self._filter = choice
            self._browse()

    def open(self, sample_id: str) -> None:
        """Look at another sample."""
        if self.project is None or (self.current is not None and self.current.id == sample_id):
            return
        found = next((sample for sample in self.project.samples if sample.id == sample_id), None)
        if found is None:
            return
        self.current = found
        self.annotation.documents.look_at(found.id)
        self.transfer.show(found)
        self.probing.show(found)
        self.profiling.show(found)
        self.surfacing.show(found)
        self.depths.show(found)
        self.current_changed.emit()
        self._fetch_prediction(sample_id)

    def step(self, by: int, *, wanted: Callable[[Sample], bool] = lambda sample: True) -> None:
        """Go ``by`` samples down (or up) the visible list, counting only those that are wanted."""
        ids = [sample.id for sample in self.visible]
        here = ids.index(self.current.id) if self.current is not None and self.current.id in ids else -1
        ahead = self.visible[here + 1 :] if by > 0 else self.visible[: max(here, 0)][::-1]
        candidates = [sample for sample in ahead if wanted(sample)]
        if candidates:
            self.open(candidates[min(abs(by), len(candidates)) - 1].id)

    @property
    def prediction(self) -> Prediction | None:
        """What the run on show says of the current sample, as far as it is at hand."""
        return self.results.prediction(self.current.id) if self.current is not None else None

    def show_run(self, file: Path) -> None:
        """Put a finished run of this project on show."""
        if self.project is None:
            return
        run = next((run for run in self.project.store.runs() if self.project.folder / run.file == file), None)
        if run is None:
            raise Problem(f"{file.name} is not a run of this project", remedy="Choose a run from the list.")
        self.results.show(ShownRun(file, run.made_by), self.project.store.scores(run.name))

    def verdict(self, sample_id: str) -> Verdict:
        return self._verdicts.get(sample_id, Verdict.OPEN)

    def _rejected(self) -> frozenset[str]:
        return frozenset(id for id, verdict in self._verdicts.items() if verdict is Verdict.REJECTED)

    def judge(self, verdict: Verdict, remark: str = "") -> None:
        """Note the inspector's decision on the current sample; it is on disk when this returns."""
        if self.project is None or self.current is None:
            return
        if self.project.store.read_only:
            remedy = "Close it where it is open for writing, then open it here again."
            self.noticed.emit(Problem("No verdict can be given", "the project is open for reading only", remedy=remedy))
            return
        review = Review(self.current.id, verdict, self._who, datetime.now(UTC), remark)
        self.project.store.review(review)
        self._verdicts[review.sample] = verdict
        self.reviewed.emit(review.sample)

    def _show_latest_run(self, project: Project) -> None:
        runs = project.store.runs()
        if runs:
            latest = runs[-1]
            file = project.folder / latest.file
            self.results.show(ShownRun(file, latest.made_by), project.store.scores(latest.name))

    def _fetch_prediction(self, sample_id: str) -> None:
        run = self.results.run
        if run is None or self.results.prediction(sample_id) is not None:
            self.prediction_changed.emit(sample_id)
            return
        self.jobs.run(
            f"Heatmaps of {sample_id}",
            lambda ticket: fetch(run, sample_id),
            lane="disk",
            replaces="prediction",
            quiet=True,
            then=lambda found: self.results.add(found) if found is not None and self.results.run == run else None,
        ).failed.connect(self._notice)

    def _go_to_mask(self, key: MaskKey) -> None:
        self.open(key.sample)
        self.view_state.set(active=key.view)
        if self.current is not None and self.current.id == key.sample:
            self.annotation.documents.open(self.current, key.view)

    def _notice(self, problem: Problem) -> None:
        # Why: psygnal probes a connected ``emit`` by calling it, so a signal is never connected to another's directly.
        self.noticed.emit(problem)

    def _on_arrived(self, sample_id: str) -> None:
        if self.current is not None and self.current.id == sample_id:
            self.prediction_changed.emit(sample_id)

    def _on_contradictions(self) -> None:
        if self._filter.show is Show.CONTRADICTED:
            self._browse()

    def _on_run_changed(self) -> None:
        if self._filter.show is Show.FLAGGED or self._filter.order is Order.SCORE:
            self._browse()
        if self.current is not None:
            self._fetch_prediction(self.current.id)

    def _browse(self) -> None:
        if self.project is None:
            return
        threshold = self.results.threshold if self._filter.show is Show.FLAGGED else None
        self.visible = browse(
            self.project.samples,
            self._filter,
            scores=self.results.scores,
            verdicts=self._verdicts,
            threshold=threshold,
            contradicted=self.contradictions.samples,
        )
        self.samples_changed.emit()

    def close(self) -> None:
        """Leave: stop the jobs, let go of the project."""
        self.jobs.cancel_all()
        self.annotation.put_down()  # Why before the jobs end: masks are saved by one.
        self._labels.put_away()
        self.jobs.close()
        if self.project is not None:
            self.project.close()
            self.project = None
