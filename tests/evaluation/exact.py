"""Pixel metrics the slow way: every pixel sorted, every distinct value a threshold. The oracle of these tests."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from pentad.core.arrays import Doubles, Floats, Labels

Image = tuple[Floats, Labels | None]


def flat(images: Sequence[Image]) -> tuple[Floats, Labels]:
    """All pixels and their truth, for scikit-learn."""
    masks = [np.zeros(values.shape, np.uint8) if mask is None else (mask != 0) for values, mask in images]
    values = np.concatenate([values.ravel() for values, _ in images])
    return values, np.concatenate([mask.ravel() for mask in masks]).astype(np.uint8)


def exact_aupro(images: Sequence[Image], limit: float = 0.3) -> float:
    """AUPRO by its definition: for each distinct value, the mean covered share of the regions, one region at a time."""
    values, truth = flat(images)
    thresholds = np.unique(values)[::-1]
    good = np.sort(values[truth == 0])
    rate: Doubles = 1 - np.searchsorted(good, thresholds, side="left") / good.size
    coverage = np.zeros(thresholds.size)
    regions = 0
    for image, mask in images:
        if mask is None:
            continue
        for region in _regions(mask):
            inside = np.sort([image[place] for place in region])
            coverage += 1 - np.searchsorted(inside, thresholds, side="left") / inside.size
            regions += 1
    x, y = np.concatenate(([0.0], rate)), np.concatenate(([0.0], coverage / regions))
    area = 0.0
    for x0, x1, y0, y1 in zip(x, x[1:], y, y[1:], strict=False):
        if x1 > limit:
            end = y0 + (y1 - y0) * (limit - x0) / (x1 - x0)
            return float((area + (limit - x0) * (y0 + end) / 2) / limit)
        area += (x1 - x0) * (y0 + y1) / 2
    return float(area / limit)


def _regions(mask: Labels) -> Iterator[list[tuple[int, int]]]:
    """The 8-connected regions of a mask, one pixel's neighbours at a time."""
    left = {(int(y), int(x)) for y, x in zip(*np.nonzero(mask), strict=True)}
    while left:
        region, edge = [], [left.pop()]
        while edge:
            y, x = edge.pop()
            region.append((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            edge += near
        yield region


def made_up_images(count: int, side: int, seed: int) -> list[Image]:
    """Smooth noise with a few round defects that are a little hotter; every other image is good."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[:side, :side]
    images: list[Image] = []
    for number in range(count):
        values = np.asarray(cv2.GaussianBlur(generator.random((side, side)), (0, 0), 2.0))
        values = (values - values.min()) / np.ptp(values)
        mask = np.zeros((side, side), np.uint8)
        for _ in range(3 * (number % 2)):
            y, x, radius = generator.integers((0, 0, 2), (side, side, side // 8))
            mask |= ((rows - y) ** 2 + (columns - x) ** 2 <= radius**2).astype(np.uint8)
        values = np.clip(values + 0.15 * mask * generator.random(), 0.001, None)
        images.append((values.astype(np.float32), mask if number % 2 else None))
    return images
