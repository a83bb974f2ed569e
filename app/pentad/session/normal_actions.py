"""What a person can do with normals: choose what is shown of them, and what they are compared with."""

from dataclasses import replace
from functools import partial

from pentad.core.sample import Modality
from pentad.session.actions import Action
from pentad.session.lighting import set_lamp, show_normals
from pentad.session.session import Session
from pentad.session.view_state import NormalMap

MENU = "View/Normals"
_MAPS = (
    (NormalMap.SLOPE, "Slope", "Alt+S", "Degrees between the surface and the image plane"),
    (NormalMap.CURVATURE, "Curvature", "Alt+C", "Mean curvature: orange bulges to the camera, blue is hollow"),
    (NormalMap.DETAIL, "Detail", "Alt+T", "What is left of the slopes without what is smooth: scratches, dents, edges"),
    (NormalMap.DIFFERENCE, "Difference", "Alt+F", "Degrees to the reference: a part of your choice, or the good parts"),
)


def normal_actions(session: Session) -> list[Action]:
    """Everything about the maps of normals that needs no window."""
    here = partial(_has_normals, session)
    return [
        Action("normals.colours", "Colours", partial(show_map, session, None), MENU, ("Alt+N",), "normals",
               "Normals as the usual colours: x red, y green, z blue", here, partial(_shows_colours, session)),
        *(
            Action(f"normals.{kind.value}", title, partial(show_map, session, kind), MENU, (key,), "", tip, here,
                   partial(_shows, session, kind))
            for kind, title, key, tip in _MAPS
        ),
        Action("normals.reference", "Compare with this part", partial(_refer, session), MENU, ("Alt+R",),
               tip="From now on differences and profiles are to the part on show", enabled=here,
               checked=partial(_is_reference, session)),
        Action("normals.mean", "Compare with good parts", partial(_refer_to_good, session), MENU, ("Alt+M",),
               tip="From now on differences are to the mean of good parts of the category", enabled=here,
               checked=partial(_is_mean, session)),
    ]  # fmt: skip


def show_map(session: Session, kind: NormalMap | None) -> None:
    """Show this of the normals, None for their colours; asked for again, what failed is tried again."""
    look = session.view_state.look
    if look.normals is kind and kind is not None:
        session.shape_maps.try_again()
    top = look.normals_top if look.normals is kind else None
    session.view_state.set(normals=kind, normals_top=top, lamp=replace(look.lamp, on=False, follows=False))
    show_normals(session)


def show_relit(session: Session) -> None:
    """Show the surface under the lamp."""
    lamp = session.view_state.look.lamp
    if not lamp.on:
        set_lamp(session, replace(lamp, on=True))
    show_normals(session)


def _refer(session: Session) -> None:
    session.reference.choose(session.current)


def _refer_to_good(session: Session) -> None:
    session.reference.choose(None)


def _is_reference(session: Session) -> bool:
    return session.current is not None and session.reference.part is session.current


def _is_mean(session: Session) -> bool:
    return session.reference.part is None


def _shows(session: Session, kind: NormalMap) -> bool:
    return session.view_state.look.normals is kind


def _shows_colours(session: Session) -> bool:
    look = session.view_state.look
    return look.normals is None and not look.lamp.on


def _has_normals(session: Session) -> bool:
    sample = session.current
    return sample is not None and any(Modality.NORMAL in view.rasters for view in sample.views)
