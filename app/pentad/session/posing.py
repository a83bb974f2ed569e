"""Finding the pose of a part while somebody looks on: runs of it, one on show, and where in it one looks."""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from psygnal import Signal

from pentad.annotation.options import Choice, Number, Options
from pentad.core.arrays import Doubles, Rgb
from pentad.core.pose_trace import PoseStart, PoseStep
from pentad.core.problem import Problem
from pentad.io.numbered_files import NumberedFiles
from pentad.io.traces import KeptTrace, read_trace, write_trace
from pentad.sdk import Aligner, PoseRequest, Ticket, Value
from pentad.session.jobs import Job, Jobs
from pentad.session.mailbox import Mailbox
from pentad.session.pose_run import PoseRun, RunState, Subject, cut_photos, kept_trace
from pentad.session.project import Project

_PATIENCE_S = 0.05
MOST_BYTES = 1 << 30
"""What runs may hold in memory; beyond it the oldest that are kept in files are taken off the list."""


class Posing:
    """The pose runs of a session: at most one at work, one on show, perhaps another to compare it with."""

    changed: ClassVar[Signal] = Signal()
    """Which runs there are, which are on show, or where one of them stands."""
    begun: ClassVar[Signal] = Signal()
    """Somebody has started a run."""
    stepped: ClassVar[Signal] = Signal()
    """The run at work has come further."""
    progressed: ClassVar[Signal] = Signal()
    """What is being done for the run at work is another thing, or further on."""
    cursor_changed: ClassVar[Signal] = Signal(int)
    noticed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self.options = _options()
        self._gate = threading.Event()
        self._gate.set()
        self._job: Job[KeptTrace] | None = None
        self._count = 0
        self._folder: NumberedFiles | None = None
        self.runs: list[PoseRun] = []
        self.shown: PoseRun | None = None
        self.compared: PoseRun | None = None
        self.cursor = -1
        """The iteration looked at; -1 follows the newest, or the answer of a run that is over."""

    @property
    def at_work(self) -> PoseRun | None:
        return next((run for run in self.runs if not run.over), None)

    @property
    def index(self) -> int:
        """The iteration of the run on show that is looked at; -1 where there is none."""
        run = self.shown
        if run is None or not run.steps:
            return -1
        if 0 <= self.cursor < len(run.steps):
            return self.cursor
        return run.best if run.over else len(run.steps) - 1

    @property
    def step(self) -> PoseStep | None:
        """The iteration that is looked at."""
        return self.shown.steps[self.index] if self.shown is not None and self.index >= 0 else None

    @property
    def settings(self) -> Mapping[str, Value]:
        """What was chosen, as an aligner takes it."""
        return {"method": self.options.text("method"), "side": int(self.options.number("side"))}

    # Runs.

    def begin(
        self,
        title: str,
        subject: Callable[[Ticket], Subject],
        aligner: Callable[[], Aligner],
        settings: Mapping[str, Value],
        *,
        pose: Doubles | None = None,
        reference: int | None = None,
        origin: str = "",
    ) -> PoseRun:
        """Start a run; one at work is stopped first. ``subject`` and ``aligner`` are called on the worker's thread.

        ``pose`` (4, 4) begins there, ``reference`` at that reference; else the references are searched. ``origin``
        says so in words.
        """
        self.stop()
        self._count += 1
        run = PoseRun(f"{self._count}", title, dict(settings))
        run.origin = origin
        self.runs.append(run)
        self._gate = gate = threading.Event()
        gate.set()
        mailbox: Mailbox[PoseStart | PoseStep] = Mailbox(self._jobs, lambda news: self._arrived(run, news))

        def work(ticket: Ticket) -> KeptTrace:
            paced = _Paced(ticket, gate)
            found = subject(paced)
            self._jobs.deliver(lambda: self._came(run, found))
            request = PoseRequest(found.mesh, found.looks, pose, reference)

            def watch(news: PoseStart | PoseStep) -> None:
                if isinstance(news, PoseStart):
                    self._jobs.deliver(partial(_keep_photos, run, cut_photos(found, news.cameras)))
                mailbox.put(news)

            trace = aligner().align(request, settings, paced, watch=watch)
            return kept_trace(found, trace, title)

        job = self._jobs.run(title, work, lane="pose", replaces="pose", then=lambda kept: self._done(run, kept))
        job.failed.connect(lambda problem: self._failed(run, problem))
        job.changed.connect(lambda: self._job_changed(run, job))
        self._job = job
        self.show(run)
        self.begun.emit()
        return run

    def pause(self) -> None:
        """Hold the run at work after its iteration; what it has so far can be looked at."""
        run = self.at_work
        if run is not None and run.state is RunState.RUNNING:
            self._gate.clear()
            run.state = RunState.PAUSED
            self.changed.emit()

    def resume(self) -> None:
        run = self.at_work
        if run is not None and run.state is RunState.PAUSED:
            run.state = RunState.RUNNING
            self._gate.set()
            self.changed.emit()

    def stop(self) -> None:
        """End the run at work; its steps stay."""
        run, job = self.at_work, self._job
        if run is None or job is None:
            return
        job.cancel()
        self._gate.set()
        self._end(run)

    def drop(self, run: PoseRun) -> None:
        """Take a run off the list; its file, if it has one, stays."""
        if run is self.at_work:
            self.stop()
        if run in self.runs:
            self.runs.remove(run)
            self.compared = None if self.compared is run else self.compared
            if self.shown is run:
                self.shown, self.cursor = (self.runs[-1] if self.runs else None), -1
            self.changed.emit()

    def use(self, project: Project | None) -> None:
        """Work on another project, whose traces are kept from now on; the runs of the last one are dropped."""
        self.stop()
        writes = project is not None and not project.store.read_only
        self._folder = NumberedFiles(project.folder / "poses") if project is not None and writes else None
        self.runs, self.shown, self.compared, self.cursor = [], None, None, -1
        self.changed.emit()

    # Looking.

    def show(self, run: PoseRun) -> None:
        if run is not self.shown:
            self.shown, self.cursor = run, -1
            self.compared = None if self.compared is run else self.compared
        self.changed.emit()

    def compare(self, run: PoseRun | None) -> None:
        """Lay another run beside the one on show; None: none."""
        if run is not self.compared and run is not self.shown:
            self.compared = run
            self.changed.emit()

    def look_at(self, index: int) -> None:
        """Look at one iteration; -1 follows the newest, or the answer."""
        if index != self.cursor:
            self.cursor = index
            self.cursor_changed.emit(index)

    # Files.

    def files(self, sample: str) -> list[Path]:
        """The traces that are kept of a sample, the oldest first."""
        return self._folder.files(sample) if self._folder is not None else []

    def open_file(self, file: Path) -> Job[KeptTrace]:
        """Show a trace that was kept; nothing is worked out again."""
        folder = self._folder

        def came(kept: KeptTrace) -> None:
            if self._folder is not folder:
                return  # Why: it was asked for in another project.
            self._count += 1
            run = PoseRun.of(kept, f"{self._count}", file=file)
            self.runs.append(run)
            self.shown, self.cursor = run, -1
            self._make_room()
            self.changed.emit()

        job = self._jobs.run(f"Open {file.name}", lambda ticket: read_trace(file), lane="disk", then=came)
        job.failed.connect(self._notice)
        return job

    def save_file(self, run: PoseRun, file: Path) -> Job[Path] | None:
        """Keep a run that is over; None where it is not."""
        return None if run.kept is None else self._save(run, run.kept, lambda: file, f"Save {file.name}")

    def _save(self, run: PoseRun, kept: KeptTrace, name: Callable[[], Path], title: str) -> Job[Path]:
        """``name`` is called where it is saved, so that two runs that end together get names of their own."""

        def work(ticket: Ticket) -> Path:
            file = name()
            write_trace(file, kept)
            return file

        def saved(file: Path) -> None:
            run.file = file
            self._make_room()
            self.changed.emit()

        job = self._jobs.run(title, work, lane="save", vital=True, quiet=True, then=saved)
        job.failed.connect(self._notice)
        return job

    def _make_room(self) -> None:
        """Runs that lie in files and that nobody looks at go, the oldest first; their files can be opened again."""
        sizes = {run.name: run.nbytes for run in self.runs}
        spare = [run for run in self.runs if run.file is not None and run not in (self.shown, self.compared)]
        while spare and sum(sizes.values()) > MOST_BYTES:
            oldest = spare.pop(0)
            self.runs.remove(oldest)
            del sizes[oldest.name]

    # What comes home.

    def _came(self, run: PoseRun, subject: Subject) -> None:
        run.subject = subject
        self.changed.emit()

    def _arrived(self, run: PoseRun, news: list[PoseStart | PoseStep]) -> None:
        if run.over:
            return  # Why: what is kept of a run that was stopped ends where it was.
        for each in news:
            if isinstance(each, PoseStart):
                run.start = each
            else:
                run.steps.append(each)
        if run is self.shown or run is self.compared:
            self.stepped.emit()

    def _done(self, run: PoseRun, kept: KeptTrace) -> None:
        if run.state is RunState.STOPPED:
            return
        run.finish(kept)
        self.changed.emit()
        sample, folder = kept.about.get("sample"), self._folder
        if folder is not None and sample is not None:
            self._save(run, kept, lambda: folder.next_file(sample, kept.trace.method), f"Save the pose of {sample}")

    def _failed(self, run: PoseRun, problem: Problem) -> None:
        run.problem, run.state = problem, RunState.FAILED
        self.changed.emit()

    def _job_changed(self, run: PoseRun, job: Job[KeptTrace]) -> None:
        run.fraction, run.message, run.began = job.fraction, job.message, job.started
        self.progressed.emit()
        if job.settled and not run.over and job.result is None and job.problem is None:
            self._end(run)

    def _end(self, run: PoseRun) -> None:
        run.cut_short()
        self.changed.emit()

    def _notice(self, problem: Problem) -> None:
        self.noticed.emit(problem)


