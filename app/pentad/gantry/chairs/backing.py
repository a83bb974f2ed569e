"""Backs and arms of chairs."""

import math
from dataclasses import replace

import numpy as np
from manifold3d import Manifold

from pentad.gantry.chairs.chair import ChairPart, Role
from pentad.gantry.chairs.seating import Sizes
from pentad.gantry.chairs.shapes import Place, block, bowed, disc, rod, rounded, standing, strut

_SUNK = 0.006
"""How far a part reaches into what it is fixed to."""


def back(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    """A back in one of the usual manners, leaning."""
    makers = (_panel, _shell, _ladder, _spindles, _crossed, _hoop, _framed)
    maker = makers[int(rng.choice(len(makers), p=[0.2, 0.15, 0.2, 0.15, 0.1, 0.1, 0.1]))]
    return [_leaning(part, sizes) for part in maker(sizes, rng)]


def _leaning(part: ChairPart, sizes: Sizes) -> ChairPart:
    """From the plane z = 0 above y = 0 to its place behind the seat."""
    z = -sizes.depth / 2 + 0.5 * sizes.timber
    shape = part.shape.rotate((-sizes.lean_deg, 0, 0)).translate((0, sizes.top - _SUNK, z))
    lean = math.radians(sizes.lean_deg)
    x, y, deep = part.joint
    turned = (x, y * math.cos(lean) + deep * math.sin(lean), deep * math.cos(lean) - y * math.sin(lean))
    return replace(part, shape=shape, joint=(turned[0], turned[1] + sizes.top - _SUNK, turned[2] + z))


def _board(sizes: Sizes, rng: np.random.Generator, thickness: float, low: float) -> Manifold:
    """A board from ``low`` to the back's height with a round or nearly square top."""
    tall = sizes.back - low
    outline = rounded(sizes.width * float(rng.uniform(0.82, 1.0)), tall, float(rng.uniform(0.01, 0.2)),
                      front=float(rng.uniform(0.8, 1.1)))  # fmt: skip
    return standing(outline, thickness).translate((0, low + tall / 2, 0))


def _panel(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    cloth = bool(rng.random() < 0.5)
    thickness = float(rng.uniform(0.04, 0.08)) if cloth else float(rng.uniform(0.02, 0.035))
    if rng.random() < 0.5:
        return [ChairPart("back", Role.BACK, _board(sizes, rng, thickness, 0), (0, 0, 0), cloth)]
    low = 0.35 * sizes.back
    parts = [ChairPart("back", Role.BACK, _board(sizes, rng, thickness, low), (0, low, 0), cloth)]
    for name, side in (("left", -1), ("right", 1)):
        x = side * sizes.width * 0.3
        stay = strut((x, 0, 0), (x, low + 0.05, 0), 0.7 * sizes.timber, round_=sizes.round_wood)
        parts.append(ChairPart(f"post_{name}", Role.POST, stay, (x, 0.0, 0.0)))
    return parts


def _shell(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    depth = float(rng.uniform(0.05, 0.14))
    board = _board(sizes, rng, float(rng.uniform(0.02, 0.045)), 0)
    shape = bowed(board, depth, sizes.width / 2)
    return [ChairPart("back", Role.BACK, shape, (0.0, 0.0, 0.0), bool(rng.random() < 0.5))]


def _posts(sizes: Sizes) -> tuple[list[ChairPart], float]:
    """Two posts, and the distance of each from the middle."""
    x = sizes.width / 2 - 0.5 * sizes.timber - 0.005
    parts = []
    for name, side in (("left", -1), ("right", 1)):
        shape = strut((side * x, 0, 0), (side * x, sizes.back, 0), sizes.timber, 0.8 * sizes.timber,
                      round_=sizes.round_wood)  # fmt: skip
        parts.append(ChairPart(f"post_{name}", Role.POST, shape, (side * x, 0.0, 0.0)))
    return parts, x


def _rail(name: str, x: float, y: float, tall: float, thick: float) -> ChairPart:
    return ChairPart(name, Role.SLAT, block((2 * x, tall, thick), (0, y - tall / 2, 0)), (-x, y, 0.0))


def _ladder(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    parts, x = _posts(sizes)
    count = int(rng.integers(2, 6))
    tall = float(rng.uniform(0.35, 0.7)) * sizes.back / (count + 1)
    for number in range(count):
        y = sizes.back * (0.25 + 0.75 * (number + 0.5) / count) - 0.02
        parts.append(_rail(f"slat_{number + 1}", x, y, tall, 0.018))
    return parts


def _spindles(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    parts, x = _posts(sizes)
    tall = float(rng.uniform(0.05, 0.1))
    parts.append(_rail("top_rail", x + 0.4 * sizes.timber, sizes.back - tall / 2, tall, 0.026))
    low = float(rng.choice([0.0, 0.12]))
    if low:
        parts.append(_rail("low_rail", x, low, 0.035, 0.022))
    count = int(rng.integers(3, 8))
    size = float(rng.uniform(0.012, 0.022)) if count > 4 else float(rng.uniform(0.018, 0.045))
    for number in range(count):
        place = x * (2 * (number + 1) / (count + 1) - 1)
        shape = strut((place, low, 0), (place, sizes.back - tall / 2, 0), size, round_=sizes.round_wood)
        parts.append(ChairPart(f"spindle_{number + 1}", Role.SLAT, shape, (place, low, 0.0)))
    return parts


def _crossed(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    parts, x = _posts(sizes)
    tall = float(rng.uniform(0.05, 0.09))
    parts.append(_rail("top_rail", x, sizes.back - tall / 2, tall, 0.026))
    low, high = 0.08 * sizes.back, sizes.back - 0.8 * tall
    for number, side in enumerate((-1, 1), start=1):
        shape = strut((side * x, low, 0), (-side * x, high, 0), 0.028)
        parts.append(ChairPart(f"brace_{number}", Role.SLAT, shape, (side * x, low, 0.0)))
    return parts


def _hoop(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    """A bent bow with spindles in it."""
    half, size = sizes.width / 2 - 0.02, 0.028

    def height(x: float) -> float:
        return sizes.back * (0.55 + 0.45 * math.sqrt(max(1 - (x / half) ** 2, 0)))

    xs = half * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 15))
    path: list[Place] = [(-half, 0.0, 0.0), *((float(x), height(float(x)), 0.0) for x in xs), (half, 0.0, 0.0)]
    parts = [ChairPart("back", Role.BACK, rod(path, size, (0, 0, 1)), (-half, 0.0, 0.0))]
    count = int(rng.integers(3, 7))
    for number in range(count):
        x = half * (2 * (number + 1) / (count + 1) - 1)
        shape = strut((x, 0, 0), (x, height(x), 0), 0.014, round_=True)
        parts.append(ChairPart(f"spindle_{number + 1}", Role.SLAT, shape, (x, 0.0, 0.0)))
    return parts


def _framed(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    """A frame around a thin panel or an oval pad."""
    parts, x = _posts(sizes)
    parts.append(_rail("top_rail", x + 0.3 * sizes.timber, sizes.back - 0.03, 0.06, 0.03))
    low, high = 0.22 * sizes.back, sizes.back - 0.05
    parts.append(_rail("low_rail", x, low, 0.04, 0.022))
    if rng.random() < 0.5:
        pad = standing(rounded(2 * x, high - low, 0.01), 0.012)
    else:
        pad = standing(disc(1.7 * x, high - low + 0.03), 0.03)
    part = ChairPart("back", Role.BACK, pad.translate((0, (low + high) / 2, 0)), (0, low, 0), bool(rng.random() < 0.6))
    return [*parts, part]


def arms(sizes: Sizes, rng: np.random.Generator) -> list[ChairPart]:
    """Two arms alike, or none."""
    kind = str(rng.choice(["none", "posts", "sloped", "boards", "loops"], p=[0.5, 0.17, 0.11, 0.11, 0.11]))
    if kind == "none":
        return []
    high = float(rng.uniform(0.17, 0.24))
    reach = float(rng.uniform(0.6, 0.95))
    return [_arm(sizes, kind, side, high, reach) for side in (-1, 1)]


def _arm(sizes: Sizes, kind: str, side: int, high: float, reach: float) -> ChairPart:
    x = side * (sizes.width / 2 * max(1.0, sizes.front) - 0.3 * sizes.timber)
    near = -sizes.depth / 2 + 0.5 * sizes.timber
    far = -sizes.depth / 2 + reach * sizes.depth
    y, size = sizes.top + high, 0.8 * sizes.timber
    behind = near - math.tan(math.radians(sizes.lean_deg)) * high
    inward = side * (sizes.width / 2 - 0.5 * sizes.timber - 0.005)
    name = f"arm_{'left' if side < 0 else 'right'}"
    if kind == "boards":
        shape = block((0.05, high + sizes.thickness, far - near), (x, sizes.under, (far + near) / 2))
        return ChairPart(name, Role.ARM, shape, (x, sizes.top, (far + near) / 2), cloth=True)
    if kind == "loops":
        low = sizes.top - 0.5 * sizes.thickness
        path = [(x, low, near + 0.03), (x, y - 0.04, near + 0.03), (x, y, near + 0.07)]
        path += [(x, y, far - 0.04), (x, y - 0.04, far), (x, low, far)]
        return ChairPart(name, Role.ARM, rod(path, 0.7 * size, (1, 0, 0)), (x, low, (far + near) / 2))
    front = y if kind == "posts" else y - 0.4 * high
    rest = strut((inward, y, behind), (x, front, far + 0.03), size, round_=sizes.round_wood)
    post = strut((x, sizes.top - 0.6 * sizes.thickness, far), (x, front, far), 0.8 * size, round_=sizes.round_wood)
    return ChairPart(name, Role.ARM, rest + post, (x, sizes.top, far))
