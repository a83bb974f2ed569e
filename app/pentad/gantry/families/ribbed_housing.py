"""A die-cast housing with cooling ribs, screw bosses, two locating pins and a cable slot."""

import numpy as np
from manifold3d import Manifold

from pentad.gantry.design import Design, Family, Pin, sized
from pentad.gantry.materials import cast_aluminium, tinned_metal
from pentad.gantry.solids import Solid, bevelled_box, box, cylinder, union

_DECK = 4.6


def _made(rng: np.random.Generator) -> Design:
    body = Solid(sized(_body(), rng, spread=0.003), 0)
    pins = tuple(_pin(rng, x, y) for x, y in ((-11.2, 5.6), (11.2, -5.6)))
    return Design((body,), pins, (cast_aluminium(rng), tinned_metal(rng)))


def _pin(rng: np.random.Generator, x: float, y: float) -> Pin:
    at = x + rng.normal(0, 0.02), y + rng.normal(0, 0.02), _DECK
    height = 3.6 + rng.normal(0, 0.04)
    shaft = cylinder(height + 0.4, 0.8, (at[0], at[1], _DECK - 0.9))
    tip = cylinder(0.5, 0.8, (at[0], at[1], _DECK + height - 0.5), top_radius=0.5)
    return Pin(Solid(shaft + tip, 1), at, height)


def _body() -> Manifold:
    block = bevelled_box((27, 15.5, _DECK), bevel=0.6)
    ribs = [
        bevelled_box((1.15, 11.0, 4.6), bevel=0.3).translate((x, 0, _DECK - 1.2)) for x in np.linspace(-7.2, 7.2, 7)
    ]
    bosses = [cylinder(_DECK + 1.0, 2.3, (x, y, 0)) for x, y in _SCREWS]
    rims = [cylinder(0.4, 2.3, (x, y, _DECK + 1.0), top_radius=1.9) for x, y in _SCREWS]
    holes = [cylinder(20, 1.15, (x, y, -1)) for x, y in _SCREWS]
    sinks = [cylinder(1.0, 1.15, (x, y, _DECK + 0.5), top_radius=1.85) for x, y in _SCREWS]
    slot = bevelled_box((9.5, 3, 2.2), bevel=0.4).translate((0, -8, 1.2))
    label = bevelled_box((12, 1.2, 2.4), bevel=0.25).translate((0, 7.9, 1.1))
    grooves = [box((0.5, 20, 0.5), (x, 0, -0.1)) for x in (-8.0, 8.0)]
    fins = [bevelled_box((0.8, 10.5, 3.4), bevel=0.2).translate((side * 13.5, 0, 0.5)) for side in (-1, 1)]
    return union([block, *ribs, *bosses, *rims, *fins]) - union([*holes, *sinks, slot, label, *grooves])


_SCREWS = ((-11.0, -4.9), (11.0, 4.9))

RIBBED_HOUSING = Family("ribbed_housing", _made, has_pins=True)
