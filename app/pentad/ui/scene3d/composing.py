"""A rig's scene put together with photos, part and colours into what is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from pentad.canvas.colours import Colour, HeatMapName, heat_table
from pentad.canvas.pyramid import Bgra, Pyramid
from pentad.core.arrays import Doubles, Floats, Rgb
from pentad.geometry.drawable import Drawable
from pentad.geometry.points import Points
from pentad.geometry.viewpoint import box_corners
from pentad.session.rig_reliefs import Relief
from pentad.session.rig_scene import RigScene
from pentad.ui.scene3d.content import Content, Lines, Photo, Sheet, Skin
from pentad.ui.theme import Theme

LONGEST_PHOTO = 512
_SAMPLED = 20_000
_FADE = 2.5
"""Heat below one by so much of its range lets the part's own colour through."""
AXES: tuple[Colour, ...] = ((213, 94, 0), (0, 158, 115), (0, 114, 178))
"""x, y and z, told apart by colour-blind eyes."""
_PART: Mapping[str, Colour] = {"dark": (168, 172, 178), "light": (150, 155, 162)}


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the scene is wanted. ``relief``: the active view's depth as a surface, or with ``every_relief`` all
    views'. ``photo_opacity`` 0 to 1; ``share`` of the way to the part for the image planes."""

    photos: bool = True
    names: bool = True
    board: bool = True
    axes: bool = True
    part: bool = True
    heat: bool = True
    points: bool = True
    relief: bool = False
    every_relief: bool = False
    photo_opacity: float = 1.0
    share: float = 0.65


@dataclass(frozen=True, slots=True, eq=False)
class HeatLaid:
    """Colours of a part's vertices at its two resolutions, and of its measured points."""

    still: Rgb | None = None
    moving: Rgb | None = None
    points: Rgb | None = None


def compose_scene(
    scene: RigScene,
    shown: Shown,
    theme: Theme,
    *,
    photos: Mapping[str, Bgra],
    active: str | None,
    part: Drawable | None,
    heat: HeatLaid | None,
    points: Points | None = None,
    reliefs: Sequence[Relief] = (),
) -> Content:
    """What is drawn of ``scene``; ``photos`` are reduced ones by view."""
    lines: list[Lines] = []
    if shown.board:
        lines.append(Lines(scene.board.lines, colour_of(theme, "edge")))
    for frustum in scene.frusta:
        picked = frustum.name == active
        lines.append(Lines(frustum.edges, colour_of(theme, "accent" if picked else "quiet"), 3.0 if picked else 1.5))
    if shown.axes:
        lines += [Lines(scene.axes[each : each + 1], AXES[each], 3.0) for each in range(3)]
    pictures = [
        Photo(frustum.plane, photos[frustum.name], shown.photo_opacity)
        for frustum in scene.frusta
        if shown.photos and frustum.name in photos
    ]
    if not shown.heat:
        heat = None
    if points is not None and heat is not None and heat.points is not None:
        points = replace(points, colours=heat.points)
    skin = None
    if part is not None and shown.part:
        skin = Skin(part, plain_of(theme.name), heat.still if heat else None, heat.moving if heat else None)
    sheets = tuple(Sheet(one.still, one.moving, one.still_colours, one.moving_colours) for one in reliefs)
    seen = points if shown.points else None
    return Content(colour_of(theme, "canvas"), tuple(lines), tuple(pictures), skin, seen, sheets)


def reduced(pyramid: Pyramid) -> Bgra:
    """Its finest level of at most 512 pixels on the longer side."""
    return next((level for level in pyramid.levels if max(level.shape[:2]) <= LONGEST_PHOTO), pyramid.levels[-1])


def heat_on_part(
    part: Drawable, heat: Floats, span: tuple[float, float], colours: HeatMapName, plain: Colour
) -> HeatLaid:
    """``heat`` (N,) of the surface's vertices, from ``span``'s low to its high, in colours; cool and NaN stay plain."""
    table = heat_table(colours)
    return HeatLaid(
        *(_coloured(triangles.carried(heat), span, table, np.array(plain)) for triangles in (part.still, part.moving))
    )


def heat_on_points(points: Points, heat: Floats, span: tuple[float, float], colours: HeatMapName) -> Rgb:
    """(N, 3) the points' own colours, and over them those of ``heat`` (N,) as on a part."""
    return _coloured(heat, span, heat_table(colours), points.colours)


def plain_of(theme_name: str) -> Colour:
    return _PART.get(theme_name, _PART["dark"])


def extent(scene: RigScene, part: Drawable | None, points: Points | None) -> Doubles:
    """(N, 3) places an overview shows."""
    there = [_bounds(part, points)] if part is not None or points is not None else []
    return np.concatenate([scene.extent, *there])


def around_part(scene: RigScene, part: Drawable | None, points: Points | None) -> Doubles:
    """(N, 3) the corners of the box of the part or else of its points, or what of the board the cameras see."""
    if part is None and points is None:
        return scene.board.corners
    return box_corners(_bounds(part, points))


def _bounds(part: Drawable | None, points: Points | None) -> Doubles:
    """(2, 3) the least and the greatest coordinates of the part, or else of nearly all of the points."""
    if part is not None:
        return part.surface.bounds
    assert points is not None
    # Why not all: sensors leave single points far out, and a rig would shrink to a speck before them.
    return np.asarray(np.percentile(points.places[:_SAMPLED], [1, 99], axis=0), np.float64)


def _coloured(heat: Floats, span: tuple[float, float], table: Rgb, plain: NDArray[Any]) -> Rgb:
    unseen = np.isnan(heat)
    level = np.where(unseen, 0.0, (heat - span[0]) / (span[1] - span[0]))
    colours = table[np.clip(np.rint(level * 255), 0, 255).astype(np.uint8)].astype(np.float32)
    # Why: scales begin in black, and a part all in black would have no shape.
    share = np.where(unseen, 0.0, np.clip(level * _FADE, 0, 1))[:, None]
    return np.asarray(np.rint(colours * share + plain * (1 - share)), np.uint8)


def colour_of(theme: Theme, token: str) -> Colour:
    """The theme's ``token`` as scenes have colours."""
    colour: QColor = theme.colour(token)
    return colour.red(), colour.green(), colour.blue()
