"""Parts to look at in tests, and oracles that know nothing of the renderer."""

import numpy as np
from manifold3d import Manifold

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.camera import Camera
from pentad.gantry.materials import Grain, Material
from pentad.gantry.scene import Part
from pentad.gantry.solids import Solid, Surface, skin

BALL_MM = 30.0
CAP_MM = 4.0
"""So that the rim leans by 30 degrees: every light of the top view reaches every place."""


def cap() -> Part:
    """The top of a matt ball, lying on z = 0, without gloss or grain."""
    ball = Manifold.sphere(BALL_MM, 512).translate((0, 0, CAP_MM - BALL_MM))
    above = Manifold.cube((100, 100, 50), True).translate((0, 0, 25.0))
    material = Material((0.5, 0.5, 0.5), gloss=0.0, sharpness=10, speckle=0.0, relief=0.0)
    surface = skin([Solid(ball - (ball - above), 0)])
    return Part(surface, (material,), Grain(np.random.default_rng(0)), np.eye(4))


def cap_normals(camera: Camera) -> tuple[Doubles, Bools]:
    """(H, W, 3) in camera axes, and where the cap is but for its rim: each pixel's ray against the sphere."""
    height, width = camera.size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    ahead = np.stack([x, y, np.ones_like(x)], axis=2) @ np.linalg.inv(camera.matrix).T
    ahead = ahead / np.linalg.norm(ahead, axis=2, keepdims=True)
    pose = camera.rig_to_camera
    middle = pose[:3, :3] @ (0, 0, CAP_MM - BALL_MM) + pose[:3, 3]
    along = ahead @ middle
    reach = along**2 - (middle @ middle - BALL_MM**2)
    normals = (ahead * (along - np.sqrt(np.maximum(reach, 0)))[..., None] - middle) / BALL_MM
    rig_height = normals @ pose[:3, :3][:, 2] * BALL_MM + CAP_MM - BALL_MM
    return normals * (1, -1, -1), (reach > 0) & (rig_height > 0.5)


def brute_first_hits(surface: Surface, origins: Floats, directions: Floats) -> Doubles:
    """(N,) distance to the first triangle, infinite where there is none: Moeller and Trumbore, every pair, float64."""
    a, b, c = (surface.vertices[surface.faces[:, corner]].astype(np.float64) for corner in range(3))
    edge_one, edge_two = b - a, c - a
    nearest = np.full(len(origins), np.inf)
    for index, (origin, way) in enumerate(zip(origins.astype(np.float64), directions.astype(np.float64), strict=True)):
        across = np.cross(way, edge_two)
        determinant = np.einsum("fi,fi->f", edge_one, across)
        safe = np.where(np.abs(determinant) > 1e-12, determinant, np.nan)
        from_a = origin - a
        u = np.einsum("fi,fi->f", from_a, across) / safe
        twisted = np.cross(from_a, edge_one)
        v = twisted @ way / safe
        distance = np.einsum("fi,fi->f", edge_two, twisted) / safe
        met = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (distance > 0)
        nearest[index] = distance[met].min(initial=np.inf)
    return nearest


def angle_deg(one: Floats | Doubles, other: Floats | Doubles) -> Doubles:
    """Degrees between unit vectors, exact for small angles."""
    half = np.linalg.norm(one.astype(np.float64) - other, axis=-1) / 2
    return np.asarray(np.degrees(2 * np.arcsin(np.minimum(half, 1))))
