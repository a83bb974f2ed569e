"""A rig's scene put together with photos, part and colours into what is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from pentad.canvas.colours import Colour, HeatMapName, heat_table
from pentad.canvas.pyramid import Bgra, Pyramid
from pentad.core.arrays import Doubles, Floats, Rgb
from pentad.geometry.drawable import Drawable
from pentad.session.rig_scene import RigScene
from pentad.ui.scene3d.content import Content, Lines, Photo, Skin
from pentad.ui.theme import Theme

LONGEST_PHOTO = 512
_FADE = 2.5
"""Heat below one by so much of its range lets the part's own colour through."""
AXES: tuple[Colour, ...] = ((213, 94, 0), (0, 158, 115), (0, 114, 178))
"""x, y and z, told apart by colour-blind eyes."""
_PART: Mapping[str, Colour] = {"dark": (168, 172, 178), "light": (150, 155, 162)}


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the scene is wanted. ``photo_opacity`` 0 to 1; ``share`` of the way to the part for the image planes."""

    photos: bool = True
    names: bool = True
    board: bool = True
    axes: bool = True
    part: bool = True
    heat: bool = True
    photo_opacity: float = 1.0
    share: float = 0.65


@dataclass(frozen=True, slots=True, eq=False)
class HeatOnPart:
    """Colours of a part's vertices at its two resolutions."""

    still: Rgb
    moving: Rgb


def compose_scene(
    scene: RigScene,
    shown: Shown,
    theme: Theme,
    *,
    photos: Mapping[str, Bgra],
    active: str | None,
    part: Drawable | None,
    heat: HeatOnPart | None,
) -> Content:
    """What is drawn of ``scene``; ``photos`` are reduced ones by view."""
    lines: list[Lines] = []
    if shown.board:
        lines.append(Lines(scene.board.lines, _colour(theme, "edge")))
    for frustum in scene.frusta:
        picked = frustum.name == active
        lines.append(Lines(frustum.edges, _colour(theme, "accent" if picked else "quiet"), 3.0 if picked else 1.5))
    if shown.axes:
        lines += [Lines(scene.axes[each : each + 1], AXES[each], 3.0) for each in range(3)]
    pictures = [
        Photo(frustum.plane, photos[frustum.name], shown.photo_opacity)
        for frustum in scene.frusta
        if shown.photos and frustum.name in photos
    ]
    skin = None
    if part is not None and shown.part:
        plain = _PART.get(theme.name, _PART["dark"])
        coloured = heat if shown.heat else None
        skin = Skin(part, plain, coloured.still if coloured else None, coloured.moving if coloured else None)
    return Content(_colour(theme, "canvas"), tuple(lines), tuple(pictures), skin)


def reduced(pyramid: Pyramid) -> Bgra:
    """Its finest level of at most 512 pixels on the longer side."""
    return next((level for level in pyramid.levels if max(level.shape[:2]) <= LONGEST_PHOTO), pyramid.levels[-1])


def heat_on_part(
    part: Drawable, heat: Floats, span: tuple[float, float], colours: HeatMapName, plain: Colour
) -> HeatOnPart:
    """``heat`` (N,) of the surface's vertices, from ``span``'s low to its high, in colours; cool and NaN stay plain."""
    table = heat_table(colours)
    return HeatOnPart(
        *(_coloured(triangles.carried(heat), span, table, plain) for triangles in (part.still, part.moving))
    )


def plain_of(theme_name: str) -> Colour:
    return _PART.get(theme_name, _PART["dark"])


def extent(scene: RigScene, part: Drawable | None) -> Doubles:
    """(N, 3) places an overview shows."""
    return scene.extent if part is None else np.concatenate([scene.extent, part.surface.bounds])


def around_part(scene: RigScene, part: Drawable | None) -> Doubles:
    """(N, 3) the corners of the part's box, or what of the board the cameras see."""
    if part is None:
        return scene.board.corners
    low, high = part.surface.bounds
    return np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


def _coloured(heat: Floats, span: tuple[float, float], table: Rgb, plain: Colour) -> Rgb:
    unseen = np.isnan(heat)
    level = np.where(unseen, 0.0, (heat - span[0]) / (span[1] - span[0]))
    colours = table[np.clip(np.rint(level * 255), 0, 255).astype(np.uint8)].astype(np.float32)
    # Why: scales begin in black, and a part all in black would have no shape.
    share = np.where(unseen, 0.0, np.clip(level * _FADE, 0, 1))[:, None]
    return np.asarray(np.rint(colours * share + np.array(plain) * (1 - share)), np.uint8)


def _colour(theme: Theme, token: str) -> Colour:
    colour: QColor = theme.colour(token)
    return colour.red(), colour.green(), colour.blue()
