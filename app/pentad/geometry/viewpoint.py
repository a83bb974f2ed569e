"""From where a scene in millimetres is looked at, and how a hand changes that."""

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.projection import undistort
from pentad.geometry.rigid import rotation

_MARGIN = 1.1
_NEAREST_MM, _FARTHEST_MM = 1e-3, 1e7
_STEEPEST = math.radians(89.5)
PLAIN_ANGLE = math.radians(30)


@dataclass(frozen=True, slots=True, eq=False)
class Viewpoint:
    """An eye (3,) looking at a target (3,), with what is up (3,); millimetres.

    ``angle`` is the full vertical opening in radians. ``shift`` (right, up) moves the picture's middle away from the
    target, in half heights of the picture, as a camera does whose principal point is off centre. ``flat`` looks along
    parallel lines; what lies at the target is then as large as it would be otherwise.
    """

    eye: Doubles
    target: Doubles
    up: Doubles
    angle: float = PLAIN_ANGLE
    shift: tuple[float, float] = (0.0, 0.0)
    flat: bool = False

    @property
    def distance(self) -> float:
        return float(np.linalg.norm(self.target - self.eye))

    @property
    def axes(self) -> Doubles:
        """(3, 3) rows: unit vectors right, up and ahead."""
        ahead = (self.target - self.eye) / max(self.distance, 1e-12)
        right = np.cross(ahead, self.up)
        if np.linalg.norm(right) < 1e-9:
            right = np.cross(ahead, np.roll(ahead, 1) + np.array([0.1, 0.0, 0.0]))
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(right, ahead), ahead])

    @property
    def half_height(self) -> float:
        """Millimetres from the middle of the picture to its upper edge, at the target."""
        return self.distance * math.tan(self.angle / 2)

    def orbited(self, around: float, over: float, *, pole: ArrayLike) -> "Viewpoint":
        """Turned about the target by radians: ``around`` the ``pole`` (3,), then ``over`` it, never past it."""
        axis = np.asarray(pole, np.float64)
        turned = rotation(axis / np.linalg.norm(axis) * around)
        right, _, ahead = self.axes @ turned.T
        up = turned @ self.up
        height = math.asin(float(np.clip(-(ahead @ axis), -1, 1)))
        over = float(np.clip(height + over, -_STEEPEST, _STEEPEST)) - height
        tilted = rotation(right * -over)
        eye = self.target + tilted @ turned @ (self.eye - self.target)
        return replace(self, eye=eye, up=tilted @ up)

    def panned(self, right: float, up: float) -> "Viewpoint":
        """Moved sideways by so many half heights of the picture."""
        axes = self.axes
        way = (axes[0] * right + axes[1] * up) * self.half_height
        return replace(self, eye=self.eye + way, target=self.target + way)

    def approached(self, factor: float, *, at: tuple[float, float] = (0.0, 0.0)) -> "Viewpoint":
        """Everything ``factor`` as far; what lies ``at`` (right, up) half heights from the picture's middle stays."""
        wanted = min(max(self.distance * factor, _NEAREST_MM), _FARTHEST_MM)
        factor = wanted / self.distance
        axes = self.axes
        fixed = self.target + (axes[0] * (at[0] + self.shift[0]) + axes[1] * (at[1] + self.shift[1])) * self.half_height
        return replace(self, eye=fixed + (self.eye - fixed) * factor, target=fixed + (self.target - fixed) * factor)

    def project(self, points: ArrayLike, size: tuple[int, int]) -> Doubles:
        """(..., 3) millimetres to (..., 3) in a picture of ``size`` (height, width): x and y from its upper left
        corner in pixels, and the depth ahead in mm; NaN for x and y of what is behind the eye."""
        place = (np.asarray(points, np.float64) - self.eye) @ self.axes.T
        depth = place[..., 2:]
        near = np.full_like(depth, self.distance) if self.flat else np.where(depth > 0, depth, np.nan)
        across = place[..., :2] / near / math.tan(self.angle / 2) - np.asarray(self.shift)
        half = size[0] / 2
        return np.concatenate([size[1] / 2 + across[..., :1] * half, half - across[..., 1:] * half, depth], axis=-1)

    def pixels_per_mm(self, point: ArrayLike, height: int) -> float:
        """How large a millimetre at ``point`` (3,) is in a picture of that ``height``; 0 behind the eye."""
        depth = self.distance if self.flat else float((np.asarray(point, np.float64) - self.eye) @ self.axes[2])
        return height / 2 / (depth * math.tan(self.angle / 2)) if depth > 0 else 0.0

    def towards(self, other: "Viewpoint", share: float) -> "Viewpoint":
        """On the way to ``other``: 0 is here, 1 is there."""
        if share >= 1:
            return other
        here, there = self.axes, other.axes
        ahead = _turned(here[2], there[2], share)
        distance = self.distance ** (1 - share) * other.distance**share
        target = self.target + (other.target - self.target) * share
        up = _turned(here[1], there[1], share)
        shift = (np.asarray(self.shift) * (1 - share) + np.asarray(other.shift) * share).tolist()
        angle = self.angle + (other.angle - self.angle) * share
        return Viewpoint(target - ahead * distance, target, up, angle, (shift[0], shift[1]), flat=other.flat)


