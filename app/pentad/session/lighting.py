"""The lamp over the normal maps: where it stands and what can be done with it."""

from dataclasses import replace
from functools import partial
from math import acos, atan2, cos, hypot, sin

from pentad.core.sample import Modality
from pentad.session.actions import Action
from pentad.session.session import Session
from pentad.session.view_state import Lamp, Row

LOWEST = 0.17
"""Radians above the image plane: a lamp lower than this lights nothing but edges."""
EXAGGERATIONS = (1.0, 12.0)


def aimed(lamp: Lamp, up: float, right: float) -> Lamp:
    """The lamp seen at a point of a dome from above: (0, 0) is overhead, the unit circle the image plane."""
    away = min(hypot(up, right), cos(LOWEST))
    return replace(lamp, on=True, azimuth=atan2(up, right) if away else lamp.azimuth, elevation=acos(away))


def place_on_dome(lamp: Lamp) -> tuple[float, float]:
    """(up, right) of the lamp as ``aimed`` takes it."""
    away = cos(lamp.elevation)
    return away * sin(lamp.azimuth), away * cos(lamp.azimuth)


def set_lamp(session: Session, lamp: Lamp) -> None:
    """A lamp that is on takes the place of whatever else is shown of normals."""
    state = session.view_state
    state.set(lamp=lamp, normals=None if lamp.on else state.look.normals)


def light_actions(session: Session) -> list[Action]:
    """Everything about the lamp that needs no window."""
    look = session.view_state

    def switch() -> None:
        lamp = look.look.lamp
        set_lamp(session, replace(lamp, on=not lamp.on, follows=False))
        if not lamp.on:
            show_normals(session)

    def follow() -> None:
        lamp = look.look.lamp
        set_lamp(session, replace(lamp, on=True, follows=not lamp.follows))
        show_normals(session)

    return [
        Action("light.switch", "Relight normals", switch, "View/Light", ("Alt+D",), "light",
               "Show normal maps as a surface under a lamp", partial(_has_sample, session), lambda: look.look.lamp.on),
        Action("light.follow", "Lamp follows the pointer", follow, "View/Light", ("D",), "",
               "Move the lamp by moving the pointer over a picture, also while painting; again to leave it there",
               partial(_has_sample, session), lambda: look.look.lamp.follows),
    ]  # fmt: skip


def show_normals(session: Session) -> None:
    """Lighting something that is not on show would look like a dead key."""
    look = session.view_state.look
    on_show = (Row.NORMAL in look.rows and look.maximised is None) or (look.maximised or "").endswith(Row.NORMAL)
    if not on_show and look.base is not Modality.NORMAL:
        session.view_state.set(base=Modality.NORMAL)


def _has_sample(session: Session) -> bool:
    return session.current is not None
