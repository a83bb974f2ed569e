"""Rendered and query mask in one picture: white where both are, red for query only, blue for rendered only."""

import numpy as np

from pentad.canvas.pyramid import Bgra
from pentad.core.arrays import Floats, Rgb
from pentad.core.pose_trace import Residual

BOTH, QUERY_ONLY, RENDERED_ONLY = (235, 235, 235), (226, 74, 51), (52, 138, 220)
_PHOTO_UNDER, _PHOTO_THROUGH = 0.35, 0.45
"""How much of the photo shows beside the part, and through it."""


def rendered_mask(mask: Floats, residual: Residual) -> Floats:
    """(h, w) the rendered mask in 0 to 1, from the query's and what was left over."""
    return np.clip(mask + residual.astype(np.float32) / 127, 0, 1)


def overlaid(mask: Floats, residual: Residual, photo: Rgb | None = None) -> Bgra:
    """(h, w, 4) the two masks over each other, and over the ``photo`` (h, w, 3) where there is one."""
    rendered = rendered_mask(mask, residual)
    both = np.minimum(mask, rendered)[..., None]
    query, drawn = np.maximum(mask - rendered, 0)[..., None], np.maximum(rendered - mask, 0)[..., None]
    grey = np.zeros((*mask.shape, 1), np.float32) if photo is None else photo.mean(axis=2, keepdims=True)
    grey = np.asarray(grey, np.float32)
    through = 0.0 if photo is None else _PHOTO_THROUGH
    white = (1 - through) * np.array(BOTH, np.float32) + through * grey
    shown = both * white + query * np.array(QUERY_ONLY, np.float32) + drawn * np.array(RENDERED_ONLY, np.float32)
    shown = shown + (1 - both - query - drawn) * grey * _PHOTO_UNDER
    picture = np.full((*mask.shape, 4), 255, np.uint8)
    picture[..., :3] = np.clip(np.rint(shown), 0, 255)[..., ::-1]
    return picture
