"""From one number a patch to a heatmap, an image score and the scale that makes both readable."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from torch import Tensor
from torch.nn import functional

from pentad.core.arrays import Floats
from pentad.core.heatmap import Heatmap
from pentad.core.prediction import ViewPrediction

MAP_SIDE = 256
"""Cells a side of every heatmap, the resolution at which the peers evaluate (PatchCore, INP-Former)."""
SCORES = ("top1", "max", "mean")


def heat_values(patches: Tensor, sigma: float) -> Floats:
    """(256, 256) float32 from ``patches`` (n, n): bilinear, edges on edges, then a Gaussian of ``sigma`` map cells."""
    grid = patches.detach().float().cpu()[None, None]
    values = functional.interpolate(grid, (MAP_SIDE, MAP_SIDE), mode="bilinear", align_corners=False)
    sharp = values[0, 0].numpy()
    return sharp if sigma == 0 else np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma), np.float32)


def image_score(values: Floats, score: str) -> float:
    """One number for a map: ``top1`` the mean of its highest hundredth, ``max``, or ``mean`` (the paper's)."""
    if score == "max":
        return float(values.max())
    if score == "mean":
        return float(values.mean())
    count = max(1, values.size // 100)
    return float(np.partition(values.ravel(), -count)[-count:].mean())


def scale_of(maps: Sequence[Floats], score: str) -> dict[str, float]:
    """What good parts' maps say: ``low`` their median, ``high`` half as much again as their 99.9th percentile.

    ``threshold`` is a first guess for the image score: three standard deviations above the good views' mean score.
    """
    stack = np.stack(maps)
    low = float(np.median(stack))
    top = float(np.quantile(stack, 0.999))
    high = max(low + 1.5 * (top - low), low + 1e-6 * max(1.0, abs(low)))
    scores = np.array([image_score(values, score) for values in maps])
    return {"low": low, "high": high, "threshold": float(scores.mean() + 3 * scores.std())}


def view_prediction(values: Floats, scale: Mapping[str, float], score: str) -> ViewPrediction:
    return ViewPrediction(Heatmap(values, scale["low"], scale["high"]), image_score(values, score))
