"""A stamped and rolled tin-plated terminal with a box contact, crimped on a stranded wire."""

import numpy as np
from manifold3d import Manifold

from pentad.gantry.design import Design, Family, sized
from pentad.gantry.materials import Material, matt_plastic, tinned_metal
from pentad.gantry.solids import Solid, bevelled_box, box, cylinder, extruded, union

_SHEET = 0.7


def _made(rng: np.random.Generator) -> Design:
    metal, copper = tinned_metal(rng), _copper(rng)
    insulation = matt_plastic(rng, (0.3, 0.055, 0.045))
    solids = (
        Solid(sized(union([_box_contact(), _neck(), _wings()]), rng, spread=0.004), 0),
        Solid(_strands(rng), 1),
        Solid(_insulation(), 2),
    )
    return Design(solids, (), (metal, copper, insulation))


def _copper(rng: np.random.Generator) -> Material:
    base = rng.uniform(0.5, 0.56)
    return Material((base, base * 0.52, base * 0.33), 0.3, 22, metal=True, relief=0.03, stretch=(1.0, 14.0, 14.0))


def _box_contact() -> Manifold:
    outside = bevelled_box((10.5, 7.4, 5.8), bevel=0.55).translate((-8.2, 0, 0))
    inside = bevelled_box((14, 7.4 - 2 * _SHEET, 5.8 - 2 * _SHEET), bevel=0.35).translate((-8.2, 0, _SHEET))
    window = bevelled_box((4.2, 2.4, 4), bevel=0.3).translate((-8.6, 0, 3.6))
    seam = box((11, 0.18, 2), (-8.2, -1.9, 4.4))
    lance = bevelled_box((2.6, 0.8, 1.5), bevel=0.3).translate((-7.2, -3.9, 2.3))
    side = bevelled_box((2.4, 20, 1.3), bevel=0.25).translate((-11, 0, 2.4))
    tongue = box((7, 2.6, 0.4), (-8.2, 0, 2.3)).rotate((0, -4, 0))
    dimple = Manifold.sphere(0.8, 48).scale((1.4, 1.0, 0.5)).translate((-4.6, 1.4, 5.75))
    return union([outside, lance, dimple]) - union([inside, window, seam, side]) + tongue


def _neck() -> Manifold:
    floor = extruded([(-2.2, 0), (2.2, 0), (2.6, 1.6), (2.6, 2.6), (1.9, 2.6), (1.7, 0.7), (-1.7, 0.7), (-1.9, 2.6),
                      (-2.6, 2.6), (-2.6, 1.6)], 18)  # fmt: skip
    hole = cylinder(3, 0.7, (-1.2, 0, -1))
    return floor.translate((5.2, 0, 0)) - hole


def _wings() -> Manifold:
    """The rolled wings: an inner pair bitten into the strands, an outer pair around the insulation."""
    strands = _rolled(2.55, 2.7).translate((4.2, 0, 0))
    grooves = [box((0.35, 8, 9), (x, 0, 0.9)) - box((0.35, 4.5, 4.4), (x, 0, 0.9)) for x in (2.9, 4.2, 5.5)]
    insulation = _rolled(3.15, 3.3).translate((11.4, 0, 0))
    return (strands - union(grooves)) + insulation


def _rolled(half: float, height: float) -> Manifold:
    angles = np.linspace(-0.5 * np.pi, 1.5 * np.pi, 64)
    heart = [_heart(angle, half, height) for angle in angles[:-1]]
    inner = [(y * (1 - _SHEET / half), z * (1 - _SHEET / height) + _SHEET * 0.0) for y, z in heart]
    length = 4.6
    shell = extruded([(y, z + height) for y, z in heart], length)
    core = extruded([(y, z + height) for y, z in inner], length + 1)
    slit = box((length + 1, 0.16, 2.2), (0, 0, 2 * height - 1.6))
    return shell - core - slit


def _heart(angle: float, half: float, height: float) -> tuple[float, float]:
    """A circle whose top is rolled in, the shape a crimp tool leaves."""
    y, z = np.cos(angle), np.sin(angle)
    dent = 0.32 * np.exp(-((y / 0.35) ** 2)) if z > 0 else 0.0
    return float(half * np.sign(y) * abs(y) ** 0.8), float(height * (z - dent))


def _strands(rng: np.random.Generator) -> Manifold:
    places = [(0.0, 0.0)] + [(1.15 * np.cos(a), 1.15 * np.sin(a)) for a in np.arange(6) * np.pi / 3]
    ends = rng.uniform(0.0, 0.5, len(places))
    wires = [
        Manifold.cylinder(9.0 + end, 0.6, 0.6, 24).rotate((0, 90, 0)).translate((0.6 - end, y, z + 2.55))
        for (y, z), end in zip(places, ends, strict=True)
    ]
    return union(wires)


def _insulation() -> Manifold:
    return Manifold.cylinder(6.6, 2.5, 2.5, 64).rotate((0, 90, 0)).translate((8.0, 0, 3.3))


CRIMP_TERMINAL = Family("crimp_terminal", _made, has_pins=False)
