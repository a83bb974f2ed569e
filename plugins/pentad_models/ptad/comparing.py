"""Rendered against query masks, at one reduction: how far they are apart, and which way the pose would improve."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.camera import Camera
from pentad.geometry.resizing import scaled
from pentad.geometry.rigid import adjoint
from pentad_models.ptad.looks import WorkingLook
from pentad_models.ptad.rasteriser import Rasteriser, Silhouette

_STILL = 1e-6
"""The square of a change per radian or radius; pixels that change less tell nothing of the pose."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One look at one reduction: the splats before its ``camera``, which ``to_camera`` (4, 4) leads to from the rig.

    ``mask`` (h, w) is the query's, ``known`` where there is one, ``weight`` how much each pixel counts for the cost.
    """

    rasteriser: Rasteriser
    camera: Camera
    to_camera: Doubles
    mask: Floats
    known: Bools
    weight: Floats

    def drawn(self, pose: Doubles, *, jacobian: bool = False) -> Silhouette:
        return self.rasteriser.silhouette(self.to_camera @ pose, jacobian=jacobian)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """All looks reduced ``reduction`` times. Before they are compared, both masks are blurred by ``blur`` pixels.

    Absolute differences below ``soft`` count by their square (Huber), so that the loss has a slope everywhere.
    """

    reduction: int
    sights: tuple[Sight, ...]
    blur: float
    soft: float

    def weighted(self, weights: tuple[Floats, ...]) -> "Level":
        sights = tuple(replace(sight, weight=weight) for sight, weight in zip(self.sights, weights, strict=True))
        return replace(self, sights=sights)

    def plain(self) -> "Level":
        """As PTAD eq. 7 has it: no blur, and the cost is the mean absolute difference."""
        weights = tuple(
            (sight.weight / (sight.weight.size * len(self.sights))).astype(np.float32) for sight in self.sights
        )
        return replace(self.weighted(weights), blur=0.0, soft=1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What one pose comes to.

    ``cost`` is the robust sum over all pixels, ``loss`` the mean absolute difference, ``iou`` that of the masks above
    one half; ``gradient`` (6,) and ``hessian`` (6, 6, Gauss-Newton) are the cost's by a twist in the part's own axes;
    ``residuals`` rendered minus query masks (h, w), zero where the query is not known.
    """

    cost: float
    loss: float
    iou: float
    gradient: Doubles
    hessian: Doubles
    residuals: tuple[Floats, ...]


def levels(
    looks: tuple[WorkingLook, ...],
    poses: tuple[Doubles, ...],
    reduction: int,
    make: Callable[[Camera], Rasteriser],
    *,
    blur: float,
    soft: float,
) -> Level:
    """The looks reduced ``reduction`` times; ``poses`` (4, 4) lead to the cameras, ``make`` puts splats before one."""
    sights = []
    for look, to_camera in zip(looks, poses, strict=True):
        height, width = (length // reduction for length in look.camera.size)
        camera, mask, known = look.camera, look.mask, look.known
        if reduction > 1:
            camera = replace(scaled(camera, size=(height, width)), resized=None)
            mask = np.asarray(cv2.resize(mask, (width, height), None, 0, 0, cv2.INTER_AREA), np.float32)
            share = cv2.resize(known.astype(np.float32), (width, height), None, 0, 0, cv2.INTER_AREA)
            known = np.asarray(share) > 1 - 1e-3
        sights.append(Sight(make(camera), camera, to_camera, mask, known, known.astype(np.float32)))
    return Level(reduction, tuple(sights), blur, soft)


def compare(level: Level, pose: Doubles, *, slopes: bool = True, within: Doubles | None = None) -> Comparison:
    """All looks at ``pose`` (4, 4) unit coordinates to rig; without ``slopes`` gradient and Hessian are zero.

    Twists are in the part's own axes at ``pose``, or in those that ``within`` (4, 4) carries to the rig.
    """
    axes = pose if within is None else within
    cost, loss, gradient, hessian = 0.0, 0.0, np.zeros(6), np.zeros((6, 6))
    residuals: list[Floats] = []
    both, either = 0, 0
    for sight in level.sights:
        seen = sight.drawn(pose, jacobian=slopes)
        residual = (seen.mask - sight.mask) * sight.known
        residuals.append(residual)
        loss += float(np.abs(residual).mean()) / len(level.sights)
        rendered, asked = (seen.mask > 0.5) & sight.known, (sight.mask > 0.5) & sight.known
        both, either = both + int((rendered & asked).sum()), either + int((rendered | asked).sum())
        difference = _blurred(residual, level.blur)
        size = np.abs(difference)
        cost += float(
            (sight.weight * np.where(size < level.soft, _square(size, level.soft), size - level.soft / 2)).sum()
        )
        if seen.jacobian is not None:
            slopes_here = _blurred(seen.jacobian * sight.known[..., None], level.blur)
            moved = (np.einsum("hwk,hwk->hw", slopes_here, slopes_here) > _STILL) & (sight.weight > 0)
            changes = slopes_here[moved].astype(np.float64) @ adjoint(sight.to_camera @ axes)
            # Why: the weights that make squares out of absolute values (iteratively reweighted least squares).
            weight = (sight.weight[moved] / np.maximum(size[moved], level.soft)).astype(np.float64)
            weighted = changes * weight[:, None]
            gradient += weighted.T @ difference[moved].astype(np.float64)
            hessian += weighted.T @ changes
    return Comparison(cost, loss, both / max(either, 1), gradient, hessian, tuple(residuals))


def _square(size: Floats, soft: float) -> Floats:
    return np.asarray(size * size / (2 * soft))


def _blurred(image: Floats, pixels: float) -> Floats:
    if not pixels:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), pixels), np.float32)
