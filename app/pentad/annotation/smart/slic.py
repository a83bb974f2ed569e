"""Superpixels: a picture cut into connected segments of about one size that follow its edges."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Floats, Rgb
from pentad.sdk import Ticket

ROUNDS = 5
NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
FAR = 1e12
Segments = NDArray[np.int32]
"""(h, w), the number of the segment each pixel belongs to."""


def superpixels(bgr: Rgb, size: float, *, compactness: float, ticket: Ticket) -> Segments:
    """SLIC (Achanta et al. 2012, alg. 1): k-means of colour (CIELAB) and place, seeded on squares of ``size`` pixels.

    A pixel chooses among the nine seeds around its square, which is the 2S x 2S search window with whole squares; with
    five rounds instead of ten, and segments are 4-connected afterwards. ``compactness`` is m of eq. 3. About 0.6 s for
    0.8 megapixels.
    """
    height, width = bgr.shape[:2]
    side = max(2, round(size))
    rows, columns = -(-height // side), -(-width // side)
    squares = _squares(bgr, side, compactness / side)
    base = squares.mean(axis=2)
    # Why counted from each square's own mean: so float32 is enough for the products.
    local = np.ones((*squares.shape[:3], squares.shape[3] + 1), np.float32)
    np.subtract(squares, base[:, :, None], out=local[..., :-1])
    planes = [np.ascontiguousarray(plane) for plane in squares.reshape(-1, squares.shape[3]).T]
    centres = base
    nearest = np.zeros(0, np.int64)
    for turn in range(ROUNDS):
        ticket.report(turn / (ROUNDS + 1), "superpixels")
        nearest = _nearest(local, base, centres)
        count = np.bincount(nearest, minlength=rows * columns)[:, None]
        sums = np.stack([np.bincount(nearest, plane, rows * columns) for plane in planes], axis=-1)
        means = np.where(count > 0, sums / np.maximum(count, 1), centres.reshape(sums.shape))
        centres = means.reshape(centres.shape).astype(np.float32)
    ticket.report(ROUNDS / (ROUNDS + 1), "superpixels")
    grid = nearest.reshape(rows, columns, side, side).transpose(0, 2, 1, 3).reshape(rows * side, columns * side)
    return _whole(grid[:height, :width].astype(np.int32), columns)


def _squares(bgr: Rgb, side: int, weight: float) -> Floats:
    """(rows, columns, side * side, 5): colour and weighted place of every pixel, square by square."""
    height, width = bgr.shape[:2]
    lab = cv2.cvtColor(np.ascontiguousarray(bgr), cv2.COLOR_BGR2Lab).astype(np.float32)
    lab[..., 0] *= 100 / 255
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.8)
    whole = cv2.copyMakeBorder(smooth, 0, -height % side, 0, -width % side, cv2.BORDER_REPLICATE)
    tall, wide = whole.shape[:2]
    y, x = np.mgrid[:tall, :wide].astype(np.float32) * np.float32(weight)
    features = np.dstack([whole, y, x]).reshape(tall // side, side, wide // side, side, 5)
    return np.ascontiguousarray(features.transpose(0, 2, 1, 3, 4), np.float32).reshape(
        tall // side, wide // side, side * side, 5
    )


def _nearest(local: Floats, base: Floats, centres: Floats) -> NDArray[np.int64]:
    """For every pixel, in the order of ``local``, the number of the nearest of the nine centres around its square.

    ``local`` (rows, columns, n, 6) are the pixels' features from the square's ``base`` on, and a one.
    """
    rows, columns = centres.shape[:2]
    around = np.full((rows + 2, columns + 2, centres.shape[2]), np.nan, np.float32)
    around[1:-1, 1:-1] = centres
    nine = np.stack([around[1 + dy : 1 + dy + rows, 1 + dx : 1 + dx + columns] for dy, dx in NEIGHBOURS], axis=2)
    nine -= base[:, :, None]
    missing = np.isnan(nine[..., 0])
    nine[missing] = 0
    # Why: |p - c|^2 = |p|^2 - 2 p.c + |c|^2, of which |p|^2 does not matter.
    squared = np.where(missing, np.float32(FAR), (nine * nine).sum(axis=-1))
    weights = np.concatenate([-2 * nine, squared[..., None]], axis=-1).transpose(0, 1, 3, 2)
    choice = np.matmul(local, weights).argmin(axis=-1)
    offsets = np.array([dy * columns + dx for dy, dx in NEIGHBOURS])
    own = np.arange(rows * columns).reshape(rows, columns, 1)
    return cast(NDArray[np.int64], (own + offsets[choice]).reshape(-1))


def _whole(segments: Segments, columns: int) -> Segments:
    """The same with each segment's largest piece kept and every other pixel given to a neighbour."""
    height, width = segments.shape
    padded = np.full((height + 2, width + 2), -1, np.int32)
    padded[1:-1, 1:-1] = np.where(_largest(segments, columns), segments, -1)
    flat = padded.reshape(-1)
    inside = np.zeros(padded.shape, bool)
    inside[1:-1, 1:-1] = True
    loose = np.flatnonzero((flat < 0) & inside.reshape(-1))
    while loose.size:
        given = flat[loose]
        for step in (-1, 1, -width - 2, width + 2):
            given = np.where(given < 0, flat[loose + step], given)
        flat[loose] = given
        loose = loose[given < 0]
    return np.ascontiguousarray(padded[1:-1, 1:-1])


def _largest(segments: Segments, columns: int) -> Bools:
    """(h, w): whether a pixel belongs to the largest 4-connected piece of its segment."""
    kept = np.zeros(segments.shape, bool)
    row, column = np.divmod(segments, columns)
    # Why: a segment stays within the squares beside its seed's, so two whose seeds are four squares apart never touch.
    colour = (row % 4 * 4 + column % 4).astype(np.uint8)
    for one in range(16):
        count, parts, stats, _ = cv2.connectedComponentsWithStats((colour == one).astype(np.uint8), connectivity=4)
        if count < 2:
            continue
        owner = np.zeros(count, np.int64)
        owner[parts.reshape(-1)] = segments.reshape(-1)
        area = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
        order = np.lexsort((area[1:], owner[1:])) + 1
        last = np.append(owner[order][1:] != owner[order][:-1], True)
        best = np.zeros(count, bool)
        best[order[last]] = True
        kept |= best[parts]
    return kept
