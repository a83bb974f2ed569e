"""Loops over grids of weighted edges, compiled by numba at their first call; imported only where they are needed.

A grid (H + 2, W + 2) is float32 with a border of zeros, H and W even, so that no loop asks where it is.
``across[r, c]`` is the weight of the edge between (r, c) and (r, c + 1), ``down[r, c]`` of that to (r + 1, c); zero is
no edge. A coarser grid may have a column and a row more than the finer one has pairs; nothing is ever there.
"""

from functools import partial
from typing import Any

import numpy as np

from pentad.core.arrays import Floats
from pentad.geometry.compiling import compiled

_ZERO, _ONE = np.float32(0), np.float32(1)
_FARTHEST = 3.0
_STEEPEST = np.float32(60)
_NO_EDGE = np.float32(1e-12)
_fast = partial(compiled, fast=frozenset({"contract", "reassoc", "nsz", "arcp"}))


@_fast
def coarsen(across: Floats, down: Floats, coarse_across: Floats, coarse_down: Floats) -> None:
    """Edges between blocks of two by two: the sums of those that cross."""
    coarse_across[:] = _ZERO
    coarse_down[:] = _ZERO
    last = across.shape[1] // 2
    for r in range(1, across.shape[0] - 1):
        block = (r + 1) >> 1
        for c in range(1, last):
            coarse_across[block, c] += across[r, 2 * c]
        if r % 2 == 0:
            for c in range(1, last):
                coarse_down[block, c] += down[r, 2 * c - 1] + down[r, 2 * c]


@_fast
def invert(across: Floats, down: Floats, inverse: Floats) -> None:
    """One by the sum of each pixel's edges; zero where it has none."""
    for r in range(1, across.shape[0] - 1):
        for c in range(1, across.shape[1] - 1):
            total = across[r, c] + across[r, c - 1] + down[r, c] + down[r - 1, c]
            inverse[r, c] = _ONE / total if total > _NO_EDGE else _ZERO


@_fast
def begin(x: Floats, b: Floats, inverse: Floats) -> None:
    """One Jacobi step from zero."""
    for r in range(1, x.shape[0] - 1):
        for c in range(1, x.shape[1] - 1):
            x[r, c] = b[r, c] * inverse[r, c]


@_fast
def relax(x: Floats, b: Floats, across: Floats, down: Floats, inverse: Floats, colour: int) -> None:
    """Half a red-black Gauss-Seidel sweep: the pixels of one colour."""
    for r in range(1, x.shape[0] - 1):
        for c in range(1 + (r + colour) % 2, x.shape[1] - 1, 2):
            x[r, c] = inverse[r, c] * (
                b[r, c]
                + across[r, c - 1] * x[r, c - 1]
                + across[r, c] * x[r, c + 1]
                + down[r - 1, c] * x[r - 1, c]
                + down[r, c] * x[r + 1, c]
            )


@_fast
def restrict(x: Floats, b: Floats, across: Floats, down: Floats, row: Floats, coarse: Floats) -> None:
    """What is left, b - L x, summed over blocks of two by two; ``row`` (W + 2) is room to work in."""
    last = x.shape[1] // 2
    for r in range(1, x.shape[0] - 1):
        for c in range(1, x.shape[1] - 1):
            here = x[r, c]
            row[c] = (
                b[r, c]
                + across[r, c - 1] * (x[r, c - 1] - here)
                + across[r, c] * (x[r, c + 1] - here)
                + down[r - 1, c] * (x[r - 1, c] - here)
                + down[r, c] * (x[r + 1, c] - here)
            )
        block = (r + 1) >> 1
        if r % 2:
            for c in range(1, last):
                coarse[block, c] = row[2 * c - 1] + row[2 * c]
        else:
            for c in range(1, last):
                coarse[block, c] += row[2 * c - 1] + row[2 * c]


@_fast
def stride(x: Floats, b: Floats, across: Floats, down: Floats) -> float:
    """How far to go along x, so that the energy of alpha x under L and b is least, but no farther than is ever right.

    Why a limit: where x is a constant and rounding, the energy says nothing.
    """
    gain, cost = 0.0, 0.0
    for r in range(1, x.shape[0] - 1):
        won, paid = _ZERO, _ZERO
        for c in range(1, x.shape[1] - 1):
            here = x[r, c]
            right, below = x[r, c + 1] - here, x[r + 1, c] - here
            won += here * b[r, c]
            paid += across[r, c] * right * right + down[r, c] * below * below
        gain += float(won)
        cost += float(paid)
    return min(gain / cost, _FARTHEST) if gain > 0 and cost > 0 else 0.0


