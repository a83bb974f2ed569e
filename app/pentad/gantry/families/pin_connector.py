"""A moulded two-row header with sixteen gold pins and a low shroud."""

import numpy as np
from manifold3d import Manifold

from pentad.gantry.design import Design, Family, Pin, sized
from pentad.gantry.materials import gold_pin, matt_plastic
from pentad.gantry.solids import Solid, bevelled_box, box, cylinder, union

_PITCH = 2.54
_COLUMNS, _ROWS = 8, 2
_FLOOR = 4.2
_PIN = 0.66


def _made(rng: np.random.Generator) -> Design:
    colour = ((0.105, 0.125, 0.15), (0.09, 0.1, 0.105))[0]
    plastic = matt_plastic(rng, colour)
    housing = Solid(sized(_housing(), rng, spread=0.003), 0)
    return Design((housing,), tuple(_pins(rng)), (plastic, gold_pin(rng)))


def _pins(rng: np.random.Generator) -> list[Pin]:
    pins = []
    for column in range(_COLUMNS):
        for row in range(_ROWS):
            x = (column - (_COLUMNS - 1) / 2) * _PITCH + rng.normal(0, 0.015)
            y = (row - (_ROWS - 1) / 2) * _PITCH + rng.normal(0, 0.015)
            height = 6.6 + rng.normal(0, 0.04)
            pins.append(Pin(Solid(_pin(height).translate((x, y, _FLOOR)), 1), (x, y, _FLOOR), height))
    return pins


def _pin(height: float) -> Manifold:
    half, tip = _PIN / 2, 0.2
    corners = [(sx * half, sy * half, z) for sx in (-1, 1) for sy in (-1, 1) for z in (-1.0, height - 0.7)]
    corners += [(sx * tip, sy * tip, height) for sx in (-1, 1) for sy in (-1, 1)]
    return Manifold.hull_points(np.array(corners))


def _housing() -> Manifold:
    body = bevelled_box((25.6, 9.4, 6.4), bevel=0.45)
    well = bevelled_box((22.4, 6.6, 6), bevel=0.5).translate((0, 0, _FLOOR))
    ears = [bevelled_box((3.6, 5.4, 2.6), bevel=0.4).translate((side * 13.6, 0, 0)) for side in (-1, 1)]
    ribs = [bevelled_box((0.9, 0.9, 4.9), bevel=0.22).translate((x, -4.7, 0)) for x in np.linspace(-10.5, 10.5, 8)]
    ribs += [bevelled_box((1.6, 0.8, 5.4), bevel=0.22).translate((x, 4.7, 0)) for x in (-9.0, -3.0, 3.0, 9.0)]
    holes = [cylinder(4, 0.95, (side * 14.1, 0, -0.5)) for side in (-1, 1)]
    sinks = [cylinder(0.6, 0.95, (side * 14.1, 0, 2.1), top_radius=1.55) for side in (-1, 1)]
    key = box((4.6, 2.0, 5), (0, -4.2, 4.9))
    feet = [box((3.0, 20, 0.7), (x, 0, -0.2)) for x in (-7.6, 0, 7.6)]
    mark = Manifold.cylinder(1.0, 0.8, 0.8, 3).translate((-10.2, -2.55, _FLOOR - 0.25))
    code = [box((0.35, 0.25, 1.1 if tall else 0.7), (x, 4.75, 1.8)) for x, tall in _CODE]
    return union([body, *ears, *ribs, *code]) - union([well, *holes, *sinks, key, *feet, mark])


_CODE = ((-6.8, True), (-6.2, False), (-5.6, True), (-5.0, True), (-0.8, False), (0.0, True), (0.8, False))

PIN_CONNECTOR = Family("pin_connector", _made, has_pins=True)
