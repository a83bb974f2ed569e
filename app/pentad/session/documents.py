"""The masks at hand, each with its journal and its file: read in the background, written in the background."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.annotation.edit import MaskEdit
from pentad.core.arrays import Labels
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.io import rasters
from pentad.io.journal import Journal, read
from pentad.session.jobs import Jobs
from pentad.session.project import Project


class SaveState(StrEnum):
    """How a mask stands to its file."""

    SAVED = "saved"
    UNSAVED = "not saved yet"
    SAVING = "being saved"
    FAILED = "could not be saved"


@dataclass(eq=False)
class MaskDocument:
    """One view's mask while it is open. ``drawn``: the project has a mask of its own for it, or will have."""

    key: MaskKey
    mask: Mask
    drawn: bool
    state: SaveState = SaveState.SAVED
    saved_at: datetime | None = None
    journal: Journal | None = None


class Documents:
    """All open masks of one project. Lives on the main thread."""

    opened: ClassVar[Signal] = Signal(MaskKey)
    """The mask, or in its place a Problem, is there."""
    changed: ClassVar[Signal] = Signal(MaskKey)
    """Its state of saving is another."""
    noticed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._project: Project | None = None
        self._open: dict[MaskKey, MaskDocument] = {}
        self._problems: dict[MaskKey, Problem] = {}
        self._opening: set[MaskKey] = set()

    @property
    def read_only(self) -> bool:
        return self._project is None or self._project.store.read_only

    @property
    def unsaved(self) -> tuple[MaskDocument, ...]:
        """What is not in its file yet (its journal has it)."""
        return tuple(document for document in self._open.values() if document.state is not SaveState.SAVED)

    def use(self, project: Project | None) -> None:
        """Work on another project; everything of the one before has been saved."""
        self.save_all()
        self._project = project
        self._open.clear()
        self._problems.clear()
        self._opening.clear()

    def document(self, key: MaskKey) -> MaskDocument | None:
        return self._open.get(key)

    def problem(self, key: MaskKey) -> Problem | None:
        """Why the mask cannot be read."""
        return self._problems.get(key)

    def open(self, sample: Sample, view: str) -> None:
        """Have the view's mask at hand soon: the project's own, else the data set's, else an empty one."""
        key = MaskKey(sample.id, view)
        if self._project is None or key in self._open or key in self._opening:
            return
        self._opening.add(key)
        self._problems.pop(key, None)
        project = self._project
        job = self._jobs.run(
            f"Mask of {sample.id} {view}",
            lambda ticket: _load(project, sample, view),
            lane="disk",
            quiet=True,
            then=partial(self._came, project, key),
        )
        job.failed.connect(partial(self._failed, key))

    def keep(self, edit: MaskEdit) -> None:
        """Write a change that was made to an open mask down in its journal, and save it soon."""
        document = self._open[edit.key]
        if self._project is None:
            return
        if document.journal is None:
            document.journal = Journal(_journal_path(self._project, edit.key))
        document.journal.append(edit)
        document.drawn = True
        document.state = SaveState.UNSAVED
        self.changed.emit(edit.key)

    def save_all(self) -> None:
        """Write every unsaved mask to its file now; returns when the disk has them."""
        if self._project is None:
            return
        for document in self.unsaved:
            self._project.store.masks.write(*document.key, document.mask.labels)
            if document.journal is not None:
                document.journal.close()
                document.journal.path.unlink()
                document.journal = None
            document.state, document.saved_at = SaveState.SAVED, datetime.now(UTC)
            self.changed.emit(document.key)

    def _came(self, project: Project, key: MaskKey, loaded: tuple[Labels, bool]) -> None:
        self._opening.discard(key)
        if project is self._project:
            self._open[key] = MaskDocument(key, Mask(loaded[0]), loaded[1])
            self.opened.emit(key)

    def _failed(self, key: MaskKey, problem: Problem) -> None:
        self._opening.discard(key)
        self._problems[key] = problem
        self.opened.emit(key)


def _journal_path(project: Project, key: MaskKey) -> Path:
    return (
        project.folder
        / "journal"
        / project.store.masks.path(*key).relative_to(project.folder / "masks").with_suffix(".log")
    )


def _load(project: Project, sample: Sample, view: str) -> tuple[Labels, bool]:
    """(labels, whether the project has them): what was saved, with what the journal knows since."""
    key = MaskKey(sample.id, view)
    labels = project.store.masks.read(*key)
    drawn = labels is not None
    of_view = sample.view(view)
    if labels is None and (ref := of_view.rasters.get(Modality.MASK)) is not None:
        labels = rasters.read_mask(project.tree, ref)
    if labels is None:
        labels = np.zeros(rasters.size(project.tree, of_view.rasters[Modality.RGB]), np.uint8)
    journal = _journal_path(project, key)
    if journal.exists():
        mask = Mask(labels)
        for record in read(journal):
            record.edit(key).lay(mask)
            drawn = True
    return labels, drawn
