"""Where a part is in its photo, by how it stands out from the background around it."""

from typing import Literal

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats, Labels, Rgb
from pentad.core.problem import Problem

Method = Literal["threshold", "grabcut"]

_RING = 0.03
"""How much of the photo's shorter side the background is measured on, along the border."""
_FIT_ROUNDS = 5
_NOISE = 6.0
"""What differs by so many times the background's own spread is not background."""
_LEAST_NOISE = 0.7
"""Of Lab; eight bits and JPEG leave as much in an even background."""
_SHADOW_CHROMA, _DARKEST_SHADOW = 6.0, 0.55
_SHADOW_SLOPE = 2.5
"""Lab per pixel that lightness changes by at most in a soft shadow, in a photo of ``_LONGEST`` pixels."""
_LONGEST = 1024
_SPECK, _HOLE = 0.01, 0.003
"""Of the largest region: smaller regions are dust, smaller holes are highlights."""
_CUT_ROUNDS, _CUT_LONGEST = 4, 512
_NOTHING = 2e-4
_EVERYTHING = 0.985


def mask_of_photo(rgb: Rgb, *, method: Method = "threshold") -> Floats:
    """(H, W) float32, 1 where the part is, with a grey rim where its border cuts through a pixel.

    The background is what lies along the photo's border, a smooth surface in Lab fitted without what is not like the
    rest. Soft shadows, as dark as half of it, are left out; small holes are filled, large ones are looked through.
    "grabcut" lets GrabCut (Rother et al. 2004) decide between what surely is part and what surely is not. Problem where
    nothing, or everything, stands out.
    """
    lab = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    around, spread = _background(lab)
    apart = lab - around
    distance = np.sqrt(np.square(apart).sum(axis=2, dtype=np.float32), dtype=np.float32)
    inside = _regions(distance, lab, around, spread)
    if method == "grabcut":
        inside = _cut(rgb, inside)
    inside = _cleaned(inside)
    share = float(inside.mean())
    if share < _NOTHING:
        why = "nothing in it differs from what lies along its border"
        raise Problem(
            "No part stands out in the photo", why, remedy="Mark the part by hand, or use a plain background."
        )
    if share > _EVERYTHING:
        why = "all of it differs from what lies along its border"
        raise Problem("The photo shows no background", why, remedy="Mark the part by hand.")
    return _rimmed(inside, distance)


