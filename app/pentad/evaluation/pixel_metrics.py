"""How well heatmaps find the defective pixels: P-AUROC, P-AP and P-AUPRO, one image after another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from pentad.core.arrays import Doubles, Floats, Labels
from pentad.core.problem import Problem
from pentad.evaluation.tally import Tally

FPR_LIMIT = 0.3


@dataclass(frozen=True, slots=True)
class PixelScores:
    """The three pixel metrics; ``None`` where one is undefined, and then ``reasons`` says why."""

    p_auroc: float | None
    p_ap: float | None
    p_aupro: float | None
    reasons: Mapping[str, str]


class PixelMetrics:
    """Counts that pixel metrics are computed from; memory does not grow with the number of images.

    P-AUROC: over all pixels of all images, ties count one half. P-AP: the step sum of precision over recall
    (scikit-learn's ``average_precision_score``), not a trapezoid. P-AUPRO: the mean, over all 8-connected regions of
    the masks, of the covered fraction, each region weighing the same, integrated over the false positive rate among
    all good pixels of all images up to 0.3, linear in between, divided by 0.3 (Bergmann et al., MVTec AD, IJCV 2021).
    """

    def __init__(self) -> None:
        self._good = Tally()
        self._defective = Tally(columns=2)
        self._regions = 0

    def add(self, values: Floats, mask: Labels | None) -> None:
        """One image: ``values`` (H, W) and ``mask`` (H, W), nonzero = defect; None = good. Problem for NaN."""
        if mask is None or not mask.any():
            self._good.add(values.ravel())
            return
        if mask.shape != values.shape:
            raise ValueError(f"map {values.shape} and mask {mask.shape} differ")
        defective = mask != 0
        count, regions = cv2.connectedComponents(defective.astype(np.uint8), connectivity=8)
        inside = regions[defective]
        areas = np.bincount(inside, minlength=count)
        shares = 1.0 / areas[inside]
        self._good.add(values[~defective])
        self._defective.add(values[defective], np.stack((np.ones(inside.size), shares)))
        self._regions += count - 1

    def merge(self, other: Self) -> None:
        """Add what another shard saw."""
        self._good.merge(other._good)
        self._defective.merge(other._defective)
        self._regions += other._regions

    def scores(self) -> PixelScores:
        keys, good, defective = self._good.tables(self._defective)
        # Highest value first: cumulative sums are then what lies at or above each threshold.
        false, (true, share) = good[0, ::-1], defective[:, ::-1]
        if why := _why_undefined(keys.size, float(false.sum()), float(true.sum())):
            return PixelScores(None, None, None, dict.fromkeys(("p_auroc", "p_ap", "p_aupro"), why))
        all_false, all_true = np.cumsum(false), np.cumsum(true)
        p_auroc = float(np.sum(false * (all_true - true / 2)) / (all_false[-1] * all_true[-1]))
        p_ap = float(np.sum(true * (all_true / (all_true + all_false))) / all_true[-1])
        p_aupro = area_up_to(all_false / all_false[-1], np.cumsum(share) / self._regions, FPR_LIMIT)
        return PixelScores(p_auroc, p_ap, p_aupro, {})


def area_up_to(rate: Doubles, coverage: Doubles, limit: float) -> float:
    """The area below the rising curve from (0, 0) to ``limit``, cut there by linear interpolation, over ``limit``."""
    rate, coverage = np.concatenate(([0.0], rate)), np.concatenate(([0.0], coverage))
    inside = rate <= limit
    if not inside[-1]:
        place = int(inside.sum())
        low, high = rate[place - 1], rate[place]
        end = float(coverage[place - 1] + (coverage[place] - coverage[place - 1]) * (limit - low) / (high - low))
        rate, coverage = np.append(rate[:place], limit), np.append(coverage[:place], end)
    return float(np.trapezoid(coverage, rate) / limit)


def _why_undefined(cells: int, good: float, defective: float) -> str:
    if defective == 0:
        return "no mask has a defect in it"
    if good == 0:
        return "there is no good pixel"
    return "every map holds one and the same value" if cells == 1 else ""


def check_map(values: Floats, *, name: str) -> None:
    """Problem naming the map where it is no (H, W) array of finite numbers."""
    if values.ndim != 2 or values.size == 0:
        raise Problem(f"The map of {name} is no image", f"its shape is {values.shape}", remedy="Make it again.")
    if not np.isfinite(values).all():
        raise Problem(
            f"The map of {name} holds values that are not numbers", "NaN or infinity", remedy="Make it again."
        )
