"""Where a light stands, from its highlight on a mirror-like ball."""

from dataclasses import dataclass

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Image
from pentad.core.problem import Problem

_ROUND = 0.05
"""Of the radius: how far the mask's rim may be from a circle, root mean square."""
_FEW = 12
_PASSES = 12
_HIGHLIGHT = 0.85
"""Of the brightest pixel: what belongs to the highlight."""
_CONTRAST = 1.5
"""Times the ball's median brightness that a highlight has at least."""
_LARGEST = 0.1
"""Of the ball's disc."""
_RIM = 0.97
"""Of the radius: beyond it the ball mirrors what lies behind it."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A ball's outline in pixels: ``x``, ``y`` of the middle and ``radius``; ``miss`` is the rim's rms distance."""

    x: float
    y: float
    radius: float
    miss: float


def fit_circle(mask: Bools) -> Circle:
    """The circle through the rim of a ball's mask (H, W); Problem where there is no ball in it.

    Least squares on x^2 + y^2 + a x + b y + c = 0 (Kasa 1976), again and again without the outliers. Where the ball is
    cut by the picture's edge, that edge is no rim.
    """
    if not mask.any():
        raise Problem(
            "The mask has no pixels", "there is no ball in it", remedy="Give a mask that is white on the ball"
        )
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(outlines, key=len).reshape(-1, 2).astype(np.float64)
    height, width = mask.shape
    x, y = points.T
    points = points[(x > 0) & (y > 0) & (x < width - 1) & (y < height - 1)]
    if len(points) < _FEW:
        raise _no_ball(f"its outline has {len(points)} pixels")
    circle = _through(points)
    for _ in range(_PASSES):
        gaps = np.abs(np.hypot(points[:, 0] - circle.x, points[:, 1] - circle.y) - circle.radius)
        near = points[gaps <= max(1.0, 2 * float(np.median(gaps)))]
        circle = _through(near) if len(near) >= _FEW else circle
    if not circle.miss <= _ROUND * circle.radius + 0.5:
        raise _no_ball(f"its outline is {circle.miss:.1f} px away from a circle")
    # Why half a pixel: the outline runs through the middles of the outermost pixels.
    return Circle(circle.x, circle.y, circle.radius + 0.5, circle.miss)


def light_of(image: Image, ball: Circle, *, name: str = "image") -> Doubles:
    """(3,) unit direction to the light whose highlight ``image`` (H, W) or (H, W, 3) shows on ``ball``, camera axes.

    The normal at the highlight halves the angle between the light and the camera, far away: l = 2 nz n - (0, 0, 1).
    Problem where there is no highlight, or it is as large as a window, or at the rim.
    """
    grey = (image.max(axis=2) if image.ndim == 3 else image).astype(np.float64)
    rows, columns = np.ogrid[: grey.shape[0], : grey.shape[1]]
    inside = np.hypot(columns - ball.x, rows - ball.y) <= _RIM * ball.radius
    on_ball = grey[inside]
    if not on_ball.size or not np.isfinite(on_ball).all():
        raise _no_highlight(name, "the ball is not in the picture, or holds pixels that are no numbers")
    peak, usual = float(on_ball.max()), float(np.median(on_ball))
    if not peak > _CONTRAST * usual or peak <= 0:
        raise _no_highlight(name, "nothing on the ball is brighter than the rest of it")
    bright = inside & (grey >= max(_HIGHLIGHT * peak, 0.5 * (peak + usual)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bright.astype(np.uint8), connectivity=8)
    spot = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    if np.count_nonzero(spot) > _LARGEST * np.count_nonzero(inside):
        raise _no_highlight(name, "what is bright on the ball is too large for a lamp")
    y, x = np.nonzero(spot)
    weight = grey[spot]
    across = (np.average(x, weights=weight) - ball.x) / ball.radius
    up = (ball.y - np.average(y, weights=weight)) / ball.radius
    square = across**2 + up**2
    if square >= _RIM**2:
        raise _no_highlight(name, "the highlight lies at the ball's rim")
    normal = np.array([across, up, np.sqrt(1 - square)])
    return np.asarray(2 * normal[2] * normal - np.array([0.0, 0.0, 1.0]))


def _through(points: Doubles) -> Circle:
    middle = points.mean(axis=0)
    x, y = (points - middle).T
    (a, b, c), *_ = np.linalg.lstsq(np.c_[x, y, np.ones_like(x)], -(x**2 + y**2), rcond=None)
    radius = float(np.sqrt(max(0.0, a * a / 4 + b * b / 4 - c)))
    miss = float(np.sqrt(np.mean((np.hypot(x + a / 2, y + b / 2) - radius) ** 2)))
    return Circle(float(middle[0] - a / 2), float(middle[1] - b / 2), radius, miss)


def _no_ball(why: str) -> Problem:
    return Problem("The mask shows no ball", why, remedy="Give a mask that is white on the whole chrome ball only")


def _no_highlight(name: str, why: str) -> Problem:
    remedy = "Photograph the ball in a dark room with one small lamp on, or leave the image out"
    return Problem(f"{name} shows no highlight on the ball", why, remedy=remedy)
