"""What can be done to classes and regions by menu and key: clean up, combine, copy, move."""

from functools import partial

from pentad.annotation.operations import Kind
from pentad.session.actions import Action
from pentad.session.annotation import Annotation
from pentad.session.copying import copy_from_previous, copy_to_other_views, previous_sample
from pentad.session.session import Session

NUDGES = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
FAR = 10
"""Pixels of a large nudge."""


def operation_actions(session: Session) -> list[Action]:
    """Everything of it; the settings are ``session.operations.options``."""
    return [*_clean_up(session), *_combine(session), *_copy(session), *_nudge(session.annotation)]


def _operation(
    session: Session, kind: Kind, title: str, menu: str, key: str, tip: str, *, repeats: bool = False
) -> Action:
    run, enabled = partial(session.operations.start, kind), partial(_has_sheet, session)
    keys = (f"annotate:{key}",) if key else ()
    return Action(f"mask.{kind.value}", title, run, menu, keys, tip=tip, enabled=enabled, repeats=repeats)


def _clean_up(session: Session) -> list[Action]:
    do, menu = partial(_operation, session), "Annotate/Clean up"
    return [
        do(Kind.FILL_HOLES, "Fill holes", menu, "Shift+F", "Fill every hole of the chosen class"),
        do(Kind.FILL_SMALL_HOLES, "Fill small holes", menu, "Ctrl+Shift+F", "Fill its holes up to the size of specks"),
        do(Kind.DROP_ISLANDS, "Drop small islands", menu, "Shift+I", "Remove its islands below the size of specks"),
        do(Kind.KEEP_LARGEST, "Keep the largest island", menu, "Ctrl+Shift+K", "Remove all but its largest island"),
        do(Kind.GROW, "Grow", menu, "Shift+G", "Let the class grow by the radius", repeats=True),
        do(Kind.SHRINK, "Shrink", menu, "Shift+S", "Let the class shrink by the radius", repeats=True),
        do(Kind.OPEN, "Open", menu, "Shift+O", "Remove what is thinner than the disc of the radius"),
        do(Kind.CLOSE, "Close", menu, "Shift+C", "Fill gaps that are narrower than the disc of the radius"),
        do(Kind.SMOOTH, "Smooth", menu, "Shift+M", "Smooth the contour; holes and islands stay, but for specks"),
    ]


def _combine(session: Session) -> list[Action]:
    do, menu = partial(_operation, session), "Annotate/Combine"
    return [
        do(Kind.UNITE, "Unite", menu, "Shift+J", "The chosen class takes in class B, or what was copied"),
        do(Kind.SUBTRACT, "Subtract", menu, "Shift+K", "The chosen class loses what class B reaches, or was copied"),
        do(Kind.INTERSECT, "Intersect", menu, "Shift+X", "The chosen class keeps what class B reaches, or was copied"),
        do(Kind.CHANGE, "Change to class B", menu, "Shift+E", "All of the chosen class becomes class B"),
        do(Kind.DELETE, "Delete class here", menu, "Shift+Del", "Remove the chosen class from this view"),
        do(Kind.CLEAR, "Clear mask", menu, "Ctrl+Shift+Del", "Remove everything from this view but what is locked"),
    ]


def _copy(session: Session) -> list[Action]:
    here, menu, board = partial(_has_sheet, session), "Annotate/Copy", session.clipboard
    return [
        Action("mask.copy", "Copy", board.copy, menu, ("annotate:Ctrl+C",),
               tip="The region in the hand or under it, else the chosen class", enabled=here),
        Action("mask.cut", "Cut", board.cut, menu, ("annotate:Ctrl+X",), tip="Copy it and take it off the mask",
               enabled=here),
        Action("mask.copy-all", "Copy all classes", board.copy_all, menu, ("annotate:Ctrl+Shift+C",),
               tip="Everything that is marked in this view", enabled=here),
        Action("mask.paste", "Paste", board.paste, menu, ("annotate:Ctrl+V",),
               tip="It floats where it was, in proportion; Enter lays it down", enabled=partial(_can_paste, session)),
        Action("mask.to-views", "Copy mask to the other views", partial(copy_to_other_views, session), menu,
               ("annotate:Ctrl+Shift+V",), tip="Every view of this sample gets the mask of this one", enabled=here),
        Action("mask.from-previous", "Copy mask from the previous sample", partial(copy_from_previous, session), menu,
               ("annotate:Ctrl+Shift+B",), tip="This view gets the mask it has in the sample before",
               enabled=partial(_has_previous, session)),
    ]  # fmt: skip


def _nudge(annotation: Annotation) -> list[Action]:
    floats = partial(_floats, annotation)

    def nudging(way: str, by: int) -> Action:
        dy, dx = NUDGES[way]
        far = by > 1
        id, title = f"move.{'far-' if far else ''}{way}", f"Nudge {way}" + (f" by {by}" if far else "")
        key = f"annotate:Alt+{'Shift+' if far else ''}{way.capitalize()}"
        run = partial(annotation.toolbox.move.nudge, dy * by, dx * by)
        return Action(id, title, run, "Annotate/Move region", (key,), enabled=floats, repeats=True)

    return [nudging(way, by) for by in (1, FAR) for way in NUDGES]


def _floats(annotation: Annotation) -> bool:
    toolbox = annotation.toolbox
    return annotation.active and toolbox.taken is toolbox.move and toolbox.busy


def _has_sheet(session: Session) -> bool:
    annotation = session.annotation
    return annotation.active and not annotation.documents.read_only and annotation.sheet_here() is not None


def _can_paste(session: Session) -> bool:
    return session.clipboard.copied is not None and _has_sheet(session)


def _has_previous(session: Session) -> bool:
    return previous_sample(session) is not None and _has_sheet(session)
