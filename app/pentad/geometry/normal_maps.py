"""Normals for eyes: slope, curvature, detail, and how far a part's normals are from another's, in degrees."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from pentad.core.arrays import Bools, Floats, Normals
from pentad.core.problem import Problem
from pentad.geometry.normals_codec import unit

TO_CAMERA = (0.0, 0.0, 1.0)
_ROWS = 512
_SHORT = 1e-6


def slope_deg(normals: Normals, *, up: tuple[float, float, float] = TO_CAMERA) -> Floats:
    """(H, W) degrees between each normal and ``up`` (camera axes, any length but zero); NaN where there is none."""
    way = np.asarray(up, np.float32)
    length = float(np.linalg.norm(way))
    if not _SHORT < length < np.inf:
        raise Problem(f"{up} is no direction", remedy="Give three numbers, not all zero.")
    return _angles(normals, np.broadcast_to(way / np.float32(length), normals.shape))


def difference_deg(normals: Normals, reference: Normals) -> Floats:
    """(H, W) degrees between two maps pixel by pixel; NaN where either has none. Problem where sizes differ."""
    if normals.shape != reference.shape:
        sizes = " and ".join(f"{found.shape[1]} x {found.shape[0]} px" for found in (normals, reference))
        raise Problem("The normal maps cannot be compared", f"they are {sizes}", remedy="Choose maps of one view.")
    return _angles(normals, reference)


def mean_curvature(normals: Normals, *, pixel_mm: float = 1.0) -> Floats:
    """(H, W) mean curvature in 1 / mm (1 / px with the default), positive where it bulges to the camera, NaN at holes.

    Of a surface seen straight on, 2 H is the divergence of (n_x, n_y) in the image (exact for any height field).
    Differences are central, one-sided at holes; a pixel without a neighbour along an axis has no curvature.
    """
    there: Bools = np.asarray(normals.any(axis=2))
    spread = _growth(normals[..., 0], there, axis=1)
    spread -= _growth(normals[..., 1], there, axis=0)  # Why minus: y points up, rows go down.
    spread *= np.float32(0.5 / pixel_mm)
    return spread


def detail_normals(normals: Normals, *, sigma_px: float) -> Normals:
    """The map without what is smooth over ``sigma_px``: each normal as seen from the mean of those around it.

    Each is turned by the shortest rotation that takes its Gaussian mean to the camera; ``slope_deg`` of the answer is
    how much detail there is, in degrees. Holes say nothing to their neighbours, and stay holes.
    """
    if not 0 < sigma_px < np.inf:
        raise Problem(f"{sigma_px:g} px is no width for a smooth part", remedy="Give a positive number of pixels.")
    base = np.asarray(cv2.GaussianBlur(normals, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101), np.float32)
    found = np.zeros_like(normals)
    for top in range(0, normals.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        found[rows] = _turned_to_camera(normals[rows], base[rows])
    return found


@dataclass(frozen=True, slots=True, eq=False)
class MeanNormals:
    """What good parts have in common at each pixel: ``normals``, zero where no part has one, ``spread_deg`` (H, W)
    how far a part's normal typically is from that (root mean square of the chord), NaN there, and of how many parts.
    """

    normals: Normals
    spread_deg: Floats
    parts: int


def mean_normals(maps: Iterable[Normals]) -> MeanNormals:
    """The mean of maps that lie on each other pixel by pixel, taken one by one. Problem for none, or unlike sizes."""
    total: Normals | None = None
    count: Floats | None = None
    parts = 0
    for found in maps:
        if total is None or count is None:
            total, count = np.zeros(found.shape, np.float32), np.zeros(found.shape[:2], np.float32)
        if found.shape != total.shape:
            size = f"{found.shape[1]} x {found.shape[0]} px, the first {total.shape[1]} x {total.shape[0]}"
            raise Problem(
                "The normal maps have no mean", f"map {parts + 1} is {size}", remedy="Choose one view's maps."
            )
        total += found
        count += found.any(axis=2)
        parts += 1
    if total is None or count is None:
        raise Problem("There are no normal maps to take the mean of", remedy="Choose good parts that have normals.")
    total /= np.maximum(count, 1)[..., None]
    length = np.sqrt(np.einsum("...i,...i->...", total, total))
    chord = np.sqrt(np.maximum(2 - 2 * length, 0))  # Why: |n - m|^2 averages to 2 - 2 |mean| for unit n and m.
    spread = np.where(count > 0, np.degrees(chord), np.float32(np.nan)).astype(np.float32)
    total /= np.maximum(length, _SHORT)[..., None]
    return MeanNormals(unit(total), spread, parts)


def _angles(one: Normals, other: Normals) -> Floats:
    """Degrees, by both sine and cosine: near zero an arccosine of float32 cannot tell hundredths of a degree."""
    found = np.empty(one.shape[:2], np.float32)
    for top in range(0, one.shape[0], _ROWS):
        rows = slice(top, top + _ROWS)
        a, b = one[rows], other[rows]
        sine = np.linalg.norm(np.cross(a, b), axis=2)
        angle = np.degrees(np.arctan2(sine, np.einsum("...i,...i->...", a, b)))
        found[rows] = np.where(a.any(axis=2) & b.any(axis=2), angle, np.nan)
    return found


def _growth(values: Floats, there: Bools, *, axis: int) -> Floats:
    """How ``values`` grow per pixel along ``axis``; NaN where neither neighbour is ``there``, or itself not."""
    ahead = np.full(values.shape, np.nan, np.float32)
    first, second = (slice(None, -1), slice(1, None)) if axis == 0 else (np.s_[:, :-1], np.s_[:, 1:])
    ahead[first] = np.where(there[first] & there[second], np.diff(values, axis=axis), np.nan)
    behind = np.full(values.shape, np.nan, np.float32)
    behind[second] = ahead[first]
    both = (ahead + behind) * np.float32(0.5)
    return np.where(np.isfinite(both), both, np.where(np.isfinite(ahead), ahead, behind))


def _turned_to_camera(normals: Normals, base: Normals) -> Normals:
    """Each vector turned by the shortest way that takes its ``base`` (any length) to +z; zero where either is."""
    length = np.linalg.norm(base, axis=2, keepdims=True)
    x, y, z = np.moveaxis(base / np.maximum(length, _SHORT), 2, 0)
    nx, ny, nz = np.moveaxis(normals, 2, 0)
    # Rodrigues with the axis base x z: v + w x v + w x (w x v) / (1 + z), w = (y, -x, 0).
    inner = (x * nx + y * ny) / np.maximum(1 + z, _SHORT)
    turned = np.stack([nx - x * (nz + inner), ny - y * (nz + inner), x * nx + y * ny + z * nz], axis=2)
    there = normals.any(axis=2, keepdims=True) & (length > _SHORT)
    return np.where(there, turned, np.float32(0)).astype(np.float32, copy=False)
