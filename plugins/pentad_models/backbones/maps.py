"""From one number a patch to a heatmap, an image score and the scale that makes both readable."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.core.heatmap import Heatmap
from pentad.core.prediction import ViewPrediction
from pentad.sdk import Value
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window

MAP_SIDE = 256
"""Cells a side of every heatmap, the resolution at which the peers evaluate (PatchCore, INP-Former)."""


def heat_values(patches: Tensor, window: Window, reach: float) -> Floats:
    """Heat inside ``window`` (h, w) float32, in cells of the whole view's 256 x 256 map, from ``patches`` (N,).

    Bilinear between patch centres, then a Gaussian of ``reach`` patches.
    """
    grid = patches.detach().float().cpu().numpy().reshape(window.rows, window.columns)
    rows, columns = window.cut(MAP_SIDE, MAP_SIDE)
    y = _places(rows, window.top, window.bottom, window.rows)
    x = _places(columns, window.left, window.right, window.columns)
    across, down = np.meshgrid(x, y)
    values = cv2.remap(grid, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if reach > 0:
        sigma_y, sigma_x = reach * len(y) / window.rows, reach * len(x) / window.columns
        values = cv2.GaussianBlur(values, (0, 0), sigmaX=sigma_x, sigmaY=sigma_y, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(values, np.float32)


def _places(cells: slice, low: float, high: float, patches: int) -> Floats:
    """Where the centres of map ``cells`` lie, counted in patch centres."""
    centres = (np.arange(cells.start, cells.stop) + 0.5) / MAP_SIDE
    return ((centres - low) / (high - low) * patches - 0.5).astype(np.float32)


def reach_of(settings: Mapping[str, Value], backbone: Backbone) -> float:
    """The setting ``sigma``, cells of a whole view's map, in patches."""
    return float(settings["sigma"]) / MAP_SIDE * int(settings["input"]) / backbone.patch


def image_score(values: Floats, score: str) -> float:
    """One number for a map: the mean of its highest 1 % (``top1``) or 0.2 % (``top0.2``), ``max`` or ``mean``."""
    if score == "max":
        return float(values.max())
    if score == "mean":
        return float(values.mean())
    count = max(1, round(values.size * float(score.removeprefix("top")) / 100))
    return float(np.partition(values.ravel(), -count)[-count:].mean())


def scale_of(maps: Sequence[Floats], score: str) -> dict[str, float]:
    """What good parts' maps say: ``low`` what 98 % of their cells stay below, ``high`` well above the highest of them.

    ``threshold`` is a first guess for the image score: three standard deviations above the good views' mean score.
    """
    stack = np.concatenate([values.ravel() for values in maps])
    low, top = (float(value) for value in np.quantile(stack, (0.98, 0.999)))
    high = max(low + 3 * (top - low), low + 1e-6 * max(1.0, abs(low)))
    scores = np.array([image_score(values, score) for values in maps])
    return {"low": low, "high": high, "threshold": float(scores.mean() + 3 * scores.std())}


def view_prediction(values: Floats, window: Window, scale: Mapping[str, float], score: str) -> ViewPrediction:
    """A view's (256, 256) heatmap and score from the heat in its window; outside is as calm as the calmest inside."""
    whole = np.full((MAP_SIDE, MAP_SIDE), values.min(), np.float32)
    whole[window.cut(MAP_SIDE, MAP_SIDE)] = values
    return ViewPrediction(Heatmap(whole, scale["low"], scale["high"]), image_score(values, score))
