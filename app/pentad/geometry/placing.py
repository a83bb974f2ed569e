"""Where a camera stands, from points whose millimetres and pixels are both known."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Bools, Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.projection import project

LEAST = 4
_CONFIDENCE, _ROUNDS = 0.9999, 2000
_THIN = 1e-3
_SAME = 1e-9
_FARTHEST_MM = 1e7
_UNSURE = 0.05
"""Of the distance to the points: beyond it, a camera that may be off so far if pixels are off by one is not placed."""


@dataclass(frozen=True, slots=True, eq=False)
class Placing:
    """A camera's place as point pairs tell it.

    ``pose`` (4, 4) carries the points' millimetres to the camera's; ``residuals`` (N,) are pixels between each picked
    pixel and where its point projects, NaN behind the camera; ``used`` (N,) are the pairs that agree and were fitted;
    ``uncertainty_mm`` is how far the camera may be off (one standard deviation) if pixels are picked to one pixel.
    """

    pose: Doubles
    residuals: Doubles
    used: Bools
    uncertainty_mm: float


def pnp(
    points_mm: ArrayLike,
    pixels: ArrayLike,
    *,
    matrix: Doubles,
    distortion: Doubles,
    size: tuple[int, int],
    tolerance_px: float = 8.0,
) -> Placing:
    """The pose of a camera with known intrinsics from (N, 3) millimetres and their (N, 2) pixels ``x, y``, N >= 4.

    RANSAC leaves out pairs that miss by more than ``tolerance_px`` where at least four others agree; the rest are
    fitted by least squares (Levenberg-Marquardt). Points may lie in one plane. Problem where there are too few, where
    they lie on a line, where no pose fits, or where they hardly tell the pose.
    """
    points, picked = np.asarray(points_mm, np.float64), np.asarray(pixels, np.float64)
    _check(points, picked, size)
    guess = _robust(points, picked, matrix, distortion, tolerance_px)
    used = _residuals(guess, points, picked, matrix, distortion, size) <= tolerance_px
    if used.sum() < LEAST:
        why = "fewer than four of the pairs agree on any one place"
        raise _unplaced(why, "Check which point is which pixel, and pick more points that do not lie on one line")
    _check(points[used], picked[used], size)
    pose, uncertainty = _refined(guess, points[used], picked[used], matrix, distortion)
    residuals = _residuals(pose, points, picked, matrix, distortion, size)
    if not np.isfinite(residuals[used]).all():
        raise _unplaced("the points would lie behind the camera", "Check which point is which pixel")
    distance = float(np.linalg.norm(pose[:3, :3] @ points[used].mean(axis=0) + pose[:3, 3]))
    if not uncertainty <= _UNSURE * distance:
        why = f"the camera could be {uncertainty:.3g} mm elsewhere if each pixel is off by one"
        raise _unplaced(why, "Pick points farther apart, not on one line, best at different heights")
    return Placing(pose, residuals, used, uncertainty)


def _check(points: Doubles, pixels: Doubles, size: tuple[int, int]) -> None:
    if points.ndim != 2 or points.shape[1:] != (3,) or pixels.shape != (len(points), 2):
        raise ValueError(f"{points.shape} points and {pixels.shape} pixels are no pairs")
    if not (np.isfinite(points).all() and np.isfinite(pixels).all()):
        raise _unplaced("a point or pixel is not a number", "Pick it again")
    if points.size and np.abs(points).max() > _FARTHEST_MM:
        raise _unplaced(f"a point lies {np.abs(points).max():.3g} mm away", "Type millimetres")
    if len(points) < LEAST:
        raise _unplaced(f"it takes four pairs, there are {len(points)}", "Pick more pairs")
    height, width = size
    inside = (pixels >= -0.5).all(axis=1) & (pixels[:, 0] <= width - 0.5) & (pixels[:, 1] <= height - 0.5)
    if not inside.all():
        raise _unplaced(f"outside the image: {(~inside).sum()} of {len(inside)} pixels", "Pick inside the image")
    for what, places in (("points", points), ("pixels", pixels)):
        spread = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
        if spread[1] <= _THIN * spread[0] or spread[0] <= _SAME:
            raise _unplaced(f"the {what} lie on a line, or all in one place", "Pick points that span an area")


def _robust(points: Doubles, pixels: Doubles, matrix: Doubles, distortion: Doubles, tolerance_px: float) -> Doubles:
    """(4, 4) the pose that most pairs agree on."""
    try:
        found, turn, shift, _ = cv2.solvePnPRansac(
            points, pixels, matrix, distortion, iterationsCount=_ROUNDS, reprojectionError=tolerance_px,
            confidence=_CONFIDENCE, flags=cv2.SOLVEPNP_SQPNP,
        )  # fmt: skip
    except cv2.error as fault:
        why = f"OpenCV finds no place that fits ({fault.err})"
        raise _unplaced(why, "Pick points farther apart, and check which point is which pixel") from fault
    if not found:
        raise _unplaced("no place fits four of the pairs", "Check which point is which pixel, and the intrinsics")
    return _pose(turn, shift)


def _refined(
    guess: Doubles, points: Doubles, pixels: Doubles, matrix: Doubles, distortion: Doubles
) -> tuple[Doubles, float]:
    """The least-squares pose, and the standard deviation in mm of the camera's centre for pixels off by one."""
    turn, shift = cv2.solvePnPRefineLM(
        points, pixels, matrix, distortion, cv2.Rodrigues(guess[:3, :3])[0], guess[:3, 3:].copy(),
        (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 100, 1e-12),
    )  # fmt: skip
    pose = _pose(turn, shift)
    _, slope = cv2.projectPoints(points, turn, shift, matrix, distortion)
    slope = np.asarray(slope, np.float64)[:, :6]
    return pose, _centre_deviation(pose, slope, np.asarray(turn, np.float64))


def _centre_deviation(pose: Doubles, slope: Doubles, turn: Doubles) -> float:
    """Millimetres, by first-order propagation; infinity where the pairs leave a direction open."""
    scales = np.linalg.norm(slope, axis=0)
    if not (np.isfinite(scales).all() and (scales > 0).all()):
        return np.inf
    normal = (slope / scales).T @ (slope / scales)
    if np.linalg.cond(normal) > 1e14:
        return np.inf
    spread = np.linalg.inv(normal) / np.outer(scales, scales)
    by_turn = np.empty((3, 3))
    for axis in range(3):
        step = np.zeros(3)
        step[axis] = 1e-6
        ahead, behind = (np.asarray(cv2.Rodrigues(turn.ravel() + way)[0], np.float64) for way in (step, -step))
        by_turn[:, axis] = -(ahead - behind).T @ pose[:3, 3] / 2e-6
    by_all = np.hstack([by_turn, -pose[:3, :3].T])
    return float(np.sqrt(np.trace(by_all @ spread @ by_all.T)))


def _pose(turn: ArrayLike, shift: ArrayLike) -> Doubles:
    pose = np.eye(4)
    pose[:3, :3] = cv2.Rodrigues(np.asarray(turn, np.float64))[0]
    pose[:3, 3] = np.asarray(shift, np.float64).ravel()
    return pose


def _residuals(
    pose: Doubles, points: Doubles, pixels: Doubles, matrix: Doubles, distortion: Doubles, size: tuple[int, int]
) -> Doubles:
    seen = project(Camera("", matrix, pose, size, distortion), points)
    return np.asarray(np.linalg.norm(seen - pixels, axis=1))


def _unplaced(why: str, remedy: str) -> Problem:
    return Problem("The camera cannot be placed", why, remedy=remedy)
