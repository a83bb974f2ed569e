"""Which parts a simulated data set holds, and how each of them is made."""

import math
import zlib
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera, Rig
from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.gantry.families import family
from pentad.gantry.materials import Grain
from pentad.gantry.scene import DefectKind, Part
from pentad.gantry.shading import turned
from pentad.gantry.spoiling import Eye, spoil
from pentad.gantry.station import lights

_TURN = math.radians(2.0)
_TILT = math.radians(0.4)
_SHIFT_MM = 0.3
_GOOD = "good"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One family's share of a data set: good parts to ``train`` on, ``good`` and ``defective`` parts to test with."""

    family: str
    train: int
    good: int
    defective: int

    def __post_init__(self) -> None:
        family(self.family)
        if min(self.train, self.good, self.defective) < 0 or self.parts == 0:
            raise Problem("A data set needs at least one part", remedy="Give counts of zero or more.")

    @classmethod
    def of(cls, name: str, parts: int) -> "Recipe":
        """A mix of ``parts``: somewhat more than half to train on, a quarter defective, the rest good test parts."""
        if parts < 1:
            raise Problem(f"{parts} parts are no data set", remedy="Ask for one part or more.")
        defective = parts // 4
        good = parts // 6
        return cls(name, parts - defective - good, good, defective)

    @property
    def parts(self) -> int:
        return self.train + self.good + self.defective

    def orders(self) -> list["Order"]:
        """Every part to make: the training parts, the good test parts, then the defects, each kind in its turn."""
        kinds = [kind for kind in DefectKind if family(self.family).has_pins or not kind.needs_pins]
        made = [(Split.TRAIN, None)] * self.train + [(Split.TEST, None)] * self.good
        wanted: list[tuple[Split, DefectKind | None]] = [*made]
        wanted += [(Split.TEST, kinds[number % len(kinds)]) for number in range(self.defective)]
        return [Order(self.family, number, split, kind) for number, (split, kind) in enumerate(wanted, start=1)]


@dataclass(frozen=True, slots=True)
class Order:
    """One part to be made; ``number`` counts from 1 within its family."""

    family: str
    number: int
    split: Split
    kind: DefectKind | None

    @property
    def label(self) -> str:
        return _GOOD if self.kind is None else self.kind.value

    @property
    def folder(self) -> str:
        """Where the part belongs in its data set; also its sample's id."""
        return f"{self.family}/{self.split}/{self.label}/S{self.number:04d}"

    def seeds(self, seed: int) -> list[np.random.SeedSequence]:
        """Three independent streams: how the part is made, how it is spoilt, how it is photographed.

        They depend on the data set's seed, the family and the number alone, so a part is the same in a larger set.
        """
        name = zlib.crc32(self.family.encode())
        return np.random.SeedSequence([seed, name, self.number]).spawn(3)


def make_part(order: Order, rig: Rig, seed: int) -> Part:
    """The part that ``order`` asks for, with its own dimensions, colour, texture and place on the stage."""
    making, spoiling, _ = order.seeds(seed)
    rng = np.random.default_rng(making)
    design = family(order.family).made(rng)
    part = Part(design.surface(), design.materials, Grain(rng), _pose(rng))
    if order.kind is None:
        return part
    eyes = [_eye(part, camera) for camera in rig.cameras]
    return spoil(part, design, order.kind, eyes, np.random.default_rng(spoiling))


def _eye(part: Part, camera: Camera) -> Eye:
    to_part = np.linalg.inv(part.pose)
    rotation = (camera.rig_to_camera @ part.pose)[:3, :3]
    return Eye(to_part[:3, :3] @ camera.centre + to_part[:3, 3], turned(lights(), rotation))


def _pose(rng: np.random.Generator) -> Doubles:
    """(4, 4) part to rig: a feeder puts parts down nearly alike, but not quite."""
    turn = rng.uniform(-_TURN, _TURN)
    lean_x, lean_y = rng.uniform(-_TILT, _TILT, 2)
    c, s = math.cos(turn), math.sin(turn)
    pose = np.eye(4)
    pose[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ _lean(lean_x, 0) @ _lean(lean_y, 1)
    pose[:2, 3] = rng.uniform(-_SHIFT_MM, _SHIFT_MM, 2)
    return pose


def _lean(angle: float, axis: int) -> Doubles:
    c, s = math.cos(angle), math.sin(angle)
    turns = (np.array([[1, 0, 0], [0, c, -s], [0, s, c]]), np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]))
    return turns[axis]
