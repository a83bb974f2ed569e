"""What is drawn in three dimensions: plain arrays with colours, checked before any graphics library sees them."""

from dataclasses import dataclass

import numpy as np

from pentad.canvas.colours import Colour
from pentad.canvas.pyramid import Bgra
from pentad.core.arrays import Doubles, Rgb
from pentad.core.problem import Problem
from pentad.geometry.drawable import Drawable, Triangles
from pentad.geometry.points import Points
from pentad.geometry.viewpoint import Viewpoint
from pentad.ui.offscreen.picture import Drawn, within_reach

_REMEDY = "Check the calibration and the mesh: both must be in millimetres."


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Line pieces (N, 2, 3) in one colour, ``width`` device pixels wide."""

    pieces: Doubles
    colour: Colour
    width: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture stretched over a bent plane (R, C, 3), its first row at the top."""

    plane: Doubles
    pixels: Bgra
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """A part's surface; ``still`` and ``moving`` colours (V, 3) are of its two resolutions, None for plain."""

    part: Drawable
    plain: Colour
    still: Rgb | None = None
    moving: Rgb | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A surface with a colour (V, 3) for each vertex, at two resolutions that may be one and the same."""

    still: Triangles
    moving: Triangles
    still_colours: Rgb
    moving_colours: Rgb


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """Everything in a scene."""

    background: Colour
    lines: tuple[Lines, ...] = ()
    photos: tuple[Photo, ...] = ()
    skin: Skin | None = None
    points: Points | None = None
    sheets: tuple[Sheet, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Picture(Drawn):
    """A drawn scene, its pixels as Qt's RGB32, seen from ``viewpoint``."""

    viewpoint: Viewpoint


def check(content: Content) -> None:
    """Problem where an array would not be drawable: graphics libraries read such memory unchecked."""
    for lines in content.lines:
        _check_places(lines.pieces, (None, 2, 3), "lines")
    for photo in content.photos:
        _check_places(photo.plane, (None, None, 3), "an image plane")
        if (
            photo.pixels.ndim != 3
            or photo.pixels.shape[2] != 4
            or photo.pixels.dtype != np.uint8
            or not photo.pixels.size
        ):
            raise Problem("A photo cannot be drawn", f"its pixels are {photo.pixels.shape}", remedy=_REMEDY)
    if content.skin is not None:
        _check_triangles(content.skin.part.still, content.skin.still)
        _check_triangles(content.skin.part.moving, content.skin.moving)
    for sheet in content.sheets:
        _check_triangles(sheet.still, sheet.still_colours)
        _check_triangles(sheet.moving, sheet.moving_colours)
    if content.points is not None:
        places, colours = content.points.places, content.points.colours
        _check_places(places, (None, 3), "the points")
        if colours.shape != places.shape or colours.dtype != np.uint8:
            raise Problem("The points cannot be drawn", f"{colours.shape} for {len(places):,} places", remedy=_REMEDY)


def _check_triangles(triangles: Triangles, colours: Rgb | None) -> None:
    _check_places(triangles.vertices, (None, 3), "a surface")
    faces, count = triangles.faces, len(triangles.vertices)
    if faces.ndim != 2 or faces.shape[1] != 3 or faces.dtype != np.int32 or not len(faces):
        raise Problem("The surface cannot be drawn", f"its faces are {faces.shape}", remedy=_REMEDY)
    if int(faces.min()) < 0 or int(faces.max()) >= count:
        raise Problem("The surface cannot be drawn", "a face is out of range", remedy=_REMEDY)
    if colours is not None and (colours.shape != (count, 3) or colours.dtype != np.uint8):
        raise Problem(
            "The surface's colours cannot be drawn", f"{colours.shape} for {count:,} vertices", remedy=_REMEDY
        )


def _check_places(places: np.ndarray, shape: tuple[int | None, ...], what: str) -> None:
    fits = places.ndim == len(shape) and all(
        wanted is None or wanted == size for wanted, size in zip(shape, places.shape, strict=True)
    )
    if not fits:
        raise Problem(f"The scene cannot be drawn: {what}", f"the places are {places.shape}", remedy=_REMEDY)
    if not within_reach(places):
        raise Problem(f"The scene cannot be drawn: {what}", "places that are not numbers, or far out", remedy=_REMEDY)
