"""Places of a part as a sensor measured them, in millimetres, with the colours of the photo beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles, Floats, Rgb
from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.core.problem import Problem
from pentad.geometry.projection import unproject
from pentad.geometry.surface import Indices
from pentad.geometry.vertex_sight import sampled

GREY = (170, 170, 170)
_LOW_PERCENT = 2.0
"""Of a cloud's heights lie below the plane it is laid on: single points are often far out."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Places (N, 3) with colours (N, 3), in an order in which the first so many are an even choice of them all.

    ``shares`` (N, 2) are where in its image each was measured: y and x, 0 to 1. ``view`` (N,) is the number of that
    image where there are several. ``measured``: how many there were before they were thinned out.
    """

    places: Floats
    colours: Rgb
    shares: Floats
    measured: int
    view: NDArray[np.uint8]


def depth_points(camera: Camera, depth: Floats, photo: Rgb | None, *, most: int) -> Points:
    """At most ``most`` points, in rig millimetres, of a (H, W) raster of camera z in mm, NaN where there is none.

    The raster covers the camera's image, at any resolution; Problem where its proportions are others. ``photo`` covers
    the same image; without one the points are grey.
    """
    _check_proportions(depth.shape[:2], camera)
    with np.errstate(invalid="ignore"):
        there = np.isfinite(depth) & (depth > 0)
    rows, columns = _chosen(there, most)
    scale = camera.size[0] / depth.shape[0], camera.size[1] / depth.shape[1]
    pixels = np.stack([(columns + 0.5) * scale[1] - 0.5, (rows + 0.5) * scale[0] - 0.5], axis=-1)
    return _points(unproject(camera, pixels, depth[rows, columns]), there, rows, columns, photo)


def sensed_points(camera: Camera | None, xyz: Floats, photo: Rgb | None, *, most: int) -> Points:
    """At most ``most`` points of a (H, W, 3) raster of places in camera millimetres, NaN where there are none.

    In rig millimetres; without a ``camera`` they stay in the axes they came in.
    """
    with np.errstate(invalid="ignore"):
        there = np.asarray(np.isfinite(xyz).all(axis=2) & xyz.any(axis=2))
    rows, columns = _chosen(there, most)
    places = xyz[rows, columns].astype(np.float64)
    if camera is not None:
        places = (places - camera.rig_to_camera[:3, 3]) @ camera.rig_to_camera[:3, :3]
    return _points(places, there, rows, columns, photo)


def merged(several: Sequence[Points]) -> Points:
    """All of them as one, where any first part is an even choice of each of them."""
    shares = [np.arange(len(points.places)) / max(len(points.places), 1) for points in several]
    order = np.argsort(np.concatenate(shares), kind="stable")
    number = np.concatenate([np.full(len(points.places), at, np.uint8) for at, points in enumerate(several)])
    return Points(
        np.concatenate([points.places for points in several])[order],
        np.concatenate([points.colours for points in several])[order],
        np.concatenate([points.shares for points in several])[order],
        sum(points.measured for points in several),
        number[order],
    )


def point_heat(points: Points, heatmaps: Sequence[Heatmap | None]) -> Floats:
    """(N,) what the map of its own view, by number, says of each point; NaN where there is none."""
    found = np.full(len(points.places), np.nan, np.float32)
    for number, heatmap in enumerate(heatmaps):
        of_view = np.flatnonzero(points.view == number)
        if heatmap is not None and of_view.size:
            found[of_view] = sampled(heatmap.values, points.shares[of_view])
    return found


def laid_down(points: Points) -> Points:
    """Points in camera axes turned so that the sensor looks down on them, and put on the middle of the plane z = 0."""
    if not len(points.places):
        return points
    upright = points.places * np.array([1, -1, -1], np.float32)
    middle = (upright.min(axis=0) + upright.max(axis=0)) / 2
    middle[2] = np.percentile(upright[:, 2], _LOW_PERCENT)
    return replace(points, places=(upright - middle).astype(np.float32))


def pinhole(focal: float, size: tuple[int, int]) -> Camera:
    """A camera at the origin that looks along z: ``focal`` in pixels of an image of ``size`` (height, width)."""
    height, width = size
    matrix = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])
    return Camera("", matrix, np.eye(4), size)


def _chosen(there: Bools, most: int) -> tuple[Indices, Indices]:
    """Rows and columns of at most ``most`` of the pixels that are ``there``, on a regular raster, in shuffled order."""
    step = max(1, int(np.ceil(np.sqrt(np.count_nonzero(there) / max(most, 1)))))
    rows, columns = np.nonzero(there[step // 2 :: step, step // 2 :: step])
    order = np.random.default_rng(0).permutation(len(rows))[:most]
    return rows[order] * step + step // 2, columns[order] * step + step // 2


def _points(places: Doubles, there: Bools, rows: Indices, columns: Indices, photo: Rgb | None) -> Points:
    colours = np.empty((len(rows), 3), np.uint8)
    colours[:] = GREY
    if photo is not None:
        down, across = (photo.shape[axis] / there.shape[axis] for axis in (0, 1))
        colours[:] = photo[((rows + 0.5) * down).astype(np.int64), ((columns + 0.5) * across).astype(np.int64)]
    # Why: where a lens polynomial cannot be inverted, a depth leads nowhere.
    known = np.isfinite(places).all(axis=1)
    shares = np.stack([(rows + 0.5) / there.shape[0], (columns + 0.5) / there.shape[1]], axis=-1).astype(np.float32)
    count = int(np.count_nonzero(known))
    return Points(
        places[known].astype(np.float32),
        colours[known],
        shares[known],
        int(np.count_nonzero(there)),
        np.zeros(count, np.uint8),
    )


def _check_proportions(size: tuple[int, ...], camera: Camera) -> None:
    height, width = camera.size
    if abs(size[0] * width - size[1] * height) > max(size[0] + size[1], height + width):
        why = f"it is {size[1]} x {size[0]} pixels, the camera's image {width} x {height}"
        raise Problem("A depth raster does not fit its camera", why, remedy="Restore the raster of the whole image.")
