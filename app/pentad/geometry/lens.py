"""OpenCV's lens distortion on the ideal image plane, its inverse, and where it has none."""

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Bools, Doubles
from pentad.core.problem import Problem

_KNOWN_TERMS = (4, 5, 8, 12)
_STEPS = 60
_CLOSE = 1e-11
"""On the ideal plane: a millionth of a pixel of a lens of 100,000 px."""
_DONE = 1e-14
_LONGEST_STEP = 0.25
_SHORTENINGS = 6
_CLOSER = 0.98
_START = 0.9
_REACH = 8.0
_WIDEST = 4.0
"""On the ideal plane: 76 degrees off the axis, farther than polynomials are fitted."""
_ANGLES, _RADII, _HALVINGS = 64, 96, 20


def distort(flat: ArrayLike, distortion: Doubles) -> Doubles:
    """(..., 2) ideal plane coordinates to the lens's own: OpenCV's k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4."""
    xy = np.asarray(flat, np.float64)
    _, _, p1, p2, _, _, _, _, s1, s2, s3, s4 = _terms(distortion)
    x, y = xy[..., 0], xy[..., 1]
    r2 = x * x + y * y
    radial, _ = _radial(r2, distortion)
    bent_x = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x) + r2 * (s1 + s2 * r2)
    bent_y = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y + r2 * (s3 + s4 * r2)
    return np.stack([bent_x, bent_y], axis=-1)


def undistort(bent: ArrayLike, distortion: Doubles) -> Doubles:
    """The inverse of ``distort`` to 1e-11 by Newton steps, checked; NaN where there is none.

    A calibrated polynomial is only good where it was fitted: farther out it may fold back, and left becomes right.
    Answers are looked for within the first fold around the centre; beyond it is not where light came from.
    """
    target = np.asarray(bent, np.float64)
    if not distortion.any():
        return target.copy()
    flat = target.reshape(-1, 2)
    found = np.full_like(flat, np.nan)
    # Why: a NaN or infinity has no inverse and would spoil what is computed from the largest of all.
    usable = np.flatnonzero(np.isfinite(flat).all(axis=1))
    if usable.size:
        with np.errstate(all="ignore"):  # Why: a rational lens has poles, and their infinities are no answers.
            found[usable] = _inverse(flat[usable], distortion)
    return found.reshape(target.shape)


def fold_radius(distortion: Doubles, angles: ArrayLike, reach: float) -> Doubles:
    """How far from the centre, on the ideal plane, ``distort`` has an inverse along each of ``angles`` (radians).

    There its Jacobian's determinant first reaches zero; infinity where that is not within ``reach``.
    """
    around = np.asarray(angles, np.float64)
    ways = np.stack([np.cos(around), np.sin(around)], axis=-1)
    radii = np.linspace(0, reach, _RADII + 1)
    with np.errstate(all="ignore"):
        good = _determinant(_jacobian(ways[..., None, :] * radii[:, None], distortion)) > 0
    first, folds = np.argmin(good, axis=-1), ~good.all(axis=-1)
    low, high = radii[np.maximum(first - 1, 0)], radii[first]
    for _ in range(_HALVINGS if folds.any() else 0):
        middle = (low + high) / 2
        inside = _determinant(_jacobian(ways * middle[..., None], distortion)) > 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.where(folds, low, np.inf)


def before_fold(flat: ArrayLike, distortion: Doubles) -> Bools:
    """(..., 2) ideal plane coordinates to (...,): whether the polynomial still tells where the lens shows them."""
    places = np.asarray(flat, np.float64)
    if not distortion.any():
        return np.ones(places.shape[:-1], bool)
    folds = fold_radius(distortion, np.linspace(-np.pi, np.pi, _ANGLES + 1), _WIDEST)
    return np.asarray(np.hypot(places[..., 0], places[..., 1]) < _fold_ahead(places, folds))


def _inverse(target: Doubles, distortion: Doubles) -> Doubles:
    """``undistort`` of (N, 2) finite points."""
    farthest = float(np.linalg.norm(target, axis=1).max())
    folds = fold_radius(distortion, np.linspace(-np.pi, np.pi, _ANGLES + 1), max(_REACH * farthest, 1e-3))
    guess = _inside(target, _START * folds).copy()
    miss = distort(guess, distortion) - target
    going = np.arange(len(target))
    for _ in range(_STEPS):
        going = going[(np.abs(miss[going]) > _DONE).any(axis=1)]
        if not going.size:
            break
        there, left = _step(guess[going], miss[going], target[going], folds, distortion)
        # Why: what comes no closer stands at a fold, before a place that the lens never reaches.
        closer = (left**2).sum(axis=1) < _CLOSER * (miss[going] ** 2).sum(axis=1)
        going = going[closer]
        guess[going], miss[going] = there[closer], left[closer]
    answers = (np.abs(miss) < _CLOSE).all(axis=1) & (_determinant(_jacobian(guess, distortion)) > 0)
    return np.where(answers[:, None], guess, np.nan)


