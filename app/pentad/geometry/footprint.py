"""How large a pixel is on the surface that it shows."""

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.projection import rays
from pentad.geometry.surface import Rays, Surface

_SIDES = np.array([[0.0, 0.0], [0.5, 0.0], [-0.5, 0.0], [0.0, 0.5], [0.0, -0.5]])


def footprints(camera: Camera, surface: Surface, pixels: Doubles, *, cast: Rays | None = None) -> Doubles:
    """(N,) square millimetres of ``surface`` that each of (N, 2) pixels y, x shows; NaN where it shows none.

    The pixel's square is laid along its rays on the plane of the triangle that its middle meets, the lens's distortion
    in it. ``cast`` is the surface made ready, for whoever asks often.
    """
    middles = np.asarray(pixels, np.float64).reshape(-1, 2)[:, ::-1]
    ways = rays(camera, middles[:, None] + _SIDES)
    points, faces = (cast or Rays(surface)).first_hits(camera.centre, ways[:, 0])
    normals = np.where(faces[:, None] >= 0, surface.normals[faces], np.nan)
    away = np.einsum("ni,ni->n", points - camera.centre, normals)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = away[:, None] / np.einsum("nki,ni->nk", ways, normals)
        ends = ways * along[..., None]
        crossed = np.cross(ends[:, 1] - ends[:, 2], ends[:, 3] - ends[:, 4])
    return np.asarray(np.linalg.norm(crossed, axis=1))
