"""Where the lights of a stack stand and how strong they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pentad.core.arrays import Doubles, Floats
from pentad.core.problem import Problem

FRAGILE = 10.0
"""Condition number of the lights above which a little noise turns a normal a lot."""
_COPLANAR = 1e-3
_SHORT = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """The K lights of a stack, camera axes: x right, y up, z to the camera.

    ``directions`` (K, 3) are unit vectors towards the lights, of near lights as the image's middle sees them. ``gains``
    (K, 1) or (K, 3) are one by the intensities. Near lights also have ``positions_mm`` (K, 3) from the point of the
    part's plane in the middle of the image, and ``mm_per_pixel`` of that plane.
    """

    directions: Doubles
    gains: Floats
    positions_mm: Doubles | None = None
    mm_per_pixel: float = 0.0

    @classmethod
    def distant(cls, directions: ArrayLike, *, intensities: ArrayLike | None = None) -> "Lighting":
        """Lights so far away that every pixel sees them alike; ``directions`` of any length but zero.

        ``intensities``: K numbers, or (K, 3) for the channels of colour images. Problem for fewer than three lights,
        lights in one plane, and what is no number.
        """
        units = unit_lights(directions)
        return cls(units, _gains(intensities, len(units)))

    @classmethod
    def near(cls, positions_mm: ArrayLike, *, mm_per_pixel: float, intensities: ArrayLike | None = None) -> "Lighting":
        """Small lights near the part: what arrives falls with the distance squared. Problem as with distant ones."""
        if not (np.isfinite(mm_per_pixel) and mm_per_pixel > 0):
            raise _bad_lights(f"{mm_per_pixel} is no size of a pixel in millimetres")
        units = unit_lights(positions_mm)
        return cls(units, _gains(intensities, len(units)), np.asarray(positions_mm, np.float64), float(mm_per_pixel))

    @property
    def condition(self) -> float:
        """Condition number of the light matrix; above ``FRAGILE`` the normals are."""
        return float(np.linalg.cond(self.directions))


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
    if (lengths < _SHORT).any():
        raise _bad_lights(f"light {int(lengths.argmin()) + 1} has length zero")
    directions = np.asarray(directions / lengths[:, None])
    spread = np.linalg.svd(directions, compute_uv=False)
    if spread[2] < _COPLANAR * spread[0]:
        raise _bad_lights("all lights lie in one plane through the part, so one direction stays unknown")
    return directions


def _gains(intensities: ArrayLike | None, count: int) -> Floats:
    if intensities is None:
        return np.ones((count, 1), np.float32)
    powers: NDArray[Any] = np.asarray(intensities, np.float32)
    powers = powers[:, None] if powers.ndim == 1 else powers
    if powers.ndim != 2 or powers.shape[0] != count or powers.shape[1] not in (1, 3):
        raise _bad_lights(f"the intensities have the shape {powers.shape} for {count} lights")
    if not (np.isfinite(powers) & (powers > 0)).all():
        raise _bad_lights("a light's intensity is not a positive number")
    return np.asarray(1 / powers, np.float32)


def _bad_lights(why: str) -> Problem:
    return Problem(
        "The lights cannot give normals",
        why,
        remedy="Give at least three directions x y z that do not lie in one plane",
    )
