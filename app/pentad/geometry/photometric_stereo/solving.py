"""Normals and albedo of every pixel of a light stack, by four methods."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Bools, Doubles, Floats, Image, Labels, Normals
from pentad.core.problem import Problem
from pentad.geometry.photometric_stereo.lighting import Lighting
from pentad.geometry.photometric_stereo.stack import LightStack
from pentad.sdk import Ticket

_CHUNK = 16384
"""Pixels. What a core works on then stays in its cache."""
_SHADOW = 0.1
"""Of a pixel's brightest light: what is darker lies in shadow, or says little."""
_FLOOR = 0.002
"""Of what a code can hold: the sensor's noise."""
_ROUNDS = 10


class Method(StrEnum):
    """How a pixel's normal comes out of its lights.

    LS: least squares over all lights (Woodham 1980). MASK: over those neither in shadow nor saturated. TRIM: of these
    without the darkest fifth and the brightest sixth, by rank. L1: least absolute misses over MASK's lights, by
    iteratively reweighted least squares.
    """

    LS = "ls"
    MASK = "mask"
    TRIM = "trim"
    L1 = "l1"


@dataclass(frozen=True, slots=True, eq=False)
class Stereo:
    """What a light stack says of a surface.

    ``normals`` (H, W, 3) in camera axes, zero where nothing could be solved; ``albedo`` (H, W) in the images' own unit
    (16-bit codes give codes); ``residuals`` (H, W) the root mean square of I - L g over the lights that counted, same
    unit, and ``residual_rms`` that over all solved pixels; ``lights_used`` (H, W) how many lights counted;
    ``condition`` is the condition number of the light matrix: above ``FRAGILE`` the answer is fragile.
    """

    normals: Normals
    albedo: Floats
    residuals: Floats
    lights_used: Labels
    residual_rms: float
    condition: float


def solve_least_squares(
    images: Sequence[Image] | Image,
    lights: ArrayLike,
    *,
    intensities: ArrayLike | None = None,
    valid: Bools | None = None,
    threads: int = 2,
) -> Stereo:
    """``solve`` by least squares for images in memory under distant lights."""
    lighting = Lighting.distant(lights, intensities=intensities)
    return solve(LightStack.of(images), lighting, method=Method.LS, valid=valid, threads=threads)


