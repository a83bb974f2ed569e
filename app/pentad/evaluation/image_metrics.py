"""How well scores tell defective images (or parts) from good ones: I-AUROC and I-F1."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.evaluation.threshold import f1_threshold


@dataclass(frozen=True, slots=True)
class ImageScores:
    """Metrics of one number an image; ``None`` where undefined, and then ``reasons`` says why.

    ``threshold`` is where F1 is highest: scores above it are called defective.
    """

    images: int
    i_auroc: float | None
    i_f1: float | None
    threshold: float | None
    reasons: Mapping[str, str]


class ImageMetrics:
    """Every image's score and truth: 17 bytes an image, so nothing is approximated.

    I-AUROC: the chance that a defective image scores above a good one, ties one half (Mann-Whitney). I-F1: the highest
    2TP / (2TP + FP + FN) over all distinct thresholds.
    """

    def __init__(self) -> None:
        self._scores: list[float] = []
        self._defective: list[bool] = []

    def add(self, score: float, *, defective: bool) -> None:
        """One image; Problem where the score is no number."""
        if not math.isfinite(score):
            raise Problem(f"A score is {score}", remedy="Judge that image again, or leave it out.")
        self._scores.append(score)
        self._defective.append(defective)

    def merge(self, other: Self) -> None:
        """Add what another shard saw."""
        self._scores += other._scores
        self._defective += other._defective

    def scores(self) -> ImageScores:
        scores, defective = np.array(self._scores, np.float64), np.array(self._defective, np.bool_)
        if why := _why_undefined(scores, int(defective.sum())):
            return ImageScores(scores.size, None, None, None, dict.fromkeys(("i_auroc", "i_f1", "threshold"), why))
        distinct, places = np.unique(scores, return_inverse=True)
        true = np.bincount(places, defective, distinct.size)
        false = np.bincount(places, ~defective, distinct.size)
        below = np.cumsum(false) - false / 2
        i_auroc = float(np.sum(true * below) / (true.sum() * false.sum()))
        threshold, i_f1 = f1_threshold(scores, defective)
        return ImageScores(scores.size, i_auroc, i_f1, threshold, {})


def _why_undefined(scores: Doubles, defective: int) -> str:
    if defective == 0:
        return "there is no defective image"
    if defective == scores.size:
        return "there is no good image"
    return "all scores are the same" if np.all(scores == scores[0]) else ""
