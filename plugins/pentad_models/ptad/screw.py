"""PTAD's own refinement: seven numbers, a screw axis (omega, v) and an angle theta, by Adam on the masks' L1."""

import math
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.geometry.rigid import cross_matrix, left_jacobian, nearest_rigid, placed
from pentad_models.ptad.comparing import Level, compare
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.levenberg import Climb

_BETAS = (0.9, 0.999)
_EPSILON = 1e-8
_SPREAD = 1e-6
"""Standard deviation of the seven numbers to begin with (SplatPose)."""


def screw_motion(parameters: Doubles) -> Doubles:
    """(4, 4) T of ``parameters`` (7,): omega, v, theta (PTAD eq. 4-6), omega normalised.

    Why normalised: eq. 4 is a rotation for a unit omega only; the paper does not say that it is kept one.
    """
    axis, along, angle = _unit(parameters[:3]), parameters[3:6], float(parameters[6])
    cross = cross_matrix(axis)
    turn = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    shift = np.eye(3) * angle + (1 - math.cos(angle)) * cross + (angle - math.sin(angle)) * cross @ cross
    return placed(turn, shift @ along)


def screw_slopes(parameters: Doubles) -> Doubles:
    """(6, 7) by which twist each parameter moves T: dT = [slopes dp]^ T.

    T of eq. 4-6 is Exp(theta (omega, v)) for a unit omega, so this is the left Jacobian times the product's rule.
    """
    length = max(float(np.linalg.norm(parameters[:3])), 1e-30)
    axis, along, angle = parameters[:3] / length, parameters[3:6], float(parameters[6])
    inner = np.zeros((6, 7))
    inner[:3, :3] = angle * (np.eye(3) - np.outer(axis, axis)) / length
    inner[3:, 3:6] = angle * np.eye(3)
    inner[:, 6] = np.concatenate([axis, along])
    return np.asarray(left_jacobian(angle * np.concatenate([axis, along])) @ inner)


def learning_rate(step: int) -> float:
    """SplatPose's schedule, as the paper gives none: 1e-3 for the first step, then 0.01 x 0.8^((step + 1) / 100)."""
    return 1e-3 if step == 0 else 0.01 * 0.8 ** ((step + 1) / 100)


@dataclass(slots=True, eq=False)
class _Adam:
    mean: Doubles
    square: Doubles

    def step(self, gradient: Doubles, number: int) -> Doubles:
        """(7,) what to add to the parameters (Kingma and Ba 2015)."""
        first, second = _BETAS
        self.mean = first * self.mean + (1 - first) * gradient
        self.square = second * self.square + (1 - second) * gradient**2
        mean, square = self.mean / (1 - first ** (number + 1)), self.square / (1 - second ** (number + 1))
        return np.asarray(-learning_rate(number) * mean / (np.sqrt(square) + _EPSILON))


def screwed(level: Level, pose: Doubles, journal: Journal, *, start: int, iterations: int, seed: int) -> Climb:
    """``iterations`` steps of Adam from the reference's ``pose`` (4, 4), which stays: the Gaussians move before it.

    The loss is eq. 7, the mean over the looks. Coordinates are the part's own, about its middle and in units of its
    extent's half: the paper's schedule is for models about one unit large. The answer is the last step, as theirs.
    """
    plain = level.plain()
    parameters = np.random.default_rng(seed).normal(0, _SPREAD, 7)
    adam = _Adam(np.zeros(7), np.zeros(7))
    here = pose
    for number in range(iterations + 1):
        journal.report(number / max(iterations, 1), f"Iteration {number} of {iterations}")
        moved = screw_motion(parameters)
        before, here = here, nearest_rigid(pose @ moved)
        found = compare(plain, here, within=pose)
        journal.renders += len(level.sights)
        step = journal.write(here, found, start=start, level=1, before=before if number else None)
        if number < iterations:
            parameters = parameters + adam.step(screw_slopes(parameters).T @ found.gradient, number)
    return Climb(here, found, step)


def _unit(vector: Doubles) -> Doubles:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-30))
