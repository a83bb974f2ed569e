"""An image as another camera at the same place would have taken it: without its lens, cut and reduced."""

import math
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.geometry.lens import before_fold, distort
from pentad.geometry.resizing import scaled

_OVER = 2
"""Of what is reduced, so many pixels a side are looked up for one."""


def rectified(image: NDArray[Any], camera: Camera, to: Camera, *, border: float = 0.0) -> NDArray[Any]:
    """``image`` (H, W) or (H, W, C) of ``camera``, of its size, as ``to`` sees it: (h, w) or (h, w, C), same kind.

    Both stand at one place, turned as they are; ``to`` has no distortion. Where ``image`` ends there is ``border``.
    Every pixel is the mean over its area, so a much reduced mask keeps its grey rim: what is reduced by more than two
    is first reduced by areas, so that looking up between four pixels steps over none. Beyond the lens's fold is border.
    """
    height, width = to.size
    coarse = _coarseness(camera, to)
    if coarse > _OVER:
        size = (max(1, round(camera.size[0] * _OVER / coarse)), max(1, round(camera.size[1] * _OVER / coarse)))
        image, camera = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA), scaled(camera, size=size)
    over = _OVER if coarse > 1 else 1
    x, y = _places(camera, to, over)
    sampled = cv2.remap(
        image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(border, border, border, border)
    )
    if over == 1:
        return cast(NDArray[Any], sampled)
    return cast(NDArray[Any], cv2.resize(sampled, (width, height), interpolation=cv2.INTER_AREA))


def _coarseness(camera: Camera, to: Camera) -> float:
    """How many of ``camera``'s pixels one of ``to``'s is wide."""
    return math.sqrt(abs(camera.matrix[0, 0] * camera.matrix[1, 1] / (to.matrix[0, 0] * to.matrix[1, 1])))


def _places(camera: Camera, to: Camera, over: int) -> tuple[Floats, Floats]:
    """Where in ``camera``'s image each of ``to``'s pixels, ``over`` by ``over`` in each, is to be looked up."""
    height, width = to.size
    column = (np.arange(width * over) + 0.5) / over - 0.5
    row = (np.arange(height * over) + 0.5) / over - 0.5
    ahead = np.linalg.inv(to.matrix) @ np.stack(
        [*(each.ravel() for each in np.meshgrid(column, row)), np.ones(column.size * row.size)]
    )
    place: Doubles = (camera.rig_to_camera[:3, :3] @ to.rig_to_camera[:3, :3].T @ ahead).T
    flat = place[:, :2] / np.where(place[:, 2:] > 0, place[:, 2:], np.nan)
    bent = distort(flat, camera.distortion) @ camera.matrix[:2, :2].T + camera.matrix[:2, 2]
    # Why so far out: what no ray of the camera meets is to be border, and remap takes NaN for any pixel.
    told = np.isfinite(bent) & before_fold(flat, camera.distortion)[:, None]
    bent = np.where(told, bent, -1e6)
    shape = (row.size, column.size)
    return bent[:, 0].reshape(shape).astype(np.float32), bent[:, 1].reshape(shape).astype(np.float32)
