"""Pieces that chairs are built of: struts, bent rods, boards and blocks, y up."""

from collections.abc import Callable, Sequence

import numpy as np
from manifold3d import CrossSection, FillRule, Manifold
from numpy.typing import NDArray

from pentad.core.arrays import Doubles

Place = tuple[float, float, float]
_ROUND = 14
"""Corners of a round section."""
_FINE = 0.045
"""Longest edge of a piece that is bent."""


def strut(start: Place, end: Place, size: float, end_size: float | None = None, *, round_: bool = False) -> Manifold:
    """A straight piece between two places, ``size`` thick at ``start`` and ``end_size`` at ``end``.

    It is cut off flat across the axis that it follows most, so upright pieces stand flat on the floor.
    """
    a, b = np.array(start), np.array(end)
    along = int(np.argmax(np.abs(b - a)))
    axes = np.delete(np.eye(3), along, axis=0)
    last = size if end_size is None else end_size
    return Manifold.hull_points(
        np.concatenate([_section(a, axes, size, round_=round_), _section(b, axes, last, round_=round_)])
    )


def rod(path: Sequence[Place], size: float, across: Place, *, round_: bool = True) -> Manifold:
    """A rod bent along ``path``, which lies in a plane whose normal is ``across``."""
    points, normal = np.array(path), np.array(across) / np.linalg.norm(across)
    tangents = np.gradient(points, axis=0)
    sides = np.cross(normal, tangents / np.linalg.norm(tangents, axis=1, keepdims=True))
    flat = _section(np.zeros(2), np.eye(2), size, round_=round_)
    straight = Manifold.extrude(CrossSection([flat], FillRule.EvenOdd), len(points) - 1, len(points) - 2)

    def bend(held: NDArray[np.float64]) -> NDArray[np.float64]:
        ring = np.rint(held[:, 2]).astype(int)
        return np.asarray(points[ring] + held[:, :1] * sides[ring] + held[:, 1:2] * normal)

    return straight.warp_batch(bend)


def _section(middle: Doubles, axes: Doubles, size: float, *, round_: bool) -> Doubles:
    if round_:
        angle = np.arange(_ROUND) * (2 * np.pi / _ROUND)
        return np.asarray(middle + size / 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1) @ axes)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return np.asarray(middle + size / 2 * corners @ axes)


def block(size: Place, floor: Place) -> Manifold:
    """A box, ``floor`` the middle of its underside."""
    return Manifold.cube(size, True).translate((floor[0], floor[1] + size[1] / 2, floor[2]))


def lying(outline: Sequence[tuple[float, float]], bottom: float, top: float) -> Manifold:
    """An outline in (x, z) as a board lying between two heights."""
    flat = [(x, -z) for x, z in outline]
    return Manifold.extrude(_area(flat), top - bottom).rotate((-90, 0, 0)).translate((0, bottom, 0))


def standing(outline: Sequence[tuple[float, float]], thickness: float) -> Manifold:
    """An outline in (x, y) as a board standing around z = 0."""
    return Manifold.extrude(_area(outline), thickness).translate((0, 0, -thickness / 2))


def soft(shape: Manifold, swell: float) -> Manifold:
    """``shape`` with its upper side swollen in the middle by ``swell``, as upholstery is."""
    low_x, low_y, low_z, high_x, high_y, high_z = shape.bounding_box()
    middle, half = np.array([low_x + high_x, low_z + high_z]) / 2, np.array([high_x - low_x, high_z - low_z]) / 2

    def swollen(points: NDArray[np.float64]) -> NDArray[np.float64]:
        off = np.clip(np.abs((points[:, [0, 2]] - middle) / half), 0, 1)
        up = (points[:, 1] - low_y) / (high_y - low_y)
        moved = points.copy()
        moved[:, 1] += swell * up * np.prod(1 - off**4, axis=1)
        return moved

    return warped(shape, swollen)


def bowed(shape: Manifold, depth: float, half_width: float) -> Manifold:
    """``shape`` bent so that it comes forward (+z) by ``depth`` at ``half_width`` left and right of the middle."""

    def bend(points: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = points.copy()
        moved[:, 2] += depth * (points[:, 0] / half_width) ** 2
        return moved

    return warped(shape, bend)


def warped(shape: Manifold, warp: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Manifold:
    """``shape`` in triangles fine enough to be bent, and bent."""
    return shape.refine_to_length(_FINE).warp_batch(warp)


def rounded(width: float, depth: float, radius: float, *, front: float = 1.0) -> list[tuple[float, float]]:
    """A rectangle's outline around the origin with round corners; its far (+) side is ``front`` times as wide."""
    radius = min(radius, width * front / 2.01, depth / 2.01)
    outline = []
    for sx, sy, start in ((1, 1, 0), (-1, 1, 90), (-1, -1, 180), (1, -1, 270)):
        half = width / 2 * (front if sy > 0 else 1.0)
        for angle in np.radians(np.linspace(start, start + 90, 6)):
            x = sx * (half - radius) + radius * np.cos(angle)
            outline.append((float(x), float(sy * (depth / 2 - radius) + radius * np.sin(angle))))
    return outline


def disc(width: float, depth: float, corners: int = 36) -> list[tuple[float, float]]:
    """An oval's outline."""
    angle = np.arange(corners) * (2 * np.pi / corners)
    return [(float(x), float(y)) for x, y in zip(width / 2 * np.cos(angle), depth / 2 * np.sin(angle), strict=True)]


def bell(width: float, depth: float) -> list[tuple[float, float]]:
    """An outline in (x, z): straight behind (-z), half an oval in front."""
    angle = np.linspace(0, np.pi, 24)
    front = zip(width / 2 * np.cos(angle), depth / 2 * np.sin(angle), strict=True)
    return [(width / 2, -depth / 2), *((float(x), float(z)) for x, z in front), (-width / 2, -depth / 2)]


def _area(outline: Sequence[tuple[float, float]]) -> CrossSection:
    return CrossSection([np.array(outline)], FillRule.EvenOdd)
