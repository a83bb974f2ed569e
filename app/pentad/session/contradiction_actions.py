"""What can be done by key about contradictions between views."""

from functools import partial

from pentad.annotation.contradictions import Contradiction
from pentad.session.actions import Action, look_at
from pentad.session.session import Session


def contradiction_actions(session: Session) -> list[Action]:
    """Look for them, go through them one after the other, dismiss one."""
    return [
        Action("contradictions.find", "Find contradictions", session.contradictions.search, "Review",
               ("Ctrl+Shift+F11",), tip="Look for what one view marks and another one shows unmarked",
               enabled=partial(_may_search, session)),
        Action("contradictions.next", "Next contradiction", partial(_step, session, 1), "Review", ("F11",),
               tip="Go to the next place where views contradict each other", enabled=partial(_has_some, session),
               repeats=True),
        Action("contradictions.previous", "Previous contradiction", partial(_step, session, -1), "Review",
               ("Shift+F11",), enabled=partial(_has_some, session), repeats=True),
        Action("contradictions.dismiss", "Dismiss contradiction", partial(_dismiss, session), "Review", ("Ctrl+F11",),
               tip="There is nothing wrong in this place; or look at it again, where it was dismissed",
               enabled=partial(_is_at_one, session), checked=partial(_is_dismissed, session)),
    ]  # fmt: skip


def go_to(session: Session, one: Contradiction) -> None:
    """Look at the view that lacks the marks; who shows the views shows the place."""
    session.open(one.sample)
    look_at(session, one.to_view)
    session.contradictions.choose(one)


def _step(session: Session, by: int) -> None:
    if (one := session.contradictions.after_here(by)) is not None:
        go_to(session, one)


def _dismiss(session: Session) -> None:
    """And go on to the next; one that was dismissed is taken back."""
    queue, one = session.contradictions, session.contradictions.here
    if one is None:
        return
    if queue.is_dismissed(one):
        queue.restore(one)
        return
    queue.dismiss(one)
    if not queue.with_dismissed and (after := queue.after_here()) is not None:
        go_to(session, after)


def _may_search(session: Session) -> bool:
    return session.project is not None and not session.contradictions.searching


def _has_some(session: Session) -> bool:
    return bool(session.contradictions.queue)


def _is_at_one(session: Session) -> bool:
    return session.contradictions.here is not None


def _is_dismissed(session: Session) -> bool:
    one = session.contradictions.here
    return one is not None and session.contradictions.is_dismissed(one)
