"""Between rig millimetres and pixels, with OpenCV's lens distortion."""

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem

_STEPS = 100
_CLOSE = 1e-9
_KNOWN_TERMS = (4, 5, 8, 12)


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
    flat = _undistorted(camera, np.asarray(pixels, np.float64))
    z = np.asarray(depth, np.float64)[..., None]
    place = np.concatenate([flat * z, np.broadcast_to(z, (*flat.shape[:-1], 1))], axis=-1)
    return np.asarray((place - camera.rig_to_camera[:3, 3]) @ camera.rig_to_camera[:3, :3])


def rays(camera: Camera, pixels: ArrayLike) -> Doubles:
    """(..., 2) pixels ``x, y`` to (..., 3) unit directions in the rig, all starting at ``camera.centre``; or NaN."""
    flat = _undistorted(camera, np.asarray(pixels, np.float64))
    ahead = np.concatenate([flat, np.ones((*flat.shape[:-1], 1))], axis=-1)
    ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
    return np.asarray(ahead @ camera.rig_to_camera[:3, :3])


def distort(flat: ArrayLike, distortion: Doubles) -> Doubles:
    """(..., 2) ideal plane coordinates to the lens's own: OpenCV's k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4."""
    xy = np.asarray(flat, np.float64)
    if distortion.size not in _KNOWN_TERMS:
        raise Problem(
            f"A lens model with {distortion.size} distortion terms",
            "OpenCV's models have 4, 5, 8 or 12 here",
            remedy="Give k1 k2 p1 p2 and, where known, k3, k4 k5 k6 and s1 s2 s3 s4",
        )
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 = np.pad(distortion.ravel(), (0, 12 - distortion.size))
    x, y = xy[..., 0], xy[..., 1]
    r2 = x * x + y * y
    radial = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    bent_x = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x) + r2 * (s1 + s2 * r2)
    bent_y = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y + r2 * (s3 + s4 * r2)
    return np.stack([bent_x, bent_y], axis=-1)


def undistort(bent: ArrayLike, distortion: Doubles) -> Doubles:
    """The inverse of ``distort`` by Newton steps, checked; NaN where no answer is found.

    A calibrated polynomial is only good where it was fitted: far from the centre it may fold back or have no inverse.
    """
    target = np.asarray(bent, np.float64)
    if not distortion.any():
        return target.copy()
    guess = target.copy()
    for _ in range(_STEPS):
        miss = distort(guess, distortion) - target
        if not (np.abs(miss) > _CLOSE * 1e-3).any():
            break
        guess = guess - _newton_step(guess, miss, distortion)
    with np.errstate(invalid="ignore"):
        found = (np.abs(distort(guess, distortion) - target) < _CLOSE).all(axis=-1)
        # Why: past the fold the polynomial turns left into right; an answer found there is not where light came from.
        found &= _determinant(_jacobian(guess, distortion)) > 0
    return np.where(found[..., None], guess, np.nan)


def _undistorted(camera: Camera, pixels: Doubles) -> Doubles:
    bent = (pixels - camera.matrix[:2, 2]) @ np.linalg.inv(camera.matrix[:2, :2]).T
    return undistort(bent, camera.distortion)


def _newton_step(guess: Doubles, miss: Doubles, distortion: Doubles) -> Doubles:
    jacobian = _jacobian(guess, distortion)
    determinant = _determinant(jacobian)
    safe = np.where(np.abs(determinant) > 1e-6, determinant, 1.0)
    step_x = (jacobian[..., 1, 1] * miss[..., 0] - jacobian[..., 0, 1] * miss[..., 1]) / safe
    step_y = (jacobian[..., 0, 0] * miss[..., 1] - jacobian[..., 1, 0] * miss[..., 0]) / safe
    return np.clip(np.stack([step_x, step_y], axis=-1), -0.05, 0.05)


def _jacobian(flat: Doubles, distortion: Doubles) -> Doubles:
    step = 1e-6
    columns = [
        (distort(flat + shift, distortion) - distort(flat - shift, distortion)) / (2 * step)
        for shift in (np.array([step, 0.0]), np.array([0.0, step]))
    ]
    return np.stack(columns, axis=-1)


def _determinant(jacobian: Doubles) -> Doubles:
    return np.asarray(jacobian[..., 0, 0] * jacobian[..., 1, 1] - jacobian[..., 0, 1] * jacobian[..., 1, 0])
