"""Silhouettes drawn triangle by triangle, a part to draw, and how far what was found is from what is true."""

import cv2
import numpy as np
import trimesh

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh

CAMERA = Camera("a", np.array([[355.0, 0, 127.5], [0, 355, 127.5], [0, 0, 1]]), np.eye(4), (256, 256))
"""As PTAD's queries are seen."""
_BOXES = (
    ((60, 10, 40), (0, 0, 0)),
    ((12, 40, 12), (-20, 25, 8)),
    ((8, 20, 8), (22, 15, -12)),
    ((6, 6, 30), (10, 2, 30)),
)
_FINER = 4


def bracket() -> Mesh:
    """Boxes that look different from everywhere."""
    parts = [trimesh.creation.box(size, trimesh.transformations.translation_matrix(at)) for size, at in _BOXES]
    vertices = np.concatenate([np.asarray(part.vertices, np.float64) for part in parts])
    faces = np.concatenate([np.asarray(part.faces) + 8 * number for number, part in enumerate(parts)])
    return Mesh(vertices, faces.astype(np.int32))


def filled(corners: Doubles, size: tuple[int, int]) -> Bools:
    """(H, W) every pixel that one of the triangles (F, 3, 2), x and y in pixels, touches."""
    image = np.zeros(size, np.uint8)
    for triangle in np.rint(corners * 64).astype(np.int32):
        cv2.fillConvexPoly(image, triangle, 1, shift=6)
    return image > 0


def outline(mesh: Mesh, pose: Doubles, camera: Camera) -> Floats:
    """(H, W) in 0 to 1: the mesh at ``pose`` (4, 4) before a pinhole camera, filled at four times the size."""
    places = mesh.vertices @ pose[:3, :3].T + pose[:3, 3]
    pixels = (places / places[:, 2:] @ camera.matrix.T)[:, :2]
    height, width = camera.size
    large = filled(((pixels + 0.5) * _FINER - 0.5)[mesh.faces], (height * _FINER, width * _FINER))
    return np.asarray(cv2.resize(large.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA), np.float32)


def overlap(one: Bools, other: Bools) -> float:
    """The intersection over the union of two masks."""
    return float(np.count_nonzero(one & other) / np.count_nonzero(one | other))


def degrees_apart(one: Doubles, other: Doubles) -> float:
    """The angle of the turn between two rotations or poses, (3, 3) or (4, 4)."""
    turn = one[:3, :3] @ other[:3, :3].T
    return float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))