@_fast
def prolong(x: Floats, coarse: Floats, factor: float) -> None:
    """Add to each pixel so many times its block's value."""
    times = np.float32(factor)
    for r in range(1, x.shape[0] - 1):
        block = (r + 1) >> 1
        for c in range(1, x.shape[1] // 2):
            x[r, 2 * c - 1] += times * coarse[block, c]
            x[r, 2 * c] += times * coarse[block, c]


@_fast
def turn(y: Floats, beta: float, p: Floats, across: Floats, down: Floats, q: Floats) -> float:
    """A new direction of conjugate gradients, p = y + beta p and q = L p; gives p . q."""
    keep = np.float32(beta)
    for r in range(1, p.shape[0] - 1):
        for c in range(1, p.shape[1] - 1):
            p[r, c] = y[r, c] + keep * p[r, c]
    total = 0.0
    for r in range(1, p.shape[0] - 1):
        part = _ZERO
        for c in range(1, p.shape[1] - 1):
            here = p[r, c]
            there = (
                across[r, c - 1] * (here - p[r, c - 1])
                + across[r, c] * (here - p[r, c + 1])
                + down[r - 1, c] * (here - p[r - 1, c])
                + down[r, c] * (here - p[r + 1, c])
            )
            q[r, c] = there
            part += here * there
        total += float(part)
    return total


@_fast
def advance(x: Floats, left: Floats, alpha: float, p: Floats, q: Floats) -> float:
    """x += alpha p, left -= alpha q; gives |left|^2."""
    by = np.float32(alpha)
    total = 0.0
    for r in range(1, p.shape[0] - 1):
        part = _ZERO
        for c in range(1, p.shape[1] - 1):
            x[r, c] += by * p[r, c]
            rest = left[r, c] - by * q[r, c]
            left[r, c] = rest
            part += rest * rest
        total += float(part)
    return total


@_fast
def dot(x: Floats, y: Floats) -> float:
    total = 0.0
    for r in range(1, x.shape[0] - 1):
        part = _ZERO
        for c in range(1, x.shape[1] - 1):
            part += x[r, c] * y[r, c]
        total += float(part)
    return total


@_fast
def _side(before: Any, here: Any, after: Any, k: Any) -> float:
    """How much the step ahead counts against the step behind, from their cosine-weighted sizes squared."""
    power = min(max(k * here * (after - before), -_STEEPEST), _STEEPEST)
    return float(_ONE / (_ONE + np.exp(power)))


@_fast
def weigh(
    depth: Floats, squared: Floats, slopes_across: Floats, slopes_down: Floats, k: float,
    across: Floats, down: Floats, wanted: Floats, shares: Floats,
) -> float:  # fmt: skip
    """The bilateral weights at ``depth`` as edges and right-hand side; gives the weighted energy.

    ``squared`` is each pixel's squared cosine, zero where nothing is; ``shares`` (2, W + 2) is room to work in.
    """
    sharp = np.float32(k)
    across[:] = _ZERO
    down[:] = _ZERO
    wanted[:] = _ZERO
    energy = 0.0
    last = depth.shape[1] - 1
    for r in range(1, depth.shape[0] - 1):
        part = _ZERO
        for c in range(1, last):
            here = depth[r, c]
            left = here - depth[r, c - 1] if squared[r, c - 1] > 0 else _ZERO
            right = depth[r, c + 1] - here if squared[r, c + 1] > 0 else _ZERO
            above = here - depth[r - 1, c] if squared[r - 1, c] > 0 else _ZERO
            below = depth[r + 1, c] - here if squared[r + 1, c] > 0 else _ZERO
            shares[0, c] = _side(left * left, squared[r, c], right * right, sharp)
            shares[1, c] = _side(above * above, squared[r, c], below * below, sharp)
        for c in range(1, last):
            here, weight = depth[r, c], squared[r, c]
            ahead, slope = shares[0, c] * weight, slopes_across[r, c]
            if squared[r, c + 1] > 0:
                across[r, c] += ahead
                wanted[r, c] -= ahead * slope
                wanted[r, c + 1] += ahead * slope
                part += ahead * (depth[r, c + 1] - here - slope) ** 2
            if squared[r, c - 1] > 0:
                behind = weight - ahead
                across[r, c - 1] += behind
                wanted[r, c] += behind * slope
                wanted[r, c - 1] -= behind * slope
                part += behind * (here - depth[r, c - 1] - slope) ** 2
            ahead, slope = shares[1, c] * weight, slopes_down[r, c]
            if squared[r + 1, c] > 0:
                down[r, c] += ahead
                wanted[r, c] -= ahead * slope
                wanted[r + 1, c] += ahead * slope
                part += ahead * (depth[r + 1, c] - here - slope) ** 2
            if squared[r - 1, c] > 0:
                behind = weight - ahead
                down[r - 1, c] += behind
                wanted[r, c] += behind * slope
                wanted[r - 1, c] -= behind * slope
                part += behind * (here - depth[r - 1, c] - slope) ** 2
        energy += float(part)
    return energy
