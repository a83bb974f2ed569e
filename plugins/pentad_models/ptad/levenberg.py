"""Levenberg-Marquardt on masks: small twists of the part in its own axes, until none of them helps."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.geometry.rigid import motion, nearest_rigid
from pentad_models.ptad.comparing import Comparison, Level, compare
from pentad_models.ptad.journal import Journal

_FACTOR = 6.0
_FIRST_DAMPING = 1e-2
_LEAST_DAMPING, _MOST_DAMPING = 1e-7, 1e9
_TRIES = 5
_LONGEST = 0.35
"""Radians, and part radii times two, that one step may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """Where a climb ended: ``pose`` in unit coordinates, what it comes to, and the ``step`` of the journal."""

    pose: Doubles
    found: Comparison
    step: int


def climb(level: Level, pose: Doubles, journal: Journal, *, start: int, rounds: int, enough: float) -> Climb:
    """Improve ``pose`` (4, 4) for at most ``rounds`` accepted steps, until one lowers the cost by less than ``enough``
    of it. A step that does not lower the cost is never taken, so neither NaN nor a runaway can come of it."""
    looks = len(level.sights)
    here = compare(level, pose)
    journal.renders += looks
    step = journal.write(pose, here, start=start, level=level.reduction, damping=_FIRST_DAMPING)
    damping = _FIRST_DAMPING
    for _ in range(rounds):
        journal.check()
        for _ in range(_TRIES):
            twist = _step(here, damping)
            if twist is None:
                return Climb(pose, here, step)
            trial = nearest_rigid(pose @ motion(twist))
            there = compare(level, trial)
            journal.renders += looks
            if there.cost < here.cost:
                break
            damping = min(damping * _FACTOR, _MOST_DAMPING)
        else:
            break
        gain = (here.cost - there.cost) / max(here.cost, 1e-12)
        damping = max(damping / _FACTOR, _LEAST_DAMPING)
        step = journal.write(trial, there, start=start, level=level.reduction, before=pose, damping=damping)
        pose, here = trial, there
        if gain < enough:
            break
    return Climb(pose, here, step)


def _step(found: Comparison, damping: float) -> Doubles | None:
    """(6,) the damped Gauss-Newton step, shortened where it is long; None where nothing changes with the pose."""
    diagonal = np.diag(found.hessian)
    largest = float(diagonal.max())
    if not largest > 0 or not np.isfinite(found.hessian).all():
        return None
    # Why a floor: a direction that hardly shows would be stepped along without end.
    damped = found.hessian + np.diag(damping * (diagonal + 1e-4 * largest) + 1e-9 * largest)
    twist = -np.linalg.solve(damped, found.gradient)
    if not np.isfinite(twist).all():
        return None
    turn, shift = float(np.linalg.norm(twist[:3])), float(np.linalg.norm(twist[3:]))
    return np.asarray(twist / max(turn / _LONGEST, shift / (2 * _LONGEST), 1.0))
