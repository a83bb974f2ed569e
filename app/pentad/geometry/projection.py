"""Between rig millimetres and pixels, with OpenCV's lens distortion."""

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Bools, Doubles
from pentad.core.camera import Camera
from pentad.geometry.lens import distort, undistort

__all__ = ["distort", "ideal", "invertible", "project", "rays", "undistort", "unproject"]


def invertible(camera: Camera, pixels: ArrayLike) -> Bools:
    """(..., 2) pixels ``x, y`` to (...,): whether the lens polynomial tells which way each of them looks.

    Where it does not, ``rays`` and ``unproject`` give NaN: the polynomial was fitted to less of the image, and it folds
    back, or never gets there. ``lens.fold_radius`` tells how far from the axis that is.
    """
    return np.asarray(np.isfinite(ideal(camera, pixels)).all(axis=-1))


def ideal(camera: Camera, pixels: ArrayLike) -> Doubles:
    """(..., 2) pixels ``x, y`` to (..., 2) places on the ideal plane, camera x / z and y / z.

    NaN where the lens polynomial cannot be inverted.
    """
    bent = (np.asarray(pixels, np.float64) - camera.matrix[:2, 2]) @ np.linalg.inv(camera.matrix[:2, :2]).T
    return undistort(bent, camera.distortion)


def project(camera: Camera, points: ArrayLike) -> Doubles:
    """(..., 3) rig millimetres to (..., 2) pixels ``x, y``, pixel centres at integers; NaN behind the camera."""
    place = np.asarray(points, np.float64) @ camera.rig_to_camera[:3, :3].T + camera.rig_to_camera[:3, 3]
    depth = place[..., 2:]
    flat = place[..., :2] / np.where(depth > 0, depth, np.nan)
    bent = distort(flat, camera.distortion)
    return np.asarray(bent @ camera.matrix[:2, :2].T + camera.matrix[:2, 2])


def unproject(camera: Camera, pixels: ArrayLike, depth: ArrayLike) -> Doubles:
    """(..., 2) pixels ``x, y`` and their camera z in millimetres to (..., 3) rig millimetres.

    NaN where the lens polynomial cannot be inverted.
    """
    flat = ideal(camera, pixels)
    z = np.asarray(depth, np.float64)[..., None]
    place = np.concatenate([flat * z, np.broadcast_to(z, (*flat.shape[:-1], 1))], axis=-1)
    return np.asarray((place - camera.rig_to_camera[:3, 3]) @ camera.rig_to_camera[:3, :3])


def rays(camera: Camera, pixels: ArrayLike) -> Doubles:
    """(..., 2) pixels ``x, y`` to (..., 3) unit directions in the rig, all starting at ``camera.centre``; or NaN."""
    flat = ideal(camera, pixels)
    ahead = np.concatenate([flat, np.ones((*flat.shape[:-1], 1))], axis=-1)
    ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
    return np.asarray(ahead @ camera.rig_to_camera[:3, :3])