def _background(lab: Floats) -> tuple[Floats, float]:
    """(H, W, 3) the background everywhere, and how far it spreads around that (Lab)."""
    height, width = lab.shape[:2]
    ring = max(2, round(min(height, width) * _RING))
    rim = np.ones((height, width), bool)
    rim[ring : height - ring, ring : width - ring] = False
    rows, columns = np.nonzero(rim)
    step = max(1, rows.size // 20_000)
    rows, columns = rows[::step], columns[::step]
    terms, values = _terms(rows / height, columns / width), lab[rows, columns].astype(np.float64)
    kept = np.ones(rows.size, bool)
    middle = np.median(values, axis=0)
    off = np.linalg.norm(values - middle, axis=1)
    kept = off <= max(4 * float(np.median(off)), 4 * _LEAST_NOISE)
    for _ in range(_FIT_ROUNDS):
        shape, *_ = np.linalg.lstsq(terms[kept], values[kept], rcond=None)
        off = np.linalg.norm(values - terms @ shape, axis=1)
        spread = max(1.4826 * float(np.median(off[kept])), _LEAST_NOISE)
        kept = off <= 4 * spread
    y, x = np.arange(height)[:, None] / height, np.arange(width)[None] / width
    powers = (np.ones_like(y * x), y + 0 * x, x + 0 * y, y * y + 0 * x, x * x + 0 * y, y * x)
    around = np.zeros((height, width, 3), np.float32)
    for power, weight in zip(powers, shape, strict=True):
        around += power[..., None].astype(np.float32) * weight.astype(np.float32)
    return around, spread


def _terms(y: Doubles, x: Doubles) -> Doubles:
    return np.stack([np.ones_like(y), y, x, y * y, x * x, y * x], axis=1)


def _regions(distance: Floats, lab: Floats, around: Floats, spread: float) -> Bools:
    """What is not background: all that is far from it, and what hangs on that and is no soft shadow."""
    low = _NOISE * spread
    unlike = distance > low
    if not unlike.any():
        return unlike
    codes = np.clip(distance[unlike] * 2, 0, 255).astype(np.uint8)
    high, _ = cv2.threshold(codes.reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    # Why halved: Otsu parts light from dark places of the part where there is no shadow.
    sure = distance > max(low, min(high / 2, 30.0))
    maybe = unlike & ~_shadow(lab, around)
    found, names = cv2.connectedComponents((maybe | sure).astype(np.uint8))
    held = np.zeros(found, bool)
    held[np.unique(names[sure])] = True
    held[0] = False
    return np.asarray(held[names])


def _shadow(lab: Floats, around: Floats) -> Bools:
    """Darker than the background, of its hue, and without edges."""
    chroma = np.linalg.norm(lab[..., 1:] - around[..., 1:], axis=2)
    share = lab[..., 0] / np.maximum(around[..., 0], 1)
    smooth = cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0)
    slope = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8)
    steepest = _SHADOW_SLOPE * max(1.0, _LONGEST / max(lab.shape[:2]))
    edges = cv2.dilate((slope > steepest).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray((chroma < _SHADOW_CHROMA) & (share < 1) & (share > _DARKEST_SHADOW) & ~edges)


def _cut(rgb: Rgb, inside: Bools) -> Bools:
    """The same as GrabCut sees it, where the first guess is not sure."""
    height, width = inside.shape
    scale = min(1.0, _CUT_LONGEST / max(height, width))
    size = max(8, round(width * scale)), max(8, round(height * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    guess = (share > 0.5).astype(np.uint8)
    reach = np.ones((9, 9), np.uint8)
    core, far = cv2.erode(guess, reach, iterations=1), cv2.dilate(guess, reach, iterations=2)
    if not core.any() or far.all():
        return inside
    seeds: Labels = np.where(guess > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    seeds[core > 0], seeds[far == 0] = cv2.GC_FGD, cv2.GC_BGD
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, seeds, (0, 0, 0, 0), *models, _CUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5)


def _cleaned(inside: Bools) -> Bools:
    """Without dust, and with the holes of highlights filled."""
    if not inside.any():
        return inside
    _, names, boxes, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    sizes = boxes[:, cv2.CC_STAT_AREA].copy()
    sizes[0] = 0
    most = int(sizes.max())
    kept = (sizes >= _SPECK * most)[names]
    _, names, boxes, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    holes = boxes[:, cv2.CC_STAT_AREA] < _HOLE * most
    holes[0] = False
    return np.asarray(kept | holes[names])


def _rimmed(inside: Bools, distance: Floats) -> Floats:
    """The mask with what each pixel at its border is worth: how far it is from the background, by how far the part is.

    Why: a threshold near the noise lies outside the true border by half the lens's blur, and a pose by as much.
    """
    full = inside.astype(np.uint8)
    near = np.ones((3, 3), np.uint8)
    rim = (cv2.dilate(full, near, iterations=2) > 0) & (cv2.erode(full, near, iterations=2) == 0)
    part = cv2.dilate(np.where(inside, distance, 0), np.ones((5, 5), np.uint8))
    worth = np.clip(distance / np.maximum(part, 1e-3), 0, 1)
    # Why the stretch: what is nearly all part, or nearly none, is noise.
    worth = np.clip((worth - 0.1) / 0.8, 0, 1)
    allowed = cv2.dilate(full, near) > 0
    return np.where(rim, np.where(allowed, worth, 0), inside).astype(np.float32)
