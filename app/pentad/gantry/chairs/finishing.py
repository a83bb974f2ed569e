"""What chairs are covered with: wood, fabric, stripes, plain paint, metal; and the light on them."""

import colorsys
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pentad.core.arrays import Floats
from pentad.gantry.chairs.chair import Chair
from pentad.gantry.materials import Grain

TEXTURES, LIGHTS = 10_000, 1_000
"""How many textures and lights there are; each is made from its number."""
Kind = Literal["plain", "wood", "fabric", "stripes", "checks", "speckle", "metal"]


@dataclass(frozen=True, slots=True)
class Finish:
    """One surface: two linear colours mixed in a pattern of ``cells`` to the unit along ``axis``, and its gloss."""

    kind: Kind
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    cells: float
    axis: int
    gloss: float

    def colour(self, points: Floats, grain: Grain) -> Floats:
        """(N, 3) linear albedo at places of the chair."""
        share = np.clip(self._mixed(points, grain), 0, 1)[:, None]
        mixed = (1 - share) * np.array(self.first, np.float32) + share * np.array(self.second, np.float32)
        fine = grain.at(points, (60.0, 60.0, 60.0))[:, :1]
        return np.asarray(np.clip(mixed * (1 + 0.03 * fine), 0.01, 0.8), np.float32)

    def _mixed(self, points: Floats, grain: Grain) -> Floats:
        """(N,) how much of the second colour."""
        match self.kind:
            case "wood":
                long = [self.cells, self.cells, self.cells]
                long[self.axis] *= 0.12
                rings = grain.at(points, (long[0], long[1], long[2]), tilted=False)
                pores = grain.at(points, (8 * long[0], 8 * long[1], 8 * long[2]), tilted=False)
                return np.asarray(0.5 + 0.5 * np.sin(6 * rings[:, 0]) * 0.8 + 0.12 * pores[:, 1], np.float32)
            case "fabric":
                weave = np.sin(points[:, 0] * 260) * np.sin((points[:, 1] + points[:, 2]) * 260)
                return np.asarray(0.5 + 0.35 * weave + 0.2 * grain.at(points, (9.0, 9.0, 9.0))[:, 0], np.float32)
            case "stripes":
                return np.asarray(np.mod(points[:, self.axis] * self.cells, 1) < 0.5, np.float32)
            case "checks":
                return np.asarray(np.floor(points * self.cells + 0.01).sum(axis=1) % 2, np.float32)
            case "speckle":
                cells = 3 * self.cells
                return np.asarray(grain.at(points, (cells, cells, cells))[:, 0] > 0.9, np.float32)
            case "metal":
                return np.asarray(0.5 + 0.2 * grain.at(points, (2.0, 2.0, 2.0))[:, 0], np.float32)
            case "plain":
                return np.asarray(0.5 + 0.1 * grain.at(points, (1.5, 1.5, 1.5))[:, 0], np.float32)


@dataclass(frozen=True, slots=True)
class Dress:
    """The finish of each part of a chair, by the part's place in it."""

    finishes: tuple[Finish, ...]
    owners: tuple[int, ...]

    @staticmethod
    def of(chair: Chair, texture: int) -> "Dress":
        """Texture number ``texture`` on ``chair``: one finish for timber, one for cloth, sometimes one for legs."""
        rng = np.random.default_rng([7, texture])
        timber = _finish(rng, ("wood", "plain", "speckle", "metal", "stripes"), (0.5, 0.25, 0.08, 0.1, 0.07))
        cloth = _finish(rng, ("fabric", "plain", "stripes", "checks", "speckle"), (0.4, 0.25, 0.17, 0.1, 0.08))
        feet = _finish(rng, ("metal", "wood", "plain"), (0.5, 0.3, 0.2)) if rng.random() < 0.3 else timber
        alike = rng.random() < 0.2
        owners = [
            0 if alike else 1 if part.cloth else 2 if part.name.startswith(("leg", "column", "foot", "base")) else 0
            for part in chair.parts
        ]
        return Dress((timber, cloth, feet), tuple(owners))


def _finish(rng: np.random.Generator, kinds: tuple[Kind, ...], shares: tuple[float, ...]) -> Finish:
    kind = kinds[int(rng.choice(len(kinds), p=shares))]
    if kind == "wood":
        hue, depth, value = rng.uniform(0.05, 0.1), rng.uniform(0.45, 0.75), rng.uniform(0.15, 0.65)
    elif kind == "metal":
        hue, depth, value = rng.uniform(0, 1), rng.uniform(0, 0.08), rng.uniform(0.12, 0.6)
    else:
        hue, depth, value = rng.uniform(0, 1), rng.uniform(0, 0.8), rng.uniform(0.05, 0.7)
    first = colorsys.hsv_to_rgb(hue, depth, value)
    darker = {"wood": 0.55, "metal": 0.8, "plain": 0.93, "fabric": 0.7}.get(kind, rng.uniform(0.2, 0.6))
    turned = hue if kind in ("wood", "metal", "plain", "fabric") else hue + rng.uniform(0.1, 0.9)
    second = colorsys.hsv_to_rgb(turned % 1, depth, min(value * darker, 0.75))
    gloss = {"metal": 0.35, "wood": 0.1, "plain": 0.12, "speckle": 0.08}.get(kind, 0.02)
    return Finish(
        kind, first, second, float(rng.uniform(5, 14)), int(rng.integers(3)), gloss * float(rng.uniform(0.4, 1))
    )


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp from ``azimuth_deg`` (round the axis of view) and ``elevation_deg``, its ``share`` of the light, the rest
    from a white sky; the ``level`` of both, their ``tint``, and how dark the chair's shadow on the floor is."""

    azimuth_deg: float
    elevation_deg: float
    share: float
    level: float
    tint: tuple[float, float, float]
    shadow: float

    @staticmethod
    def of(number: int) -> "Light":
        """Light number ``number``."""
        rng = np.random.default_rng([11, number])
        warm = float(rng.uniform(-0.05, 0.05))
        return Light(
            float(rng.uniform(-75, 75)),
            float(rng.uniform(25, 75)),
            float(rng.uniform(0.2, 0.6)),
            float(rng.uniform(0.8, 1.15)),
            (1 + warm, 1.0, 1 - warm),
            float(rng.uniform(0.1, 0.3)) if rng.random() < 0.6 else 0.0,
        )
