"""Where a defect is, from what the network saw: the map that is shown, and the scale it is shown on."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from pentad.core.arrays import Floats
from pentad_models.ptad.mmpdn.network import Verdict

_SHOWN = 2
"""How many of the distance maps the heat is made of, the finest first."""
_NORMAL = 0.99
"""Of good views, the share whose hottest cell is below the scale's end."""


def heat_maps(verdict: Verdict) -> list[Floats]:
    """(h, w) for each of a batch: the mean of D1 and D2 (eq. 9), of the first one's size.

    Why these: on shapes held out from training a pixel's AUROC is 0.94 by them, 0.90 by the mean of all four, whose
    coarse ones reach beyond the part. Why not the fused features: they have no sign; what they say is the score.
    """
    finest = verdict.distances[0]
    size = (int(finest.shape[2]), int(finest.shape[3]))
    levels = [
        interpolate(level.float(), size=size, mode="bilinear", align_corners=False)
        for level in verdict.distances[:_SHOWN]
    ]
    mean: Tensor = torch.cat(levels, dim=1).mean(dim=1)
    return list(mean.cpu().numpy().astype(np.float32))


def scale_of(good: Sequence[Floats], scores: Floats, labels: Floats) -> dict[str, float]:
    """``low`` and ``high`` from the maps of good views, ``threshold`` where most of ``scores`` (N,) agree with
    ``labels`` (N,)."""
    hottest = [float(heat.max()) for heat in good] or [1.0]
    usual = [float(np.median(heat)) for heat in good] or [0.0]
    low, high = float(np.median(usual)), float(np.quantile(hottest, _NORMAL))
    return {"low": low, "high": max(high, low + 1e-3), "threshold": best_threshold(scores, labels)}


def best_threshold(scores: Floats, labels: Floats) -> float:
    """The score above which to call it a defect so that most are called rightly; 0.5 where there is only one kind."""
    if len(np.unique(labels)) < 2:
        return 0.5
    order = np.argsort(scores)
    ranked, wrong = scores[order], labels[order] > 0
    right = np.concatenate([[0], np.cumsum(~wrong)]) + np.concatenate([np.cumsum(wrong[::-1])[::-1], [0]])
    best = np.flatnonzero(right == right.max())
    middle = int(best[len(best) // 2])
    ends = np.concatenate([[0.0], ranked, [1.0]])
    return float((ends[middle] + ends[middle + 1]) / 2)
