"""Heat: where generated depth departs from what the normals integrate to, or from good parts' mean depth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk.depth import DepthEstimate
from pentad_models.backbones.maps import MAP_SIDE, scale_of
from pentad_models.backbones.ordinary import Ordinary
from pentad_models.backbones.windows import Window

_PREFIX = "reference/"
_STREAM = "depth"


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """By view name, the mean depth (s, s) of good parts in the window, NaN where fewer than half of them are."""

    by_view: Mapping[str, Floats]

    def of(self, view: str) -> Floats:
        """Problem for a view that was not learnt from."""
        if view not in self.by_view:
            known = ", ".join(sorted(self.by_view))
            what = f"There is no reference depth of the view '{view}'"
            raise Problem(what, f"good parts were seen in: {known}", remedy="Train with --set deviation=integrated.")
        return self.by_view[view]

    def tensors(self) -> dict[str, Tensor]:
        """As a weights file keeps them."""
        return {f"{_PREFIX}{view}": torch.from_numpy(depth) for view, depth in self.by_view.items()}

    @classmethod
    def taken_from(cls, weights: dict[str, Tensor]) -> "References":
        """What ``tensors`` gave, taken out of ``weights``."""
        keys = [key for key in weights if key.startswith(_PREFIX)]
        return cls({key.removeprefix(_PREFIX): weights.pop(key).numpy() for key in keys})


def deviation(made: DepthEstimate, view: str, references: References | None) -> Floats:
    """|made - expected| (s, s), zero where one of them is not there. Without ``references``: from the integrated."""
    expected = made.integrated if references is None else references.of(view)
    if expected is None:
        why = "heat counts from what they integrate to"
        remedy = "Give its normal map, or use a model trained with --set deviation=reference."
        raise Problem(f"The view '{view}' has no normals", why, remedy=remedy)
    return np.asarray(np.nan_to_num(np.abs(made.depth - expected)), np.float32)


def in_cells(values: Floats, window: Window, sigma: float) -> Floats:
    """``values`` (s, s) of a window in the cells it takes of a whole view's 256 x 256 map, smoothed by ``sigma``."""
    rows, columns = window.cut(MAP_SIDE, MAP_SIDE)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    found = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(found, (0, 0), sigma) if sigma > 0 else found, np.float32)


def surprise(values: Floats, view: str, ordinary: Ordinary) -> Floats:
    """How many spreads ``values`` (h, w) are from what they are on good parts at the same place, either way."""
    return np.abs(ordinary.surprise(_STREAM, view, values))


def sense_of_good(
    judges: Sequence[tuple[str, Floats]], others: Sequence[tuple[str, Floats]], score: str
) -> tuple[dict[str, float], Ordinary]:
    """The scale, of views held out as judged by the ``others``, and what is ordinary, of both.

    Why without the judges: a part is never surprising to a sense of the ordinary that was drawn from itself.
    """
    unbiased = _ordinary(others or judges)
    scale = scale_of([surprise(values, view, unbiased) for view, values in judges], score)
    return scale, _ordinary([*judges, *others])


def _ordinary(seen: Sequence[tuple[str, Floats]]) -> Ordinary:
    by_key: dict[tuple[str, str], list[Floats]] = {}
    for view, values in seen:
        by_key.setdefault((_STREAM, view), []).append(values)
    return Ordinary.of(by_key)
