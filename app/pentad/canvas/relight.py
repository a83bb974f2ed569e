"""A normal map under a lamp that can be moved: Lambert's law, some gloss, and slopes made steeper than they are."""

from dataclasses import dataclass
from math import cos, sin

import numpy as np

from pentad.canvas.pyramid import Bgra
from pentad.core.arrays import Labels

AMBIENT = 0.12
"""Of full brightness, on a slope that faces away from the lamp: so that its shape is still to be guessed."""
SHININESS = 40.0
"""Phong's exponent of the gloss."""
BEYOND = 1.03
"""Squared length of a normal's x and y from which a code stands for no normal at all; less is rounding."""


@dataclass(frozen=True, slots=True)
class Relight:
    """A lamp far away, and how the surface takes its light.

    ``azimuth`` in radians from the image's right, counter-clockwise; ``elevation`` in radians above the image plane.
    ``exaggeration`` multiplies slopes (1 is true); ``gloss`` 0 to 1 adds Phong's highlight.
    """

    azimuth: float
    elevation: float
    exaggeration: float = 1.0
    gloss: float = 0.0

    @property
    def direction(self) -> tuple[float, float, float]:
        """Towards the lamp, a unit vector in camera axes: x right, y up, z to the camera."""
        flat = cos(self.elevation)
        return flat * cos(self.azimuth), flat * sin(self.azimuth), sin(self.elevation)


def shade_table(light: Relight) -> Labels:
    """(65536,) uint8: the brightness of each pair of 8-bit normal codes, at ``x << 8 | y``.

    Two codes say everything, for a visible surface's normal points to the camera. All of a frame's arithmetic is here;
    a picture of any size is then one look-up a pixel.
    """
    codes = (np.arange(256, dtype=np.float32) - 127.5) / 127.5
    x, y = codes[:, None], codes[None, :]
    squared = x * x + y * y
    z = np.sqrt(np.maximum(1 - squared, 0))
    x, y = light.exaggeration * x, light.exaggeration * y
    length = np.sqrt(x * x + y * y + z * z)
    lx, ly, lz = light.direction
    lambert = np.maximum((lx * x + ly * y + lz * z) / length, 0)
    brightness = AMBIENT + (1 - AMBIENT) * lambert
    if light.gloss:
        half = np.array([lx, ly, lz + 1]) / np.sqrt(2 * (1 + lz))
        facing = np.maximum((half[0] * x + half[1] * y + half[2] * z) / length, 0)
        brightness = brightness + light.gloss * facing**SHININESS * (lambert > 0)
    table = np.rint(255 * np.clip(brightness, 0, 1)).astype(np.uint8)
    table[squared > BEYOND] = 0
    flat: Labels = table.ravel()
    return flat


def relit(codes: Bgra, table: Labels) -> Labels:
    """(H, W) uint8 grey picture of (H, W, 4) normal codes (z, y, x, anything) under a lamp's ``shade_table``."""
    words = np.ascontiguousarray(codes).view(np.uint32)[..., 0]
    grey: Labels = table.take((words >> 8).astype(np.uint16))
    return grey
