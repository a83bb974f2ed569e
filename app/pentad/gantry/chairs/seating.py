"""Seats, legs and stretchers of chairs."""

from dataclasses import dataclass

import numpy as np
from manifold3d import Manifold

from pentad.gantry.chairs.chair import ChairPart, Role
from pentad.gantry.chairs.shapes import Place, bell, block, disc, lying, rod, rounded, soft, strut
from pentad.gantry.solids import union


@dataclass(frozen=True, slots=True)
class Sizes:
    """The measures that the parts of one chair agree on, roughly metres; the floor is y = 0.

    ``top`` is the height of the seat's upper side, ``front`` how many times as wide as its back the seat is in front,
    ``timber`` the thickness of its wood.
    """

    width: float
    depth: float
    top: float
    thickness: float
    front: float
    timber: float
    back: float
    lean_deg: float
    round_wood: bool
    bell: bool = False
    """Whether the seat is round in front and straight behind."""

    @property
    def under(self) -> float:
        return self.top - self.thickness

    def corner(self, side: int, fore: int, inset: float) -> tuple[float, float]:
        """(x, z) of a corner of the seat: ``side`` -1 or 1 (+x), ``fore`` -1 (back) or 1 (front)."""
        half = self.width / 2 * (self.front if fore > 0 else 1.0)
        # Why 0.68: a round front leaves no wood in the corners.
        share = 0.68 if self.bell and fore > 0 else 1.0
        return share * side * (half - inset), share * fore * (self.depth / 2 - inset)


CORNERS = ((-1, 1), (1, 1), (-1, -1), (1, -1))


