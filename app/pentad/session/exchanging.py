"""Exporting and importing masks of the open project, as background jobs."""

import queue
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from pentad.annotation.edit import TILE, Draft
from pentad.annotation.rule import Rule
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.label_class import LabelClass
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.wording import counted
from pentad.sdk import Ticket
from pentad.sdk.exchange import Exporter
from pentad.session.exchange import ExchangeReport, ExportWish, export_masks
from pentad.session.importing import How, Incoming, import_masks, laid_over, refuse_read_only, write_mask
from pentad.session.jobs import Job
from pentad.session.project import Project
from pentad.session.session import Session

T = TypeVar("T")
_SHOWN = 3
_PATIENCE_S = 0.2
_NONE: Labels = np.zeros((0, 0), np.uint8)


def start_export(
    session: Session, exporter: Exporter, out: Path, wish: ExportWish, *, force: bool = False
) -> Job[ExchangeReport]:
    """Write the project's masks into ``out``, with strokes that are not saved yet; a notice says what came of it."""
    project, classes = _project(session), session.annotation.classes

    def work(ticket: Ticket) -> ExchangeReport:
        return export_masks(project, exporter, out, wish, classes=classes, ticket=ticket, force=force)

    def done(report: ExchangeReport) -> None:
        what = f"{counted(report.annotations, 'annotation')} of {counted(report.images, 'image')} exported to {out}"
        session.noticed.emit(Problem(what, _left_out(report), remedy=f"Written as {exporter.info.title}."))

    return session.jobs.run(f"Export {exporter.info.title}", work, lane="cpu", replaces="export", then=done)


def start_import(session: Session, exporter: Exporter, path: Path, how: How) -> Job[ExchangeReport]:
    """Read masks into the project: open ones are changed as one edit each, which can be taken back; the others in their
    files. A notice says what came of it. Problem where the project may only be read."""
    project, classes = _project(session), session.annotation.classes
    refuse_read_only(project)
    desk = _Desk(session, project, f"Import {exporter.info.title}")

    def work(ticket: Ticket) -> ExchangeReport:
        return import_masks(
            project,
            exporter,
            path,
            how=how,
            classes=classes,
            place=partial(desk.place, ticket),
            add=lambda fresh: desk.on_main(ticket, partial(desk.add_classes, fresh)),
            ticket=ticket,
        )

    def done(report: ExchangeReport) -> None:
        desk.catch_up()
        what = f"{counted(report.annotations, 'annotation')} for {counted(report.images, 'image')} imported"
        remedy = "Masks that are open can be taken back with Undo; the files before are kept beside the others."
        session.noticed.emit(Problem(what, _left_out(report), remedy=remedy))

    return session.jobs.run(f"Import {exporter.info.title}", work, lane="disk", replaces="import", then=done)


class _Desk:
    """Where imported masks go while the window is open: what is open is looked up and changed on the main thread."""

    def __init__(self, session: Session, project: Project, name: str) -> None:
        self._session, self._project, self._name = session, project, name
        self._written: list[Incoming] = []

    def place(self, ticket: Ticket, incoming: Incoming) -> None:
        """Put one mask in; called on the worker."""
        if self._painted(ticket, incoming):
            return
        notes = write_mask(self._project, incoming)
        for note in notes:
            self._session.jobs.deliver(partial(self._session.noticed.emit, note))
        # Why without its pixels: thousands may follow.
        self._written.append(replace(incoming, labels=_NONE, how=How.REPLACE))

    def on_main(self, ticket: Ticket, call: Callable[[], T]) -> T:
        """What ``call`` gives on the main thread; raises Cancelled where nobody waits for it any more."""
        answers: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._session.jobs.deliver(lambda: answers.put(call()))
        while True:
            try:
                return answers.get(timeout=_PATIENCE_S)
            except queue.Empty:
                ticket.check()

    def add_classes(self, fresh: tuple[LabelClass, ...]) -> None:
        known = self._session.annotation.classes
        taken = {one.index for one in known}
        self._session.annotation.set_classes((*known, *(one for one in fresh if one.index not in taken)))

    def catch_up(self) -> None:
        """Masks that were opened while their files were being written may show what was there before; and what is new
        of the sample on show is fetched."""
        documents, current = self._session.annotation.documents, self._session.current
        for incoming in self._written:
            self._session.annotation.edited.emit(incoming.key)
            if documents.document(incoming.key) is not None:
                self._look_again(incoming)
            elif current is not None and incoming.key.sample == current.id:
                documents.open(current, incoming.key.view)

    def _look_again(self, incoming: Incoming) -> None:
        masks, key = self._project.store.masks, incoming.key

        def look(ticket: Ticket) -> None:
            labels = masks.read(*key)
            if labels is not None:
                self._painted(ticket, replace(incoming, labels=labels))

        self._session.jobs.run(f"Look again at {key.sample} {key.view}", look, lane="disk", quiet=True)

    def _painted(self, ticket: Ticket, incoming: Incoming) -> bool:
        """Whether the mask is open, and then it shows what came in; called on the worker."""
        annotation = self._session.annotation
        while (draft := self.on_main(ticket, partial(self._draft, incoming.key))) is not None:
            for box, labels in _changes(draft.stroke.mask.labels, incoming):
                draft.stroke.put(box, labels)
            if self.on_main(ticket, partial(annotation.lay, draft, draft.stroke.finish())):
                return True
            time.sleep(_PATIENCE_S)  # Why: it was painted on meanwhile, or still is.
        return False

    def _draft(self, key: MaskKey) -> Draft | None:
        if self._session.project is not self._project:
            return None
        # Why no rule: rules limit the hand; a class that is locked comes in as it does into a mask that is not open.
        return self._session.annotation.draft(key, self._name, Rule())


def _changes(here: Labels, incoming: Incoming) -> Iterator[tuple[Box, Labels]]:
    """The tiles that become different: most of a mask stays, and copying all of 20 MP would be felt."""
    if here.shape != incoming.labels.shape:
        raise Problem("The open mask is of another size", remedy="Open the sample anew and import again.")
    for top in range(0, here.shape[0], TILE):
        for left in range(0, here.shape[1], TILE):
            box = Box(top, left, top + TILE, left + TILE) & Box(0, 0, *here.shape)
            new, old = incoming.labels[box.slices], here[box.slices]
            labels = laid_over(new, old) if incoming.how is How.MERGE else new
            if not np.array_equal(labels, old):
                yield box, labels


def _left_out(report: ExchangeReport) -> str:
    """What was left out, by reason, the commonest first."""
    if not report.skipped:
        return ""
    reasons = Counter(one.why for one in report.skipped)
    example = {one.why: one.item for one in reversed(report.skipped)}
    words = [
        f"{why} ({example[why]})" if count == 1 else f"{count:,} times {why} (such as {example[why]})"
        for why, count in reasons.most_common(_SHOWN)
    ]
    more = f"; and {len(reasons) - _SHOWN} more reasons" if len(reasons) > _SHOWN else ""
    return f"{len(report.skipped):,} left out: {'; '.join(words)}{more}"


def _project(session: Session) -> Project:
    if session.project is None:
        raise Problem("No project is open", remedy="Open a project or a data set first.")
    return session.project
