"""What is impossible in a calibration, and what is only worth knowing about it."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.projection import invertible, project
from pentad.io.calibration.source import damaged

ORTHONORMAL = 1e-6
_ROUNDED = 1e-3
_HOMOGRAPHY = 1e-3
_NEAREST_MM, _FARTHEST_MM = 10.0, 100_000.0
_LONGEST_SIDE = 1_000_000
_FOCAL = 1e-2, 1e9
_LENS_GRID = 9
"""Pixels across and down at which a lens is looked at."""


def check_camera(path: Path, camera: Camera) -> None:
    """Problem where ``camera`` cannot be one."""
    focal = camera.matrix[[0, 1], [0, 1]]
    if not (focal > _FOCAL[0]).all() or not (focal < _FOCAL[1]).all() or not np.allclose(camera.matrix[2], [0, 0, 1]):
        raise damaged(path, f"the intrinsics of {camera.name} are not a camera matrix")
    if min(camera.size) <= 0 or max(camera.size) > _LONGEST_SIDE:
        raise damaged(path, f"the image size of {camera.name} is {_pixels(camera.size)}")
    if camera.distortion.shape not in ((4,), (5,), (8,), (12,)):
        raise damaged(path, f"{camera.name} has {camera.distortion.size} distortion terms, not 4, 5, 8 or 12")
    check_pose(path, f"the extrinsics of {camera.name}", camera.world_to_camera)
    check_pose(path, f"the station of {camera.name}", camera.station)
    centre = camera.centre
    if not np.isfinite(project(camera, centre + camera.rig_to_camera[2, :3])).all():
        raise damaged(path, f"nothing projects through {camera.name}")


def check_pose(path: Path, what: str, pose: Doubles) -> None:
    """Problem where ``pose`` (4, 4) is not a turn and a shift; a mirror image is told apart from noise."""
    if not np.array_equal(pose[3], [0, 0, 0, 1]):
        raise damaged(path, f"the last row of {what} is not 0 0 0 1")
    rotation = pose[:3, :3]
    miss = _miss(rotation)
    if _is_mirrored(rotation):
        raise damaged(path, _mirrored(what, miss))
    if miss > ORTHONORMAL:
        raise damaged(path, f"the rotation in {what} is not orthonormal (off by {miss:.2g})")


def check_board(path: Path, camera: Camera) -> None:
    """Problem where the board that ``camera`` was calibrated against has its origin behind the camera."""
    depth = camera.world_to_camera[2, 3]
    if depth <= 0:
        raise damaged(path, f"the board lies behind {camera.name}, {-depth:.4g} mm behind its lens")


def check_homography(path: Path, camera: Camera, homography: Doubles) -> float:
    """The homography's error; Problem where the file contradicts itself."""
    error = homography_error(camera, homography)
    if math.isnan(error):
        raise damaged(path, "its homography has no scale: the last number is 0, or the board's origin is not seen")
    if not error < _HOMOGRAPHY:
        raise damaged(path, f"its homography differs from its own intrinsics and extrinsics by {error:.2g}")
    return error


def homography_error(camera: Camera, homography: Doubles) -> float:
    """How far ``homography`` is from K [r1 r2 t], both scaled to H[2,2] = 1, relative to the largest entry; or NaN."""
    expected = camera.matrix @ camera.world_to_camera[:3, [0, 1, 3]]
    with np.errstate(all="ignore"):
        expected = expected / expected[2, 2]
        return float(np.abs(homography / homography[2, 2] - expected).max() / np.abs(expected).max())


def nearest_rotation(path: Path, what: str, rotation: Doubles) -> tuple[Doubles, Problem | None]:
    """``rotation`` (3, 3), made exact where a file's few digits left it off by up to 0.001, and a note of that.

    Problem where it is off by more, or a mirror image.
    """
    miss = _miss(rotation)
    if _is_mirrored(rotation):
        raise damaged(path, _mirrored(what, miss))
    if miss <= ORTHONORMAL:
        return rotation, None
    left, lengths, right = np.linalg.svd(rotation)
    if miss > _ROUNDED:
        alike = lengths[0] - lengths[2] < _ROUNDED * lengths[0]
        scene = f"; it is one times {lengths[0]:.4g}, as of a scaled scene" if alike else ""
        raise damaged(path, f"the rotation in {what} is not orthonormal (off by {miss:.2g}){scene}")
    exact = np.asarray(left @ right)
    return exact, Problem(
        f"The rotation in {what} was made exact", f"in {path} it is off by {miss:.2g}", remedy="Write more digits"
    )


