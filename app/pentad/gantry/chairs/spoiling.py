"""One part of a chair made wrong: moved, turned, broken, swapped for another chair's, or left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles
from pentad.gantry.chairs.chair import Chair, ChairPart, Role
from pentad.gantry.chairs.making import made_chair
from pentad.geometry.rigid import rotation


class ChairAnomaly(StrEnum):
    """The five kinds of BrokenChairs-180K."""

    POSITIONAL = "positional"
    ROTATIONAL = "rotational"
    BROKEN = "broken"
    SWAPPED = "swapped"
    MISSING = "missing"


_SHARES: Mapping[Role, float] = {
    Role.LEG: 0.33, Role.BACK: 0.16, Role.ARM: 0.16, Role.SEAT: 0.08, Role.SLAT: 0.1, Role.POST: 0.07,
    Role.STRETCHER: 0.07, Role.CUSHION: 0.03,
}  # fmt: skip
"""How often a part of each role is the wrong one; nearly the shares that the data set's authors give."""
_SHIFT = 0.05, 0.14
_TURN_DEG = 12.0, 40.0
_KEPT = 0.3, 0.75
_SEAT_KEPT = 0.6, 0.85
_DONORS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Spoilt:
    """A chair of which the part ``name`` is wrong; ``chair`` has the others as they were, in the same place."""

    kind: ChairAnomaly
    name: str
    chair: Chair


def spoil(chair: Chair, kind: ChairAnomaly, rng: np.random.Generator) -> Spoilt:
    """``chair`` with one part wrong in the manner ``kind``."""
    part = _chosen(chair, kind, rng)
    if kind is ChairAnomaly.MISSING:
        return Spoilt(kind, part.name, chair.exchanged(part.name, None))
    wrong = _MANNERS[kind](part, rng)
    return Spoilt(kind, part.name, chair.exchanged(part.name, wrong))


def _chosen(chair: Chair, kind: ChairAnomaly, rng: np.random.Generator) -> ChairPart:
    parts = [part for part in chair.parts if not (kind is ChairAnomaly.MISSING and part.role is Role.SEAT)]
    roles = sorted({part.role for part in parts})
    shares = np.array([_SHARES[role] for role in roles])
    role = roles[int(rng.choice(len(roles), p=shares / shares.sum()))]
    fitting = [part for part in parts if part.role is role]
    return fitting[int(rng.integers(len(fitting)))]


def _moved(part: ChairPart, rng: np.random.Generator) -> ChairPart:
    shift = _direction(rng) * rng.uniform(*_SHIFT)
    return replace(part, shape=part.shape.translate([float(value) for value in shift]))


def _turned(part: ChairPart, rng: np.random.Generator) -> ChairPart:
    """Turned about its joint."""
    angle = np.radians(rng.uniform(*_TURN_DEG)) * rng.choice([-1, 1])
    turn, joint = rotation(angle * _direction(rng)), np.array(part.joint)
    return replace(part, shape=part.shape.transform(np.column_stack([turn, joint - turn @ joint])))


def _broken(part: ChairPart, rng: np.random.Generator) -> ChairPart:
    """What is left at the joint when the rest has come off along two rough planes."""
    points = _points(part)
    middle = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - middle, full_matrices=False)
    along = axes[0] + 0.5 * rng.uniform(-1, 1) * axes[1]
    if part.role is Role.SEAT:
        around = rng.uniform(0, 2 * np.pi)
        along = np.array([np.cos(around), 0.0, np.sin(around)])
    along /= np.linalg.norm(along)
    if np.dot(np.array(part.joint) - middle, along) > 0:
        along = -along
    places = points @ along
    kept = rng.uniform(*(_SEAT_KEPT if part.role is Role.SEAT else _KEPT))
    middle_of_cut = middle + along * (places.min() + kept * np.ptp(places) - middle @ along)
    shape = part.shape
    for _ in range(2):
        normal = along + 0.45 * _direction(rng)
        normal /= np.linalg.norm(normal)
        cut = middle_of_cut + along * rng.uniform(0, 0.06) * np.ptp(places)
        shape = shape.trim_by_plane([float(-value) for value in normal], float(-normal @ cut))
    return replace(part, shape=shape)


def _swapped(part: ChairPart, rng: np.random.Generator) -> ChairPart:
    """A part of the same role from another chair, at this part's joint."""
    for _ in range(_DONORS):
        donor = made_chair(rng)
        fitting = [other for other in donor.parts if other.role is part.role]
        alike = [other for other in fitting if other.name == part.name]
        if fitting:
            other = alike[0] if alike else fitting[int(rng.integers(len(fitting)))]
            shift = np.array(part.joint) - np.array(other.joint)
            shape = other.shape.translate([float(value) for value in shift])
            return replace(part, shape=shape)
    # Why a mirror: the rarest roles may not turn up; the part the wrong way round is another part, too.
    x, y, z = part.joint
    mirrored = part.shape.translate((-x, -y, -z)).scale((1.6, 0.6, 1.6)).rotate((0, 180, 0)).translate((x, y, z))
    return replace(part, shape=mirrored)


_MANNERS: Mapping[ChairAnomaly, Callable[[ChairPart, np.random.Generator], ChairPart]] = {
    ChairAnomaly.POSITIONAL: _moved,
    ChairAnomaly.ROTATIONAL: _turned,
    ChairAnomaly.BROKEN: _broken,
    ChairAnomaly.SWAPPED: _swapped,
}


def _points(part: ChairPart) -> NDArray[np.float64]:
    return np.asarray(part.shape.to_mesh().vert_properties[:, :3], np.float64)


def _direction(rng: np.random.Generator) -> Doubles:
    """(3,) a unit vector, any alike."""
    vector = rng.standard_normal(3)
    return np.asarray(vector / np.linalg.norm(vector))