def _keep_photos(run: PoseRun, photos: tuple[Rgb, ...]) -> None:
    run.photos = photos


def _options() -> Options:
    methods = (("lm", "Second order"), ("ptad", "As in PTAD"))
    outlines = (("photo", "Photo"), ("grabcut", "GrabCut"), ("alpha", "Alpha"), ("drawn", "Drawn"))
    return Options(
        "pose",
        [
            Choice("method", "Method", "lm", methods, "Levenberg-Marquardt from several starts, or Adam as published"),
            Choice(
                "outline",
                "Outline",
                "photo",
                outlines,
                "From the photo, refined, its alpha, or what is marked",
            ),
            Choice(
                "views", "Views", "all", (("all", "All"), ("active", "Active")), "All calibrated views at once, or one"
            ),
            Number("side", "Detail", 256, 64, 1024, "px", 32, tip="Pixels of the cut outline's longer side"),
        ],
    )


class _Paced:
    """A ticket whose worker stands still while the gate is shut, and still hears that nobody wants the answer."""

    def __init__(self, ticket: Ticket, gate: threading.Event) -> None:
        self._ticket, self._gate = ticket, gate

    def check(self) -> None:
        self._ticket.check()
        while not self._gate.wait(_PATIENCE_S):
            self._ticket.check()

    def report(self, fraction: float, message: str = "") -> None:
        self.check()
        self._ticket.report(fraction, message)
