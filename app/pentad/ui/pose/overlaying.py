"""Rendered and query mask in one picture: white where both are, red for query only, blue for rendered only."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.canvas.pyramid import Bgra
from pentad.core.arrays import Floats, Labels, Rgb
from pentad.core.pose_trace import Residual

BOTH, QUERY_ONLY, RENDERED_ONLY = (235, 235, 235), (226, 74, 51), (52, 138, 220)
PHOTO_UNDER, PHOTO_THROUGH = 0.35, 0.45
"""How much of the photo shows beside the part, and through it."""
_FULL = 127
_WIDE = 2 * _FULL + 1


class Overlay:
    """One view's query mask (h, w) in 0 to 1, over its ``photo`` (h, w, 3) or black, ready for any residual.

    Masks count in 127ths here, as residuals do, so that a picture is two looks into a table.
    """

    def __init__(self, mask: Floats, photo: Rgb | None = None) -> None:
        self._whole = np.rint(np.clip(mask, 0, 1) * _FULL).astype(np.int16)
        self._row = self._whole.astype(np.int32) * _WIDE + _FULL
        self._grey: Labels | None = None
        if photo is not None:
            self._grey = np.asarray(cv2.transform(np.ascontiguousarray(photo), np.full((1, 3), 1 / 3)), np.uint8)

    def over(self, residual: Residual) -> Bgra:
        """(h, w, 4) the mask that left this ``residual`` (h, w) over the query's."""
        colours, weights = _tables(through=PHOTO_THROUGH if self._grey is not None else 0.0)
        at = self._row + residual
        picture: Bgra = colours.take(at).view(np.uint8).reshape(*residual.shape, 4)
        if self._grey is None:
            return picture
        through = cv2.cvtColor(cv2.multiply(weights.take(at), self._grey, scale=1 / 255), cv2.COLOR_GRAY2BGRA)
        return np.asarray(cv2.add(picture, through), np.uint8)

    def agreement(self, residual: Residual) -> float:
        """Intersection over union of both masks above one half; 1 where both are empty."""
        half = _FULL / 2
        query, drawn = self._whole > half, self._whole + residual > half
        union = np.count_nonzero(query | drawn)
        return np.count_nonzero(query & drawn) / union if union else 1.0


def wiped(before: Bgra, now: Bgra, share: float) -> tuple[Bgra, int]:
    """``before`` in the columns left of ``share`` of the width, ``now`` in the others; and how many are left."""
    column = round(min(max(share, 0.0), 1.0) * now.shape[1])
    return np.concatenate([before[:, :column], now[:, column:]], axis=1), column


@cache
def _tables(*, through: float) -> tuple[NDArray[np.uint32], Labels]:
    """For each mask and residual: the colour, 0xffrrggbb, and how much of a grey photo is added, in 255ths."""
    mask = np.repeat(np.arange(_FULL + 1) / _FULL, _WIDE)
    rendered = np.clip(mask + np.tile(np.arange(-_FULL, _FULL + 1) / _FULL, _FULL + 1), 0, 1)
    both, query, drawn = np.minimum(mask, rendered), np.maximum(mask - rendered, 0), np.maximum(rendered - mask, 0)
    shown = np.outer((1 - through) * both, BOTH) + np.outer(query, QUERY_ONLY) + np.outer(drawn, RENDERED_ONLY)
    bytes_of_it = np.full((len(mask), 4), 255, np.uint8)
    bytes_of_it[:, :3] = np.rint(shown)[:, ::-1]
    weight = through * both + PHOTO_UNDER * (1 - both - query - drawn) if through else np.zeros_like(mask)
    return bytes_of_it.view(np.uint32)[:, 0], np.rint(255 * weight).astype(np.uint8)
