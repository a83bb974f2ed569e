"""What a normal map says of the depth's slopes, seen straight on or through a calibrated lens."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RectBivariateSpline

from pentad.core.arrays import Bools, Floats, Normals
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.projection import ideal

_ROWS = 256
_NODES_PX = 16
_GRAZING = np.float32(np.cos(np.radians(87.0)))
"""Steeper than this a code of eight bits no longer tells slopes apart: between 87 and 88 degrees they grow by half."""

_TO_RAYS = np.array([1, -1, -1], np.float32)
"""Normals have y up and z to the camera, rays have y down and z ahead."""


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """How a depth grows along the image, in pixels a pixel; what is integrated is the depth's own unit-free twin.

    ``across``, ``down`` (H, W): growth to the right and downwards, away from the camera; zero where not ``valid``.
    ``cosine`` (H, W): n . ray, by which a residual of a slope counts; zero where not ``valid``. ``focal`` is None where
    the twin is the depth in pixels; else it is ``focal * log(depth)``. ``clamped`` pixels were seen at a grazing angle,
    or from behind, and are taken as just not.
    """

    across: Floats
    down: Floats
    cosine: Floats
    valid: Bools
    focal: float | None
    clamped: int


def slopes_of(normals: Normals, valid: Bools, camera: Camera | None = None) -> Slopes:
    """The slopes where ``valid``: orthographic, or by ``camera``, whose pixel rays (u, v, 1) the surface is seen along.

    From n . dP/dx = 0 with P = z (u, v, 1): d(log z)/dx = -(n . d(u, v, 1)/dx) / (n . (u, v, 1)); (u, v) are constant
    and the denominator is n_z in the orthographic limit.
    """
    height, width = valid.shape
    across, down, cosine = (np.zeros((height, width), np.float32) for _ in range(3))
    rays = _Rays(camera) if camera is not None else None
    focal = None if rays is None else rays.focal
    clamped = 0
    for top in range(0, height, _ROWS):
        rows = slice(top, min(top + _ROWS, height))
        there = valid[rows]
        x, y, z = (normals[rows, :, axis] * sign for axis, sign in enumerate(_TO_RAYS))
        along_x, along_y, facing = x, y, np.negative(z)
        if rays is not None:
            u, v, (u_x, u_y, v_x, v_y) = rays.of(rows, width)
            along_x, along_y = rays.focal * (x * u_x + y * v_x), rays.focal * (x * u_y + y * v_y)
            facing = -(x * u + y * v + z)
        clamped += int(np.count_nonzero(there & (facing < _GRAZING)))
        kept = np.maximum(facing, _GRAZING)
        cosine[rows] = np.where(there, kept, 0)
        across[rows] = np.where(there, along_x / kept, 0)
        down[rows] = np.where(there, along_y / kept, 0)
    return Slopes(across, down, cosine, valid, focal, clamped)


class _Rays:
    """A camera's rays (u, v, 1) through its pixels, and how they turn from one pixel to the next."""

    def __init__(self, camera: Camera) -> None:
        self._inverse = np.linalg.inv(camera.matrix)
        self.focal = float(np.sqrt(abs(camera.matrix[0, 0] * camera.matrix[1, 1])))
        self._bent = _splines(camera) if camera.distortion.any() else None

    def of(self, rows: slice, width: int) -> tuple[Floats, Floats, tuple[Floats, Floats, Floats, Floats]]:
        """u, v, and du/dx, du/dy, dv/dx, dv/dy, for these rows; what does not vary has length one there."""
        ys, xs = np.arange(rows.start, rows.stop, dtype=np.float64), np.arange(width, dtype=np.float64)
        if self._bent is None:
            to = self._inverse
            found = [to[i, 0] * xs[None] + to[i, 1] * ys[:, None] + to[i, 2] for i in (0, 1)]
            found += [to[i, j].reshape(1, 1) for i in (0, 1) for j in (0, 1)]
        else:
            found = [spline(ys, xs) for spline in self._bent]
            found += [spline(ys, xs, **{along: 1}) for spline in self._bent for along in ("dy", "dx")]
        u, v, u_x, u_y, v_x, v_y = (np.asarray(part, np.float32) for part in found)
        return u, v, (u_x, u_y, v_x, v_y)


def _splines(camera: Camera) -> tuple[RectBivariateSpline, RectBivariateSpline]:
    """u and v of a lens with distortion as cubic splines through every sixteenth pixel, which is exact to 1e-6 px."""
    ys, xs = (np.linspace(-1, side, max(4, side // _NODES_PX + 2)) for side in camera.size)
    y, x = np.meshgrid(ys, xs, indexing="ij")
    flat = ideal(camera, np.stack([x, y], axis=-1))
    if not np.isfinite(flat).all():
        why = "its distortion folds back within the image, where no light comes from"
        raise Problem(f"The lens of {camera.name} cannot be undone", why, remedy="Check the distortion's terms.")
    return RectBivariateSpline(ys, xs, flat[..., 0]), RectBivariateSpline(ys, xs, flat[..., 1])