def _step(
    guess: Doubles, miss: Doubles, target: Doubles, folds: Doubles, distortion: Doubles
) -> tuple[Doubles, Doubles]:
    """A Newton step of each point, halved until it leads closer, and what is missing there."""
    step = _newton_step(guess, miss, distortion)
    before = (miss**2).sum(axis=1)
    trial, left = guess, miss
    for _ in range(_SHORTENINGS):
        trial = _inside(guess - step, folds)
        left = distort(trial, distortion) - target
        worse = ~((left**2).sum(axis=1) < before)
        if not worse.any():
            break
        step = np.where(worse[:, None], step / 2, step)
    return trial, left


def _inside(flat: Doubles, folds: Doubles) -> Doubles:
    """``flat`` (N, 2), drawn towards the centre where it lies beyond the first fold on its way out."""
    if not np.isfinite(folds).any():
        return flat
    radius = np.hypot(flat[:, 0], flat[:, 1])
    return np.asarray(flat * np.minimum(1.0, _fold_ahead(flat, folds) / np.maximum(radius, 1e-300))[:, None])


def _fold_ahead(flat: Doubles, folds: Doubles) -> Doubles:
    """How far out the first fold is in the direction of each of ``flat`` (..., 2), of ``folds`` all around."""
    around = np.arctan2(flat[..., 1], flat[..., 0])
    # Why finite: between a direction with a fold and one without, infinity would make NaN.
    return np.interp(around, np.linspace(-np.pi, np.pi, folds.size), np.minimum(folds, 1e6))


def _newton_step(guess: Doubles, miss: Doubles, distortion: Doubles) -> Doubles:
    jacobian = _jacobian(guess, distortion)
    determinant = _determinant(jacobian)
    safe = np.where(np.abs(determinant) > 1e-9, determinant, 1e-9)
    step_x = (jacobian[..., 1, 1] * miss[..., 0] - jacobian[..., 0, 1] * miss[..., 1]) / safe
    step_y = (jacobian[..., 0, 0] * miss[..., 1] - jacobian[..., 1, 0] * miss[..., 0]) / safe
    return np.clip(np.stack([step_x, step_y], axis=-1), -_LONGEST_STEP, _LONGEST_STEP)


def _jacobian(flat: Doubles, distortion: Doubles) -> Doubles:
    """(..., 2, 2) the derivative of ``distort``: row by what comes out, column by what goes in."""
    _, _, p1, p2, _, _, _, _, s1, s2, s3, s4 = _terms(distortion)
    x, y = flat[..., 0], flat[..., 1]
    r2 = x * x + y * y
    radial, growth = _radial(r2, distortion)
    mixed = 2 * x * y * growth
    prism_x, prism_y = 2 * (s1 + 2 * s2 * r2), 2 * (s3 + 2 * s4 * r2)
    xx = radial + 2 * x * x * growth + 2 * p1 * y + 6 * p2 * x + prism_x * x
    xy = mixed + 2 * p1 * x + 2 * p2 * y + prism_x * y
    yx = mixed + 2 * p1 * x + 2 * p2 * y + prism_y * x
    yy = radial + 2 * y * y * growth + 6 * p1 * y + 2 * p2 * x + prism_y * y
    return np.stack([np.stack([xx, xy], axis=-1), np.stack([yx, yy], axis=-1)], axis=-2)


def _radial(r2: Doubles, distortion: Doubles) -> tuple[Doubles, Doubles]:
    """The radial factor and its derivative by r squared."""
    k1, k2, _, _, k3, k4, k5, k6, *_ = _terms(distortion)
    above, below = 1 + r2 * (k1 + r2 * (k2 + r2 * k3)), 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
    growth_above, growth_below = k1 + r2 * (2 * k2 + r2 * 3 * k3), k4 + r2 * (2 * k5 + r2 * 3 * k6)
    with np.errstate(divide="ignore", invalid="ignore"):
        return above / below, (growth_above * below - above * growth_below) / (below * below)


def _terms(distortion: Doubles) -> Doubles:
    if distortion.size not in _KNOWN_TERMS:
        raise Problem(
            f"A lens model with {distortion.size} distortion terms",
            "OpenCV's models have 4, 5, 8 or 12 here",
            remedy="Give k1 k2 p1 p2 and, where known, k3, k4 k5 k6 and s1 s2 s3 s4",
        )
    return np.pad(distortion.ravel(), (0, 12 - distortion.size))


def _determinant(jacobian: Doubles) -> Doubles:
    return np.asarray(jacobian[..., 0, 0] * jacobian[..., 1, 1] - jacobian[..., 0, 1] * jacobian[..., 1, 0])
