"""A chair as its maker knows it: named parts, each with the place where it joins the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from manifold3d import Manifold, OpType

from pentad.core.mesh import Mesh
from pentad.gantry.chairs.shapes import Place
from pentad.gantry.solids import Solid, Surface, skin


class Role(StrEnum):
    """What a part of a chair is for."""

    SEAT = "seat"
    LEG = "leg"
    BACK = "back"
    POST = "post"
    SLAT = "slat"
    ARM = "arm"
    STRETCHER = "stretcher"
    CUSHION = "cushion"


@dataclass(frozen=True, slots=True, eq=False)
class ChairPart:
    """One part: a ``name`` of its own, its ``role``, its shape, and the ``joint`` by which it holds to the rest.

    ``cloth`` is whether it is upholstered; the parts of a chair share one finish for wood and one for cloth.
    """

    name: str
    role: Role
    shape: Manifold
    joint: Place
    cloth: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Chair:
    """Parts in one piece, y up, the front towards +z."""

    parts: tuple[ChairPart, ...]

    def surface(self) -> Surface:
        """The skin of all parts, ready to be seen; ``material`` is each triangle's part, by its place in ``parts``."""
        return skin([Solid(part.shape, index) for index, part in enumerate(self.parts)])

    def mesh(self) -> Mesh:
        """The same skin as a closed mesh."""
        skin = self._united().to_mesh()
        return Mesh(np.array(skin.vert_properties[:, :3], np.float64), np.array(skin.tri_verts, np.int32))

    def whole(self) -> bool:
        """Whether every part holds to the rest."""
        return len(self._united().decompose()) == 1

    def _united(self) -> Manifold:
        return Manifold.batch_boolean([part.shape for part in self.parts], OpType.Add)

    def part(self, name: str) -> ChairPart:
        """The part called ``name``; KeyError where there is none."""
        for part in self.parts:
            if part.name == name:
                return part
        raise KeyError(name)

    def exchanged(self, name: str, part: ChairPart | None) -> "Chair":
        """This chair with ``part`` (or nothing) for the part called ``name``."""
        changed = [part if held.name == name else held for held in self.parts]
        return Chair(tuple(held for held in changed if held is not None))

    def placed(self, scale: float, shift: Place) -> "Chair":
        """Every part scaled about the origin, then moved."""
        return Chair(tuple(_placed(part, scale, shift) for part in self.parts))

    def standard(self) -> "Chair":
        """Centred by its bounding box at the origin, its longest side one unit."""
        low, high = bounds(self.parts)
        scale = float(1 / (high - low).max())
        x, y, z = (float(value) for value in -(low + high) / 2 * scale)
        return self.placed(scale, (x, y, z))


def bounds(parts: Sequence[ChairPart]) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """The least and the greatest coordinates of ``parts``."""
    boxes = np.array([part.shape.bounding_box() for part in parts])
    return boxes[:, :3].min(axis=0), boxes[:, 3:].max(axis=0)


def _placed(part: ChairPart, scale: float, shift: Place) -> ChairPart:
    x, y, z = (scale * value + move for value, move in zip(part.joint, shift, strict=True))
    return replace(part, shape=part.shape.scale((scale, scale, scale)).translate(shift), joint=(x, y, z))
