"""How large marked pixels are on the plane of the calibrated board."""

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles, Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.geometry.projection import ideal


def plane_points(camera: Camera, pixels: Doubles) -> Doubles:
    """(..., 2) pixels ``x, y`` to (..., 2) rig millimetres on the plane z = 0, the lens's distortion taken out.

    NaN where the pixel does not look at the plane or the lens polynomial cannot be inverted.
    """
    flat = ideal(camera, pixels)
    back = np.linalg.inv(camera.rig_to_camera[:3, [0, 1, 3]])
    found = flat @ back[:, :2].T + back[:, 2]
    ahead = found[..., 2:]  # Why: it is one by the depth, so what is behind the camera has it negative.
    return np.asarray(found[..., :2] / np.where(ahead > 0, ahead, np.nan))


def label_areas_mm2(labels: Labels, box: Box, camera: Camera) -> dict[int, float]:
    """Square millimetres on the plane z = 0 under the pixels of each label in ``labels``, which lie at ``box``.

    A pixel is the square around its centre. The area is that of the polygon through the outermost corners of the
    pixels (Gauss's formula over their edges): exact for a pinhole, where edges stay straight, and short of exact with a
    lens only by the bending of one pixel's edge. Areas of parts add up. NaN where a corner has no place on the plane.
    """
    found = np.flatnonzero(np.bincount(labels.ravel(), minlength=2)).tolist()
    return {label: _area(labels == label, box, camera) for label in found if label}


def _area(where: Bools, box: Box, camera: Camera) -> float:
    signed = np.pad(where, 1).astype(np.int8)
    down, across = np.diff(signed[:, 1:-1], axis=0), np.diff(signed[1:-1], axis=1)
    rows, columns = np.nonzero(down)
    upper = _corners(rows, columns, box), _corners(rows, columns + 1, box)
    lines, places = np.nonzero(across)
    side = _corners(lines, places, box), _corners(lines + 1, places, box)
    start = plane_points(camera, np.concatenate([upper[0], side[1]]))
    end = plane_points(camera, np.concatenate([upper[1], side[0]]))
    way = np.concatenate([down[rows, columns], across[lines, places]])
    middle = start.mean(axis=0)  # Why: far from the origin the products would be large and their sum small.
    start, end = start - middle, end - middle
    return float(abs((way * (start[:, 0] * end[:, 1] - start[:, 1] * end[:, 0])).sum()) / 2)


def _corners(rows: NDArray[np.intp], columns: NDArray[np.intp], box: Box) -> Doubles:
    """(N, 2) x, y of the upper left corners of pixels of ``box``."""
    return np.stack([columns + box.x0 - 0.5, rows + box.y0 - 0.5], axis=-1)
