"""The square a view is looked at through: what is cut out of it, and where what is made of it lies."""

from dataclasses import dataclass

import cv2
import numpy as np

from pentad.core.arrays import Bools, Floats, Normals
from pentad.sdk import ViewPixels
from pentad_models.backbones.windows import Window, foreground

CHANNELS = 9
"""Colour 3, normals 3, where there are normals, depth, where there is depth."""
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What a window shows, ``side`` pixels a side: ``rgb`` (3, s, s) in [0, 1], ``normals`` (3, s, s) and ``seen``
    (1, s, s) 0/1 where there are any, and ``where`` (s, s) the part is, as far as that can be told."""

    rgb: Floats
    normals: Floats
    seen: Floats
    where: Bools
    has_normals: bool


def cut_out(view: ViewPixels, window: Window, side: int) -> Cut:
    """``view`` through ``window``; without normals those are zero."""
    height, width = view.rgb.shape[:2]
    colours = cv2.resize(view.rgb[window.cut(height, width)], (side, side), interpolation=cv2.INTER_AREA)
    rgb = np.moveaxis(colours.astype(np.float32) / np.float32(255), 2, 0)
    normals, seen = np.zeros((3, side, side), np.float32), np.zeros((1, side, side), np.float32)
    if view.normals is not None:
        normals, seen = _normals(view.normals, window, side)
        where = seen[0] > 0
    else:
        found = foreground(view)
        everywhere = np.ones((side, side), np.bool_)
        where = everywhere if found is None else cut_values(found.astype(np.float32), window, side) > _HALF
    return Cut(rgb, normals, seen, where, view.normals is not None)


def cut_values(values: Floats, window: Window, side: int) -> Floats:
    """``values`` (h, w) through ``window`` (side, side), each from its nearest pixel: depth is not mixed over steps."""
    inside = values[window.cut(*values.shape)]
    rows = np.minimum(((np.arange(side) + 0.5) / side * inside.shape[0]).astype(int), inside.shape[0] - 1)
    columns = np.minimum(((np.arange(side) + 0.5) / side * inside.shape[1]).astype(int), inside.shape[1] - 1)
    return np.asarray(inside[rows[:, None], columns], np.float32)


def _normals(normals: Normals, window: Window, side: int) -> tuple[Floats, Floats]:
    """Averaged and made unit length again; none where less than half of a pixel had one."""
    inside = np.nan_to_num(np.asarray(normals[window.cut(*normals.shape[:2])], np.float32))
    mean = cv2.resize(inside, (side, side), interpolation=cv2.INTER_AREA)
    length = np.linalg.norm(mean, axis=2, keepdims=True)
    kept = np.where(length > _HALF, mean / np.maximum(length, 1e-6), 0)
    seen = (length[..., 0] > _HALF)[None].astype(np.float32)
    return np.moveaxis(kept, 2, 0).astype(np.float32), seen


def filled(depth: Floats, valid: Bools) -> Floats:
    """``depth`` (s, s) with what is not ``valid`` filled smoothly from around, by push and pull over halved images.

    Why: a code of an eighth of the side then need not hold the outline, which the normals tell anyway.
    """
    values, weights = [np.where(valid, depth, 0).astype(np.float32)], [valid.astype(np.float32)]
    while min(values[-1].shape) > 1 and weights[-1].min() < 1:
        total = cv2.resize(values[-1] * weights[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        weight = cv2.resize(weights[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        values.append(np.where(weight > 0, total / np.maximum(weight, 1e-6), 0))
        weights.append((weight > 0).astype(np.float32))
    coarse = values[-1]
    for own, weight in zip(values[-2::-1], weights[-2::-1], strict=True):
        grown = cv2.resize(coarse, own.shape[::-1], interpolation=cv2.INTER_LINEAR)
        coarse = np.where(weight > 0, own, grown)
    return np.asarray(coarse, np.float32)
