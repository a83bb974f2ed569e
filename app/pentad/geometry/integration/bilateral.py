"""Depth that may break where the slopes do: bilateral normal integration, from coarse to fine."""

import numpy as np

from pentad.core.arrays import Bools, Floats
from pentad.geometry.integration.slopes import Slopes
from pentad.sdk import Ticket
from pentad.sdk.part_of import PartOf
from pentad.sdk.quiet_ticket import QuietTicket

SHARPNESS = 2.0
"""k of the paper: how suddenly a side is let go, per pixel of step squared."""
_COARSEST_PX = 640
"""Why no smaller: a break stays where it began, and one that began on a coarse grid is a staircase on a fine one."""
_LEAST, _MOST = (30, 5), (150, 15)
"""Rounds of new weights, from the coarsest level on; the last number holds for all after it."""
_STEADY = 1e-4
_TOLERANCE, _STEPS = 1e-4, 8


def integrate_bilateral(slopes: Slopes, ticket: Ticket, *, sharpness: float = SHARPNESS) -> Floats:
    """(H, W) float32 depth in pixels, zero where not valid (Cao et al., Bilateral Normal Integration, ECCV 2022).

    At each pixel and axis the steps to the two sides, d+ and d-, are both to equal the slope, with weights w and 1 - w,
    w = sigmoid(k (c d-)^2 - k (c d+)^2), c the cosine to the ray: where the depth breaks on one side, the
    other decides. Weights and depth are found in turns until the energy stays. In the paper that begins with a flat
    depth; here a map above 640 pixels begins with what half its size came to, as a step that is wide to a fine grid
    takes it a hundred turns to find.
    """
    levels = [slopes]
    while max(levels[-1].valid.shape) > _COARSEST_PX:
        levels.append(_half(levels[-1]))
    depth: Floats | None = None
    share = 1.0 / sum(level.valid.size for level in levels)
    done = 0.0
    for turn, level in enumerate(reversed(levels)):
        begun = None if depth is None else _double(depth, levels[-turn], level.valid)
        part = level.valid.size * share
        rounds = range(_MOST[min(turn, len(_MOST) - 1)])
        depth = _settle(level, begun, sharpness, rounds, _LEAST[min(turn, 1)], PartOf(ticket, done, done + part))
        done += part
    assert depth is not None
    return depth


def _settle(level: Slopes, depth: Floats | None, sharpness: float, rounds: range, least: int, ticket: Ticket) -> Floats:
    """Weights and depth in turns, until the energy stays or for the given rounds."""
    from pentad.geometry.integration import loops  # Why: numba takes half a second.
    from pentad.geometry.integration.multigrid import GridLaplacian

    height, width = level.valid.shape
    laplacian = GridLaplacian(height, width)
    found, wanted = laplacian.grid(depth), laplacian.grid()
    squared, across, down = (laplacian.grid(part) for part in (level.cosine**2, level.across, level.down))
    shares = np.zeros((2, squared.shape[1]), np.float32)
    quiet = QuietTicket(ticket)

    def weigh() -> float:
        return loops.weigh(
            found, squared, across, down, sharpness, laplacian.across, laplacian.down, wanted, shares
        )  # fmt: skip

    energy = weigh()
    for index in rounds:
        ticket.report(index / len(rounds), f"{width} x {height} px")
        laplacian.update()
        laplacian.solve(found, wanted, quiet, tolerance=_TOLERANCE, most=_STEPS)
        before, energy = energy, weigh()
        if index >= least and abs(energy - before) <= _STEADY * before:
            break
    return found[1 : height + 1, 1 : width + 1]


def _half(slopes: Slopes) -> Slopes:
    """The slopes at half the size, each block those of the mean normal of its valid pixels."""
    # Why: slope times cosine and cosine are, but for one factor a pixel, the components of its normal.
    count = np.maximum(_blocks(slopes.valid), 1)
    cosine = _blocks(slopes.cosine)
    kept = np.where(cosine > 0, cosine, np.float32(1))
    across, down = (_blocks(slope * slopes.cosine) for slope in (slopes.across, slopes.down))
    across /= kept
    down /= kept
    cosine /= count
    return Slopes(across, down, cosine, cosine > 0, slopes.focal, slopes.clamped)


def _blocks(values: Floats | Bools) -> Floats:
    """(ceil(H / 2), ceil(W / 2)) float32 sums over blocks of two by two."""
    height, width = values.shape
    wide = np.zeros(((height + 1) // 2, (width + 1) // 2), np.float32)
    for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        part = values[y::2, x::2]
        wide[: part.shape[0], : part.shape[1]] += part
    return wide


def _double(depth: Floats, slopes: Slopes, valid: Bools) -> Floats:
    """``depth`` at twice the size, each block tilted as ``slopes`` say, so that breaks stay sharp."""
    found = np.zeros(valid.shape, np.float32)
    half = np.float32(0.5)
    for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        block = 2 * depth + (half if x else -half) * slopes.across + (half if y else -half) * slopes.down
        part = found[y::2, x::2]
        part[:] = block[: part.shape[0], : part.shape[1]]
    found *= valid
    return found