def solve(
    stack: LightStack,
    lighting: Lighting,
    *,
    method: Method,
    valid: Bools | None = None,
    flats: Sequence[Image] = (),
    heights_mm: Floats | None = None,
    threads: int = 2,
    ticket: Ticket | None = None,
) -> Stereo:
    """I = L g, g = albedo * n, for every pixel (Woodham 1980; Real-IAD-MVN eq. 1), in chunks of 16384 pixels.

    Colour is averaged to grey after each channel's intensity is set right. ``valid`` (H, W): pixels to solve.
    ``flats``: one flat-field image (H, W) for all lights or one a light; images are divided by it, its own mean kept.
    ``heights_mm`` (H, W) of the surface above its plane, for near lights. Pixels that are not numbers are left unsolved
    by LS, and count as no light otherwise. Problem for counts and sizes that differ and a mask without pixels.
    """
    from pentad.geometry.photometric_stereo import loops  # noqa: F401 - Why: numba takes half a second; not in a thread.

    _refuse_misfits(stack, lighting, valid, heights_mm)
    height, width = stack.shape
    pixels = height * width
    work = _Work(
        stack=stack,
        lighting=lighting,
        method=method,
        lights=lighting.directions.astype(np.float32),
        inverse=np.linalg.pinv(lighting.directions).astype(np.float32),
        gains=_gains(lighting, stack),
        valid=np.ones(pixels, np.bool_) if valid is None else valid.reshape(-1),
        flats=_flats(flats, stack),
        heights=None if heights_mm is None else np.asarray(heights_mm, np.float32).reshape(-1),
        found=_Found.empty(pixels),
    )
    starts = range(0, pixels, _CHUNK)
    squares, count = 0.0, 0
    # Why chunks are the threads: the compiled loops leave the interpreter alone.
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for done, (more, solved) in enumerate(pool.map(work.solve, starts), start=1):
            squares, count = squares + more, count + solved
            if ticket is not None:
                ticket.report(done / len(starts))
    return Stereo(
        normals=work.found.normals.reshape(height, width, 3),
        albedo=work.found.albedo.reshape(height, width),
        residuals=work.found.misses.reshape(height, width),
        lights_used=work.found.used.reshape(height, width),
        residual_rms=float(np.sqrt(squares / count)) if count else 0.0,
        condition=lighting.condition,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The flat outputs that the chunks fill."""

    normals: Normals
    albedo: Floats
    misses: Floats
    used: Labels

    @classmethod
    def empty(cls, pixels: int) -> "_Found":
        normals, albedo = np.empty((pixels, 3), np.float32), np.empty(pixels, np.float32)
        return cls(normals, albedo, np.empty(pixels, np.float32), np.empty(pixels, np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """One solve: its inputs, and the outputs that its chunks fill."""

    stack: LightStack
    lighting: Lighting
    method: Method
    lights: Floats
    inverse: Floats
    gains: Floats
    valid: Bools
    flats: tuple[Floats, ...]
    heights: Floats | None
    found: _Found

    def solve(self, start: int) -> tuple[float, int]:
        """Fill pixels ``start`` and on; returns the sum of their squared residuals and how many were solved."""
        from pentad.geometry.photometric_stereo import loops

        part = slice(start, min(start + _CHUNK, len(self.valid)))
        plain = self.method is Method.LS and self.lighting.positions_mm is None
        seen, weight, towards = self._laid(part, trusted=not plain)
        found, used = self.found, self.found.used[part]
        valid, normals, albedo, misses = self.valid[part], found.normals[part], found.albedo[part], found.misses[part]
        if plain:
            loops.least_squares(seen, self.lights, self.inverse, valid, normals, albedo, misses, used)
        else:
            if self.method is not Method.LS:
                loops.drop_shadows(seen, weight, _SHADOW)
            if self.method is Method.TRIM:
                loops.drop_ends(seen, weight, *_ends(len(self.lights)))
            rounds = _ROUNDS if self.method is Method.L1 else 0
            loops.weighted(seen, weight, self.lights, towards, rounds, valid, normals, albedo, misses, used)
        return float(np.dot(misses, misses)), int(np.count_nonzero(albedo))

    def _laid(self, part: slice, *, trusted: bool) -> tuple[Floats, Floats, Floats]:
        """A chunk's (K, P) brightnesses, their weights, and (3, K, P) directions to near lights; empty if not asked."""
        from pentad.geometry.photometric_stereo import loops

        count, size = len(self.stack), part.stop - part.start
        seen = np.empty((count, size), np.float32)
        weight = np.ones((count, size) if trusted else (0, 0), np.float32)
        positions = self.lighting.positions_mm
        towards = np.empty((3, count, size) if positions is not None else (0, 0, 0), np.float32)
        robust = self.method is not Method.LS
        low = _FLOOR * self.stack.white if robust and np.isfinite(self.stack.white) else -np.inf
        high = self.stack.white if robust else np.inf
        for k in range(count):
            codes, flat = self.stack.tile(k, part), self._flat(k, part)
            if codes.ndim == 2:
                loops.lay_colour(codes, self.gains[k], flat, seen[k])
            else:
                loops.lay_grey(codes, self.gains[k, 0], flat, seen[k])
            if trusted:
                for channel in (codes,) if codes.ndim == 1 else (codes[:, 0], codes[:, 1], codes[:, 2]):
                    loops.trust(channel, low, high, weight[k])
                loops.drop_holes(seen[k], weight[k])
            if positions is not None:
                self._shine(part, positions[k], towards[:, k], seen[k])
        return seen, weight, towards

    def _flat(self, index: int, part: slice) -> Floats:
        return self.flats[index % len(self.flats)][part] if self.flats else _NO_FLOATS

    def _shine(self, part: slice, place: Doubles, towards: Floats, seen: Floats) -> None:
        from pentad.geometry.photometric_stereo import loops

        height, width = self.stack.shape
        scale = np.array([self.lighting.mm_per_pixel, (width - 1) / 2, (height - 1) / 2])
        heights = _NO_FLOATS if self.heights is None else self.heights[part]
        loops.shine(part.start, width, place, scale, heights, towards, seen)


_NO_FLOATS: Floats = np.empty(0, np.float32)


def _gains(lighting: Lighting, stack: LightStack) -> Floats:
    """(K, 3) for colour, else (K, 1) by the mean intensity over the channels."""
    if stack.colour:
        return np.ascontiguousarray(np.broadcast_to(lighting.gains, (len(stack), 3)))
    return np.asarray(1 / (1 / lighting.gains).mean(axis=1, keepdims=True), np.float32)


def _ends(count: int) -> tuple[int, int]:
    """How many of ``count`` lights TRIM drops at the dark end and at the bright one; three at least are left."""
    dark = min(round(count / 5), count - 3)
    return dark, min(round(count / 6), count - 3 - dark)


def _flats(flats: Sequence[Image], stack: LightStack) -> tuple[Floats, ...]:
    """The flat fields by their own means, flat; NaN where they have no light."""
    if flats and len(flats) not in (1, len(stack)):
        raise Problem(
            f"{len(flats)} flat fields for {len(stack)} lights", remedy="Give one for all lights, or one for each"
        )
    found = []
    for number, flat in enumerate(flats, start=1):
        grey = (flat.mean(axis=2) if flat.ndim == 3 else flat).astype(np.float32)
        if grey.shape != stack.shape:
            (height, width), (tall, wide) = grey.shape, stack.shape
            why = f"flat field {number} is {width} x {height} px, the images {wide} x {tall}"
            raise Problem("The flat field does not fit the images", why, remedy="Give one of the images' size")
        grey[~((grey > 0) & np.isfinite(grey))] = np.nan
        if np.isnan(grey).all():
            raise Problem(f"Flat field {number} is black", remedy="Photograph an even white surface under the light")
        found.append((grey / np.nanmean(grey, dtype=np.float64)).astype(np.float32).reshape(-1))
    return tuple(found)


def _refuse_misfits(stack: LightStack, lighting: Lighting, valid: Bools | None, heights: Floats | None) -> None:
    if len(stack) != len(lighting.directions):
        raise Problem(
            f"{len(stack)} images but {len(lighting.directions)} light directions",
            remedy="Give one row x y z for each image, in the images' order",
        )
    for what, other in (("mask", valid), ("height map", heights)):
        if other is not None and other.shape != stack.shape:
            why = f"the {what} has the shape {other.shape}, the images {stack.shape}"
            raise Problem("The light images do not belong together", why, remedy=f"Give a {what} of the images' size")
    if valid is not None and not valid.any():
        raise Problem("The mask has no pixels", "nothing is left to solve", remedy="Give a mask that shows the part")
