"""What one finds along a line across a relief: heights and slopes."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats, Normals
from pentad.core.problem import Problem

_MOST_SAMPLES = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A cross-section of a part seen straight on, (N,) each, one sample about every pixel from end to end.

    ``along``: the way from the start; ``height``: towards the camera, NaN where nothing is known; both in mm where the
    pixel's size was given, else in pixels. ``slope_deg``: how steeply the surface rises on the way, by the normals
    where there are any, else by the heights; NaN where nothing is known. ``normals`` (N, 3) are unit vectors in camera
    axes, NaN likewise; ``places`` (N, 2) the image points y, x.
    """

    along: Doubles
    height: Doubles
    slope_deg: Doubles
    normals: Doubles
    places: Doubles


def profile(
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    depth: Floats | None = None,
    normals: Normals | None = None,
    pixel_mm: float = 1.0,
) -> Profile:
    """The cross-section between two image points (y, x), from ``depth`` (H, W) or ``normals`` (H, W, 3), or both.

    ``depth`` is in the unit of ``pixel_mm`` times pixels and grows away from the camera. Without it heights are the
    slopes' sum from the start, and begin anew from zero behind a hole. Between pixels values are linear. Problem for a
    line without length, and where neither map is given.
    """
    if depth is None and normals is None:
        raise Problem("There is nothing to take a profile of", remedy="Choose a view with normals or depth.")
    way = np.subtract(end, start)
    length = float(np.hypot(*way))
    if not 0 < length < _MOST_SAMPLES:
        raise Problem(f"A line of {length:g} px has no profile", remedy="Draw it across the part.")
    share = np.linspace(0, 1, int(np.ceil(length)) + 1)
    places = np.asarray(start) + share[:, None] * way
    along = share * length * pixel_mm
    height = None if depth is None else -_between(depth[..., None], places)[:, 0]
    found = np.full((len(places), 3), np.nan)
    if normals is None:
        rise = np.gradient(height, along) if height is not None else np.zeros_like(along)
    else:
        clean = np.where(normals.any(axis=2, keepdims=True), normals, np.float32(np.nan))
        found = _between(clean, places)
        nx, ny, nz = found.T
        ahead_y, ahead_x = way / length
        with np.errstate(divide="ignore", invalid="ignore"):
            rise = -(nx * ahead_x - ny * ahead_y) / nz  # Why minus: y points up, rows go down.
    if height is None:
        height = _summed(rise, along)
    with np.errstate(invalid="ignore"):
        unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    return Profile(along, height, np.degrees(np.arctan(rise)), unit, places)


def _between(values: Floats, places: Doubles) -> Doubles:
    """(N, C) linear between the four pixels around (y, x); NaN outside, and where one that counts is NaN."""
    height, width = values.shape[:2]
    within = (places >= 0) & (places <= np.array([height - 1, width - 1]))
    inside: Bools = np.asarray(within.all(axis=1))
    safe = np.where(inside[:, None], places, 0)
    low = np.minimum(safe.astype(np.intp), np.array([max(height - 2, 0), max(width - 2, 0)]))
    high = np.minimum(low + 1, np.array([height - 1, width - 1]))
    part = safe - low
    found = np.zeros((len(places), values.shape[2]))
    for y, share_y in ((low[:, 0], 1 - part[:, 0]), (high[:, 0], part[:, 0])):
        for x, share_x in ((low[:, 1], 1 - part[:, 1]), (high[:, 1], part[:, 1])):
            share = (share_y * share_x)[:, None]
            # Why where: on a pixel's centre its neighbours do not count, holes or not.
            found += np.where(share > 0, share * values[y, x], 0)
    found[~inside] = np.nan
    return found


def _summed(rise: Doubles, along: Doubles) -> Doubles:
    """Heights by the trapezoid rule, from zero at the start and after each hole."""
    there: Bools = np.asarray(np.isfinite(rise))
    steps = np.diff(along) * (rise[1:] + rise[:-1]) / 2
    total = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(steps), steps, 0))])
    first = there & ~np.concatenate([[False], there[:-1]])
    begun = total[np.maximum.accumulate(np.where(first, np.arange(len(rise)), 0))]
    return np.where(there, total - begun, np.nan)
