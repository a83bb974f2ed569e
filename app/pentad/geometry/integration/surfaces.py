"""A relief as a surface of triangles, in the camera's coordinates."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Floats
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.geometry.projection import ideal

MOST_VERTICES = 4_000_000
STEEPEST = 20.0
"""Steps steeper than 87 degrees, in pixels a pixel: no slope that is integrated is, so the surface breaks there."""


@dataclass(frozen=True, slots=True, eq=False)
class ReliefSurface:
    """A mesh of a relief: x right, y down, z ahead; one vertex for every ``step`` pixels along each axis."""

    mesh: Mesh
    step: int


def relief_surface(
    depth: Floats,
    *,
    camera: Camera | None = None,
    pixel_mm: float = 1.0,
    step: int | None = None,
    steepest: float = STEEPEST,
) -> ReliefSurface:
    """Triangles through the pixels of ``depth`` (H, W), NaN where nothing is; left out where the depth breaks:
    where it changes by more than ``steepest`` times what neighbours are apart.

    With ``camera`` the vertices lie on its pixels' rays, else side by side ``pixel_mm`` apart. ``step`` None keeps the
    mesh below four million vertices. Front faces look to the camera. Problem where no three neighbours have a depth.
    """
    step = step or max(1, int(np.ceil(np.sqrt(np.count_nonzero(np.isfinite(depth)) / MOST_VERTICES))))
    z = np.asarray(depth[::step, ::step], np.float64)
    y, x = (part.astype(np.float64) * step for part in np.indices(z.shape, np.int32))
    if camera is None:
        places, side = np.stack([x * pixel_mm, y * pixel_mm, z], axis=-1), np.full_like(z, step * pixel_mm)
    else:
        flat = ideal(camera, np.stack([x, y], axis=-1))
        places = np.concatenate([flat * z[..., None], z[..., None]], axis=-1)
        side = step * z / float(np.sqrt(abs(camera.matrix[0, 0] * camera.matrix[1, 1])))
    number = np.arange(z.size, dtype=np.int32).reshape(z.shape)
    here, right, below, beyond = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    pairs = [np.stack(corners, axis=-1).reshape(-1, 3) for corners in ((here, below, right), (beyond, right, below))]
    faces = np.concatenate(pairs)
    heights, there = z.ravel()[faces], np.isfinite(places).all(axis=-1).ravel()
    with np.errstate(invalid="ignore"):
        whole = np.ptp(heights, axis=1) <= steepest * side.ravel()[faces[:, 0]]
    faces = faces[whole & there[faces].all(axis=1)]
    if not len(faces):
        raise Problem(
            "The relief has no surface", "no three neighbouring pixels have a depth", remedy="Check the mask."
        )
    used, renumbered = np.unique(faces, return_inverse=True)
    kept = Mesh(places.reshape(-1, 3)[used], renumbered.reshape(-1, 3).astype(np.int32))
    return ReliefSurface(kept, step)
