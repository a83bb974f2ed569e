"""Heatmaps in half the bytes, without losing what small differences say."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Floats
from pentad.core.box import BoxShares
from pentad.core.heatmap import Heatmap
from pentad.core.prediction import ViewPrediction
from pentad.core.problem import Problem


@dataclass(frozen=True, slots=True, eq=False)
class PackedView:
    """One view's prediction as files hold it: ``value = offset + halves * 2 ** exponent``.

    Why not plain float16: maps that live between 0.95 and 0.96, or around 1e-6, would come back as a few steps. Here
    the error is at most 2 ** -11 of a value's distance to the map's lowest, down to 2 ** -40 of the map's range.
    """

    name: str
    halves: NDArray[np.float16]
    offset: float
    exponent: int
    low: float
    high: float
    score: float
    box: BoxShares | None = None


def pack_view(name: str, view: ViewPrediction, *, sample: str) -> PackedView:
    """``view`` ready to be stored; Problem where the model gave no numbers."""
    values = np.asarray(view.heatmap.values, np.float32)
    scale = (view.heatmap.low, view.heatmap.high, view.score)
    numbers = (*scale, *(view.box or ()))
    if values.ndim != 2 or values.size == 0 or not np.isfinite(values).all() or not all(map(math.isfinite, numbers)):
        raise Problem(
            f"The model gave no usable heatmap for {sample}, view {name}",
            f"an array {values.shape} with values that are not finite, or none",
            remedy="Train the model again; if it stays so, report it to the model's author.",
        )
    offset = float(values.min())
    span = float(values.max()) - offset
    exponent = math.frexp(span)[1] - 15 if span else 0
    halves = np.ldexp(values.astype(np.float64) - offset, -exponent).astype(np.float16)
    return PackedView(name, halves, offset, exponent, *scale, view.box)


def unpack_view(packed: PackedView) -> ViewPrediction:
    values: Floats = (np.ldexp(packed.halves.astype(np.float64), packed.exponent) + packed.offset).astype(np.float32)
    return ViewPrediction(Heatmap(values, packed.low, packed.high), packed.score, packed.box)
