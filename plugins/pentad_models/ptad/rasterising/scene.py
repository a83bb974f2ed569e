"""What every rasteriser starts from: splats, a pinhole and how thick the splats are, all checked."""

import math
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad_models.ptad.rasteriser import Disks

LEAST_ALPHA = 1 / 255
"""A splat ends where it is fainter (3DGS)."""
MOST_ALPHA = 0.99
"""No splat is more opaque (3DGS)."""
STOP = 1e-4
"""Sorted blending ends where less comes through (3DGS)."""
_ASIDE = 0.15
"""Shapes of splats further beside the image than that part of it are those at that border (3DGS: 1.3 half images)."""
_NEAR = 0.05
_MOST_PIXELS = 1 << 26
_MOST_SLOPES = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Splats before a pinhole camera, in the numbers that drawing needs.

    ``spread`` (px^2) is added to every projected covariance, ``reach`` the square of how many standard deviations a
    splat is drawn to, negative where none is seen at all. ``near`` is the least z drawn; ``sides`` are the least and
    greatest x / z and y / z that shapes of splats are told at.
    """

    disks: Disks
    camera: Camera
    opacity: float
    spread: float
    near: float

    @classmethod
    def of(cls, disks: Disks, camera: Camera, *, opacity: float, spread: float) -> "Scene":
        """Problem for a camera that is no pinhole, and for what is not finite."""
        _check_camera(camera)
        if not 0 <= opacity <= 1:
            raise Problem("The splats' opacity is not between 0 and 1", f"it is {opacity}", remedy="Choose 0.731")
        if not (math.isfinite(spread) and spread > 0):
            raise Problem("The splats' spread must be positive", f"it is {spread} px^2", remedy="Choose 0.3")
        if not all(bool(np.isfinite(values).all()) for values in (disks.means, disks.first, disks.second)):
            raise Problem("Some splats have no place or shape", "numbers are not finite", remedy="Splat the mesh again")
        # Why writable: loops are compiled once more for arrays that are not.
        means, first, second = (np.require(v, np.float32, ["C", "W"]) for v in (disks.means, disks.first, disks.second))
        return cls(Disks(means, first, second), camera, opacity, spread, _NEAR * _extent(disks))

    @property
    def reach(self) -> float:
        return 2 * math.log(self.opacity / LEAST_ALPHA) if self.opacity > LEAST_ALPHA else -1.0

    @property
    def sides(self) -> tuple[float, float, float, float]:
        fx, fy, cx, cy = self.focal
        height, width = self.camera.size
        return (
            -(cx + 0.5 + _ASIDE * width) / fx,
            (width - cx - 0.5 + _ASIDE * width) / fx,
            -(cy + 0.5 + _ASIDE * height) / fy,
            (height - cy - 0.5 + _ASIDE * height) / fy,
        )

    @property
    def focal(self) -> tuple[float, float, float, float]:
        """fx, fy, cx, cy; pixel centres at integers."""
        k = self.camera.matrix
        return float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2])

    def check_pose(self, pose: Doubles, *, jacobian: bool = False) -> Floats:
        """The pose (4, 4) in single precision; Problem where it is none, or where the images would be too large."""
        small = np.asarray(pose, np.float64)
        if small.shape != (4, 4) or not (np.isfinite(small).all() and (np.abs(small) < 1e15).all()):
            raise Problem("The pose is not one", "its numbers are not finite", remedy="Start from another pose")
        if jacobian and math.prod(self.camera.size) > _MOST_SLOPES:
            raise Problem(
                f"An image of {self.camera.size[1]} x {self.camera.size[0]} is too large to tell how it changes",
                remedy="Reduce the camera",
            )
        return np.ascontiguousarray(small, np.float32)


def _check_camera(camera: Camera) -> None:
    k = camera.matrix
    height, width = camera.size
    if k.shape != (3, 3) or not (np.isfinite(k).all() and k[0, 0] > 0 and k[1, 1] > 0):
        raise Problem(f"Camera {camera.name} has no focal length", remedy="Calibrate it or correct its intrinsics")
    if k[0, 1] or k[1, 0] or not np.array_equal(k[2], [0, 0, 1]):
        raise Problem(f"Camera {camera.name} is skew", "splats need upright pixels", remedy="Rectify its image")
    if camera.distortion.any():
        raise Problem(f"Camera {camera.name} has distortion", "splats need a pinhole", remedy="Rectify its image")
    if not (height > 0 and width > 0 and height * width <= _MOST_PIXELS):
        raise Problem(f"Camera {camera.name} cannot be drawn at {width} x {height}", remedy="Reduce its image")


def _extent(disks: Disks) -> float:
    """The diagonal of the box around the splats, their own size in it."""
    if not len(disks):
        return 1.0
    own = np.hypot(disks.first, disks.second)
    box = (disks.means + own).max(axis=0).astype(np.float64) - (disks.means - own).min(axis=0)
    return max(float(np.linalg.norm(box)), 1e-6)
