"""The queue of places where the masks of a part contradict each other between views."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from psygnal import Signal

from pentad.annotation.contradictions import Contradiction
from pentad.annotation.options import Options
from pentad.annotation.preview import Shape, frame
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.review import Dismissal
from pentad.core.sample import Sample
from pentad.io.calibration import RigReading
from pentad.io.datasets.rig import rig_reading_for
from pentad.sdk import Ticket
from pentad.session.annotation import Annotation
from pentad.session.contradiction_search import Question, Searched, search
from pentad.session.jobs import Job, State
from pentad.session.project import Project
from pentad.session.proposing import outlines
from pentad.session.results import Results
from pentad.session.rig_state import NO_RIG, RigState
from pentad.session.saving import SaveState

_SAME = 0.5
"""Share of two boxes that they have in common where they are one place."""


class Contradictions:
    """What was found, what a person said of it, and which one is looked at. Lives on the main thread.

    Nothing is looked through before ``search``; after it, samples are looked through again as their masks are saved.
    """

    changed: ClassVar[Signal] = Signal()
    """More or other contradictions, or dismissals."""
    chosen: ClassVar[Signal] = Signal()
    """Another one is looked at, or none."""
    noticed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, annotation: Annotation, results: Results, rig: RigState, carrying: Options, who: str) -> None:
        """``carrying`` are the settings of marks that travel between views: its tolerance holds here as well."""
        self._annotation, self._results, self._rig, self._who = annotation, results, rig, who
        self._carrying = carrying
        self._project: Project | None = None
        self._searched: dict[str, Searched] = {}
        self._dismissed: list[Dismissal] = []
        self._queue: tuple[Contradiction, ...] = ()
        self._job: Job[int] | None = None
        self._reading: RigReading | None = None
        self.with_dismissed = False
        self.begun = False
        """Whether anybody has looked."""
        self.here: Contradiction | None = None
        """The one that is looked at."""
        annotation.documents.changed.connect(self._on_saved)
        results.run_changed.connect(self._on_run)
        results.arrived.connect(self._on_judged)
        rig.changed.connect(self._on_rig)
        carrying.changed.connect(self._on_option)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project, self._job, self.begun, self.here = project, None, False, None
        self._searched, self._reading = {}, None
        self._dismissed = [] if project is None else project.store.dismissals()
        self._tell()
        self.chosen.emit()

    @property
    def searching(self) -> bool:
        return self._job is not None and not self._job.settled

    @property
    def queue(self) -> tuple[Contradiction, ...]:
        """By weight, the gravest first; those dismissed only ``with_dismissed``."""
        return self._queue

    @property
    def samples(self) -> frozenset[str]:
        """Those with a contradiction that nobody has dismissed."""
        found = (one for searched in self._searched.values() for one in searched.found)
        return frozenset(one.sample for one in found if not self.is_dismissed(one))

    @property
    def problems(self) -> Mapping[str, Problem]:
        """Why samples could not be compared."""
        return {one.sample: one.problem for one in self._searched.values() if one.problem is not None}

    @property
    def compared(self) -> int:
        """How many marked samples were looked through."""
        return sum(bool(one.of) for one in self._searched.values())

    def search(self) -> Job[int] | None:
        """Look through all marked samples in the background; what was known and is as it was is not done again."""
        project = self._project
        if project is None or self.searching:
            return self._job
        self.begun = True
        self._job = self._run(project, tuple(project.samples), "Contradictions between views", quiet=False)
        self._job.changed.connect(self._on_job)
        self.changed.emit()
        return self._job

    def is_dismissed(self, one: Contradiction) -> bool:
        return self._dismissal(one) is not None

    def show_dismissed(self, *, shown: bool) -> None:
        if shown != self.with_dismissed:
            self.with_dismissed = shown
            self._tell()

    def dismiss(self, one: Contradiction) -> None:
        """There is nothing wrong in that place; it is on disk when this returns."""
        if self._project is None or self.is_dismissed(one) or self._refused():
            return
        found = Dismissal(one.sample, one.to_view, one.label, one.where, self._who, datetime.now(UTC))
        self._project.store.dismiss(found)
        self._dismissed.append(found)
        self._tell()

    def restore(self, one: Contradiction) -> None:
        """Take a dismissal back."""
        while self._project is not None and (found := self._dismissal(one)) is not None and not self._refused():
            self._project.store.restore(found)
            self._dismissed.remove(found)
            self._tell()

    def choose(self, one: Contradiction | None) -> None:
        """Look at this one."""
        self.here = one
        self.chosen.emit()

    def shapes(self, sample: Sample | None, view: str) -> Sequence[Shape]:
        """What to draw over a view of a sample: the place that is looked at, or a frame around where that is from."""
        one = self.here
        if one is None or sample is None or sample.id != one.sample:
            return ()
        if view == one.to_view:
            return outlines(one.place.where, one.place.box, one.step)
        return (frame(one.origin),) if view == one.from_view else ()

    def after_here(self, by: int = 1) -> Contradiction | None:
        """The next one down (or up) the queue; from its end on to its beginning."""
        if not self._queue:
            return None
        if self.here not in self._queue:
            # Why: what was just dismissed has left the queue, and the next is the one that took its place.
            return next((one for one in self._queue if self.here and one.weight <= self.here.weight), self._queue[0])
        return self._queue[(self._queue.index(self.here) + by) % len(self._queue)]

    def _run(self, project: Project, samples: tuple[Sample, ...], title: str, *, quiet: bool) -> Job[int]:
        jobs, known, run, rig = self._annotation.jobs, dict(self._searched), self._results.run, self._rig
        reading, opened = rig.reading, rig.surface
        tolerance_mm = self._carrying.number("tolerance")

        def arrived(one: Searched) -> None:
            jobs.deliver(partial(self._arrived, project, one))

        def work(ticket: Ticket) -> int:
            ticket.report(0.0, "Reading the calibration")
            question = Question(project, _cameras(project, reading), run, opened, tolerance_mm)
            return search(question, samples, known, ticket=ticket, arrived=arrived)

        replaces = "contradictions" if not quiet else f"contradictions of {samples[0].id}"
        return jobs.run(title, work, lane="cpu", replaces=replaces, quiet=quiet)

    def _arrived(self, project: Project, one: Searched) -> None:
        before = self._searched.get(one.sample)
        if project is not self._project or one is before:
            return
        self._searched[one.sample] = one
        self._on_judged(one.sample)
        if one.found or (before is not None and before.found):
            self._tell()

    def _tell(self) -> None:
        """The queue is another."""
        found = [one for searched in self._searched.values() for one in searched.found]
        shown = [one for one in found if self.with_dismissed or not self.is_dismissed(one)]
        self._queue = tuple(sorted(shown, key=lambda one: (-one.weight, one.sample, one.to_view)))
        here = self.here
        if here is not None and here not in found:
            self.here = next((one for one in found if _is_same(one, here)), None)
            self.chosen.emit()
        self.changed.emit()

    def _dismissal(self, one: Contradiction) -> Dismissal | None:
        place = (one.sample, one.to_view, one.label)
        return next(
            (
                known
                for known in self._dismissed
                if (known.sample, known.view, known.label) == place and _overlap(known.where, one.where) >= _SAME
            ),
            None,
        )

    def _refused(self) -> bool:
        project = self._project
        if project is None or not project.store.read_only:
            return False
        remedy = "Close it where it is open for writing, then open it here again."
        self.noticed.emit(Problem("Nothing can be dismissed", "the project is open for reading only", remedy=remedy))
        return True

    def _on_job(self) -> None:
        if not self.searching:
            self.changed.emit()
        if self._job is not None and self._job.state is State.DONE:
            self._on_run()  # Why: another run may have come on show while one searched.

    def _on_saved(self, key: MaskKey) -> None:
        """What a person painted is in its file: look through that sample again."""
        project, document = self._project, self._annotation.documents.document(key)
        if project is None or not self.begun or document is None or document.state is not SaveState.SAVED:
            return
        sample = next((sample for sample in project.samples if sample.id == key.sample), None)
        if sample is not None:
            self._run(project, (sample,), f"Contradictions of {sample.id}", quiet=True)

    def _on_rig(self) -> None:
        """The rig was edited: other cameras see other places."""
        before, self._reading = self._reading, self._rig.reading
        if before is not None and self._reading is not None and before is not self._reading:
            self._search_anew()

    def _on_option(self, id: str) -> None:
        """What is hidden where depends on how much further back it lies."""
        if id == "tolerance":
            self._search_anew()

    def _search_anew(self) -> None:
        """What is compared by has changed; a search that is under way is given up for another."""
        if self.begun:
            if self._job is not None:
                self._job.cancel()
            self._job = None
            self.search()

    def _on_run(self) -> None:
        """Another run is on show: its heat ranks the queue."""
        run = self._results.run
        if self.begun and any(one.found and one.run != run for one in self._searched.values()):
            self.search()

    def _on_judged(self, sample: str) -> None:
        """The run on show has come to a sample."""
        one, prediction = self._searched.get(sample), self._results.prediction(sample)
        if one is not None and one.found and prediction is not None and not one.is_ranked_by(self._results.run):
            self._searched[sample] = one.with_heat(self._results.run, prediction)
            self._tell()


def _cameras(project: Project, reading: RigReading | None) -> tuple[Camera, ...]:
    """Those that are calibrated and placed; Problem where there is none."""
    reading = reading or rig_reading_for(project.folder, project.tree, project.store.options)
    if reading is None or not reading.placed:
        raise NO_RIG
    return reading.placed


def _is_same(one: Contradiction, other: Contradiction) -> bool:
    same = (one.sample, one.to_view, one.label) == (other.sample, other.to_view, other.label)
    return same and _overlap(one.where, other.where) >= _SAME


def _overlap(one: Box, other: Box) -> float:
    """What two boxes have in common, as a share of what they cover together."""
    shared = _area(one & other)
    return shared / max(1, _area(one) + _area(other) - shared)


def _area(box: Box) -> int:
    return box.shape[0] * box.shape[1]