def seat(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    """A board, an upholstered seat or a board with a cushion."""
    kind = rng.choice(["board", "saddle", "soft", "cushioned"], p=[0.35, 0.15, 0.28, 0.22])
    joint = (0.0, sizes.under, 0.0)
    if sizes.bell:
        outline = bell(sizes.width, sizes.depth)
    else:
        outline = rounded(sizes.width, sizes.depth, float(rng.uniform(0.005, 0.12)), front=sizes.front)
    board = lying(outline, sizes.under, sizes.top)
    if kind == "saddle":
        return [ChairPart("seat", Role.SEAT, soft(board, -0.4 * sizes.thickness), joint)]
    if kind == "soft":
        thick = lying(outline, sizes.under, sizes.top + float(rng.uniform(0.01, 0.05)))
        return [ChairPart("seat", Role.SEAT, soft(thick, float(rng.uniform(0.01, 0.03))), joint, cloth=True)]
    parts = [ChairPart("seat", Role.SEAT, board, joint)]
    if kind == "cushioned":
        small = [(0.9 * x, 0.9 * z) for x, z in outline]
        pad = soft(lying(small, sizes.top - 0.002, sizes.top + float(rng.uniform(0.02, 0.05))), 0.02)
        parts.append(ChairPart("cushion", Role.CUSHION, pad, (0.0, sizes.top, 0.0), cloth=True))
    return parts


def legs(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    """What the seat stands on, with its stretchers."""
    kind = rng.choice(["four", "sled", "star", "disc", "boards"], p=[0.62, 0.11, 0.11, 0.06, 0.1])
    if kind == "sled":
        return _sled(sizes)
    if kind == "star":
        return _star(sizes, rng)
    if kind == "disc":
        column = strut((0, 0.01, 0), (0, sizes.under + 0.005, 0), 0.07, 0.05, round_=True)
        foot = lying(disc(0.8 * sizes.width, 0.8 * sizes.width), 0, float(rng.uniform(0.02, 0.04)))
        joint = (0.0, sizes.under, 0.0)
        parts = [ChairPart("column", Role.LEG, column, joint)]
        return [*parts, ChairPart("base", Role.LEG, foot, (0.0, 0.03, 0.0))]
    if kind == "boards":
        return [_board_leg(sizes, side) for side in (-1, 1)]
    return _four(sizes, rng)


def _four(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    foot = sizes.timber * float(rng.choice([1.0, 0.55, 0.7]))
    splay = float(rng.choice([0.0, 0.03, 0.07]))
    round_ = sizes.round_wood
    parts, ends = [], {}
    for number, (side, fore) in enumerate(CORNERS, start=1):
        x, z = sizes.corner(side, fore, 0.6 * sizes.timber + 0.01)
        low = (x + side * splay, 0.0, z + fore * splay)
        high = (x, sizes.under + 0.004, z)
        shape = strut(high, low, sizes.timber, foot, round_=round_)
        parts.append(ChairPart(f"leg_{number}", Role.LEG, shape, high))
        ends[side, fore] = (high, low)
    return parts + _stretchers(sizes, rng, ends)


def _stretchers(
    sizes: Sizes, rng: np.random.Generator, ends: dict[tuple[int, int], tuple[Place, Place]]
) -> list[ChairPart]:
    kind = rng.choice(["none", "sides", "h", "ring", "apron"], p=[0.35, 0.15, 0.2, 0.15, 0.15])
    share = float(rng.uniform(0.45, 0.8)) if kind != "apron" else 0.09
    size = sizes.timber * (0.6 if kind != "apron" else 0.75)

    def at(side: int, fore: int) -> Place:
        high, low = ends[side, fore]
        x, y, z = (h + share * (lo - h) for h, lo in zip(high, low, strict=True))
        return x, y, z

    pairs = {
        "none": [],
        "sides": [((-1, -1), (-1, 1)), ((1, -1), (1, 1))],
        "h": [((-1, -1), (-1, 1)), ((1, -1), (1, 1))],
    }.get(str(kind), [((-1, -1), (-1, 1)), ((1, -1), (1, 1)), ((-1, 1), (1, 1)), ((-1, -1), (1, -1))])
    lines = [(at(*one), at(*other)) for one, other in pairs]
    if kind == "h":
        left, right = ((np.array(a) + np.array(b)) / 2 for a, b in lines)
        lines.append(((left[0], left[1], left[2]), (right[0], right[1], right[2])))
    return [
        ChairPart(f"stretcher_{number}", Role.STRETCHER, strut(a, b, size, round_=sizes.round_wood), a)
        for number, (a, b) in enumerate(lines, start=1)
    ]


def _sled(sizes: Sizes) -> list[ChairPart]:
    """Two bent frames, one on each side."""
    parts = []
    size = 0.7 * sizes.timber
    for number, side in enumerate((-1, 1), start=1):
        x = side * (sizes.width / 2 - size)
        half, low = sizes.depth / 2 - size, size / 2
        path = [(x, sizes.under + 0.004, half), (x, 0.05 + low, half), (x, low, half - 0.05)]
        path += [(x, low, 0.05 - half), (x, 0.05 + low, -half), (x, sizes.under + 0.004, -half)]
        shape = rod(path, size, (1, 0, 0), round_=sizes.round_wood)
        parts.append(ChairPart(f"leg_{number}", Role.LEG, shape, (x, sizes.under, 0.0)))
    return parts


def _star(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    """A column on four or five feet, as office chairs have."""
    count = int(rng.choice([4, 5]))
    radius = float(rng.uniform(0.26, 0.34))
    hub = 0.09
    column = strut((0, hub - 0.03, 0), (0, sizes.under + 0.005, 0), 0.06, 0.045, round_=True)
    parts = [ChairPart("column", Role.LEG, column, (0.0, sizes.under, 0.0))]
    for number in range(count):
        angle = 2 * np.pi * (number + 0.25) / count
        x, z = float(np.cos(angle)), float(np.sin(angle))
        arm = strut((0, 0, 0), (radius, -0.035, 0), 0.045, 0.028).rotate((0, float(-np.degrees(angle)), 0))
        wheel = Manifold.sphere(0.028, 16).translate((radius * x, 0.028, radius * z))
        shape = union([arm.translate((0, hub, 0)), wheel])
        parts.append(ChairPart(f"foot_{number + 1}", Role.LEG, shape, (0.0, hub, 0.0)))
    return parts


def _board_leg(sizes: Sizes, side: int) -> ChairPart:
    x = side * (sizes.width / 2 - 0.035)
    board = block((0.025, sizes.under + 0.004, 0.92 * sizes.depth), (x, 0, 0))
    gap = block((0.1, 0.3 * sizes.under, 0.5 * sizes.depth), (x, -0.001, 0))
    return ChairPart(f"leg_{'left' if side < 0 else 'right'}", Role.LEG, board - gap, (x, sizes.under, 0.0))
