"""The part's silhouette from a photo: what differs from a plain background, or what its alpha channel says."""

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Floats
from pentad.core.problem import Problem

METHODS = ("threshold", "white", "alpha", "grabcut")
_LONGEST = 2048
"""Pixels of the longer side that a photo is looked at with."""
_BAND_SHARE = 0.02
_NOISES = 6.0
_LEAST_DIFFERENCE = 0.03
"""Of full range: less is no difference between part and background."""
_LEAST_LIGHT = 0.01
"""Of full light: where part and background differ by less, their rim cannot be shared out."""
_WHITE = 0.9
_MAIN_SHARE = 0.05
_FITS = 6
_SHADE = 0.45, 0.985
"""A shadow leaves this share of the background's light."""
_TINT = 0.03
"""A shadow is of the background's hue, within this."""
_SURE_SHARE = 0.2
_RIM = 2
_GRABCUT_LONGEST = 640
_GRABCUT_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Cutting:
    """How a silhouette is made of what differs.

    ``fill``: holes up to this share of the part's area are filled; 1 fills them all, 0 none. ``shadows``: what is only
    a little darker than the background and has no edge towards it is background.
    """

    fill: float = 0.002
    shadows: bool = True


def mask_of_photo(rgb: NDArray[np.uint8], *, method: str = "threshold", cutting: Cutting | None = None) -> Floats:
    """(H, W) in 0 to 1, how much of each pixel is part, of a photo (H, W, 3) or (H, W, 4) uint8.

    "threshold": what differs from the background, whose colour is taken from the image's border; "white": what is
    darker than 0.9 (PTAD's threshold segmentation); "alpha": the fourth channel; "grabcut": the first, refined by
    GrabCut (Rother et al. 2004). The largest regions are kept, small holes filled. Problem where nothing is found.
    """
    if method not in METHODS:
        raise Problem(f"There is no way to cut out a part called '{method}'", remedy=f"Choose {', '.join(METHODS)}.")
    if rgb.ndim != 3 or rgb.shape[2] not in (3, 4) or min(rgb.shape[:2]) < 3 or rgb.dtype != np.uint8:
        why = f"it is {rgb.shape} of {rgb.dtype}"
        raise Problem("This is no photo to cut a part out of", why, remedy="Give an 8-bit image of red, green, blue.")
    how = cutting or Cutting()
    if method == "alpha":
        return _from_alpha(rgb, how)
    height, width = rgb.shape[:2]
    scale = min(1.0, _LONGEST / max(height, width))
    colours = np.ascontiguousarray(rgb[..., :3])
    small = colours if scale == 1 else _resized(colours, (round(height * scale), round(width * scale)))
    image = np.asarray(small / np.float32(255), np.float32)
    ground = np.ones(image.shape, np.float32) if method == "white" else background(image)
    where = np.asarray(image.mean(axis=2) < _WHITE) if method == "white" else _different(image, ground)
    if how.shadows and method != "white":
        where = _without_shadows(small, image, ground, where)
    where = _whole(where, how.fill)
    if method == "grabcut" and where.any():
        where = _whole(_grabcut(small, where), how.fill)
    _check(where)
    mask = _soft(image, ground, where)
    return mask if scale == 1 else np.asarray(_resized(mask, (height, width)), np.float32)


def background(image: Floats) -> Floats:
    """(h, w, 3) what the background would look like everywhere, of an ``image`` in 0 to 1.

    A plane of colour through the border's pixels, fitted so that a part which reaches the border does not count
    (iteratively reweighted least squares).
    """
    height, width = image.shape[:2]
    band = max(2, round(_BAND_SHARE * max(height, width)))
    rim = np.ones((height, width), bool)
    rim[band:-band, band:-band] = False
    y, x = np.nonzero(rim)
    if len(y) > 20_000:
        chosen = np.linspace(0, len(y) - 1, 20_000).astype(np.int64)
        y, x = y[chosen], x[chosen]
    places = np.stack([np.ones(len(y)), x / width - 0.5, y / height - 0.5], axis=1)
    colours = image[y, x].astype(np.float64)
    # Why from the median: a plane through everything would lean towards a part at the border and hide it.
    off = np.abs(colours - np.median(colours, axis=0)).max(axis=1)
    plane = np.zeros((3, 3))
    for _ in range(_FITS):
        weight = 1 / (1 + (off / _LEAST_DIFFERENCE) ** 4)
        weighted = places * weight[:, None]
        plane = np.linalg.solve(weighted.T @ places + 1e-6 * np.eye(3), weighted.T @ colours)
        off = np.abs(colours - places @ plane).max(axis=1)
    across = np.arange(width)[None, :, None] / width - 0.5
    down = np.arange(height)[:, None, None] / height - 0.5
    return np.asarray(plane[0] + across * plane[1] + down * plane[2], np.float32)


def _from_alpha(rgba: NDArray[np.uint8], how: Cutting) -> Floats:
    if rgba.shape[2] != 4 or bool((rgba[..., 3] == 255).all()):
        remedy = "Cut the part out by its background instead."
        raise Problem("The photo has no alpha channel", "it is opaque everywhere", remedy=remedy)
    mask = rgba[..., 3].astype(np.float32) / 255
    where = _whole(mask > 0.5, how.fill)
    _check(where)
    near = cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    filled = where & (mask <= 0.5)
    return np.asarray(np.where(filled, 1, mask * near), np.float32)


