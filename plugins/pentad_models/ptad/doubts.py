"""Why a pose may be another one: a second explanation, motions that the outline does not show, and what is unseen."""

import math
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.geometry.rigid import motion, turn_between
from pentad_models.ptad.comparing import Level, compare
from pentad_models.ptad.levenberg import Climb
from pentad_models.ptad.looks import WorkingLook

DISTINCT = math.radians(10)
"""Poses turned by less, and hardly shifted, are one."""
_DISTINCT_SHIFT = 0.2
_NEARLY = 1.25
"""A second pose whose loss is at most so many times the best's explains the masks nearly as well."""
_TRIAL = math.radians(6)
_UNMOVED = 1.15
_POOR_IOU = 0.75
_ALONG = 0.85


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """Eigenvalues (6,), ascending, and eigenvectors (6, 6), columns, of the Hessian in the first camera's axes, the
    turn being about the part's middle in radians and the shift in part radii."""

    information: Doubles
    axes: Doubles

    @classmethod
    def of(cls, level: Level, pose: Doubles, hessian: Doubles) -> "Certainty":
        turn = (level.sights[0].to_camera @ pose)[:3, :3]
        both = np.zeros((6, 6))
        both[:3, :3] = both[3:, 3:] = turn
        values, vectors = np.linalg.eigh(both @ hessian @ both.T)
        return cls(np.maximum(values, 0), vectors)


def distinct(one: Doubles, other: Doubles, *, turn: float = DISTINCT, shift: float = _DISTINCT_SHIFT) -> bool:
    """Whether two poses (4, 4), in radii, are more than ``turn`` radians or ``shift`` radii apart."""
    return turn_between(one, other) > turn or float(np.linalg.norm(one[:3, 3] - other[:3, 3])) > shift


def doubts(
    level: Level, looks: tuple[WorkingLook, ...], best: Climb, others: list[Climb], certainty: Certainty
) -> tuple[str, ...]:
    """In words; empty where there is none."""
    found = [*_second(best, others), *_unseen_motions(level, best, certainty), *_cut_off(looks)]
    if best.found.iou < _POOR_IOU:
        found.append(f"the best pose explains the masks poorly: they overlap by {100 * best.found.iou:.0f} %")
    return tuple(found)


def _second(best: Climb, others: list[Climb]) -> list[str]:
    rivals = [other for other in others if distinct(best.pose, other.pose)]
    if not rivals:
        return []
    rival = min(rivals, key=lambda other: other.found.loss)
    # Why something added: where both are nearly perfect, a ratio says nothing.
    if rival.found.loss > _NEARLY * best.found.loss + 5e-4:
        return []
    angle = math.degrees(turn_between(best.pose, rival.pose))
    return [f"a pose turned by {angle:.0f}\N{DEGREE SIGN} explains the masks nearly as well "
            f"(difference {rival.found.loss:.4f} against {best.found.loss:.4f})"]  # fmt: skip


def _unseen_motions(level: Level, best: Climb, certainty: Certainty) -> list[str]:
    """Eigenvectors along which the part can move visibly without its outline changing: tried, not extrapolated."""
    found: list[str] = []
    turn = (level.sights[0].to_camera @ best.pose)[:3, :3]
    for vector in certainty.axes.T[:2]:
        own = np.concatenate([turn.T @ vector[:3], turn.T @ vector[3:]])
        losses = [compare(level, best.pose @ motion(sign * _TRIAL * own), slopes=False).loss for sign in (-1, 1)]
        if max(losses) <= _UNMOVED * best.found.loss + 2e-4:
            found.append(f"{_in_words(own, vector)} hardly changes the outline")
    return found


def _in_words(own: Doubles, seen: Doubles) -> str:
    """A motion (6,) in the part's axes and, again, in the camera's."""
    turning = np.linalg.norm(own[:3]) >= np.linalg.norm(own[3:])
    mine, camera = (own[:3], seen[:3]) if turning else (own[3:], seen[3:])
    verb = "turning about" if turning else "moving along"
    mine, camera = np.abs(mine) / np.linalg.norm(mine), np.abs(camera) / np.linalg.norm(camera)
    if turning and mine.max() > _ALONG:
        return f"{verb} the part's {'xyz'[int(mine.argmax())]} axis"
    if camera[2] > _ALONG:
        return f"{verb} the line of sight"
    if camera.max() > _ALONG:
        return f"{verb} the image's {('horizontal', 'vertical')[int(camera.argmax())]}"
    return f"{verb} a slanted axis"


def _cut_off(looks: tuple[WorkingLook, ...]) -> list[str]:
    names = [look.camera.name or "the image" for look in looks if look.cut_off]
    if not names:
        return []
    return [f"the part reaches the border of {', '.join(names)}: what lies beyond is unknown and was left out"]
