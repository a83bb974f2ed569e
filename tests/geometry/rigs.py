"""Cameras around the origin, simple surfaces, and oracles that share nothing with what they judge."""

from typing import Any, cast

import cv2
import numpy as np
import trimesh
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.surface import Surface
from tests.helpers.looking import looking_from

LENS = np.array([-0.25, 0.15, 0.002, -0.0015, 0.05])
"""Bends the corners of the cameras here by tens of pixels."""


def looking(
    at: tuple[float, float, float],
    *,
    size: tuple[int, int] = (60, 80),
    focal: float = 90.0,
    lens: Doubles | None = None,
) -> Camera:
    """A camera at a place in millimetres, looking at the origin."""
    aside = abs(at[2]) < 0.9 * np.linalg.norm(at)
    pose = looking_from(at, up=(0.1, 0.2, 1.0) if aside else (0.1, 1.0, 0.2))
    matrix = np.array([[focal, 0, size[1] / 2 - 3.2], [0, 1.02 * focal, size[0] / 2 + 1.7], [0, 0, 1]])
    return Camera("made up", matrix, pose, size, np.zeros(5) if lens is None else lens)


def directions() -> st.SearchStrategy[tuple[float, float, float]]:
    """Places from 60 to 120 mm off the origin, above z = 0."""
    unit = st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.5, 1))
    return st.tuples(unit, st.floats(60, 120)).map(lambda p: _scaled(p[0], p[1]))


def _scaled(way: tuple[float, float, float], reach: float) -> tuple[float, float, float]:
    scale = reach / float(np.linalg.norm(way))
    return way[0] * scale, way[1] * scale, way[2] * scale


def plane(half: float = 30.0, z: float = 0.0) -> Surface:
    """A square on z, two triangles, looking up."""
    corners = np.array([[-half, -half, z], [half, -half, z], [half, half, z], [-half, half, z]])
    return Surface.of(corners, np.array([[0, 1, 2], [0, 2, 3]]))


def ball(radius: float = 15.0, *, subdivisions: int = 5) -> Surface:
    """A fine sphere about the origin."""
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    return Surface.of(mesh.vertices, mesh.faces)


def together(*surfaces: Surface) -> Surface:
    """All of them in one scene."""
    starts = np.cumsum([0, *(len(surface.vertices) for surface in surfaces)])
    faces = [surface.faces + start for surface, start in zip(surfaces, starts, strict=False)]
    return Surface.of(np.concatenate([surface.vertices for surface in surfaces]), np.concatenate(faces))


def by_opencv(camera: Camera, points: Doubles) -> Doubles:
    """(N, 3) places to (N, 2) pixels y, x, as cv2.projectPoints has it; NaN behind the camera."""
    pose = camera.rig_to_camera
    pixels, _ = cv2.projectPoints(
        points.reshape(-1, 1, 3), cv2.Rodrigues(pose[:3, :3])[0], pose[:3, 3], camera.matrix, camera.distortion
    )
    ahead = points.reshape(-1, 3) @ pose[2, :3] + pose[2, 3] > 0
    return np.where(ahead[:, None], np.asarray(cast(Any, pixels).reshape(-1, 2)[:, ::-1], np.float64), np.nan)


def rays_by_opencv(camera: Camera, pixels: Doubles) -> Doubles:
    """(N, 2) pixels y, x to (N, 3) rig directions, camera z being 1, as cv2.undistortPoints has it."""
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 200, 1e-14)
    asked = np.ascontiguousarray(pixels[:, ::-1], np.float64).reshape(-1, 1, 2)
    flat = cv2.undistortPoints(asked, camera.matrix, camera.distortion, criteria=criteria)
    ahead = np.concatenate([np.asarray(cast(Any, flat).reshape(-1, 2)), np.ones((len(pixels), 1))], axis=1)
    return np.asarray(ahead @ camera.rig_to_camera[:3, :3], np.float64)


def every_pixel(camera: Camera, *, step: int = 1) -> Doubles:
    """(N, 2) y, x of the middles of the cells of ``step`` pixels, row by row."""
    height, width = (-(-side // step) for side in camera.size)
    y, x = np.mgrid[:height, :width]
    return np.stack([y, x], axis=-1).reshape(-1, 2) * step + (step - 1) / 2


def brute_hits(surface: Surface, origin: Doubles, ways: Doubles) -> Doubles:
    """(N,) the share of each way at which it meets a triangle first, infinite for none: Moeller and Trumbore."""
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    one, two, from_a = b - a, c - a, origin - a
    nearest = np.full(len(ways), np.inf)
    twisted = np.cross(from_a, one)
    for index, way in enumerate(ways):
        across = np.cross(way, two)
        determinant = np.einsum("fi,fi->f", one, across)
        safe = np.where(np.abs(determinant) > 1e-12, determinant, np.nan)
        u, v = np.einsum("fi,fi->f", from_a, across) / safe, twisted @ way / safe
        share = np.einsum("fi,fi->f", two, twisted) / safe
        nearest[index] = share[(u >= 0) & (v >= 0) & (u + v <= 1) & (share > 0)].min(initial=np.inf)
    return nearest
