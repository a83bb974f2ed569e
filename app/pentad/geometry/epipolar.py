"""Where a pixel may lie in another view when nothing is known but how far it may be."""

from itertools import pairwise

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.frame import ideal_frame
from pentad.geometry.projection import distort, unproject

_NEAREST_MM = 1e-6
_SAMPLES = 257


def epipolar_segment(
    pixel: tuple[float, float], source: Camera, target: Camera, near_mm: float, far_mm: float
) -> Doubles:
    """(K, 2) polyline y, x in ``target``: the ray of ``pixel`` (y, x) of ``source`` from camera z near to far.

    It is clipped to the image and bent by the lens (two points without one); empty where nothing of it is seen, where
    the pixel has no ray, and behind the target. Problem for lengths that are none.
    """
    if not 0 < near_mm < far_mm < np.inf:
        why = f"from {near_mm} to {far_mm} mm"
        raise Problem("No depth lies there", why, remedy="Give two lengths above zero, the nearer one first")
    ends = unproject(source, np.array([pixel[::-1]] * 2), np.array([near_mm, far_mm]))
    pose = target.rig_to_camera
    start, end = ends @ pose[:3, :3].T + pose[:3, 3]
    inside = _inside(start, end, ideal_frame(target))
    if inside is None:
        return np.zeros((0, 2))
    # Why between ideal places and not along the ray: what is far would otherwise have all the points.
    first, last = (place[:2] / place[2] for place in (start + (end - start) * share for share in inside))
    count = _SAMPLES if target.distortion.any() else 2
    flat = first + (last - first) * np.linspace(0, 1, count)[:, None]
    pixels = distort(flat, target.distortion) @ target.matrix[:2, :2].T + target.matrix[:2, 2]
    return _clipped(pixels, target.size)[:, ::-1]


def _inside(start: Doubles, end: Doubles, frame: Doubles) -> tuple[float, float] | None:
    """What share of the way, from and to, lies before the camera and in its frame; None for nothing."""
    planes = np.array(
        [[0, 0, 1.0], [1, 0, -frame[0, 0]], [-1, 0, frame[1, 0]], [0, 1, -frame[0, 1]], [0, -1, frame[1, 1]]]
    )
    at, to = planes @ start - [_NEAREST_MM, 0, 0, 0, 0], planes @ end - [_NEAREST_MM, 0, 0, 0, 0]
    return _interval(at, to)


def _interval(at: Doubles, to: Doubles) -> tuple[float, float] | None:
    """The shares of a way along which numbers that go evenly from ``at`` to ``to`` are all at least zero."""
    if not (np.isfinite(at).all() and np.isfinite(to).all()):
        return None
    first, last = 0.0, 1.0
    for a, b in zip(at.tolist(), to.tolist(), strict=True):
        if a < 0 and b < 0:
            return None
        if a < 0:
            first = max(first, a / (a - b))
        elif b < 0:
            last = min(last, a / (a - b))
    return (first, last) if first < last else None


def _clipped(pixels: Doubles, size: tuple[int, int]) -> Doubles:
    """The first run of a polyline x, y through the image, from border to border."""
    high = np.array([size[1] - 0.5, size[0] - 0.5])
    kept: list[Doubles] = []
    for start, end in pairwise(pixels):
        share = _interval(np.concatenate([start + 0.5, high - start]), np.concatenate([end + 0.5, high - end]))
        if share is None:
            if kept:
                break
            continue
        if not kept:
            kept.append(start + (end - start) * share[0])
        kept.append(start + (end - start) * share[1])
        if share[1] < 1:
            break
    return np.array(kept).reshape(-1, 2)
