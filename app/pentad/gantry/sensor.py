"""The camera's sensor: lens blur, noise and codes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Floats, Rgb

_BLUR_PX = 0.55
_STACK_GAIN = 0.8
_READ_NOISE = 26.0
_SHOT_NOISE = 2.2
_PHOTO_GAIN = 1.15
_PHOTO_NOISE = 0.9
_BACKDROP = (0.011, 0.0115, 0.012)
_SHADOW_PX = 5
_TOP = 65535
_ROWS = 256


class Sensor:
    """A 16-bit monochrome sensor for the light stack and an 8-bit colour one for the photograph."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def codes(self, radiance: Floats) -> NDArray[np.uint16]:
        """Linear radiance as 16-bit codes; a white surface facing a light comes to 80 % of the range."""
        return np.asarray(np.clip(radiance * _STACK_GAIN, 0, 1) * _TOP).astype(np.uint16)

    def record(self, stack: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """(K, H, W) the stack through lens and sensor, in place: blur, shot and read noise."""
        for plane in stack:
            cv2.GaussianBlur(plane, (0, 0), _BLUR_PX, dst=plane)
            for top in range(0, len(plane), _ROWS):
                rows = plane[top : top + _ROWS]
                clean = rows.astype(np.float32)
                spread = np.sqrt(_READ_NOISE**2 + _SHOT_NOISE * clean)
                noisy = clean + spread * self._rng.standard_normal(rows.shape, np.float32)
                rows[:] = np.clip(np.rint(noisy), 0, _TOP)
        return stack

    def photograph(self, base: Floats, shine: Floats, open_share: Floats, hit: Bools) -> Rgb:
        """(H, W, 3) sRGB. ``open_share`` is grainy, one jittered set of rays a pixel, and is smoothed where ``hit``."""
        soft = _smoothed(open_share, hit)
        image = np.empty(base.shape, np.uint8)
        light = base
        light += shine
        light *= soft[..., None]
        light[...] = cv2.GaussianBlur(light, (0, 0), _BLUR_PX)
        for top in range(0, len(base), _ROWS):
            rows: Floats = np.maximum(light[top : top + _ROWS], 0) * np.float32(_PHOTO_GAIN)
            rows += np.asarray(_BACKDROP, np.float32)
            noise = self._rng.standard_normal(rows.shape, np.float32) * _PHOTO_NOISE
            image[top : top + _ROWS] = np.clip(np.rint(srgb(_shoulder(rows)) * 255 + noise), 0, 255)
        return image


def _smoothed(share: Floats, hit: Bools) -> Floats:
    weight = hit.astype(np.float32)
    area = (_SHADOW_PX, _SHADOW_PX)
    mean = cv2.blur(share * weight, area) / np.maximum(cv2.blur(weight, area), 1e-6)
    return np.where(hit, mean, share).astype(np.float32)


def _shoulder(linear: Floats) -> Floats:
    """Highlights roll off instead of clipping."""
    return np.where(linear < 0.7, linear, 0.7 + 0.3 * np.tanh((linear - 0.7) / 0.3)).astype(np.float32)


def srgb(linear: Floats) -> Floats:
    """Values from 0 as IEC 61966-2-1 codes them, white 1."""
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(linear, 1 / 2.4) - 0.055).astype(np.float32)
