"""How large a pixel is on the surface that it shows."""

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.projection import distort, rays
from pentad.geometry.surface import Rays, Surface

_STEP = 1e-5
"""Of the ideal plane, by which the lens's derivatives are taken."""


def footprints(camera: Camera, surface: Surface, pixels: Doubles, *, cast: Rays | None = None) -> Doubles:
    """(N,) square millimetres of ``surface`` that each of (N, 2) pixels y, x shows; NaN where it shows none.

    A pixel's share of the plane n . X = c through the triangle that its middle meets is z^3 / |c| du dv (du dv on the
    ideal plane, X from the camera's centre), the lens's distortion in it. ``cast`` is the surface made ready, for
    whoever asks often.
    """
    asked = np.asarray(pixels, np.float64).reshape(-1, 2)
    points, faces = (cast or Rays(surface)).first_hits(camera.centre, rays(camera, asked[:, ::-1]))
    met = np.flatnonzero(faces >= 0)
    away = points[met] - camera.centre
    placed = away @ camera.rig_to_camera[:3, :3].T
    offset = np.abs(np.einsum("ni,ni->n", away, surface.normals[faces[met]]))
    found = np.full(len(asked), np.nan)
    found[met] = placed[:, 2] ** 3 / np.maximum(offset, 1e-9) * _ideal_areas(camera, placed[:, :2] / placed[:, 2:])
    return found


def _ideal_areas(camera: Camera, flat: Doubles) -> Doubles:
    """(N,) how much of the ideal plane one pixel takes at (N, 2) ideal places."""
    scale = abs(float(np.linalg.det(camera.matrix[:2, :2])))
    if not camera.distortion.any():
        return np.full(len(flat), 1 / scale)
    across, down = (
        (distort(flat + shift, camera.distortion) - distort(flat - shift, camera.distortion)) / (2 * _STEP)
        for shift in (np.array([_STEP, 0.0]), np.array([0.0, _STEP]))
    )
    bent = np.abs(across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0])
    return np.asarray(1 / (scale * bent))
