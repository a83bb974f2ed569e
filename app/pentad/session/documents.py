"""The masks at hand: opened in the background with what their journals know, kept stroke by stroke, never lost."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.annotation.edit import MaskEdit
from pentad.core.arrays import Labels
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.kept_masks import FoundMask, KeptMasks, Recovered, recovery_notice
from pentad.sdk import Ticket
from pentad.session.jobs import Jobs
from pentad.session.project import Project
from pentad.session.saving import MaskDocument, Pace, Saver, SaveState

__all__ = ["ROOM", "Documents", "MaskDocument", "Pace", "SaveState"]

ROOM = 600_000_000
"""Bytes of masks kept open; 30 of 20 MP."""
PATIENCE_S = 20.0
"""How long leaving a project waits for its disk."""


class Documents:
    """All open masks of one project. Lives on the main thread."""

    opened: ClassVar[Signal] = Signal(MaskKey)
    """The mask, or in its place a Problem, is there."""
    changed: ClassVar[Signal] = Signal(MaskKey)
    """Its state of saving is another."""
    noticed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, jobs: Jobs, *, busy: Callable[[], bool] = lambda: False) -> None:
        """``busy``: whether a stroke is under way, so that nothing may be saved just now."""
        self.pace = Pace()
        self.room = ROOM
        self._jobs = jobs
        self._busy = busy
        self._project: Project | None = None
        self._kept: KeptMasks | None = None
        self._saver: Saver | None = None
        self._open: OrderedDict[MaskKey, MaskDocument] = OrderedDict()
        self._problems: dict[MaskKey, Problem] = {}
        self._opening: set[MaskKey] = set()
        self._waiting: dict[MaskKey, Sample] | None = None
        self._here: str | None = None
        self._warned = False

    @property
    def read_only(self) -> bool:
        return self._project is None or self._project.store.read_only

    @property
    def unsaved(self) -> tuple[MaskDocument, ...]:
        """What is not in its file yet (its journal has it, unless ``unwritten``)."""
        return tuple(document for document in self._open.values() if document.state is not SaveState.SAVED)

    @property
    def unwritten(self) -> tuple[MaskDocument, ...]:
        """What is nowhere on the disk yet, for the disk would not take it."""
        return tuple(document for document in self._open.values() if document.unwritten is not None)

    def use(self, project: Project | None) -> None:
        """Work on another project. What is open is saved first; then what journals hold of this one is recovered."""
        self.flush()
        if self._saver is not None:
            self._saver.close()
        self._project, self._kept, self._saver, self._here = project, None, None, None
        self._open.clear()
        self._problems.clear()
        self._opening.clear()
        self._waiting, self._warned = None, False
        if project is None:
            return
        self._kept = KeptMasks(project.folder)
        if not project.store.read_only:
            self._saver = self._make_saver(self._kept)
            self._recover(project, self._kept)

    def document(self, key: MaskKey) -> MaskDocument | None:
        document = self._open.get(key)
        if document is not None:
            self._open.move_to_end(key)
        return document

    def problem(self, key: MaskKey) -> Problem | None:
        """Why the mask cannot be read."""
        return self._problems.get(key)

    def open(self, sample: Sample, view: str) -> None:
        """Have the view's mask at hand soon: the project's own, else the data set's, else an empty one."""
        key = MaskKey(sample.id, view)
        if self._project is None or self._kept is None or key in self._open or key in self._opening:
            return
        if self._waiting is not None:
            self._waiting[key] = sample
            return
        self._opening.add(key)
        self._problems.pop(key, None)
        project, kept = self._project, self._kept
        repair = not project.store.read_only
        job = self._jobs.run(
            f"Mask of {sample.id} {view}",
            lambda ticket: _find(kept, key, lambda: project.before_drawing(sample.view(view)), repair=repair),
            lane="disk",
            quiet=True,
            then=partial(self._came, project, key),
        )
        job.failed.connect(partial(self._failed, project, key))

    def look_at(self, sample: str | None) -> None:
        """Another sample is looked at: the masks of the others are saved now, and may be put away."""
        self._here = sample
        if self._saver is not None:
            self._saver.save([one for one in self.unsaved if one.key.sample != sample])
        self._make_room()

    def keep(self, edit: MaskEdit) -> None:
        """Write a change that was made to an open mask down in its journal, and save it soon.

        A disk that will not have it is noticed, not raised: the change stays, and is tried again.
        """
        document = self._open.get(edit.key)
        if document is None:
            what = f"The mask of {edit.key.sample} {edit.key.view} is not open any more"
            raise Problem(what, "the change came too late", remedy="Open the sample and do it again.")
        if self._saver is not None:
            self._saver.keep(document, edit)

    def save_all(self) -> None:
        """Save every mask that is not saved, without waiting for it; a stroke under way is waited for."""
        if self._saver is not None:
            self._saver.save(self.unsaved)

    def flush(self, seconds: float = PATIENCE_S) -> bool:
        """Save everything and wait for it, so long at most; whether all of it is in its files."""
        if self._saver is not None:
            self._saver.flush(seconds)
        return not self.unsaved

    def may_leave(self) -> bool:
        """Whether everything is on the disk. Where not, that is said once; who asks again means it, and may."""
        if self.flush() or not self.unwritten or self._warned:
            return True
        self._warned = True
        names = ", ".join(document.name for document in self.unwritten)
        what = f"Not closed yet: strokes on {names} are nowhere on the disk"
        why = self.unwritten[0].unwritten
        remedy = f"{why.remedy if why is not None else ''} Close once more to leave without them."
        self._notice(Problem(what, str(why), remedy=remedy))
        return False

    def _make_saver(self, kept: KeptMasks) -> Saver:
        return Saver(
            kept,
            self._jobs,
            pace=self.pace,
            busy=self._busy,
            open_now=lambda: tuple(self._open.values()),
            changed=self._on_changed,
            noticed=self._notice,
        )

    def _recover(self, project: Project, kept: KeptMasks) -> None:
        """Bring back what journals hold; masks are opened after that."""
        self._waiting = {}
        samples = {sample.id: sample for sample in project.samples}

        def work(ticket: Ticket) -> tuple[list[Recovered], list[Problem]]:
            keys = kept.journals.keys()
            found: list[Recovered] = []
            problems: list[Problem] = []
            for number, key in enumerate(keys):
                ticket.report(number / len(keys), f"{key.sample} {key.view}")
                try:
                    one = kept.recover(key, partial(_before, project, samples.get(key.sample), key))
                except Problem as problem:
                    problems.append(_not_recovered(key, problem))
                else:
                    found += [one] if one is not None else []
            return found, problems

        job = self._jobs.run("Recover strokes", work, lane="save", quiet=True, then=partial(self._recovered, project))
        job.failed.connect(lambda _: self._go_on(project))

    def _recovered(self, project: Project, outcome: tuple[list[Recovered], list[Problem]]) -> None:
        found, problems = outcome
        if found:
            self._notice(recovery_notice(found))
        for problem in (*problems, *(note for one in found for note in one.notes)):
            self._notice(problem)
        self._go_on(project)

    def _go_on(self, project: Project) -> None:
        if project is self._project:
            waiting, self._waiting = self._waiting, None
            for key, sample in (waiting or {}).items():
                self.open(sample, key.view)

    def _came(self, project: Project, key: MaskKey, loaded: tuple[FoundMask, tuple[Problem, ...]]) -> None:
        if project is not self._project:
            return
        self._opening.discard(key)
        found, notes = loaded
        document = MaskDocument(key, Mask(found.labels), found.drawn, mark=found.mark, segment=found.segment)
        self._open[key] = document
        for note in notes:
            self._notice(note)
        if found.strokes and self._saver is not None:
            # Why: recovering could not save them; the journal has them still, and saving is tried again.
            document.state = SaveState.UNSAVED
            self._saver.save([document])
        self._make_room()
        self.opened.emit(key)

    def _failed(self, project: Project, key: MaskKey, problem: Problem) -> None:
        if project is self._project:
            self._opening.discard(key)
            self._problems[key] = problem
            self.opened.emit(key)

    def _make_room(self) -> None:
        """Put away what was looked at longest ago, as far as it is saved and not looked at now."""
        filled = sum(document.mask.labels.nbytes for document in self._open.values())
        if self._busy():
            return
        for key, document in list(self._open.items()):
            if filled <= self.room:
                return
            spare = document.state is SaveState.SAVED and document.saving is None
            if spare and key.sample != self._here:
                if document.journal is not None:
                    document.journal.close()
                del self._open[key]
                filled -= document.mask.labels.nbytes

    def _on_changed(self, key: MaskKey) -> None:
        self.changed.emit(key)

    def _notice(self, problem: Problem) -> None:
        self.noticed.emit(problem)


def _find(
    kept: KeptMasks, key: MaskKey, base: Callable[[], Labels], *, repair: bool
) -> tuple[FoundMask, tuple[Problem, ...]]:
    """The mask as it is now, and what a person should know of it."""
    found = kept.find(key, base)
    if found.damaged is None:
        return found, ()
    if not repair:
        return found, (found.damaged,)
    notes = kept.repair(key)
    return kept.find(key, base), notes


def _before(project: Project, sample: Sample | None, key: MaskKey) -> Labels:
    if sample is None or key.view not in {view.name for view in sample.views}:
        return np.zeros((1, 1), np.uint8)  # Why: what is not listed any more has the size its journal says.
    return project.before_drawing(sample.view(key.view))


def _not_recovered(key: MaskKey, problem: Problem) -> Problem:
    what = f"Strokes on {key.sample} {key.view} could not be put into their file yet: {problem.what}"
    return Problem(what, problem.why, remedy=f"{problem.remedy} They stay in the journal.")
