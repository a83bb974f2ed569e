"""Starts for a part that lies any way: directions all around it, each rolled in the image until the masks lie alike."""

import math

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles
from pentad_models.ptad.comparing import Level, Sight
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.outlines import disagreement, outlines
from pentad_models.ptad.rigid import inverse, placed, rotation
from pentad_models.ptad.starts import Start, onto_query

DIRECTIONS = 96
"""From which the part is looked at: neighbours are about 20 degrees apart."""
_ROUND = 1.15
"""A mask whose longer axis is less than so many times the shorter one's has no direction to be rolled by."""
_EVERY_WAY = 6


def anywhere(level: Level, middle: Doubles, journal: Journal) -> list[Start]:
    """The part with its middle at ``middle`` (3,) in the rig, in radii, seen from everywhere, the best agreeing first.

    In the first look each direction is rolled so that the masks' longer axes meet, both ways, and shifted onto it.
    """
    queries, first = outlines(level), level.sights[0]
    asked = first.mask > 0.5
    found: list[tuple[float, Doubles]] = []
    turns = all_around(DIRECTIONS)
    for number, turn in enumerate(turns):
        journal.report(0.9 * number / len(turns), f"Looking from all sides, {number + 1} of {len(turns)}")
        back = inverse(first.to_camera)
        seen = placed(back[:3, :3] @ turn, middle)
        for roll in _rolls(_drawn(first, seen), asked):
            ray = first.to_camera[:3, :3] @ middle + first.to_camera[:3, 3]
            rolled = placed(back[:3, :3] @ rotation(ray / np.linalg.norm(ray) * roll) @ turn, middle)
            moved = onto_query(level.sights, rolled)
            found.append((disagreement(level, queries, moved), moved))
            journal.renders += 2 * len(level.sights)
        journal.renders += 1
    return [Start(-1, pose) for _, pose in sorted(found, key=lambda each: each[0])]


def all_around(count: int) -> list[Doubles]:
    """(3, 3) each: a part's coordinates to a camera's that looks at it from one of ``count`` directions.

    They lie on a spiral over the sphere, evenly (Vogel 1979).
    """
    turns = []
    for number in range(count):
        height = 1 - (2 * number + 1) / count
        flat, around = math.sqrt(1 - height * height), number * math.pi * (3 - math.sqrt(5))
        ahead = -np.array([flat * math.cos(around), flat * math.sin(around), height])
        side = np.eye(3)[int(np.argmin(np.abs(ahead)))]
        right = np.cross(ahead, side)
        right /= np.linalg.norm(right)
        turns.append(np.stack([right, np.cross(ahead, right), ahead]))
    return turns


def _drawn(sight: Sight, pose: Doubles) -> Bools:
    return np.asarray((sight.drawn(pose).mask > 0.5) & sight.known)


def _rolls(mask: Bools, asked: Bools) -> list[float]:
    """Radians about the optical axis, clockwise in the image, by which ``mask`` may come to lie as ``asked`` does."""
    one, other = _axis(mask), _axis(asked)
    if one is None or other is None:
        return [2 * math.pi * step / _EVERY_WAY for step in range(_EVERY_WAY)]
    return [other - one, other - one + math.pi]


def _axis(inside: Bools) -> float | None:
    """The direction x to y of a mask's longer axis, in radians; None where it is round, or empty."""
    moments = cv2.moments(inside.astype(np.uint8), binaryImage=True)
    if not moments["m00"]:
        return None
    xx, yy, xy = (moments[key] / moments["m00"] for key in ("mu20", "mu02", "mu11"))
    spread = math.hypot(xx - yy, 2 * xy)
    longer, shorter = xx + yy + spread, max(xx + yy - spread, 1e-9)
    return 0.5 * math.atan2(2 * xy, xx - yy) if longer > _ROUND**2 * shorter else None