def _different(image: Floats, ground: Floats) -> Bools:
    """Where the colour is further from the background's than its noise, and than half the part's own distance."""
    away = np.abs(image - ground).max(axis=2)
    quiet = np.sort(away.ravel())[: max(1, away.size // 4)]
    noise = float(np.median(quiet)) / 0.32  # the quarter nearest to it; of a normal distribution, its median
    least = max(_NOISES * noise, _LEAST_DIFFERENCE)
    return np.asarray(away > least)


def _without_shadows(small: NDArray[np.uint8], image: Floats, ground: Floats, where: Bools) -> Bools:
    """``where`` without what is merely darker and has no edge of its own: decided by a watershed between what is
    surely part and surely background."""
    share = image.sum(axis=2) / np.maximum(ground.sum(axis=2), 1e-3)
    tint = np.abs(image - ground * share[..., None]).max(axis=2)
    shade = where & (share > _SHADE[0]) & (share < _SHADE[1]) & (tint < _TINT)
    sure = cv2.erode((where & ~shade).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    # Why a share: where most of the part is grey on white, it cannot be told from a shadow by its colour.
    if not shade.any() or sure.sum() < _SURE_SHARE * where.sum():
        return where
    markers = np.zeros(where.shape, np.int32)
    markers[~where] = 1
    markers[sure] = 2
    decided = cv2.watershed(np.ascontiguousarray(cv2.GaussianBlur(small, (0, 0), 1.0)), markers)
    return np.asarray(where & ((decided != 1) | ~shade))


def _whole(where: Bools, fill: float) -> Bools:
    """The larger regions, their small holes filled."""
    if not where.any():
        return where
    _, names, facts, _ = cv2.connectedComponentsWithStats(where.astype(np.uint8), connectivity=8)
    areas = facts[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = areas >= _MAIN_SHARE * areas.max()
    part = np.asarray(kept[names])
    if fill <= 0:
        return part
    _, names, facts, _ = cv2.connectedComponentsWithStats((~part).astype(np.uint8), connectivity=4)
    small = facts[:, cv2.CC_STAT_AREA] <= fill * part.sum()
    small[0] = False
    rim = np.concatenate([names[0], names[-1], names[:, 0], names[:, -1]])
    small[rim] = False
    return np.asarray(part | small[names])


def _grabcut(small: NDArray[np.uint8], where: Bools) -> Bools:
    """GrabCut from ``where``, on a reduced photo; only a rim around the first outline may change."""
    scale = min(1.0, _GRABCUT_LONGEST / max(where.shape))
    size = max(3, round(where.shape[0] * scale)), max(3, round(where.shape[1] * scale))
    photo = _resized(small, size)
    first = np.asarray(_resized(where.astype(np.float32), size)) > 0.5
    if not first.any() or first.all():
        return where
    reach = max(3, round(0.02 * max(size)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    inner, outer = (act(first.astype(np.uint8), kernel) > 0 for act in (cv2.erode, cv2.dilate))
    labels = np.where(first, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[inner], labels[~outer] = cv2.GC_FGD, cv2.GC_BGD
    cv2.setRNGSeed(0)  # Why: its clusters are drawn at random, and the same photo gives the same mask.
    cv2.grabCut(
        photo, labels, cast(Any, None), np.zeros((1, 65)), np.zeros((1, 65)), _GRABCUT_ROUNDS, cv2.GC_INIT_WITH_MASK
    )
    found = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    return np.asarray(_resized(found, (where.shape[0], where.shape[1]))) > 0.5


def _soft(image: Floats, ground: Floats, where: Bools) -> Floats:
    """``where`` with a rim that is as much part as its colour lies between the background's and the part's inside."""
    solid = where.astype(np.uint8)
    kernel = np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8)
    inner = np.asarray(cv2.erode(solid, kernel), np.float32)
    rim = (cv2.dilate(solid, np.ones((3, 3), np.uint8)) > 0) & ~(inner > 0)
    reach = (4 * _RIM + 3, 4 * _RIM + 3)
    weight = cv2.blur(inner, reach)
    # Why linear light: that is what mixes within a pixel; mixed as sRGB the part would come out wider.
    light, dark = _linear(image), _linear(ground)
    inside = cv2.blur(light * inner[..., None], reach) / np.maximum(weight, 1e-6)[..., None]
    across = inside - dark
    length = np.einsum("hwc,hwc->hw", across, across)
    share = np.einsum("hwc,hwc->hw", light - dark, across) / np.maximum(length, 1e-9)
    told = rim & (weight > 1e-3) & (length > _LEAST_LIGHT**2)
    return np.where(told, np.clip(share, 0, 1), where).astype(np.float32)


def _linear(image: Floats) -> Floats:
    """sRGB in 0 to 1 as amounts of light."""
    steps = np.arange(256) / 255
    table = np.where(steps <= 0.04045, steps / 12.92, ((steps + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.interp(image, steps, table), np.float32)


def _check(where: Bools) -> None:
    if not where.any():
        why = "nothing differs from the background"
        raise Problem("No part was found in the photo", why, remedy="Mark the part by hand, or light it differently.")


def _resized(image: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    if image.shape[:2] == size:
        return image
    smaller = size[0] < image.shape[0]
    return np.asarray(cv2.resize(image, size[::-1], None, 0, 0, cv2.INTER_AREA if smaller else cv2.INTER_LINEAR))
