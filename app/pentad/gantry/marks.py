"""Defects that live in a surface: dents, scratches and stains, as functions of the place on the part."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A place on a part: its ``middle`` (3,), its outward ``normal`` (3,) and a direction ``along`` (3,) in it."""

    middle: Doubles
    normal: Doubles
    along: Doubles

    def flat(self, points: Floats) -> Floats:
        """(N, 3) part millimetres to (N, 2) millimetres in the patch's plane."""
        across = np.cross(self.normal, self.along)
        return np.asarray((points - self.middle) @ np.stack([self.along, across], axis=1), np.float32)

    def lift(self, flat: Floats) -> Floats:
        """(N, 2) vectors in the patch's plane to (N, 3)."""
        return np.asarray(flat @ np.stack([self.along, np.cross(self.normal, self.along)]), np.float32)

    def facing(self, points: Floats, normals: Floats, within: float) -> Bools:
        """Which points are of this surface: no further than ``within`` mm from its plane and turned its way."""
        height = np.abs((points - self.middle) @ self.normal)
        return np.asarray((height < within) & (normals @ self.normal > 0.4))


class Mark(Protocol):
    """A defect in a surface. All of it happens inside ``reach``."""

    def reach(self, points: Floats, normals: Floats) -> Bools:
        """(N,) which of these places belong to the defect."""

    def slope(self, points: Floats) -> Floats:
        """(N, 3) gradient of the height that the defect adds (mm per mm), in part axes."""

    def tint(self, points: Floats) -> Floats:
        """(N, 3) factor on the colour."""


@dataclass(frozen=True, slots=True, eq=False)
class Dent:
    """A smooth oval pit, ``radii`` mm wide and ``depth`` mm deep: -depth * (1 - q)^2, q the squared oval radius."""

    patch: Patch
    radii: tuple[float, float]
    depth: float

    def reach(self, points: Floats, normals: Floats) -> Bools:
        # Why 0.9: the last rim of the pit is flatter than the grain.
        return (self._q(points) < 0.9) & self.patch.facing(points, normals, max(self.radii))

    def slope(self, points: Floats) -> Floats:
        steep = 4 * self.depth * np.maximum(1 - self._q(points), 0)
        flat = self.patch.flat(points) / np.square(np.asarray(self.radii, np.float32)) * steep[:, None]
        return self.patch.lift(np.asarray(flat, np.float32))

    def tint(self, points: Floats) -> Floats:
        return np.ones((len(points), 3), np.float32)

    def _q(self, points: Floats) -> Floats:
        return np.asarray(np.square(self.patch.flat(points) / np.asarray(self.radii, np.float32)).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Scratch:
    """A shallow groove ``width`` mm from rim to rim along a curve; its steepest wall has slope ``steepness``."""

    patch: Patch
    length: float
    width: float
    bow: float
    steepness: float

    def reach(self, points: Floats, normals: Floats) -> Bools:
        along, off = self._off(points)
        inside = (np.abs(along) < self.length / 2) & (np.abs(off) < 0.46 * self._breadth(along))
        return np.asarray(inside & self.patch.facing(points, normals, 0.5))

    def slope(self, points: Floats) -> Floats:
        along, off = self._off(points)
        place = np.clip(off / np.maximum(self._breadth(along) / 2, 1e-3), -1, 1)
        # Why this shape: -(1 - s^2)^2 is a groove with soft rims whose walls are steepest (1.54) half-way down.
        wall = 4 * place * (1 - place**2) / 1.54 * self.steepness
        wall = np.where(np.abs(along) < self.length / 2, wall, 0)
        return self.patch.lift(np.stack([np.zeros_like(wall), wall], axis=1))

    def tint(self, points: Floats) -> Floats:
        return np.ones((len(points), 3), np.float32)

    def _off(self, points: Floats) -> tuple[Floats, Floats]:
        flat = self.patch.flat(points)
        along, across = flat[:, 0], flat[:, 1]
        path = self.bow * np.square(2 * along / self.length)
        return along, np.asarray(across - path)

    def _breadth(self, along: Floats) -> Floats:
        taper = np.sqrt(np.maximum(1 - np.square(2 * along / self.length), 0))
        return np.asarray(self.width * (0.35 + 0.65 * taper), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Stain:
    """A blot of something dried on: no relief, only colour. ``lobes`` are (amplitude, order, phase) of its outline."""

    patch: Patch
    radius: float
    lobes: tuple[tuple[float, int, float], ...]
    colour: tuple[float, float, float]

    def reach(self, points: Floats, normals: Floats) -> Bools:
        return (self._inside(points) > 0) & self.patch.facing(points, normals, self.radius)

    def slope(self, points: Floats) -> Floats:
        return np.zeros((len(points), 3), np.float32)

    def tint(self, points: Floats) -> Floats:
        inside = np.clip(self._inside(points) / 0.12, 0, 1)
        # Why: a drying drop leaves most of what it held at its rim.
        rim = np.exp(-np.square((self._inside(points) - 0.12) / 0.1))
        strength = inside * (0.62 + 0.38 * rim)
        return np.asarray(1 - strength[:, None] * (1 - np.asarray(self.colour, np.float32)), np.float32)

    def _inside(self, points: Floats) -> Floats:
        """Positive inside the blot, as a share of its radius."""
        flat = self.patch.flat(points)
        angle = np.arctan2(flat[:, 1], flat[:, 0])
        edge = 1 + sum(a * np.cos(order * angle + phase) for a, order, phase in self.lobes)
        return np.asarray(edge - np.hypot(flat[:, 0], flat[:, 1]) / self.radius, np.float32)
