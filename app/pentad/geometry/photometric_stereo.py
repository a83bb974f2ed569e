"""Normals and albedo from one view photographed under several known lights (Real-IAD-MVN §3.2)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from pentad.core.arrays import Bools, Doubles, Floats, Image, Normals
from pentad.core.problem import Problem

_CHUNK = 32768
_COPLANAR = 1e-3
_DARK = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Stereo:
    """What a light stack says of a surface.

    ``normals`` (H, W, 3) in camera axes, zero where nothing could be solved; ``albedo`` (H, W) in the images' own unit
    (16-bit codes give codes); ``residual_rms`` is the root mean square of I - L g over the solved pixels, same unit;
    ``condition`` is the condition number of the light matrix: above 10 the answer is fragile.
    """

    normals: Normals
    albedo: Floats
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
    """Least squares I = L g, g = albedo * n, for every pixel at once (Woodham 1980; Real-IAD-MVN eq. 1).

    ``images``: K rasters (H, W), or (H, W, 3) averaged to grey, all of one size; they are read a chunk of 32768 pixels
    at a time, so memory-mapped arrays stay on disk. ``lights`` (K, 3): towards the light, camera axes, any length but
    zero. ``intensities``: K numbers, or (K, 3) for colour images. ``valid`` (H, W): pixels to solve. The pseudo-inverse
    of L is (3, K), so each chunk is one small product. Pixels that are not numbers are left unsolved. Problem for
    fewer than three lights, lights in one plane and sizes that differ.
    """
    directions = unit_lights(lights)
    stack = [np.asarray(image) for image in images]
    shape = _common_shape(stack, directions, valid)
    gains = _gains(intensities, len(stack), stack[0].ndim)
    inverse = np.linalg.pinv(directions)
    work = _Work(
        stack=[image.reshape(shape[0] * shape[1], *image.shape[2:]) for image in stack],
        gains=gains,
        inverse=inverse.astype(np.float32),
        lights=directions.astype(np.float32),
        valid=None if valid is None else valid.reshape(-1),
        normals=np.zeros((shape[0] * shape[1], 3), np.float32),
        albedo=np.zeros(shape[0] * shape[1], np.float32),
    )
    starts = range(0, shape[0] * shape[1], _CHUNK)
    # Why: OpenBLAS spins up its own threads on a three-row product and loses tenfold; the chunks are the threads.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(max(1, threads)) as pool:
        sums = list(pool.map(work.solve, starts))
    squares, count = sum(s for s, _ in sums), sum(n for _, n in sums)
    return Stereo(
        normals=work.normals.reshape(*shape, 3),
        albedo=work.albedo.reshape(shape),
        residual_rms=float(np.sqrt(squares / count)) if count else 0.0,
        condition=float(np.linalg.cond(directions)),
    )


def unit_lights(lights: ArrayLike) -> Doubles:
    """(K, 3) light directions at length one; Problem where they cannot tell a normal."""
    directions: Doubles = np.asarray(lights, np.float64)
    if directions.ndim != 2 or directions.shape[1] != 3:
        raise _bad_lights(f"the light directions have the shape {directions.shape}, not (lights, 3)")
    if len(directions) < 3:
        raise _bad_lights(f"there are {len(directions)} lights and a normal has three unknowns")
    if not np.isfinite(directions).all():
        raise _bad_lights("a light direction is not a number")
    lengths = np.linalg.norm(directions, axis=1)
    if (lengths < 1e-9).any():
        raise _bad_lights(f"light {int(lengths.argmin()) + 1} has length zero")
    directions = np.asarray(directions / lengths[:, None])
    spread = np.linalg.svd(directions, compute_uv=False)
    if spread[2] < _COPLANAR * spread[0]:
        raise _bad_lights("all lights lie in one plane through the part, so one direction stays unknown")
    return directions


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """One solve: the flat inputs, and the arrays that its chunks fill."""

    stack: list[Image]
    gains: Floats
    inverse: Floats
    lights: Floats
    valid: Bools | None
    normals: Normals
    albedo: Floats

    def solve(self, start: int) -> tuple[float, int]:
        """Fill pixels ``start`` and on; returns the sum of squared residuals and how many values went into it."""
        part = slice(start, min(start + _CHUNK, len(self.albedo)))
        grey = self._grey(part)
        # Why: a float image may hold NaN or infinity; such a pixel is not solved, and says nothing of the others.
        with np.errstate(invalid="ignore", over="ignore"):
            g = self.inverse @ grey
            length = np.sqrt(np.einsum("ip,ip->p", g, g))
            misses = self._squared_misses(g, grey)
        solved = (length > _DARK) & np.isfinite(length)
        if self.valid is not None:
            solved &= self.valid[part]
        scale = np.divide(1, length, out=np.zeros_like(length), where=solved)
        for axis in range(3):
            np.multiply(g[axis], scale, out=self.normals[part, axis], where=solved)
        self.albedo[part] = np.where(solved, length, 0)
        return float(misses[solved].sum(dtype=np.float64)), int(solved.sum()) * len(self.stack)

    def _squared_misses(self, g: Floats, grey: Floats) -> Floats:
        """(P,) sum over the lights of (L g - I)^2, one light after the other so that it stays in the cache."""
        total = np.zeros(grey.shape[1], np.float32)
        for light, seen in zip(self.lights, grey, strict=True):
            miss = light @ g
            miss -= seen
            miss *= miss
            total += miss
        return total

    def _grey(self, part: slice) -> Floats:
        grey = np.empty((len(self.stack), part.stop - part.start), np.float32)
        for row, image, gain in zip(grey, self.stack, self.gains, strict=True):
            block = image[part]
            if block.ndim == 2:
                np.mean(block * (1 / gain), axis=1, out=row)
            else:
                np.multiply(block, 1 / gain[0], out=row, casting="unsafe")
        return grey


def _gains(intensities: ArrayLike | None, count: int, ndim: int) -> Floats:
    if intensities is None:
        return np.ones((count, 1), np.float32)
    gains: NDArray[Any] = np.asarray(intensities, np.float32)
    gains = gains[:, None] if gains.ndim == 1 else gains
    if gains.shape[0] != count or gains.shape[1] not in (1, 3):
        raise _bad_lights(f"the intensities have the shape {gains.shape} for {count} lights")
    if not (np.isfinite(gains) & (gains > 0)).all():
        raise _bad_lights("a light's intensity is not a positive number")
    return gains.mean(axis=1, keepdims=True) if ndim == 2 else gains


def _common_shape(stack: list[Image], directions: Doubles, valid: Bools | None) -> tuple[int, int]:
    if len(stack) != len(directions):
        raise Problem(
            f"{len(stack)} images but {len(directions)} light directions",
            remedy="Give one row x y z for each image, in the images' order",
        )
    shapes = [image.shape[:2] for image in stack] + ([] if valid is None else [valid.shape])
    for index, (image, shape) in enumerate(zip([*stack, valid], [*shapes, ()], strict=False), start=1):
        if image is not None and image is not valid and (image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,))):
            raise _unequal(f"image {index} has the shape {image.shape}, which is neither grey nor RGB")
        if shape and shape != shapes[0]:
            raise _unequal(f"image {index} is {shape[1]} x {shape[0]} px, the first {shapes[0][1]} x {shapes[0][0]}")
    if len({image.ndim for image in stack}) > 1:
        raise _unequal("some images are grey and some are RGB")
    return int(shapes[0][0]), int(shapes[0][1])


def _unequal(why: str) -> Problem:
    return Problem(
        "The light images do not belong together",
        why,
        remedy="Give images of one view, all of one size and kind, and a mask of that size",
    )


def _bad_lights(why: str) -> Problem:
    return Problem(
        "The lights cannot give normals",
        why,
        remedy="Give at least three directions x y z that do not lie in one plane",
    )
