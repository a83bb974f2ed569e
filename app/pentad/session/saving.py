"""How open masks get to the disk: each stroke at once into the journal, the whole a little later into its file."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial

import numpy as np

from pentad.annotation.components import marked_part
from pentad.annotation.edit import MaskEdit, TileKey
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.io.journal import Begin, Journal, Saved
from pentad.io.kept_masks import KeptMasks, SavedMask
from pentad.io.masks import FileMark
from pentad.sdk import Ticket
from pentad.session.jobs import Jobs
from pentad.session.later import Later

_NEVER = float("inf")


class SaveState(StrEnum):
    """How a mask stands to its file."""

    SAVED = "saved"
    UNSAVED = "not saved yet"
    SAVING = "being saved"
    FAILED = "could not be saved"


@dataclass(frozen=True, slots=True)
class Pace:
    """When a mask is saved by itself, in seconds."""

    quiet: float = 2.0
    """After the last stroke."""
    longest: float = 30.0
    """After the first stroke, however many follow."""
    first_retry: float = 2.0
    """After a failure; each further one waits twice as long."""
    longest_retry: float = 60.0
    busy: float = 0.2
    """After a stroke was found to be under way."""


@dataclass(eq=False)
class Save:
    """One save under way: what it takes along, and what came of it (set by the worker before ``done``)."""

    edits: int
    segment: int
    dirty: Mapping[TileKey, bytes]
    done: threading.Event = field(default_factory=threading.Event)
    result: SavedMask | None = None
    problem: Problem | None = None


@dataclass(eq=False)
class MaskDocument:
    """One view's mask while it is open. ``drawn``: the project has a mask of its own for it, or will have."""

    key: MaskKey
    mask: Mask
    drawn: bool
    state: SaveState = SaveState.SAVED
    saved_at: datetime | None = None
    mark: FileMark | None = None
    """Of its file as it was last read or written."""
    segment: int = 0
    """The newest segment of its journal."""
    journal: Journal | None = None
    edits: int = 0
    """How often it was changed since it is open."""
    in_file: int = 0
    """How many of these changes its file has."""
    dirty: dict[TileKey, bytes] = field(default_factory=dict)
    """What was changed since the last save began."""
    saving: Save | None = None
    since: float = _NEVER
    """When the first of what is not saved was done, or when a save last failed (``time.monotonic``)."""
    due: float = _NEVER
    """When it is to be saved."""
    failures: int = 0
    """Saves that failed in a row."""
    unwritten: Problem | None = None
    """Why the newest strokes are not even in the journal."""
    told: Problem | None = None
    """The trouble with the disk that a person knows of."""

    @property
    def name(self) -> str:
        return f"{self.key.sample} {self.key.view}"


