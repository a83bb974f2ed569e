"""What every way of drawing splats gives: a mask, how it changes with the pose, and a depth."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk import Rendering


@dataclass(frozen=True, slots=True, eq=False)
class Disks:
    """Splats as flat disks: ``means`` (N, 3) and their two scaled tangents ``first``, ``second`` (N, 3), float32.

    A Gaussian's covariance is first first^T + second second^T: its third axis is thinner than anything drawn.
    """

    means: Floats
    first: Floats
    second: Floats

    @classmethod
    def of(cls, cloud: SplatCloud) -> "Disks":
        """The two longest axes of every Gaussian."""
        scaled = cloud.axes.transpose(2, 0, 1) * cloud.scales[:, :, None]
        longest = np.argsort(-cloud.scales, axis=1, kind="stable")[:, :2]
        tangents = np.take_along_axis(scaled, longest[:, :, None], axis=1)
        first, second = (np.ascontiguousarray(tangents[:, k], np.float32) for k in range(2))
        return cls(np.ascontiguousarray(cloud.means, np.float32), first, second)

    def __len__(self) -> int:
        return len(self.means)


@dataclass(frozen=True, slots=True, eq=False)
class Silhouette:
    """``mask`` (h, w) float32, 1 - prod(1 - alpha), and its derivative ``jacobian`` (h, w, 6) float32, or None.

    The six are a rotation vector (radians) and a shift (mm) in the camera's axes: pose <- Exp(xi) pose.
    """

    mask: Floats
    jacobian: Floats | None


class Rasteriser(Protocol):
    """Splats and a pinhole camera (no distortion, principal point anywhere), ready to be drawn from any pose.

    Pixel centres lie at integers. A pose (4, 4) carries the splats' coordinates to the camera's. What is nearer than
    a twentieth of the splats' extent, or behind the camera, is not drawn.
    """

    def silhouette(self, pose: Doubles, *, jacobian: bool = False) -> Silhouette: ...

    def depth(self, pose: Doubles, *, normalised: bool = False) -> Rendering: ...
