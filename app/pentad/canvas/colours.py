"""Colours that tell the truth: even heat scales, class colours for colour-blind eyes too, normals as RGB."""

from enum import StrEnum
from functools import cache

import cv2
import numpy as np

from pentad.canvas.pyramid import Bgra
from pentad.core.arrays import Floats, Normals, Rgb

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

CLASS_COLOURS: tuple[Colour, ...] = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
    (0, 114, 178),
    (170, 68, 153),
    (153, 221, 255),
    (187, 204, 51),
)
"""Okabe and Ito 2008 (first seven), then Tol 2021: told apart by colour-blind eyes."""


NO_NORMAL = (128, 128, 128)


class HeatMapName(StrEnum):
    """Scales for values. All but turbo are perceptually even; turbo separates more steps.

    DIVERGING has a dark grey middle and two bright ends, blue and orange, for values on both sides of zero.
    """

    INFERNO = "inferno"
    TURBO = "turbo"
    MAGMA = "magma"
    PLASMA = "plasma"
    VIRIDIS = "viridis"
    CIVIDIS = "cividis"
    DIVERGING = "diverging"


_CODES = {
    HeatMapName.INFERNO: cv2.COLORMAP_INFERNO,
    HeatMapName.TURBO: cv2.COLORMAP_TURBO,
    HeatMapName.MAGMA: cv2.COLORMAP_MAGMA,
    HeatMapName.PLASMA: cv2.COLORMAP_PLASMA,
    HeatMapName.VIRIDIS: cv2.COLORMAP_VIRIDIS,
    HeatMapName.CIVIDIS: cv2.COLORMAP_CIVIDIS,
}
HEAT_SCALES = tuple(_CODES)
"""Those that run from low to high."""
_DIVERGING = ((190, 226, 255), (45, 140, 210), (82, 84, 88), (222, 112, 20), (255, 224, 170))
"""From low to high, between blue and vermilion of Okabe and Ito: told apart by colour-blind eyes."""


@cache
def heat_table(name: HeatMapName) -> Rgb:
    """(256, 3) RGB from low to high; also for a legend."""
    steps = np.arange(256, dtype=np.uint8)[:, None]
    table: Rgb
    if name is HeatMapName.DIVERGING:
        table = _between(_DIVERGING)
    else:
        table = np.array(cv2.applyColorMap(steps, _CODES[name])[:, 0, ::-1], np.uint8)
    table.flags.writeable = False
    return table


def _between(anchors: tuple[Colour, ...]) -> Rgb:
    """(256, 3) colours through the anchors, even steps in CIELAB."""
    lab = cv2.cvtColor(np.array([anchors], np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    places = np.linspace(0, len(anchors) - 1, 256)
    each = np.stack([np.interp(places, np.arange(len(anchors)), lab[:, axis]) for axis in range(3)], axis=-1)
    rgb = cv2.cvtColor(each[None].astype(np.float32), cv2.COLOR_LAB2RGB)[0]
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), np.uint8)


def heat_picture(
    values: Floats,
    *,
    low: float,
    high: float,
    colours: HeatMapName,
    opacity: float,
    fade: float,
    threshold: float | None,
) -> Bgra:
    """(h, w, 4) premultiplied BGRA of a heatmap's values.

    Opacity grows from 0 at ``low`` to its full value at ``low + fade * (high - low)``. Below ``threshold``, and where a
    value is not a number, nothing is seen.
    """
    above = np.fmax(values, np.float32(low))
    above -= np.float32(low)
    steps = np.asarray(cv2.convertScaleAbs(above, alpha=255 / max(high - low, 1e-12)), np.uint8)
    alpha = opacity * np.minimum(np.arange(256) / (255 * fade), 1.0) if fade else np.full(256, opacity)
    table = np.empty((256, 4), np.uint8)
    table[:, :3] = np.rint(heat_table(colours)[:, ::-1] * alpha[:, None])
    table[:, 3] = np.rint(255 * alpha)
    picture = table.view(np.uint32)[:, 0].take(steps)
    # Why not picture[...] = 0: to pick by yes and no takes longer than all the rest.
    picture *= values == values if threshold is None else values >= threshold
    bytes_of_it: Bgra = picture.view(np.uint8).reshape(*values.shape, 4)
    return bytes_of_it


def argb(colour: Colour, opacity: float) -> int:
    """0xAARRGGBB, as Qt's colour tables hold it."""
    red, green, blue = colour
    return round(255 * opacity) << 24 | red << 16 | green << 8 | blue


def normals_as_rgb(normals: Normals, band: int = 256) -> Rgb:
    """(H, W, 3) unit normals as the usual picture: x red, y green (up is bright), z blue; black where there is none.

    It goes ``band`` rows at a time, so that 20 megapixels need no second copy in floats.
    """
    picture = np.empty(normals.shape, np.uint8)
    for top in range(0, normals.shape[0], band):
        rows = normals[top : top + band]
        cv2.convertScaleAbs(rows, dst=picture[top : top + band], alpha=127.5, beta=127.5)
        # Why: no unit vector comes near the middle grey that a zero vector turns into.
        nothing = cv2.inRange(picture[top : top + band], NO_NORMAL, NO_NORMAL).astype(bool)
        if nothing.any():
            picture[top : top + band][nothing] = 0
    return picture
