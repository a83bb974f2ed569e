"""One part as it was made: its solids, its pins and its materials."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from manifold3d import Manifold
from numpy.typing import NDArray

from pentad.gantry.materials import Material
from pentad.gantry.solids import Solid, Surface, skin

_BEND_SHARE = 0.3
"""How much of a pin, from its foot, takes the bend; the rest stays straight."""


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """An upright contact: its ``solid``, the ``foot`` it stands on and its ``height`` above it, millimetres."""

    solid: Solid
    foot: tuple[float, float, float]
    height: float

    def bent(self, angle: float, towards: float) -> "Pin":
        """This pin leaning by ``angle`` radians in the direction ``towards`` (radians around z, 0 = +x)."""
        knee = self.height * _BEND_SHARE
        lean = np.array([np.cos(towards), np.sin(towards), 0.0])
        foot = np.array(self.foot)

        def bend(points: NDArray[np.float64]) -> NDArray[np.float64]:
            # Why: a circular arc up to the knee and a straight tail keep the pin's length and thickness.
            along = np.maximum(points[:, 2] - foot[2], 0.0)
            turned = angle * np.minimum(along, knee) / knee
            tail = np.maximum(along - knee, 0.0)
            radius = knee / angle
            sideways = radius * (1 - np.cos(turned)) + tail * np.sin(turned)
            upright = radius * np.sin(turned) + tail * np.cos(turned)
            across = (points - foot) @ lean
            moved: NDArray[np.float64] = points + lean * (sideways + across * (np.cos(turned) - 1))[:, None]
            moved[:, 2] += np.where(along > 0, upright - along - across * np.sin(turned), 0.0)
            return moved

        return replace(self, solid=replace(self.solid, shape=self.solid.shape.refine_to_length(0.35).warp_batch(bend)))


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A part of a family with this piece's own dimensions, before any defect."""

    solids: tuple[Solid, ...]
    pins: tuple[Pin, ...]
    materials: tuple[Material, ...]

    def surface(self) -> Surface:
        return skin([*self.solids, *(pin.solid for pin in self.pins)])

    def without_pin(self, index: int) -> "Design":
        return replace(self, pins=self.pins[:index] + self.pins[index + 1 :])

    def with_bent_pin(self, index: int, *, angle: float, towards: float) -> "Design":
        bent = self.pins[index].bent(angle, towards)
        return replace(self, pins=(*self.pins[:index], bent, *self.pins[index + 1 :]))


def sized(shape: Manifold, rng: np.random.Generator, *, spread: float) -> Manifold:
    """``shape`` with each dimension off by up to ``spread``, as moulds and shrinkage have it."""
    return shape.scale(tuple(float(value) for value in rng.uniform(1 - spread, 1 + spread, 3)))


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of part: its ``name``, how one is ``made`` from a generator, and whether it has pins."""

    name: str
    made: Callable[[np.random.Generator], Design]
    has_pins: bool
