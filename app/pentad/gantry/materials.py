"""What the parts are made of: colour, gloss and grain, as functions of the place on the part."""

import itertools
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles, Floats

_CELLS = 64


@dataclass(frozen=True, slots=True)
class Material:
    """A surface: linear ``colour`` (albedo), a ``gloss`` lobe of ``sharpness``, and its grain.

    ``metal`` tints the gloss with the colour. ``speckle`` is the grain's share in the colour, ``relief`` its share in
    the normal; ``stretch`` draws the grain out along an axis (brushed or drawn metal), cells per millimetre.
    """

    colour: tuple[float, float, float]
    gloss: float
    sharpness: float
    metal: bool = False
    speckle: float = 0.05
    relief: float = 0.03
    stretch: tuple[float, float, float] = (14.0, 14.0, 14.0)


class Grain:
    """Smooth random vectors filling space, the same for the same seed: moulding speckle, brushing, flow marks."""

    def __init__(self, rng: np.random.Generator) -> None:
        # Why: noise of unit variance at the lattice keeps the same strength whatever the cell size.
        self._lattice: Floats = rng.standard_normal((_CELLS, _CELLS, _CELLS, 4)).astype(np.float32)
        self._shift: Doubles = rng.uniform(0, _CELLS, 3)
        turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
        self._tilt: Doubles = np.asarray(turn)

    def at(self, points: Floats, cells_per_mm: tuple[float, float, float], *, tilted: bool = True) -> Floats:
        """(N, 3) part millimetres to (N, 4) noise of about unit strength, interpolated linearly in the lattice."""
        place = points * np.asarray(cells_per_mm, np.float32)
        # Why: tilted against the faces, so that the lattice's own planes and its repetition do not show on them.
        place = place @ self._tilt.astype(np.float32) if tilted else place
        place = place + self._shift.astype(np.float32)
        low = np.floor(place)
        part = place - low
        # Why bits: the lattice repeats, and its size is a power of two.
        cell = low.astype(np.int32)
        ends = [(cell & (_CELLS - 1)).T, ((cell + 1) & (_CELLS - 1)).T]
        weights = [(1 - part).T, part.T]
        result = np.zeros((len(points), 4), np.float32)
        table = self._lattice.reshape(-1, 4)
        for i, j, k in itertools.product((0, 1), repeat=3):
            weight = weights[i][0] * weights[j][1] * weights[k][2]
            index = (ends[i][0] * _CELLS + ends[j][1]) * _CELLS + ends[k][2]
            result += weight[:, None] * table.take(index, axis=0)
        return result * np.float32(1.6)


def matt_plastic(rng: np.random.Generator, colour: tuple[float, float, float]) -> Material:
    """Glass-filled moulding compound: dull, spark-eroded, each batch a little different in shade."""
    shade = rng.uniform(0.92, 1.08) * rng.uniform(0.98, 1.02, 3)
    tint = tuple(float(c * s) for c, s in zip(colour, shade, strict=True))
    return Material((tint[0], tint[1], tint[2]), gloss=0.035, sharpness=18, speckle=0.06, relief=0.035)


def tinned_metal(rng: np.random.Generator) -> Material:
    """Tin-plated brass, drawn along x."""
    base = rng.uniform(0.44, 0.5)
    return Material(
        (base, base * 0.97, base * 0.9), gloss=0.3, sharpness=24, metal=True, speckle=0.05, relief=0.025,
        stretch=(0.7, 16.0, 16.0),
    )  # fmt: skip


def gold_pin(rng: np.random.Generator) -> Material:
    """Gold-flashed phosphor bronze, drawn along z."""
    base = rng.uniform(0.5, 0.56)
    return Material(
        (base, base * 0.72, base * 0.34), gloss=0.4, sharpness=26, metal=True, speckle=0.03, relief=0.015,
        stretch=(16.0, 16.0, 1.0),
    )  # fmt: skip


def cast_aluminium(rng: np.random.Generator) -> Material:
    """Die-cast and shot-blasted aluminium."""
    base = rng.uniform(0.36, 0.42)
    return Material(
        (base, base, base * 1.02), gloss=0.14, sharpness=14, metal=True, speckle=0.08, relief=0.07,
        stretch=(11.0, 11.0, 11.0),
    )  # fmt: skip
