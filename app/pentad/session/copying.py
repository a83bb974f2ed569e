"""Whole masks carried over from one view to others of its size."""

from collections.abc import Sequence
from functools import partial

from pentad.annotation.operations import Change, differing
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.sdk import Ticket
from pentad.session.documents import MaskDocument
from pentad.session.session import Session


def copy_to_other_views(session: Session) -> None:
    """Give every other view of the sample the mask of the view at hand; each can be taken back by itself."""
    sheet, sample = session.annotation.sheet_here(), session.current
    if sheet is None or sample is None or sample.id != sheet.key.sample:
        return
    session.operations.end_gesture()
    labels = sheet.mask.labels.copy()
    for view in sample.views:
        if view.name != sheet.key.view:
            session.operations.when_open(sample, view.name, partial(_copy, session, labels, sheet.key))


def copy_from_previous(session: Session) -> None:
    """Give the view at hand the mask of the same view of the sample before it in the list."""
    sheet, before = session.annotation.sheet_here(), previous_sample(session)
    if sheet is None:
        return
    key = sheet.key
    if before is None or key.view not in {view.name for view in before.views}:
        remedy = "Choose a sample further down the list."
        sheet.notice(Problem("There is no previous sample with this view", remedy=remedy))
        return
    session.operations.when_open(before, key.view, partial(_copy_from, session, key))


def previous_sample(session: Session) -> Sample | None:
    """The one above the current in the list as it is filtered and ordered."""
    ids = [sample.id for sample in session.visible]
    here = ids.index(session.current.id) if session.current is not None and session.current.id in ids else 0
    return session.visible[here - 1] if here > 0 else None


def _copy_from(session: Session, key: MaskKey, source: MaskDocument) -> None:
    session.operations.end_gesture()
    target = session.annotation.documents.document(key)
    if target is not None:
        _copy(session, source.mask.labels.copy(), source.key, target)


def _copy(session: Session, labels: Labels, source: MaskKey, target: MaskDocument) -> None:
    here, there = labels.shape, target.mask.labels.shape
    if here != there:
        what = f"The mask of {source.view} does not fit {target.key.view}"
        why = f"they have {here[1]} x {here[0]} and {there[1]} x {there[0]} pixels"
        session.noticed.emit(Problem(what, why, remedy="Copy what is marked and paste it: it is scaled then."))
        return
    name = f"Copy mask of {source.view}" + (f", {source.sample}" if source.sample != target.key.sample else "")
    session.operations.apply(target.key, name, partial(_become, labels))


def _become(new: Labels, old: Labels, ticket: Ticket) -> Sequence[Change]:
    return list(differing(old, new, Box(0, 0, *old.shape)))
