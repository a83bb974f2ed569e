"""What tools that paint have in common: which label they leave, and where a constrained hand is."""

from math import atan2, cos, hypot, pi, sin

from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import Point
from pentad.annotation.sheet import Sheet
from pentad.core.problem import Problem

GRASP = 8.0
"""Screen pixels from which a handle can be taken hold of."""
SHAKE = 3.0
"""Screen pixels a hand moves without meaning it."""


def label_to_paint(at: Pointer, sheet: Sheet, *, erases: bool = False) -> int | None:
    """The chosen class, or background for an eraser; Alt turns one into the other.

    None where the class is locked: the person is told.
    """
    label = 0 if erases is not at.subtract else sheet.label
    return None if is_locked(label, sheet) else label


def is_locked(label: int, sheet: Sheet) -> bool:
    """Whether this class may not be painted; then the person is told."""
    locked = label in sheet.rule.locked
    if locked:
        sheet.notice(Problem("The chosen class is locked", remedy="Unlock it, or choose another class."))
    return locked


def apart(a: Point, b: Point) -> float:
    """Pixels between two points."""
    return hypot(a[0] - b[0], a[1] - b[1])


def in_steps(origin: Point, here: Point) -> Point:
    """``here`` turned around ``origin`` to the nearest multiple of 45 degrees, as far along as the hand is."""
    return along(origin, direction(origin, here), here)


def direction(origin: Point, here: Point) -> Point:
    """The unit vector of the multiple of 45 degrees nearest to the way from ``origin`` to ``here``."""
    eighth = round(atan2(here[0] - origin[0], here[1] - origin[1]) / (pi / 4))
    if eighth % 2:
        return sin(eighth * pi / 4), cos(eighth * pi / 4)
    return float((0, 1, 0, -1)[eighth // 2 % 4]), float((1, 0, -1, 0)[eighth // 2 % 4])


def along(origin: Point, way: Point, here: Point) -> Point:
    """The point nearest to ``here`` on the line from ``origin`` in the direction ``way`` (a unit vector)."""
    far = (here[0] - origin[0]) * way[0] + (here[1] - origin[1]) * way[1]
    return origin[0] + far * way[0], origin[1] + far * way[1]
