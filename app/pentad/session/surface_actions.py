"""What a person can do about the surface of a region, beside dragging a rectangle."""

from functools import partial

from pentad.session.actions import Action
from pentad.session.session import Session

MENU = "View/Normals"


def surface_actions(session: Session) -> list[Action]:
    """Everything about it that needs no window."""
    surfacing = session.surfacing
    return [
        Action("surface.marked", "Surface of what is marked", partial(_marked, session), MENU, ("Ctrl+Alt+M",), "cube",
               "What is marked with the chosen class in this view, as a surface in 3D", partial(_has_view, session)),
        Action("surface.cancel", "Stop making the surface", surfacing.cancel, MENU, ("Ctrl+Alt+X",),
               tip="The one before stays",
               enabled=partial(_is_busy, session)),
    ]  # fmt: skip


def _marked(session: Session) -> None:
    sample, active = session.current, session.view_state.look.active
    if sample is not None and sample.views:
        names = [view.name for view in sample.views]
        session.surfacing.ask_marked(active if active in names else names[0])


def _has_view(session: Session) -> bool:
    return session.current is not None and bool(session.current.views)


def _is_busy(session: Session) -> bool:
    return session.surfacing.job is not None
