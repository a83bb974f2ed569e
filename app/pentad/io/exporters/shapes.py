"""Annotations as files hold them, checked, and laid down on a mask."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pentad.core.arrays import Bools, Doubles, Labels
from pentad.core.box import Box
from pentad.geometry.filling import filled
from pentad.geometry.runs import Counts, columns_of, from_counts
from pentad.sdk import Ticket
from pentad.sdk.exchange import Skip

FARTHEST = 1e7
"""Pixels; a coordinate beyond is a fault, not a place outside the image."""
_ELLIPSE_STEPS = 256


class Shape(Protocol):
    """One annotation."""

    def lay(self, onto: Labels) -> None:
        """Give its pixels its label; ValueError where it does not fit the image."""


@dataclass(frozen=True, slots=True, eq=False)
class Polygons:
    """All that lies in one of ``rings`` (n, 2) x, y, each by the even-odd rule."""

    label: int
    rings: tuple[Doubles, ...]

    def lay(self, onto: Labels) -> None:
        for ring in self.rings:
            box, where = filled(ring, (onto.shape[0], onto.shape[1]))
            onto[box.slices][where] = self.label


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Run lengths within a box (None: the whole of an image of ``size``)."""

    label: int
    counts: Counts
    size: tuple[int, int]
    at: tuple[int, int] | None = None
    """Row and column of the upper left pixel; None where it must be as large as the image."""

    def lay(self, onto: Labels) -> None:
        if self.at is None:
            if self.size != onto.shape:
                raise ValueError(f"it is {_pixels(self.size)}, the image {_pixels(onto.shape)}")
            box, inside = columns_of(self.counts, self.size)
            onto[box.slices][inside] = self.label
            return
        box = Box(*self.at, self.at[0] + self.size[0], self.at[1] + self.size[1])
        if box.empty or box & Box(0, 0, *onto.shape) != box:
            raise ValueError(f"its box does not lie in the image of {_pixels(onto.shape)}")
        onto[box.slices][from_counts(self.counts, self.size)] = self.label


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """Pixels given as they are; what lies outside the image is left out."""

    label: int
    at: tuple[int, int]
    where: Bools

    def lay(self, onto: Labels) -> None:
        y, x = self.at
        box = Box(y, x, y + self.where.shape[0], x + self.where.shape[1])
        inside = box & Box(0, 0, *onto.shape)
        if not inside.empty:
            onto[inside.slices][self.where[inside.within(box).slices]] = self.label


def draw(shapes: Sequence[Shape], image: str, skip: Skip, ticket: Ticket) -> Callable[[tuple[int, int]], Labels]:
    """Lays all ``shapes`` down, later ones over earlier ones, on an image of the size it is called with."""

    def drawn(size: tuple[int, int]) -> Labels:
        labels = np.zeros(size, np.uint8)
        for number, shape in enumerate(shapes):
            ticket.check()
            try:
                shape.lay(labels)
            except ValueError as error:
                skip(f"{image}, annotation {number + 1}", str(error))
        return labels

    return drawn


def points(values: Iterable[Any]) -> Doubles:
    """(n, 2) x, y from a flat list of numbers; ValueError where they are too few, odd in number or no places."""
    numbers = list(values)
    if len(numbers) < 6 or len(numbers) % 2:
        raise ValueError("a polygon needs three points at least, each of two numbers")
    return np.array([coordinate(number) for number in numbers]).reshape(-1, 2)


def pairs(values: object, *, least: int = 3) -> Doubles:
    """(n, 2) x, y from a list of pairs; ValueError as ``points``."""
    if not isinstance(values, list) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in values):
        raise ValueError("its points are not pairs of numbers")
    if len(values) < least:
        raise ValueError(f"it needs {least} points at least")
    return np.array([coordinate(number) for number in itertools.chain(*values)]).reshape(-1, 2)


def coordinate(value: object) -> float:
    """A place along one axis; ValueError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{_shown(value)} is no coordinate")
    # Why first: a whole number of a thousand digits has no float.
    if (isinstance(value, int) and abs(value) > FARTHEST) or not math.isfinite(value) or abs(value) > FARTHEST:
        raise ValueError(f"{_shown(value)} is no place in an image")
    return float(value)


def rectangle(x0: float, y0: float, x1: float, y1: float, turn: float = 0.0) -> Doubles:
    """The corners, turned by ``turn`` degrees clockwise about its middle."""
    return _turned(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), turn)


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Doubles:
    """An ellipse about (x, y) as a polygon."""
    angles = np.linspace(0, 2 * np.pi, _ELLIPSE_STEPS, endpoint=False)
    return _turned(np.stack([x + rx * np.cos(angles), y + ry * np.sin(angles)], axis=1), turn)


def _turned(corners: Doubles, degrees: float) -> Doubles:
    angle = math.radians(degrees)
    middle = corners.mean(axis=0)
    matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    turned: Doubles = (corners - middle) @ matrix + middle
    return turned if degrees else corners


def _pixels(size: tuple[int, ...]) -> str:
    return f"{size[1]} x {size[0]} pixels"


def _shown(value: object) -> str:
    text = ascii(value) if not isinstance(value, int) or abs(value) < 10**18 else "a huge number"
    return text if len(text) <= 60 else text[:57] + "..."
