"""What is drawn of a splat cloud, and from where: plain arrays, ready for a graphics card."""

import math
from dataclasses import dataclass

import numpy as np

from pentad.canvas.colours import Colour
from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.rigid import placed
from pentad.geometry.viewpoint import Viewpoint
from pentad.ui.offscreen.picture import Drawn, within_reach

_NEAR = 0.05
_ASIDE = 0.15
"""As 3DGS and the rasterisers have it: shapes further beside the picture are those at that border."""
_AXES = np.array([[0.835, 0.369, 0.0], [0.0, 0.62, 0.451], [0.0, 0.447, 0.698]], np.float32)
"""Vermilion, green and blue, told apart by all eyes (Okabe and Ito)."""
COLOURINGS = ("own", "normal", "axis", "depth")
"""Their own colours, where they face, which axis they face most, or how far away they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Gaussians:
    """Splats as a vertex shader takes them, all float32 and about their ``middle`` (3,).

    ``means`` (N, 3); covariances as ``first`` (N, 3) xx xy xz and ``rest`` (N, 3) yy yz zz; ``opacities`` (N,);
    ``cloud`` is where they come from. ``radius`` holds all means; ``near`` is the least z that is drawn.
    """

    cloud: SplatCloud
    middle: Doubles
    radius: float
    near: float
    means: Floats
    first: Floats
    rest: Floats
    opacities: Floats

    @classmethod
    def of(cls, cloud: SplatCloud) -> "Gaussians":
        """Problem for a cloud that is empty or whose numbers cannot be drawn. A second for a million."""
        _check(cloud)
        low, high = cloud.bounds
        middle = (low + high) / 2
        scaled = [axis * scale for axis, scale in zip(cloud.axes, cloud.scales.T, strict=True)]
        parts = [sum(axis[i] * axis[j] for axis in scaled) for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))]
        covariances = np.stack(parts, axis=1).astype(np.float32)
        span = float(np.linalg.norm(high - low)) or float(cloud.scales.max()) or 1.0
        return cls(
            cloud,
            middle,
            span / 2,
            _NEAR * span,
            (cloud.means - middle).astype(np.float32),
            np.ascontiguousarray(covariances[:, :3]),
            np.ascontiguousarray(covariances[:, 3:]),
            np.ascontiguousarray(cloud.opacities, np.float32),
        )

    def __len__(self) -> int:
        return len(self.means)

    def colours(self, name: str) -> Floats:
        """(N, 4) red, green, blue and opacity of the splats, coloured by one of ``COLOURINGS``."""
        rgb = self.cloud.colours.clip(0, 1)
        if name == "normal":
            rgb = 0.5 + 0.5 * self._normals()
        elif name == "axis":
            rgb = _AXES[np.abs(self._normals()).argmax(axis=1)]
        return np.concatenate([rgb, self.opacities[:, None]], axis=1).astype(np.float32)

    def _normals(self) -> Floats:
        """(N, 3) the cloud's own, or the thinnest axes where it has none."""
        if self.cloud.normals is not None and self.cloud.normals.any():
            return self.cloud.normals
        return np.asarray(self.cloud.axes[self.cloud.scales.argmin(axis=1), :, np.arange(len(self))], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """A pinhole that splats are seen through: ``focal`` fx fy cx cy in device pixels, centres at integers.

    ``to_camera`` (4, 4) leads from the rig; ``size`` is (height, width); ``sides`` are the least and greatest x / z and
    y / z that shapes are told at; ``spread`` (px^2) widens every splat.
    """

    focal: tuple[float, float, float, float]
    to_camera: Doubles
    size: tuple[int, int]
    sides: tuple[float, float, float, float]
    spread: float

    @classmethod
    def of(cls, viewpoint: Viewpoint, size: tuple[int, int], *, spread: float) -> "Eye":
        """As ``viewpoint`` sees it, in perspective."""
        height, width = size
        focal = height / 2 / float(np.tan(viewpoint.angle / 2))
        right, up, ahead = viewpoint.axes
        turn = np.stack([right, -up, ahead])
        cx = (width - 1) / 2 - viewpoint.shift[0] * height / 2
        cy = (height - 1) / 2 + viewpoint.shift[1] * height / 2
        own = (focal, focal, cx, cy)
        return cls(own, placed(turn, -turn @ viewpoint.eye), size, _sides(own, size), spread)

    @classmethod
    def through(cls, camera: Camera, size: tuple[int, int], *, spread: float) -> "Eye":
        """A camera without distortion, its whole image as large as ``size`` allows, in the middle.

        ``spread`` is in the camera's own pixels: the picture is the rasteriser's, on finer pixels.
        """
        k, (height, width) = camera.matrix, camera.size
        zoom = min(size[0] / height, size[1] / width)
        left, top = (size[1] - zoom * width) / 2, (size[0] - zoom * height) / 2
        own = (float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2]))
        focal = (zoom * own[0], zoom * own[1], left + zoom * (own[2] + 0.5) - 0.5, top + zoom * (own[3] + 0.5) - 0.5)
        return cls(focal, camera.rig_to_camera, size, _sides(own, camera.size), spread * zoom * zoom)

    def viewpoint(self, reach: float) -> Viewpoint:
        """Where this eye is, looking at what is ``reach`` ahead; its vertical focal length is taken for both."""
        turn, (height, width), (_, fy, cx, cy) = self.to_camera[:3, :3], self.size, self.focal
        centre = -turn.T @ self.to_camera[:3, 3]
        shift = ((width - 1) / 2 - cx) / (height / 2), (cy - (height - 1) / 2) / (height / 2)
        return Viewpoint(centre, centre + turn[2] * reach, -turn[1], 2 * math.atan(height / 2 / fy), shift)

    def reduced(self, by: int) -> "Eye":
        """The same on pixels ``by`` times as large."""
        fx, fy, cx, cy = self.focal
        size = (max(1, self.size[0] // by), max(1, self.size[1] // by))
        focal = (fx / by, fy / by, (cx + 0.5) / by - 0.5, (cy + 0.5) / by - 0.5)
        return Eye(focal, self.to_camera, size, self.sides, self.spread / by**2)


@dataclass(frozen=True, slots=True, eq=False)
class SplatContent:
    """What is drawn: splats under a ``pose`` (4, 4) to the rig, coloured, on a background.

    ``grow`` multiplies their standard deviations; ``opacity`` is everyone's, None for each its own; ``dots`` draws
    round dots instead.
    """

    gaussians: Gaussians
    pose: Doubles
    background: Colour
    colouring: str = "own"
    grow: float = 1.0
    opacity: float | None = None
    dots: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SplatPicture(Drawn):
    """A drawn cloud, its pixels red, green, blue and one byte unused; ``splats`` were drawn."""

    splats: int


def _sides(focal: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    (fx, fy, cx, cy), (height, width) = focal, size
    return (
        -(cx + 0.5 + _ASIDE * width) / fx,
        (width - cx - 0.5 + _ASIDE * width) / fx,
        -(cy + 0.5 + _ASIDE * height) / fy,
        (height - cy - 0.5 + _ASIDE * height) / fy,
    )


def _check(cloud: SplatCloud) -> None:
    count, remedy = len(cloud), "Make the splats again."
    shapes = (cloud.means.shape, cloud.scales.shape, cloud.rotations.shape, cloud.opacities.shape, cloud.colours.shape)
    if not count or shapes != ((count, 3), (count, 3), (count, 4), (count,), (count, 3)):
        raise Problem("There are no splats to draw", f"their arrays are {shapes}", remedy=remedy)
    numbers = (cloud.means, cloud.scales, cloud.rotations, cloud.opacities, cloud.colours)
    if not within_reach(*numbers):
        raise Problem("The splats cannot be drawn", "numbers that are none, or far out", remedy=remedy)
