"""A depth map of a part of a view brought to the view's own pixels, without mixing the two sides of a step."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Floats
from pentad.core.box import BoxShares
from pentad.core.camera import Camera

STEEP = 3.0
"""Neighbours whose depths differ by more than so many of their distances across are two sides of a step: 72 degrees."""
_ROWS = 256


def pixel_angle(camera: Camera | None) -> float | None:
    """How far apart two neighbouring pixels look, in radians, in the middle of the image; None without a camera."""
    return None if camera is None else float(abs(camera.matrix[0, 0] * camera.matrix[1, 1]) ** -0.5)


def region_camera(camera: Camera, region: BoxShares, shape: tuple[int, int]) -> Camera:
    """``camera`` for a map of ``shape`` (h, w) of ``region`` of its image; focal lengths may differ in proportion."""
    (top, left, bottom, right), (height, width) = region, camera.size
    down, across = shape[0] / ((bottom - top) * height), shape[1] / ((right - left) * width)
    # Why the halves: borders stay borders, and a pixel's centre lies half a pixel inside.
    shift_x, shift_y = (0.5 - left * width) * across - 0.5, (0.5 - top * height) * down - 0.5
    to_map = np.array([[across, 0, shift_x], [0, down, shift_y], [0, 0, 1]])
    return replace(camera, matrix=to_map @ camera.matrix, size=shape, resized=None)


def laid_over(
    depth: Floats, region: BoxShares, size: tuple[int, int], *, step: int = 1, pixel_angle: float | None = None
) -> Floats:
    """``depth`` (h, w), which covers ``region`` of a view of ``size`` (H, W), for its cells of ``step`` pixels.

    The answer is (ceil(H / step), ceil(W / step)) float32, each value for a cell's middle, NaN outside and where
    nothing is known. Between neighbours depth is linear, but at steps it is the nearest one's. ``pixel_angle`` is a
    view's pixel in radians, which says what a step is; without, every value is the nearest one's.
    """
    rows = _sources(size[0], step, region[0], region[2], depth.shape[0])
    columns = _sources(size[1], step, region[1], region[3], depth.shape[1])
    found = np.full((len(rows), len(columns)), np.nan, np.float32)
    inside = ~np.isnan(columns)
    across = (region[3] - region[1]) * size[1] / depth.shape[1]
    broken = _broken(depth, None if pixel_angle is None else STEEP * pixel_angle * across)
    (x0, x1, wx), nearest = _between(columns[inside], depth.shape[1]), np.rint(columns[inside]).astype(np.intp)
    for top in range(0, len(rows), _ROWS):
        some = np.flatnonzero(~np.isnan(rows[top : top + _ROWS])) + top
        y0, y1, wy = _between(rows[some], depth.shape[0])
        upper, lower = depth[y0], depth[y1]
        down = wy[:, None].astype(np.float32)
        left, right = (upper[:, x] * (1 - down) + lower[:, x] * down for x in (x0, x1))
        share = wx.astype(np.float32)
        linear = left * (1 - share) + right * share
        near = depth[np.rint(rows[some]).astype(np.intp)][:, nearest]
        found[np.ix_(some, np.flatnonzero(inside))] = np.where(broken[y0][:, x0], near, linear)
    return found


def _sources(length: int, step: int, start: float, stop: float, cells: int) -> NDArray[np.float64]:
    """Where each cell's middle lies among the ``cells`` of a map from share ``start`` to ``stop``; NaN outside."""
    middle = np.arange(-(-length // step)) * step + (step - 1) / 2
    place = ((middle + 0.5) / length - start) / (stop - start) * cells - 0.5
    outside = (place < -0.5) | (place > cells - 0.5)
    return np.asarray(np.where(outside, np.nan, np.clip(place, 0, cells - 1)))


def _between(places: NDArray[np.float64], cells: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """The neighbours of each place, and the share of the second."""
    first = np.minimum(np.floor(places).astype(np.intp), max(cells - 2, 0))
    return first, np.minimum(first + 1, cells - 1), places - first


def _broken(depth: Floats, reach: float | None) -> Bools:
    """(h, w) whether the four values from here on are not all there, or lie on two sides of a step."""
    if reach is None:
        return np.ones(depth.shape, bool)
    padded = np.pad(depth, ((0, 1), (0, 1)), mode="edge")
    four = np.stack([padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]])
    low, high = four.min(axis=0), four.max(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(~(high - low <= reach * np.abs(low)))
