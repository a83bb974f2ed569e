"""Starts for a part that lies any way: directions all around it, each rolled in the image until the masks lie alike."""

import math

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles
from pentad.geometry.rigid import inverse, placed, rotation
from pentad_models.ptad.comparing import Level
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.outlines import disagreement, outlines
from pentad_models.ptad.starts import Start, onto_query

DIRECTIONS = 240
"""From which the part is looked at: neighbours are about 13 degrees apart."""
_TRIED = 48
_ANGLES, _RADII = 72, 24
# Why fill: else what lies beyond the mask's border is whatever was in memory.
_FLAGS = cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS
_REACH = 3.0
"""How far from a mask's middle it is looked at, in radii of the disc of its area."""


def anywhere(level: Level, middle: Doubles, journal: Journal) -> list[Start]:
    """The part with its middle at ``middle`` (3,) in the rig, in radii, seen from everywhere, the best agreeing first.

    In the first look each direction is rolled to where its mask, about its middle and to its scale, is most like the
    query's: the peak of the circular correlation of both in polar coordinates. The most alike are drawn and shifted.
    """
    first = level.sights[0]
    back = inverse(first.to_camera)
    asked = _polar((first.mask > 0.5) & first.known)
    turns = all_around(DIRECTIONS)
    alike: list[tuple[float, float, Doubles]] = []
    for number, turn in enumerate(turns):
        journal.report(0.9, f"Looking from all sides, {number + 1} of {len(turns)}")
        mask = first.drawn(placed(back[:3, :3] @ turn, middle)).mask > 0.5
        alike += [(likeness, roll, turn) for likeness, roll in _rolls(_polar(mask & first.known), asked)]
    journal.renders += len(turns)
    ray = first.to_camera[:3, :3] @ middle + first.to_camera[:3, 3]
    ray /= max(float(np.linalg.norm(ray)), 1e-9)
    queries = outlines(level)
    found: list[tuple[float, Doubles]] = []
    for _, roll, turn in sorted(alike, key=lambda each: -each[0])[:_TRIED]:
        rolled = placed(back[:3, :3] @ rotation(ray * roll) @ turn, middle)
        moved = onto_query(level.sights, rolled)
        found.append((disagreement(level, queries, moved), moved))
        journal.renders += 2 * len(level.sights)
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


def _polar(inside: Bools) -> Doubles | None:
    """(angles, radii) a mask about its middle, scaled to its area, weighted by its area elements; None for nothing."""
    area = float(inside.sum())
    if not area:
        return None
    y, x = np.nonzero(inside)
    reach = _REACH * math.sqrt(area / math.pi)
    seen = cv2.warpPolar(
        inside.astype(np.float32), (_RADII, _ANGLES), (float(x.mean()), float(y.mean())), reach, _FLAGS
    )
    weighted = np.asarray(seen, np.float64) * np.sqrt(np.arange(_RADII) + 0.5)
    return np.asarray(weighted / max(float(np.linalg.norm(weighted)), 1e-9))


def _rolls(mask: Doubles | None, asked: Doubles | None) -> list[tuple[float, float]]:
    """Likeness (0 to 1) and roll in radians, clockwise in the image, of the two best separate peaks."""
    if mask is None or asked is None:
        return []
    likeness = np.fft.irfft((np.fft.rfft(asked, axis=0) * np.conj(np.fft.rfft(mask, axis=0))).sum(axis=1), n=_ANGLES)
    peaks = np.flatnonzero((likeness >= np.roll(likeness, 1)) & (likeness >= np.roll(likeness, -1)))
    best = peaks[np.argsort(-likeness[peaks])][:2]
    return [(float(likeness[peak]), 2 * math.pi * float(peak) / _ANGLES) for peak in best]
