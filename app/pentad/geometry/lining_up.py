"""Laying one part's normals over another's that lies a little shifted and turned in the image."""

from dataclasses import dataclass

import cv2
import numpy as np

from pentad.core.arrays import Doubles, Floats, Normals
from pentad.geometry.normals_codec import unit

_STEPS = ((96, 80), (384, 40))
"""Pixels of the longer side, and rounds, from coarse to fine."""
_ENOUGH = 1e-5
_SMOOTH = 5
_LEAST = 0.5
"""Correlation below which two pictures show nothing of each other, and nothing is moved."""
_REACH = 0.15
"""Of the longer side, and in radians: what is farther away is no part that lies a little otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class LinedUp:
    """``normals`` (H, W, 3) as they would be if their part lay as the other; zero where the image does not reach.

    ``shift_px`` is how far they were moved at the image's middle; zero where nothing could be found to move them by.
    """

    normals: Normals
    shift_px: float


def lined_up(normals: Normals, to: Normals) -> LinedUp:
    """``normals`` turned and shifted in the image's plane so that they lie on ``to``, of the same size.

    By the enhanced correlation coefficient of n_z (Evangelidis and Psarakis 2008), coarse to fine. Where that finds
    nothing, or a place too far away to be true, they come back as they are.
    """
    warp = _found(normals, to)
    if warp is None:
        return LinedUp(normals, 0.0)
    height, width = normals.shape[:2]
    turned = cv2.warpAffine(normals, warp, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    turn = warp[:, :2].astype(np.float32)
    # The warp carries places of ``to`` to those of ``normals``, vectors go the other way; they have y up, images down.
    x, y = turned[..., 0].copy(), -turned[..., 1]
    turned[..., 0] = turn[0, 0] * x + turn[1, 0] * y
    turned[..., 1] = -(turn[0, 1] * x + turn[1, 1] * y)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    return LinedUp(unit(turned), float(np.linalg.norm(warp[:, :2] @ middle + warp[:, 2] - middle)))


def _found(normals: Normals, to: Normals) -> Doubles | None:
    """(2, 3) from a place x, y of ``to`` to that of ``normals``; None where there is none to believe in."""
    height, width = normals.shape[:2]
    warp = np.eye(2, 3, dtype=np.float32)
    for longest, rounds in _STEPS:
        scale = min(1.0, longest / max(height, width))
        size = max(16, round(width * scale)), max(16, round(height * scale))
        here, there = (_picture(each, size) for each in (to, normals))
        ratio = np.array([size[0] / width, size[1] / height], np.float32)
        warp[:, 2] *= ratio
        whole = np.ones(here.shape, np.uint8)
        until = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, rounds, _ENOUGH)
        try:
            match, found = cv2.findTransformECC(here, there, warp, cv2.MOTION_EUCLIDEAN, until, whole, _SMOOTH)
        except cv2.error:
            return None  # Why: it raises where it does not converge, as for pictures without anything in them.
        warp = np.asarray(found, np.float32)
        warp[:, 2] /= ratio
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    moved = float(np.linalg.norm(warp[:, :2] @ middle + warp[:, 2] - middle))
    turn = abs(float(np.arctan2(warp[1, 0], warp[0, 0])))
    believed = match >= _LEAST and moved <= _REACH * max(height, width) and turn <= _REACH
    return np.asarray(warp, np.float64) if believed else None


def _picture(normals: Normals, size: tuple[int, int]) -> Floats:
    """(h, w) n_z at ``size`` (width, height); nothing is zero, so the outline tells, too."""
    return np.asarray(cv2.resize(np.ascontiguousarray(normals[..., 2]), size, interpolation=cv2.INTER_AREA), np.float32)