def check_image_size(camera: Camera, size: tuple[int, int]) -> Problem | None:
    """What is to be said where a view is ``size`` (height, width) and its camera was calibrated for another."""
    if camera.size == size:
        return None
    like = math.isclose(size[0] * camera.size[1], size[1] * camera.size[0], rel_tol=2e-3)
    why = f"the camera is calibrated for {_pixels(camera.size)} pixels, this view has {_pixels(size)}"
    what = "Say that the images were scaled" if like else "Say which part of the calibrated image the images show"
    return Problem(
        f"{camera.name} is calibrated for another image size", why, remedy=f"{what}, or calibrate at their size"
    )


def principal_point_note(camera: Camera) -> Problem | None:
    """What is to be said where the optical axis misses the image: it is unusual, and it may be right."""
    (height, width), (x, y) = camera.size, camera.matrix[:2, 2]
    if -0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5:
        return None
    return Problem(
        f"The principal point of {camera.name} lies outside its image",
        f"at x = {x:.1f}, y = {y:.1f} of {_pixels(camera.size)} pixels",
        remedy="Use it as it is if the calibration is meant so: a shifted lens, or a part of a larger image",
    )


def lens_note(camera: Camera) -> Problem | None:
    """What is to be said where the lens polynomial does not tell which way some of the image looks."""
    if not camera.distortion.any():
        return None
    height, width = camera.size
    x, y = np.meshgrid(np.linspace(0, width - 1, _LENS_GRID), np.linspace(0, height - 1, _LENS_GRID))
    lost = ~invertible(camera, np.stack([x, y], axis=-1))
    if not lost.any():
        return None
    near = float(np.hypot(x - camera.matrix[0, 2], y - camera.matrix[1, 2])[lost].min())
    return Problem(
        f"The lens of {camera.name} has no inverse everywhere in its image",
        f"its distortion folds back or never gets there in about {100 * lost.mean():.0f} % of the image, "
        f"from about {near:.0f} px off its principal point",
        remedy="Nothing is carried to or from such pixels; calibrate with points up to the image's corners",
    )


def no_lens_note(path: Path, camera: Camera) -> Problem:
    """What is to be said where a calibration is silent on distortion."""
    what, why = f"{camera.name} is taken to have no distortion", f"{path} has no distortion_matrix"
    return Problem(what, why, remedy="Add its 12 numbers, or go on if the images are undistorted")


def back_of_board_note(camera: Camera) -> Problem | None:
    """What is to be said where a camera stands behind its board, whose z in OpenCV points away from the camera."""
    pose = camera.world_to_camera
    height = float((-pose[:3, :3].T @ pose[:3, 3])[2])
    if height <= 0:
        return None
    return Problem(
        f"{camera.name} looks at the back of its board",
        f"it stands {height:.4g} mm along the board's z axis, which points away from a camera before the board",
        remedy="Check the order of the board's points; it is right where the board's z axis was taken upwards",
    )


def likely_scale(cameras: Sequence[Camera]) -> float | None:
    """What makes lengths millimetres, judged by how far the cameras stand; None where they probably are."""
    reach = max((float(np.linalg.norm(camera.centre)) for camera in cameras), default=0.0)
    if 0 < reach < _NEAREST_MM:
        return 1000.0
    return 0.001 if reach > _FARTHEST_MM else None


def unit_note(cameras: Sequence[Camera], scale: float) -> Problem:
    """What is to be said where lengths are not millimetres by the look of them."""
    reach = max(float(np.linalg.norm(camera.centre)) for camera in cameras)
    unit = "metres" if scale > 1 else "micrometres"
    return Problem(
        "The lengths are probably not millimetres",
        f"the farthest camera would stand {reach:.4g} mm from the origin; in {unit} that is {reach * scale:.4g} mm",
        remedy=f"If it is in {unit}, say so in the rig editor (Alt+F12), by scale = {scale:g} in the manifest, or with "
        f"--scale {scale:g}",
    )


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]}"


def _miss(rotation: Doubles) -> float:
    return float(np.abs(rotation @ rotation.T - np.eye(3)).max())


def _is_mirrored(rotation: Doubles) -> bool:
    left, lengths, right = np.linalg.svd(rotation)
    return bool(np.linalg.det(left @ right) < 0 and lengths[2] > _ROUNDED * lengths[0])


def _mirrored(what: str, miss: float) -> str:
    besides = f", and is not orthonormal besides (off by {miss:.2g})" if miss > ORTHONORMAL else ""
    return f"the rotation in {what} is a mirror image (determinant -1){besides}"