def box_corners(bounds: Doubles) -> Doubles:
    """(8, 3) of the box between the least and the greatest coordinates, ``bounds`` (2, 3)."""
    return np.array(list(itertools.product(*bounds.T)))


def looking_from(direction: ArrayLike, points: ArrayLike, *, up: ArrayLike, aspect: float) -> Viewpoint:
    """From ``direction`` (3,) on ``points`` (N, 3), as near as all fit a picture ``aspect`` times as wide as high."""
    place = np.asarray(points, np.float64)
    out = np.asarray(direction, np.float64) / np.linalg.norm(direction)
    middle = (place.min(axis=0) + place.max(axis=0)) / 2
    axes = Viewpoint(middle + out, middle, np.asarray(up, np.float64)).axes
    opening = math.tan(PLAIN_ANGLE / 2) / _MARGIN * np.array([aspect, 1.0])
    # Why: points in one line with the eye need no room beside each other, but none may touch it.
    clear = max(float(np.ptp(place, axis=0).max()) / 20, 1e-3)

    def seen_from(middle: Doubles) -> tuple[Doubles, float]:
        """The places as slopes beside the axis, from so near that all fit, and how near that is."""
        across, ahead = (place - middle) @ axes[:2].T, (place - middle) @ axes[2]
        distance = max(float((np.abs(across) / opening - ahead[:, None]).max()), clear - float(ahead.min()))
        return across / (distance + ahead)[:, None], distance

    # Why rounds: what is near spreads further than what is far, so where the middle is depends on the distance.
    for _ in range(8):
        seen, distance = seen_from(middle)
        middle = middle + (seen.min(axis=0) + seen.max(axis=0)) / 2 * distance @ axes[:2]
    _, distance = seen_from(middle)
    return Viewpoint(middle + out * distance, middle, np.asarray(up, np.float64))


def through(camera: Camera, *, reach: float, aspect: float) -> Viewpoint:
    """What the camera itself sees, its whole image in a picture ``aspect`` times as wide as high.

    ``reach`` is how many mm ahead the target is. The lens is left out: the picture is that of the ideal camera.
    """
    height, width = camera.size
    corners = np.array([[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]])
    bent = (corners - camera.matrix[:2, 2]) @ np.linalg.inv(camera.matrix[:2, :2]).T
    flat = undistort(bent, camera.distortion)
    flat = flat if np.isfinite(flat).all() else bent
    low, high = flat.min(axis=0), flat.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    opening = _MARGIN * max(float(half[1]), float(half[0]) / aspect)
    rotation = camera.rig_to_camera[:3, :3]
    return Viewpoint(
        camera.centre,
        camera.centre + rotation[2] * reach,
        -rotation[1],
        2 * math.atan(opening),
        (float(middle[0]) / opening, -float(middle[1]) / opening),
    )


def _turned(start: Doubles, end: Doubles, share: float) -> Doubles:
    """The unit vector ``share`` of the way along the great circle."""
    cosine = float(np.clip(start @ end, -1, 1))
    side = end - start * cosine
    if np.linalg.norm(side) < 1e-9:
        side = np.cross(start, np.roll(start, 1) + np.array([0.1, 0.2, 0.3]))
    angle = math.acos(cosine) * share
    return np.asarray(start * math.cos(angle) + side / np.linalg.norm(side) * math.sin(angle))
