"""One number a pixel: how bright, how tilted, how suspicious, or how far from where the hand pressed."""

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.annotation.rule import Source
from pentad.annotation.sheet import Underlay
from pentad.core.arrays import Bools, Floats
from pentad.core.box import Box
from pentad.sdk import Ticket

ROWS = 64
NOWHERE = 1e9
"""The measure of a pixel that has none (no normal): outside any range."""
Seed = tuple[float, ...]
"""A mean colour (blue, green, red), a unit normal (z, y, x) or a value."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of a source.

    Without a ``seed``: the mean of the channels (RGB, 0 to 255), the angle to the camera's axis (normals, degrees), the
    value itself (heat). With one: the largest difference of a channel to the seed (0 to 255), the angle to the seed's
    normal (degrees), the absolute difference to its value.
    """

    source: Source
    seed: Seed | None = None

    @classmethod
    def around(cls, underlay: Underlay, source: Source, at: tuple[int, int]) -> "Measure":
        """The difference to the mean of the 3 x 3 pixels around ``at``."""
        y, x = at
        crop = underlay.crop(Box(y - 1, x - 1, y + 2, x + 2) & Box(0, 0, *underlay.size))
        if source is Source.HEAT:
            return cls(source, (float(crop.mean()),))
        pixels = crop[..., :3].reshape(-1, 3).astype(np.float32)
        if source is Source.NORMAL:
            mean = unit_codes(pixels).sum(axis=0)
            return cls(source, tuple(float(part) for part in mean / max(float(np.linalg.norm(mean)), 1e-6)))
        return cls(source, tuple(float(part) for part in pixels.mean(axis=0)))

    def __call__(self, values: NDArray[Any]) -> Floats:
        """(h, w) float32 of an underlay's ``values`` (h, w) or (h, w, 3 or more)."""
        if self.source is Source.HEAT:
            heat = values.astype(np.float32, copy=False)
            return heat if self.seed is None else np.abs(heat - np.float32(self.seed[0]))
        # Why: planes side by side in memory are three times faster to compute with than interleaved channels.
        blue, green, red = (plane.astype(np.float32) for plane in cv2.split(values)[:3])
        if self.source is Source.NORMAL:
            return angle((blue, green, red), (1.0, 0.0, 0.0) if self.seed is None else self.seed)
        if self.seed is None:
            return cast(Floats, (blue + green + red) / np.float32(3))
        for plane, mean in zip((blue, green, red), self.seed, strict=True):
            np.abs(np.subtract(plane, np.float32(mean), out=plane), out=plane)
        return cast(Floats, np.maximum(np.maximum(blue, green), red))

    def within(self, underlay: Underlay, low: float, high: float, ticket: Ticket) -> Bools:
        """(H, W) of the whole image: where the measure lies in [low, high]; a worker's task of some tenths of a second
        for 20 megapixels."""
        height, width = underlay.size
        found = np.empty((height, width), bool)
        for top in range(0, height, ROWS):
            ticket.report(top / height, "measuring")
            rows = Box(top, 0, min(top + ROWS, height), width)
            measured = self(underlay.crop(rows))
            np.logical_and(measured >= low, measured <= high, out=found[rows.slices])
        return found


def unit_codes(codes: Floats) -> Floats:
    """Unit normals (n, 3) from 8-bit codes as floats; zero where there is none, a black code."""
    vectors = codes / np.float32(127.5) - 1
    length = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return cast(Floats, np.where(codes.any(axis=1, keepdims=True), vectors / np.maximum(length, 1e-6), 0))


def angle(codes: tuple[Floats, Floats, Floats], to: Seed) -> Floats:
    """Degrees between the normals coded in three (h, w) planes and the unit vector ``to``, in the same order."""
    none = codes[0] + codes[1] + codes[2] == 0
    first, second, third = (plane / np.float32(127.5) - 1 for plane in codes)
    length = np.sqrt(first * first + second * second + third * third)
    cosine = first * np.float32(to[0]) + second * np.float32(to[1]) + third * np.float32(to[2])
    degrees = np.degrees(np.arccos(np.clip(cosine / np.maximum(length, np.float32(1e-6)), -1, 1)))
    degrees[none] = NOWHERE
    return cast(Floats, degrees)
