"""Conjugate gradients on a grid's weighted graph Laplacian, preconditioned by one multigrid V-cycle."""

import numpy as np

from pentad.core.arrays import Floats
from pentad.geometry.integration import loops
from pentad.sdk import Ticket

_COARSEST = 4
_SWEEPS = 8
_LONGEST_STEP = 100.0
"""Of a preconditioner that is nearly the inverse the steps are about one long."""


class _Level:
    """One grid of the pyramid: its edges, and the room a cycle works in."""

    def __init__(self, height: int, width: int) -> None:
        shape = (height + height % 2 + 2, width + width % 2 + 2)
        self.across, self.down, self.inverse, self.x, self.b = (np.zeros(shape, np.float32) for _ in range(5))
        self.row = np.zeros(shape[1], np.float32)


class GridLaplacian:
    """The matrix L of energies sum w_ij (z_i - z_j)^2 over neighbouring pixels, with a solver for L z = b.

    ``across`` and ``down`` are its edges, grids as ``loops`` describes them, to be filled by the caller, who then calls
    ``update``. Each part of the graph that hangs together has a constant of its own, which stays as it was begun with.
    Blocks of two by two are the coarser unknowns, so that masks and weights of any shape need no special care.
    """

    def __init__(self, height: int, width: int) -> None:
        self._levels = [_Level(height, width)]
        while max(height, width) > _COARSEST:
            height, width = (height + 1) // 2, (width + 1) // 2
            self._levels.append(_Level(height, width))
        self._p, self._q = self.grid(), self.grid()

    @property
    def across(self) -> Floats:
        return self._levels[0].across

    @property
    def down(self) -> Floats:
        return self._levels[0].down

    def grid(self, values: Floats | None = None) -> Floats:
        """A new grid with ``values`` (H, W) in it."""
        made = np.zeros_like(self.across)
        if values is not None:
            made[1 : values.shape[0] + 1, 1 : values.shape[1] + 1] = values
        return made

    def update(self) -> None:
        """Take over the edges."""
        for index, level in enumerate(self._levels):
            if index:
                finer = self._levels[index - 1]
                loops.coarsen(finer.across, finer.down, level.across, level.down)
            loops.invert(level.across, level.down, level.inverse)

    def solve(self, x: Floats, b: Floats, ticket: Ticket, *, tolerance: float, most: int) -> float:
        """Improve the grid ``x`` until |b - L x| <= ``tolerance`` |b|, or for ``most`` steps; gives what it came to."""
        top, p, q = self._levels[0], self._p, self._q
        p[:] = 0
        loops.turn(x, 0.0, p, top.across, top.down, q)
        np.subtract(b, q, out=top.b)
        p[:] = 0
        scale = loops.dot(b, b)
        rest, curvature = loops.dot(top.b, top.b), 0.0
        for _ in range(most):
            if rest <= tolerance**2 * scale:
                break
            ticket.check()
            self._cycle(0)
            # Why by q: a cycle is no fixed matrix, so that directions are kept conjugate by what they are.
            beta = -loops.dot(top.x, q) / curvature if curvature else 0.0
            along = loops.dot(top.b, top.x)
            curvature = loops.turn(top.x, beta, p, top.across, top.down, q)
            if not 0 < along < _LONGEST_STEP * curvature:
                break  # Why: what is left is rounding, and its constants have no curvature to hold them.
            rest = loops.advance(x, top.b, along / curvature, p, q)
        return float(np.sqrt(rest / scale)) if scale > 0 else 0.0

    def _cycle(self, index: int) -> None:
        """x = V(b) at a level.

        What comes up from below is stretched to where it is best: blocks' steps are twice too stiff for what is smooth,
        and right for pieces of a few pixels (over-correction; Braess 1995).
        """
        level = self._levels[index]
        loops.begin(level.x, level.b, level.inverse)
        if index + 1 == len(self._levels):
            for colour in [1, 0] * _SWEEPS + [0, 1] * _SWEEPS:
                self._relax(level, colour)
            return
        self._relax(level, 1)
        coarser = self._levels[index + 1]
        loops.restrict(level.x, level.b, level.across, level.down, level.row, coarser.b)
        self._cycle(index + 1)
        factor = loops.stride(coarser.x, coarser.b, coarser.across, coarser.down)
        loops.prolong(level.x, coarser.x, factor)
        self._relax(level, 1)
        self._relax(level, 0)

    def _relax(self, level: _Level, colour: int) -> None:
        loops.relax(level.x, level.b, level.across, level.down, level.inverse, colour)
