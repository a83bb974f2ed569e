"""What can be done by menu and key with marks that travel between views."""

from functools import partial

from pentad.session.actions import Action
from pentad.session.session import Session

MENU = "Annotate/Other views"


def transfer_actions(session: Session) -> list[Action]:
    """Propose, accept, reject; the settings are ``session.transfer.options``."""
    transfer = session.transfer
    proposed, here = partial(_is_proposed, session), partial(_is_proposed_here, session)
    return [
        Action("transfer.live", "Carry to other views", transfer.switch, MENU, ("annotate:V",),
               tip="Propose in the other views what is painted in this one", enabled=partial(_may_draw, session),
               checked=partial(_is_on, session)),
        Action("transfer.propose", "Carry the whole class", transfer.propose_class, MENU, ("annotate:Shift+V",),
               tip="Propose all of the chosen class in this view in the others", enabled=partial(_has_sheet, session)),
        Action("transfer.accept", "Accept all proposals", transfer.accept, MENU, ("annotate:Ctrl+Return",), "accept",
               "Every view gets what is proposed in it, pixel by pixel", proposed),
        Action("transfer.accept-here", "Accept in this view", partial(_accept_here, session), MENU,
               ("annotate:Alt+Return",), tip="This view gets what is proposed in it", enabled=here),
        Action("transfer.reject", "Reject all proposals", transfer.reject, MENU, ("annotate:Ctrl+Backspace",),
               "reject", "Propose this no more", proposed),
        Action("transfer.reject-here", "Reject in this view", partial(_reject_here, session), MENU,
               ("annotate:Alt+Backspace",), tip="Propose this no more in this view", enabled=here),
    ]  # fmt: skip


def _view_here(session: Session) -> str | None:
    sheet = session.annotation.sheet_here()
    return sheet.key.view if sheet is not None else None


def _accept_here(session: Session) -> None:
    if (view := _view_here(session)) is not None:
        session.transfer.accept(view)


def _reject_here(session: Session) -> None:
    if (view := _view_here(session)) is not None:
        session.transfer.reject(view)


def _may_draw(session: Session) -> bool:
    return session.annotation.active and not session.annotation.documents.read_only


def _has_sheet(session: Session) -> bool:
    return _may_draw(session) and _view_here(session) is not None


def _is_on(session: Session) -> bool:
    return session.transfer.on


def _is_proposed(session: Session) -> bool:
    return _may_draw(session) and session.transfer.is_proposed()


def _is_proposed_here(session: Session) -> bool:
    view = _view_here(session) if _may_draw(session) else None
    return view is not None and session.transfer.is_proposed(view)
