"""Generated depth of the sample on screen: made, kept in the project, found again, and which of it is on show."""

import itertools
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from psygnal import Signal

from pentad.annotation.options import Number, Options
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.depth_files import read_depth_made, write_depth_made
from pentad.io.numbered_files import NumberedFiles
from pentad.sdk import DepthEstimate, DepthMade, DepthWish, Ticket
from pentad.session.depth_making import MOST_SAMPLES, DepthModel
from pentad.session.jobs import Job, Jobs
from pentad.session.models import Models
from pentad.session.project import Project

ROOM = 300_000_000
"""Bytes of depth kept; a hundred samples of five maps of 256 x 256 and what belongs to them."""
NO_MODEL = "Train a depth generator first (Models > Train), or copy its folder into the project's models."


class Depths:
    """The depths there are of the sample on screen, and the one on show: the newest, or the one that was chosen.

    Lives on the main thread. Files are read when somebody asks, and kept up to ``room`` bytes.
    """

    changed: ClassVar[Signal] = Signal()
    """Which there are, or which is on show."""
    noticed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, jobs: Jobs, models: Models) -> None:
        self.room = ROOM
        self.options = _options()
        self._jobs, self._models = jobs, models
        self._project: Project | None = None
        self._folder: NumberedFiles | None = None
        self._sample: Sample | None = None
        self._files: list[Path] = []
        self._file: Path | None = None
        self._numbers = itertools.count(1)
        self._at_hand: OrderedDict[Path, tuple[int, DepthMade]] = OrderedDict()
        self._unkept: dict[str, tuple[int, DepthMade]] = {}
        """By sample: what was made where nothing can be written."""
        self._reading: Path | None = None
        self._bad: dict[Path, Problem] = {}

    # What there is.

    @property
    def files(self) -> list[Path]:
        """Those of the sample on screen, the oldest first."""
        return list(self._files)

    @property
    def file(self) -> Path | None:
        """The one on show."""
        return self._file

    @property
    def made(self) -> DepthMade | None:
        """The depth on show, as far as it is at hand; ``ask`` gets it."""
        return self._shown[1] if self._shown is not None else None

    @property
    def number(self) -> int:
        """What tells the depth on show from any other that was at hand in this session; 0 where none is."""
        return self._shown[0] if self._shown is not None else 0

    @property
    def _shown(self) -> tuple[int, DepthMade] | None:
        if self._sample is None:
            return None
        return self._unkept.get(self._sample.id) if self._file is None else self._at_hand.get(self._file)

    @property
    def exists(self) -> bool:
        """Whether there is any of the sample on screen, read or not."""
        return bool(self._files) or (self._sample is not None and self._sample.id in self._unkept)

    @property
    def problem(self) -> Problem | None:
        """Why the one on show cannot be read."""
        return self._bad.get(self._file) if self._file is not None else None

    @property
    def reading(self) -> bool:
        """Whether the one on show is on its way."""
        return self._file is not None and self._reading == self._file

    def views(self) -> Mapping[str, DepthEstimate]:
        """Those of the depth on show, by view; empty where it is not at hand."""
        made = self.made
        return made.views if made is not None else {}

    def models(self) -> list[Path]:
        """The project's trained models that make depth, newest first."""
        return [folder for folder in self._project.models if self._makes(folder)] if self._project is not None else []

    # Following the session.

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project = project
        self._folder = NumberedFiles(project.folder / "depths") if project is not None else None
        self._at_hand.clear()
        self._unkept.clear()
        self._bad.clear()
        self.show(None)

    def show(self, sample: Sample | None) -> None:
        """Another sample is looked at."""
        self._sample, self._reading = sample, None
        self._look_again()
        self._file = self._files[-1] if self._files else None
        self.changed.emit()

    def ask(self) -> None:
        """See to it that the depth on show is at hand soon."""
        file = self._file
        if file is None or file in self._at_hand or file == self._reading or file in self._bad:
            return
        self._reading = file
        job = self._jobs.run(
            f"Open {file.name}", lambda ticket: read_depth_made(file), lane="disk", replaces="depth file", quiet=True,
            then=partial(self._came, file),
        )  # fmt: skip
        job.failed.connect(partial(self._not_read, file))

    def choose(self, file: Path) -> None:
        """Show another one of the sample's."""
        if file in self._files and file != self._file:
            self._file = file
            self._bad.pop(file, None)
            self.ask()
            self.changed.emit()

    # Making one.

    @property
    def wish(self) -> DepthWish:
        """As it was set."""
        return DepthWish(*(int(self.options.number(id)) for id in ("seed", "samples", "steps")))

    def make(self, folder: Path) -> Job[tuple[DepthMade, Path | None]] | None:
        """Have the model in ``folder`` make the depth of the sample on screen, as wished; None where there is none."""
        project, sample, kept, wish = self._project, self._sample, self._folder, self.wish
        if project is None or sample is None or kept is None:
            return None
        models, tree, options, writes = self._models, project.tree, project.store.options, not project.store.read_only

        def work(ticket: Ticket) -> tuple[DepthMade, Path | None]:
            ticket.report(0.0, "Loading the model")
            model = DepthModel.load(models, folder)
            geometry = PartGeometry.of(tree, options, project.folder)
            made = model.make(tree, sample, geometry, wish, ticket, noticed=self._notice_later)
            if not writes:
                return made, None
            try:
                file = kept.next_file(sample.id, made.made_by.model)
                write_depth_made(file, made)
            except Problem as problem:  # Why: minutes of work are worth a look, even where the disk takes no more.
                self._notice_later(problem)
                return made, None
            return made, file

        title = f"Depth of {sample.id} with {folder.name}"
        return self._jobs.run(title, work, lane="gpu", replaces="depth", then=partial(self._done, project))

    def _done(self, project: Project, found: tuple[DepthMade, Path | None]) -> None:
        made, file = found
        if project is not self._project:
            return
        if file is None:
            self._unkept[made.sample] = next(self._numbers), made
        else:
            self._keep(file, made)
        if self._sample is not None and self._sample.id == made.sample:
            self._look_again()
            self._file = file
        self.changed.emit()

    def _came(self, file: Path, made: DepthMade) -> None:
        if file == self._reading:
            self._reading = None
        if self._folder is not None and file.is_relative_to(self._folder.root):
            self._keep(file, made)
            self.changed.emit()

    def _not_read(self, file: Path, problem: Problem) -> None:
        if file == self._reading:
            self._reading = None
            self._bad[file] = problem
            self.noticed.emit(problem)
            self.changed.emit()

    def _keep(self, file: Path, made: DepthMade) -> None:
        self._at_hand[file] = next(self._numbers), made
        self._at_hand.move_to_end(file)
        filled = sum(_bytes(kept) for _, kept in self._at_hand.values())
        for old in list(self._at_hand):
            if filled <= self.room or old in (file, self._file):
                break
            filled -= _bytes(self._at_hand.pop(old)[1])

    def _look_again(self) -> None:
        found = self._folder.files(self._sample.id) if self._folder is not None and self._sample is not None else []
        self._files = found

    def _makes(self, folder: Path) -> bool:
        try:
            return self._models.of(folder).info.learns_depth
        except Problem:
            return False

    def _notice_later(self, problem: Problem) -> None:
        self._jobs.deliver(lambda: self.noticed.emit(problem))


def _bytes(made: DepthMade) -> int:
    return sum(
        each.depth.nbytes + each.spread.nbytes + (each.integrated.nbytes if each.integrated is not None else 0)
        for each in made.views.values()
    )


def _options() -> Options:
    return Options(
        "depth",
        [
            Number("seed", "Seed", 0, 0, 1_000_000, tip="The same seed gives the same depth"),
            Number("samples", "Samples", 1, 1, MOST_SAMPLES,
                   tip="So many depths are drawn: their mean is shown, and how far they spread"),
            Number("steps", "Steps", 0, 0, 1000, tip="Of the sampler; 0: as many as the model was made for"),
        ],
    )  # fmt: skip
