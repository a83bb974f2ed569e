"""Loops over splats and pixels, compiled by numba at their first call; imported only where they are needed.

The *optics* are fx, fy, cx, cy, the near plane, how far aside (left, right, up, down, as x / z and y / z) a splat's
shape is still told by its own place, the splats' opacity, the square of how many standard deviations they are drawn to
(their reach), and their spread. A *place* is one projected splat: u, v, the inverse covariance's xx, xy, yy, how far it
reaches along x and y, and z. A *box* is top, left, bottom, right, half open. Every function leaves the interpreter
alone.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Floats

_Function = TypeVar("_Function", bound=Callable[..., Any])
Integers = NDArray[np.int64]
_f = np.float32
_MOST_ALPHA = _f(0.99)
_OPAQUE = _f(1e-6)
"""What lets less through than that has no slope worth adding up."""
_STOP = _f(1e-4)
"""Where so little comes through, 3DGS stops blending."""
# Why not all of fastmath: numbers that are not finite must stay comparable.
_FAST = {"contract", "reassoc", "nsz", "arcp", "afn"}


def _compiled(function: _Function) -> _Function:
    return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=_FAST)(function))


@_compiled
def _turned(vectors: Floats, i: int, pose: Floats) -> tuple[float, float, float]:
    a, b, c = vectors[i, 0], vectors[i, 1], vectors[i, 2]
    return (
        pose[0, 0] * a + pose[0, 1] * b + pose[0, 2] * c,
        pose[1, 0] * a + pose[1, 1] * b + pose[1, 2] * c,
        pose[2, 0] * a + pose[2, 1] * b + pose[2, 2] * c,
    )


@_compiled
def project(means: Floats, first: Floats, second: Floats, pose: Floats, optics: Floats, places: Floats) -> None:
    """Every splat to its place (N, 8); one that is not drawn reaches nowhere: NaN."""
    fx, fy, cx, cy, near = optics[0], optics[1], optics[2], optics[3], optics[4]
    reach, spread = optics[10], optics[11]
    for i in range(len(means)):
        x, y, z = _turned(means, i, pose)
        x, y, z = x + pose[0, 3], y + pose[1, 3], z + pose[2, 3]
        one = _f(1) / z
        xz, yz = x * one, y * one
        sx, sy = min(max(xz, optics[5]), optics[6]), min(max(yz, optics[7]), optics[8])
        ax, ay, az = _turned(first, i, pose)
        bx, by, bz = _turned(second, i, pose)
        px, py = fx * one * (ax - sx * az), fy * one * (ay - sy * az)
        qx, qy = fx * one * (bx - sx * bz), fy * one * (by - sy * bz)
        xx, xy, yy = px * px + qx * qx + spread, px * py + qx * qy, py * py + qy * qy + spread
        # Why not xx yy - xy xy: of a disk seen from its side next to nothing would be left.
        cross = px * qy - py * qx
        determinant = cross * cross + spread * (xx + yy - spread)
        places[i, 0], places[i, 1] = fx * xz + cx, fy * yz + cy
        places[i, 2], places[i, 3], places[i, 4] = yy / determinant, -xy / determinant, xx / determinant
        places[i, 5] = math.sqrt(reach * xx)
        places[i, 6] = math.sqrt(reach * yy) if z > near else _f(np.nan)
        places[i, 7] = z


@_compiled
def bounds(places: Floats, height: int, width: int, box: Integers) -> None:
    """The box of pixels that any splat reaches, empty (0, 0, 0, 0) where none does."""
    top, left, bottom, right = _f(height), _f(width), _f(-1), _f(-1)
    for i in range(len(places)):
        u, v, rx, ry = places[i, 0], places[i, 1], places[i, 5], places[i, 6]
        # Why so: it is false for NaN.
        if u + rx >= 0 and u - rx <= width - 1 and v + ry >= 0 and v - ry <= height - 1:
            top, left = min(top, v - ry), min(left, u - rx)
            bottom, right = max(bottom, v + ry), max(right, u + rx)
    box[:] = 0
    if bottom >= 0:
        box[0], box[1] = max(0, math.ceil(top)), max(0, math.ceil(left))
        box[2] = min(height - 1, math.floor(min(bottom, _f(height)))) + 1
        box[3] = min(width - 1, math.floor(min(right, _f(width)))) + 1


@_compiled
def _rows(place: Floats, box: Integers) -> tuple[int, int]:
    """First and last row of a box that a splat reaches; none where the last is before the first."""
    v, ry = place[1], place[6]
    top, bottom = _f(box[0]), _f(box[2] - 1)
    if not (v + ry >= top and v - ry <= bottom):
        return 0, -1
    return math.ceil(max(v - ry, top)), math.floor(min(v + ry, bottom))


@_compiled
def _columns(place: Floats, dy: float, optics: Floats, box: Integers) -> tuple[int, int]:
    """First and last column of a box that a splat reaches in the row ``dy`` below its middle."""
    a, b, c = place[2], place[3], place[4]
    under = optics[10] * a - (a * c - b * b) * dy * dy
    if not under >= 0:
        return 0, -1
    middle, half = place[0] - b * dy / a, math.sqrt(under) / a
    left, right = _f(box[1]), _f(box[3] - 1)
    if not (middle + half >= left and middle - half <= right):
        return 0, -1
    return math.ceil(max(middle - half, left)), math.floor(min(middle + half, right))


@_compiled
def _slopes(
    means: Floats, first: Floats, second: Floats, i: int, pose: Floats, optics: Floats, place: Floats, by: Floats
) -> None:
    """How a splat's exponent changes with the pose: ``by`` (5, 6), the factors of dx, dy, dx dx, dx dy, dy dy.

    The place (dx, dy) counts from the splat's middle; the six are a rotation and a shift in the camera's axes.
    """
    fx, fy = optics[0], optics[1]
    x, y, z = _turned(means, i, pose)
    x, y, z = x + pose[0, 3], y + pose[1, 3], z + pose[2, 3]
    one = _f(1) / z
    xz, yz = x * one, y * one
    sx, sy = min(max(xz, optics[5]), optics[6]), min(max(yz, optics[7]), optics[8])
    inside_x, inside_y = _f(sx == xz), _f(sy == yz)
    fx, fy = fx * one, fy * one
    a, b, c = place[2], place[3], place[4]
    for column in range(6):
        # Why u and v first: the exponent's slope is M d . (du, dv) + (M d) dS (M d) / 2.
        wx, wy, wz = _f(column == 0), _f(column == 1), _f(column == 2)
        tx = wy * z - wz * y + _f(column == 3)
        ty = wz * x - wx * z + _f(column == 4)
        tz = wx * y - wy * x + _f(column == 5)
        du, dv = fx * (tx - xz * tz), fy * (ty - yz * tz)
        dsx, dsy = inside_x * one * (tx - xz * tz), inside_y * one * (ty - yz * tz)
        xx, xy, yy = _f(0), _f(0), _f(0)
        for k in range(2):
            vx, vy, vz = _turned(first if k == 0 else second, i, pose)
            px, py = fx * (vx - sx * vz), fy * (vy - sy * vz)
            rx, ry, rz = wy * vz - wz * vy, wz * vx - wx * vz, wx * vy - wy * vx
            dpx = fx * (rx - sx * rz - dsx * vz) - px * one * tz
            dpy = fy * (ry - sy * rz - dsy * vz) - py * one * tz
            xx += px * dpx
            xy += px * dpy + py * dpx
            yy += py * dpy
        by[0, column] = a * du + b * dv
        by[1, column] = b * du + c * dv
        by[2, column] = a * a * xx + a * b * xy + b * b * yy
        by[3, column] = _f(2) * a * b * xx + (a * c + b * b) * xy + _f(2) * b * c * yy
        by[4, column] = b * b * xx + b * c * xy + c * c * yy


@_compiled
def thin(places: Floats, optics: Floats, box: Integers, begin: int, step: int, clear: Floats) -> None:
    """``clear`` (h, w) of the box: what every ``step``-th splat lets through, one where there is none."""
    clear[:] = _f(1)
    for i in range(begin, len(places), step):
        place = places[i]
        top, bottom = _rows(place, box)
        for row in range(top, bottom + 1):
            dy = _f(row) - place[1]
            left, right = _columns(place, dy, optics, box)
            for column in range(left, right + 1):
                dx = _f(column) - place[0]
                power = _f(-0.5) * (place[2] * dx * dx + place[4] * dy * dy) - place[3] * dx * dy
                alpha = min(_MOST_ALPHA, optics[9] * math.exp(power))
                clear[row - box[0], column - box[1]] *= _f(1) - alpha


@_compiled
def thin_with_slopes(
    means: Floats, first: Floats, second: Floats, pose: Floats, optics: Floats, places: Floats,
    box: Integers, begin: int, step: int, clear: Floats, slopes: Floats,
) -> None:  # fmt: skip
    """``thin``, and ``slopes`` (h, w, 6): the sum over splats of the derivative of -log(1 - alpha)."""
    clear[:] = _f(1)
    slopes[:] = _f(0)
    by = np.empty((5, 6), np.float32)
    for i in range(begin, len(places), step):
        place = places[i]
        top, bottom = _rows(place, box)
        if top > bottom:
            continue
        _slopes(means, first, second, i, pose, optics, place, by)
        for row in range(top, bottom + 1):
            dy = _f(row) - place[1]
            left, right = _columns(place, dy, optics, box)
            for column in range(left, right + 1):
                dx = _f(column) - place[0]
                power = _f(-0.5) * (place[2] * dx * dx + place[4] * dy * dy) - place[3] * dx * dy
                alpha = optics[9] * math.exp(power)
                weight = alpha / (_f(1) - alpha)
                if alpha > _MOST_ALPHA:
                    alpha, weight = _MOST_ALPHA, _f(0)
                clear[row - box[0], column - box[1]] *= _f(1) - alpha
                for k in range(6):
                    slopes[row - box[0], column - box[1], k] += weight * (
                        dx * (by[0, k] + by[2, k] * dx + by[3, k] * dy) + dy * (by[1, k] + by[4, k] * dy)
                    )


@_compiled
def join(clears: Floats, box: Integers, mask: Floats) -> None:
    """Write 1 - the product of (n, h, w) ``clears`` into the box of ``mask``."""
    for r in range(clears.shape[1]):
        for c in range(clears.shape[2]):
            through = clears[0, r, c]
            for n in range(1, len(clears)):
                through *= clears[n, r, c]
            mask[box[0] + r, box[1] + c] = _f(1) - through


@_compiled
def join_slopes(clears: Floats, slopes: Floats, box: Integers, jacobian: Floats) -> None:
    """Write what passes times the sum of (n, h, w, 6) ``slopes`` into the box of ``jacobian``."""
    for r in range(clears.shape[1]):
        for c in range(clears.shape[2]):
            through = _f(1)
            for n in range(len(clears)):
                through *= clears[n, r, c]
            for k in range(6):
                total = _f(0)
                for n in range(len(clears)):
                    total += slopes[n, r, c, k]
                jacobian[box[0] + r, box[1] + c, k] = through * total


@_compiled
def blend(places: Floats, order: Integers, optics: Floats, band: Integers, mask: Floats, depth: Floats) -> None:
    """Front to back into the box ``band`` of ``mask`` and ``depth`` (h, w): PTAD eq. 8, sum of z alpha T."""
    clear = np.ones((band[2] - band[0], band[3] - band[1]), np.float32)
    for o in range(len(order)):
        place = places[order[o]]
        top, bottom = _rows(place, band)
        for row in range(top, bottom + 1):
            dy = _f(row) - place[1]
            left, right = _columns(place, dy, optics, band)
            for column in range(left, right + 1):
                through = clear[row - band[0], column - band[1]]
                if through < _STOP:
                    continue
                dx = _f(column) - place[0]
                power = _f(-0.5) * (place[2] * dx * dx + place[4] * dy * dy) - place[3] * dx * dy
                alpha = min(_MOST_ALPHA, optics[9] * math.exp(power))
                depth[row, column] += place[7] * alpha * through
                clear[row - band[0], column - band[1]] = through * (_f(1) - alpha)
    for row in range(band[0], band[2]):
        for column in range(band[1], band[3]):
            mask[row, column] = _f(1) - clear[row - band[0], column - band[1]]
