"""What a camera's image covers of its ideal plane, where the lens bends nothing."""

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.projection import ideal

_SAMPLES = 33
_MARGIN = 0.02


def box_rim(box: tuple[float, float, float, float], count: int) -> Doubles:
    """(4 ``count``, 2) places ``x, y`` along the four sides of a box: top, left, bottom, right."""
    top, left, bottom, right = box
    share = np.linspace(0, 1, count)
    y, x = top + share * (bottom - top), left + share * (right - left)
    down = np.concatenate([np.full(count, top), np.full(count, bottom), y, y])
    across = np.concatenate([x, x, np.full(count, left), np.full(count, right)])
    return np.stack([across, down], axis=1)


def ideal_frame(camera: Camera) -> Doubles:
    """(2, 2) least and greatest ideal x, y (camera x / z, y / z) that the image shows, and a little more.

    Pixels whose ray cannot be told are left out; Problem where that is all of them.
    """
    height, width = camera.size
    x, y = np.meshgrid(np.linspace(-0.5, width - 0.5, _SAMPLES), np.linspace(-0.5, height - 0.5, _SAMPLES))
    pixels = np.stack([x, y], axis=-1).reshape(-1, 2)
    flat = ideal(camera, pixels)
    found = flat[np.isfinite(flat).all(axis=1)]
    if not len(found):
        raise Problem(
            f"No pixel of the camera {camera.name} has a ray",
            "its lens's polynomial cannot be inverted anywhere in the image",
            remedy="Check its distortion terms and intrinsics",
        )
    low, high = found.min(axis=0), found.max(axis=0)
    spare = (high - low) * _MARGIN
    return np.stack([low - spare, high + spare])
