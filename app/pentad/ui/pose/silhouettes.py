"""Small pictures of a mesh as a camera sees it under some poses, cut to the part."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pentad.core.arrays import Bools, Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.surface import Surface
from pentad.sdk import Ticket

MARGIN = 2


def silhouettes(
    mesh: Mesh, camera: Camera, poses: Sequence[Doubles], side: int, ticket: Ticket
) -> tuple[Bools | None, ...]:
    """(side, side) where the part is, under each of ``poses`` (4, 4); None for one that the camera cannot see."""
    surface = Surface.of(mesh.vertices, mesh.faces)
    found: list[Bools | None] = []
    for number, pose in enumerate(poses):
        ticket.report(number / len(poses), "Outlines of the references")
        there = camera.rig_to_camera @ pose
        matrix = _around(surface.vertices @ there[:3, :3].T + there[:3, 3], camera.matrix, side)
        if matrix is None:
            found.append(None)
            continue
        eye = replace(camera, matrix=matrix, world_to_camera=there, station=np.eye(4), size=(side, side))
        try:
            raster = DepthRaster.render(surface, eye, step=1, ticket=ticket)
        except Problem:
            found.append(None)  # Why: a reference from within the part is no fault of whoever looks at the others.
        else:
            found.append(np.isfinite(raster.values))
    return tuple(found)


def _around(places: Doubles, matrix: Doubles, side: int) -> Doubles | None:
    """``matrix`` (3, 3) enlarged and shifted so that all ``places`` (V, 3) lie in the picture."""
    if not (places[:, 2] > 0).all():
        return None
    flat = places @ matrix.T
    pixels = flat[:, :2] / flat[:, 2:]
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    scale = (side - 1 - 2 * MARGIN) / max(float((high - low).max()), 1e-9)
    shift = (side - 1) / 2 - scale * (low + high) / 2
    return np.asarray(np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]]) @ matrix)
