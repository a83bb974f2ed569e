"""The surface of a region of the view, integrated in the background when somebody asks to see it in 3D."""

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from psygnal import Signal

from pentad.annotation.components import marked_part
from pentad.annotation.options import Choice, Options
from pentad.annotation.preview import NOTHING, Preview, frame
from pentad.annotation.surface_region import SurfaceRegion
from pentad.core.arrays import Labels, Normals
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.sdk import Ticket
from pentad.session.annotation import Annotation
from pentad.session.jobs import Job, State
from pentad.session.normals_shelf import NormalsShelf
from pentad.session.project import Project
from pentad.session.relief_making import Patch, Region, make_patch
from pentad.session.rig_state import RigState

if TYPE_CHECKING:
    from pentad.geometry.integration.relief import Method

NOTHING_YET = "Drag a rectangle over a view with normals: key Alt+J, or Annotate > Tools > Surface."


class Surfacing:
    """One region's surface at a time, and what becomes of it. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()
    wanted: ClassVar[Signal] = Signal()
    """Somebody asked for a surface, and will want to see it."""
    noticed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, annotation: Annotation, rig: RigState, shelf: NormalsShelf) -> None:
        self._annotation, self._rig, self._shelf = annotation, rig, shelf
        self._tool: SurfaceRegion = annotation.toolbox.surface
        self._project: Project | None = None
        self._sample: Sample | None = None
        self._region: tuple[Region, Labels | None] | None = None
        self._job: Job[Any] | None = None
        self._waits, self._watched = False, False
        self.patch: Patch | None = None
        self.problem: Problem | None = None
        self.options = Options("surface", [
            Choice("method", "Method", "dct", (("dct", "Smooth"), ("bilateral", "Breaks")),
                   tip="Smooth everywhere (DCT), or breaking where the normals say so (bilateral; takes seconds)"),
        ])  # fmt: skip
        self._tool.chosen.connect(self._on_chosen)
        self.options.changed.connect(self.again)
        rig.changed.connect(self._on_rig)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self.cancel()
        self._project, self._sample, self._region, self.patch, self.problem = project, None, None, None, None
        self.changed.emit()

    def show(self, sample: Sample | None) -> None:
        """Another part is looked at; the surface stays until another is asked for."""
        self._sample = sample
        self.changed.emit()

    @property
    def job(self) -> Job[Any] | None:
        """What works on it, while it does."""
        return self._job if self._job is not None and not self._job.settled else None

    def overlay(self, view: str) -> Preview:
        """The rectangle under the hand, else the region on show, where it was taken from."""
        drawn = self._tool.overlay(view)
        if drawn is not NOTHING or self._region is None or not self._watched:
            return drawn
        region = self._region[0]
        here = region.view.name == view and region.sample is self._sample
        return Preview((frame(region.box),)) if here else NOTHING

    def watch(self, *, watched: bool) -> None:
        """Somebody sees the surface, and may want to know where it is from."""
        self._watched = watched
        self.changed.emit()

    def ask(self, view: str, box: Box, labels: Labels | None = None) -> None:
        """Make the surface of a region of a view of the part on show; ``labels`` (of the box): only where not zero."""
        sample = self._sample
        there = next((each for each in sample.views if each.name == view), None) if sample is not None else None
        if sample is None or there is None or Modality.NORMAL not in there.rasters:
            self.noticed.emit(Problem(f"{view} has no normals", remedy="Choose a view that has a normal map."))
            return
        method = cast("Method", self.options.text("method"))
        self._region = Region(sample, there, box, method), labels
        self._start()

    def ask_marked(self, view: str) -> None:
        """Make the surface of what is marked with the chosen class in a view, or with any if that is nowhere."""
        sample = self._sample
        document = self._annotation.documents.document(MaskKey(sample.id, view)) if sample is not None else None
        if document is None:
            remedy = "Open the Annotate workspace (F3), where masks are at hand."
            self.noticed.emit(Problem(f"The mask of {view} is not open", remedy=remedy))
            return
        box, labels = marked_part(document.mask.labels)
        own = (labels == self._annotation.label).view("u1")
        labels = own if own.any() else labels
        if box.empty or not labels.any():
            self.noticed.emit(Problem(f"Nothing is marked in {view}", remedy="Mark a region, or drag a rectangle."))
            return
        self.ask(view, box, labels)

    def again(self) -> None:
        """The same region, made as the options say now."""
        if self._region is not None and self._region[0].sample is self._sample:
            region, labels = self._region
            self.ask(region.view.name, region.box, labels)

    def cancel(self) -> None:
        """Stop what is under way; what was there before stays."""
        if self._job is not None:
            self._job.cancel()

    def _on_chosen(self, key: MaskKey, box: Box) -> None:
        if self._sample is not None and key.sample == self._sample.id:
            self.ask(key.view, box)

    def _start(self) -> None:
        project, asked = self._project, self._region
        if project is None or asked is None:
            return
        region, labels = asked
        self._rig.ask(None)
        self._waits = self._rig.reading is None and self._rig.problem is None
        if self._waits:
            return  # Why: without its camera it would be in pixels, and a moment later is not.
        camera = self._rig.cameras(region.sample).get(region.view.name)
        key = MaskKey(region.sample.id, region.view.name)
        known = self._shelf.of(key)

        def work(ticket: Ticket) -> tuple[Patch, Normals]:
            return make_patch(project.tree, region, camera, known, labels, ticket)

        self.cancel()
        title = f"Surface of {region.view.name}"
        job = self._annotation.jobs.run(title, work, lane="cpu", then=partial(self._came, key))
        self._job, self.problem = job, None
        job.changed.connect(self._on_job)
        job.failed.connect(self._failed)
        self.wanted.emit()
        self.changed.emit()

    def _on_rig(self) -> None:
        if self._waits:
            self._start()

    def _came(self, key: MaskKey, found: tuple[Patch, Normals]) -> None:
        self.patch, normals = found
        self._shelf.keep(key, normals)
        self.changed.emit()

    def _failed(self, problem: Problem) -> None:
        self.patch, self.problem = None, problem
        self.changed.emit()

    def _on_job(self) -> None:
        if self._job is not None and self._job.state is not State.DONE:
            self.changed.emit()
