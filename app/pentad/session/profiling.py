"""Cross-sections of the part on show: asked while a hand draws the line, the newest question first."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from psygnal import Signal

from pentad.annotation.preview import NOTHING, Handles, Path, Preview
from pentad.annotation.section_line import Line, SectionLine
from pentad.core.camera import Camera
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.geometry.lining_up import lined_up
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs
from pentad.session.normals_shelf import NormalsShelf
from pentad.session.project import Project
from pentad.session.reference import Reference
from pentad.session.rig_state import RigState
from pentad.session.sectioning import Section, Source, read_source, section_of

NO_LINE = "Draw a line over a view with normals: key J, or Annotate > Tools > Cross-section."


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One question: equal only where nothing that counts has changed."""

    line: Line
    sample: Sample
    against: Sample | None
    camera: Camera | None
    line_up: bool

    def same(self, other: "_Asked | None") -> bool:
        return other is not None and self.line == other.line and self.same_source(other)

    def same_source(self, other: "_Asked | None") -> bool:
        return (
            other is not None
            and self.line.view == other.line.view
            and self.sample is other.sample
            and self.against is other.against
            and self.camera is other.camera
            and self.line_up == other.line_up
        )


class Profiling:
    """What is known along the line over the part on show. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()
    pointed: ClassVar[Signal] = Signal()
    """Another place of the line is looked at."""

    def __init__(self, jobs: Jobs, tool: SectionLine, rig: RigState, reference: Reference, shelf: NormalsShelf) -> None:
        self._jobs, self._tool, self._rig = jobs, tool, rig
        self._reference, self._shelf = reference, shelf
        self._project: Project | None = None
        self._sample: Sample | None = None
        self._job: Job[Any] | None = None
        self._asked: _Asked | None = None
        self._answered: _Asked | None = None
        self._sources: tuple[Source, Source | None] | None = None
        self._mark: float | None = None
        self.section: Section | None = None
        self.problem: Problem | None = None
        """Why there is none along the line that is drawn."""
        tool.asked.connect(self._on_tool)
        reference.changed.connect(self._ask)
        rig.changed.connect(self._ask)

    def use(self, project: Project | None) -> None:
        """Work on another project; the line goes with the old one."""
        self._project, self._sample, self._sources, self._answered = project, None, None, None
        self.section, self.problem, self._mark = None, None, None
        self._tool.put_away()
        self.changed.emit()

    def show(self, sample: Sample | None) -> None:
        """Another part is looked at: the line is laid over it, too."""
        self._sample = sample
        self._ask()

    @property
    def line(self) -> Line | None:
        return self._tool.line

    @property
    def words(self) -> str:
        """What stands in the place of a section."""
        if self._tool.line is None:
            return NO_LINE
        return str(self.problem) if self.problem is not None else "Reading the normals…"

    @property
    def mark(self) -> float | None:
        """The place of the line that is looked at, 0 to 1: under the hand in the view, or in the plot."""
        return self._tool.pointed if self._tool.pointed is not None else self._mark

    def look_at(self, share: float | None) -> None:
        """Look at a place of the line, 0 to 1, from elsewhere than the view."""
        if share != self._mark:
            self._mark = share
            self.pointed.emit()

    def overlay(self, view: str) -> Preview:
        """The line, its ends to be taken hold of, and the place one looks at."""
        line = self._tool.line
        if line is None or line.view != view:
            return NOTHING
        ends = Handles((line.start, line.end), self._tool.hot)
        shapes: list[Path | Handles] = [Path((line.start, line.end)), ends]
        if self.mark is not None and not self._tool.busy:
            shapes.append(Handles((line.at(self.mark),), 0))
        return Preview(tuple(shapes))

    def _on_tool(self) -> None:
        self.pointed.emit()
        self._ask()

    def _ask(self) -> None:
        asked = self._question()
        if not isinstance(asked, _Asked):
            self.section, self.problem, self._answered = None, asked, None
            self.changed.emit()
            return
        if asked.same(self._answered) or (self._job is not None and not self._job.settled):
            return
        known = self._sources if asked.same_source(self._answered) else None
        self._asked, project = asked, self._project
        if project is None:
            return
        here, there = (
            self._shelf.of(MaskKey(part.id, asked.line.view)) if part is not None else None
            for part in (asked.sample, asked.against)
        )

        def work(ticket: Ticket) -> tuple[Source, Source | None, Section]:
            if known is not None:
                return (*known, section_of(known[0], asked.line, known[1]))
            view = asked.line.view
            own = read_source(project.tree, asked.sample, asked.sample.view(view), asked.camera, here)
            ticket.check()
            other = None
            if asked.against is not None:
                other = read_source(project.tree, asked.against, asked.against.view(view), None, there)
                if asked.line_up and other.normals.shape == own.normals.shape:
                    other = replace(other, normals=lined_up(other.normals, own.normals).normals)
            return own, other, section_of(own, asked.line, other)

        job = self._jobs.run("Cross-section", work, lane="tool", quiet=True, then=partial(self._came, asked))
        self._job = job
        job.failed.connect(partial(self._failed, asked))

    def _question(self) -> _Asked | Problem | None:
        """What there is to ask now, or why there is nothing."""
        line, sample = self._tool.line, self._sample
        if line is None or sample is None or line.length <= 0:
            return None
        if not _has_normals(sample, line.view):
            return Problem(f"{line.view} has no normals here", remedy="Draw the line over another view.")
        against = self._reference.part
        if against is sample or (against is not None and not _has_normals(against, line.view)):
            against = None
        self._rig.ask(None)
        camera = self._rig.cameras(sample).get(line.view)
        return _Asked(line, sample, against, camera, self._reference.lines_up)

    def _came(self, asked: _Asked, found: tuple[Source, Source | None, Section]) -> None:
        own, other, section = found
        if asked.sample is not self._sample or self._tool.line is None:
            self._ask()
            return
        self._answered, self._sources = asked, (own, other)
        self.section, self.problem = section, None
        self._shelf.keep(MaskKey(asked.sample.id, own.view), own.normals)
        self.changed.emit()
        self._ask()

    def _failed(self, asked: _Asked, problem: Problem) -> None:
        self._answered, self._sources, self.section, self.problem = asked, None, None, problem
        self.changed.emit()
        self._ask()


def _has_normals(sample: Sample, view: str) -> bool:
    return any(each.name == view and Modality.NORMAL in each.rasters for each in sample.views)
