"""Which places of a surface each view sees, and the heat that the views' heatmaps lay on them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.geometry.projection import project
from pentad.geometry.surface import Indices, Rays, Surface
from pentad.sdk import Ticket

_BATCH = 200_000
_GRAZING = 0.08
"""Cosine; a surface seen more flatly than that takes no heat, for a pixel is then smeared over millimetres."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The ``vertices`` (K,) of a surface that a view sees, at ``shares`` (K, 2) of its image: y and x, 0 to 1."""

    vertices: Indices
    shares: Doubles


def sights(surface: Surface, cameras: Mapping[str, Camera], *, ticket: Ticket) -> dict[str, Sight]:
    """By view; a ray to every vertex is followed, so what is behind something else is not seen."""
    rays = Rays(surface)
    low, high = surface.bounds
    tolerance = 1e-4 * float(np.linalg.norm(high - low))
    facing = _vertex_normals(surface)
    return {view: _sight(surface, rays, facing, camera, tolerance, ticket) for view, camera in cameras.items()}


def vertex_heat(count: int, seen: Mapping[str, Sight], heatmaps: Mapping[str, Heatmap]) -> Floats:
    """(count,) the greatest heat that any view lays on each vertex, bilinear in its map; NaN where none does."""
    found = np.full(count, -np.inf, np.float32)
    for view, sight in seen.items():
        if view in heatmaps and len(sight.vertices):
            heat = sampled(heatmaps[view].values, sight.shares)
            found[sight.vertices] = np.fmax(found[sight.vertices], heat)
    return np.where(np.isneginf(found), np.nan, found).astype(np.float32)


def _sight(surface: Surface, rays: Rays, facing: Doubles, camera: Camera, tolerance: float, ticket: Ticket) -> Sight:
    height, width = camera.size
    pixels = project(camera, surface.vertices)
    way = surface.vertices - camera.centre
    length = np.linalg.norm(way, axis=1)
    with np.errstate(invalid="ignore"):
        inside = ((pixels > -0.5) & (pixels < [width - 0.5, height - 0.5])).all(axis=1)
        inside &= np.abs(np.einsum("ni,ni->n", facing, way)) > _GRAZING * length
    candidates = np.flatnonzero(inside)
    seen = []
    for start in range(0, len(candidates), _BATCH):
        ticket.check()
        part = candidates[start : start + _BATCH]
        points, faces = rays.first_hits(camera.centre[None], way[part])
        reached = np.linalg.norm(points - camera.centre, axis=1)
        # Why none counts as seen: at a silhouette a ray to a vertex may slip past its triangles.
        seen.append(part[(faces < 0) | (reached > length[part] - tolerance)])
    vertices = np.concatenate([np.zeros(0, np.int64), *seen])
    shares = (pixels[vertices][:, ::-1] + 0.5) / [height, width]
    return Sight(vertices, shares)


def _vertex_normals(surface: Surface) -> Doubles:
    """(V, 3), zeros where the faces around a vertex cancel out."""
    total = np.zeros_like(surface.vertices)
    for corner in range(3):
        for axis in range(3):
            weights = surface.normals[:, axis]
            total[:, axis] += np.bincount(surface.faces[:, corner], weights, len(total))
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.where(length > 0, length, 1))


def sampled(values: Floats, shares: Doubles | Floats) -> Floats:
    """(K,) a map's values (h, w), bilinear, at ``shares`` (K, 2) of its image: y and x, 0 to 1."""
    height, width = values.shape
    y = np.clip(shares[:, 0] * height - 0.5, 0, height - 1)
    x = np.clip(shares[:, 1] * width - 0.5, 0, width - 1)
    y0, x0 = np.minimum(y.astype(int), height - 1), np.minimum(x.astype(int), width - 1)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    dy, dx = y - y0, x - x0
    upper = values[y0, x0] * (1 - dx) + values[y0, x1] * dx
    lower = values[y1, x0] * (1 - dx) + values[y1, x1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy, np.float32)
