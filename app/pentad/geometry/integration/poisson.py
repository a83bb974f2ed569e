"""The depth whose slopes are nearest to the given ones everywhere: Poisson's equation with free borders."""

import numpy as np
from scipy import fft

from pentad.core.arrays import Bools, Floats
from pentad.geometry.integration.slopes import Slopes
from pentad.sdk import Ticket

_ROWS = 512
_TOLERANCE = 1e-5
_MOST_STEPS = 100


def integrate_poisson(slopes: Slopes, ticket: Ticket) -> Floats:
    """(H, W) float32 depth in pixels, zero where not valid, least squares over all neighbouring pairs.

    A whole rectangle is solved directly by the cosine transform, for which the five-point operator with free borders
    is diagonal (Simchony, Chellappa & Shao 1990); anything else by conjugate gradients (``multigrid``).
    """
    if slopes.valid.all():
        ticket.report(0.2, "Cosine transform")
        return _by_cosines(_divergence(slopes))
    return _masked(slopes, ticket)


def _by_cosines(wanted: Floats) -> Floats:
    height, width = wanted.shape
    waves = fft.dctn(wanted, norm="ortho", overwrite_x=True, workers=2)
    down, across = ((2 - 2 * np.cos(np.pi * np.arange(n) / n)).astype(np.float32) for n in (height, width))
    waves[0, 0] = 0  # Why: of the constant nothing is known.
    for top in range(0, height, _ROWS):
        rows = slice(top, min(top + _ROWS, height))
        waves[rows] /= np.maximum(down[rows, None] + across[None], np.finfo(np.float32).tiny)
    return np.asarray(fft.idctn(waves, norm="ortho", overwrite_x=True, workers=2), np.float32)


def _masked(slopes: Slopes, ticket: Ticket) -> Floats:
    from pentad.geometry.integration.multigrid import GridLaplacian  # Why: numba takes half a second.

    ticket.report(0.0, "Solving Poisson's equation")
    height, width = slopes.valid.shape
    laplacian = GridLaplacian(height, width)
    laplacian.across[1 : height + 1, 1:width] = _pairs(slopes.valid, axis=1)
    laplacian.down[1:height, 1 : width + 1] = _pairs(slopes.valid, axis=0)
    laplacian.update()
    depth = laplacian.grid()
    laplacian.solve(depth, laplacian.grid(_divergence(slopes)), ticket, tolerance=_TOLERANCE, most=_MOST_STEPS)
    return depth[1 : height + 1, 1 : width + 1]


def _divergence(slopes: Slopes) -> Floats:
    """(H, W) what flows into each pixel: between two the slope is the mean of theirs."""
    wanted = np.zeros(slopes.valid.shape, np.float32)
    flow = (slopes.across[:, :-1] + slopes.across[:, 1:]) * np.float32(0.5)
    flow *= _pairs(slopes.valid, axis=1)
    wanted[:, :-1] -= flow
    wanted[:, 1:] += flow
    flow = (slopes.down[:-1] + slopes.down[1:]) * np.float32(0.5)
    flow *= _pairs(slopes.valid, axis=0)
    wanted[:-1] -= flow
    wanted[1:] += flow
    return wanted


def _pairs(valid: Bools, *, axis: int) -> Bools:
    """Whether a pixel and the next along ``axis`` are both valid."""
    return np.asarray(valid[:-1] & valid[1:] if axis == 0 else valid[:, :-1] & valid[:, 1:])