class Saver:
    """Writes the journals and saves the masks of one project. Lives on the main thread; workers get copies."""

    def __init__(
        self,
        kept: KeptMasks,
        jobs: Jobs,
        *,
        pace: Pace,
        busy: Callable[[], bool],
        open_now: Callable[[], Iterable[MaskDocument]],
        changed: Callable[[MaskKey], None],
        noticed: Callable[[Problem], None],
    ) -> None:
        self._kept, self._jobs, self._pace = kept, jobs, pace
        self._busy, self._open_now, self._changed, self._noticed = busy, open_now, changed, noticed
        self._later = Later(jobs.deliver, self._look_round)

    def keep(self, document: MaskDocument, edit: MaskEdit) -> None:
        """Write a change down in the journal, and save the mask soon. Where that cannot be done it is said, once."""
        now = time.monotonic()
        document.edits += 1
        document.drawn = True
        document.dirty.update(edit.after)
        if document.since == _NEVER:
            document.since = now
        document.due = min(now + self._pace.quiet, document.since + self._pace.longest)
        self._write_down(document, edit)
        self._later.within(document.due - now)

    def save(self, documents: Iterable[MaskDocument]) -> None:
        """Save what is not saved, one after the other, each at the end of the stroke that is under way."""
        now = time.monotonic()
        for document in documents:
            if document.state is not SaveState.SAVED:
                document.due = min(document.due, now)
        self._look_round()

    def flush(self, seconds: float) -> None:
        """Save everything and wait for it, so long at most. What fails is noticed; the journals stay."""
        end = time.monotonic() + seconds
        tried: set[MaskKey] = set()
        while document := self._next_to_flush(tried):
            if document.saving is None:
                tried.add(document.key)
                self._begin(document)
            save = document.saving
            if save is None or not save.done.wait(max(0.0, end - time.monotonic())):
                return
            self._settle(document, save)

    def close(self) -> None:
        """Let go of the files."""
        self._later.stop()
        for document in self._open_now():
            if document.journal is not None:
                document.journal.close()

    def _next_to_flush(self, tried: Set[MaskKey]) -> MaskDocument | None:
        unsaved = [one for one in self._open_now() if one.state is not SaveState.SAVED]
        under_way = [one for one in unsaved if one.saving is not None]
        return next(iter([*under_way, *(one for one in unsaved if one.key not in tried)]), None)

    def _write_down(self, document: MaskDocument, edit: MaskEdit) -> None:
        if document.unwritten is not None:
            edit = self._all_unsaved(document)
        try:
            if document.journal is None:
                document.segment += 1
                height, width = document.mask.labels.shape
                begin = Begin(document.key, (height, width), document.mark)
                document.journal = Journal(self._kept.journals.path(document.key, document.segment), begin)
            document.journal.append(edit)
        except Problem as problem:
            document.journal, document.unwritten = None, problem
            what = f"The last stroke on {document.name} is not on the disk yet: {problem.what}"
            remedy = f"{problem.remedy} The stroke stays on screen and is tried again by itself: leave Pentad open."
            self._tell(document, Problem(what, problem.why, remedy=remedy))
            self._show(document, SaveState.FAILED)
            return
        if document.unwritten is not None:
            document.unwritten = None
            self._relieve(document, f"The strokes on {document.name} are on the disk now")
        if document.state is SaveState.SAVED or (document.state is SaveState.FAILED and not document.failures):
            document.state = SaveState.UNSAVED
        self._changed(document.key)

    def _all_unsaved(self, document: MaskDocument) -> MaskEdit:
        """Everything that may be missing on the disk, as one change."""
        height, width = document.mask.labels.shape
        tiles = {**(document.saving.dirty if document.saving is not None else {}), **document.dirty}
        return MaskEdit(document.key, "Strokes", (height, width), {}, tiles)

    def _look_round(self) -> None:
        """Begin what is due. One mask at a time, for each is copied first."""
        now = time.monotonic()
        due = [one for one in self._open_now() if one.due <= now and one.saving is None]
        for document in due:
            if document.unwritten is not None:
                self._write_down(document, self._all_unsaved(document))
        if due and self._busy():
            self._later.within(self._pace.busy)
        elif due and not any(one.saving is not None for one in self._open_now()):
            self._begin(due[0])
        waiting = [one.due for one in self._open_now() if now < one.due < _NEVER]
        if waiting:
            self._later.within(min(waiting) - now)

    def _begin(self, document: MaskDocument) -> None:
        if document.journal is not None:
            document.journal.close()
            document.journal = None
        save = Save(document.edits, document.segment, document.dirty)
        document.dirty, document.saving = {}, save
        document.since = document.due = _NEVER
        key, mark, size = document.key, document.mark, document.mask.labels.shape
        box, marked = marked_part(document.mask.labels)

        def work(ticket: Ticket) -> None:
            labels = np.zeros(size, np.uint8)
            labels[box.slices] = marked
            try:
                save.result = self._kept.save(key, labels, mark, save.segment)
            except Problem as problem:
                save.problem = problem
            finally:
                save.done.set()

        self._show(document, SaveState.SAVING)
        settle = partial(self._settle, document, save)
        job = self._jobs.run(
            f"Save {document.name}", work, lane="save", quiet=True, vital=True, then=lambda _: settle()
        )
        job.failed.connect(lambda _: settle())
        if job.settled:
            save.done.set()
            settle()

    def _settle(self, document: MaskDocument, save: Save) -> None:
        """Take in what came of a save, whoever hears of it first."""
        if document.saving is not save:
            return
        document.saving = None
        if save.result is None:
            self._failed(document, save)
            return
        clean = document.edits == save.edits
        document.mark, document.saved_at, document.in_file = save.result.mark, datetime.now(UTC), save.edits
        document.failures = 0
        if document.journal is not None:
            document.journal.note(Saved(document.mark, save.segment))
        self._kept.journals.remove(document.key, save.segment)
        if clean:
            document.unwritten = None
            document.since = document.due = _NEVER
        for note in save.result.notes:
            self._noticed(note)
        if document.unwritten is None:
            self._relieve(document, f"The mask of {document.name} is saved again")
        unsaved = SaveState.UNSAVED if document.unwritten is None else SaveState.FAILED
        self._show(document, SaveState.SAVED if clean else unsaved)
        self._look_round()

    def _failed(self, document: MaskDocument, save: Save) -> None:
        document.dirty = {**save.dirty, **document.dirty}
        pause = min(self._pace.first_retry * 2**document.failures, self._pace.longest_retry)
        document.failures += 1
        document.since = time.monotonic()
        document.due = document.since + pause
        found = save.problem or Problem("The save did not end", remedy="The log has the details.")
        what = f"The mask of {document.name} is not saved yet: {found.what}"
        kept = "Every stroke is in the journal" if document.unwritten is None else "Leave Pentad open"
        remedy = f"{found.remedy} {kept}, and saving is tried again by itself."
        self._tell(document, Problem(what, found.why, remedy=remedy))
        self._show(document, SaveState.FAILED)
        self._look_round()

    def _tell(self, document: MaskDocument, problem: Problem) -> None:
        """Say what is wrong, unless a person knows already."""
        known = {one.told.why for one in self._open_now() if one.told is not None}
        document.told = problem
        if problem.why not in known:
            self._noticed(problem)

    def _relieve(self, document: MaskDocument, what: str) -> None:
        if document.told is None or document.failures:
            return
        document.told = None
        if all(one.told is None for one in self._open_now()):
            self._noticed(Problem(what, remedy="Nothing needs to be done."))

    def _show(self, document: MaskDocument, state: SaveState) -> None:
        document.state = state
        self._changed(document.key)
