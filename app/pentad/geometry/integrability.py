"""Whether normals can be those of a surface, and what that says of a normal map's green channel."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles, Normals

_GRAZING = 0.15
_CELLS = 8
_FEW = 30
_WORSE = 1.25
"""Times the curl of the map with green turned over: from there on the declared way is doubted."""
_SURE = 0.7
_FLAT = 1e-3
"""Mean curl per pixel below which a map is too flat to tell."""


@dataclass(frozen=True, slots=True)
class GreenDoubt:
    """A normal map that makes a better surface with its green channel turned over.

    ``declared`` and ``flipped`` are the mean |curl| per pixel as declared and turned over; ``sure`` is the share of
    the map's parts that say so.
    """

    declared: float
    flipped: float
    sure: float


def curl(normals: Normals | Doubles) -> tuple[Doubles, Doubles]:
    """((h-1, w-1), the same) the curl of the slopes p = -nx/nz, q = -ny/nz, as they are and with q turned over.

    A surface z(x, y) has dp/dy = dq/dx. NaN where a pixel of the four has no normal or grazes.
    """
    n = np.asarray(normals, np.float64)
    usable = n[..., 2] > _GRAZING
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = np.where(usable, -n[..., 0] / n[..., 2], np.nan), np.where(usable, -n[..., 1] / n[..., 2], np.nan)
    # Why a minus: rows count downwards, y upwards.
    p_y = -0.5 * (p[1:, :-1] - p[:-1, :-1] + p[1:, 1:] - p[:-1, 1:])
    q_x = 0.5 * (q[:-1, 1:] - q[:-1, :-1] + q[1:, 1:] - q[1:, :-1])
    return p_y - q_x, p_y + q_x


def doubt_green(normals: Normals) -> GreenDoubt | None:
    """A hint that green points the other way than declared, for (H, W, 3) decoded normals; None where there is none.

    It is a hint: steps, noise and parts curved one way only have no say, and nothing is ever turned over by it.
    """
    declared, flipped = (np.abs(values) for values in curl(normals))
    known = np.isfinite(declared)
    if np.count_nonzero(known) < _FEW:
        return None
    # Why a limit: at a step of the surface a difference across it is no slope, either way.
    limit = float(np.quantile(np.maximum(declared, flipped)[known], 0.95))
    declared, flipped = np.minimum(declared, limit), np.minimum(flipped, limit)
    as_is, turned = float(declared[known].mean()), float(flipped[known].mean())
    if as_is < _FLAT or as_is < _WORSE * turned:
        return None
    votes = []
    for rows in np.array_split(np.arange(known.shape[0]), _CELLS):
        for columns in np.array_split(np.arange(known.shape[1]), _CELLS):
            cell = np.ix_(rows, columns)
            inside = known[cell]
            if np.count_nonzero(inside) < _FEW:
                continue
            one, other = declared[cell][inside].mean(), flipped[cell][inside].mean()
            if max(one, other) >= _FLAT:
                votes.append(one > other)
    sure = float(np.mean(votes)) if votes else 0.0
    return GreenDoubt(as_is, turned, sure) if sure >= _SURE else None
