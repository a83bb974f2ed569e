"""A photo beside the depth of the aligned part: what the network is shown, small enough to be kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles, Floats, Rgb
from pentad.geometry.rectifying import rectified
from pentad.sdk import ViewPixels
from pentad_models.ptad.mmpdn.framing import Frame
from pentad_models.ptad.rasteriser import Rasteriser

FARTHEST = 0.2
"""How bright the farthest place of a part is; what is not the part is 0."""
RGB, MASK, TRUTH, DEPTH = slice(0, 3), 3, 4, 5
"""Which channels of a ``Pair`` are which; every further one is the depth under another pose."""
Pair = NDArray[np.uint8]
"""(s, s, 6 or more), in 255ths and all in one frame: the photo, the query mask, the drawn defect, the depth image."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A view as it goes into a pair: its pixels and its query mask (h, w), 0 to 1, of the same size."""

    view: ViewPixels
    mask: Floats


def pair(seen: Seen, frame: Frame, drawn: Rasteriser, poses: Sequence[Doubles]) -> Pair:
    """``seen`` in ``frame``, and what ``drawn``, before that frame's camera, shows under ``poses`` mesh to camera."""
    photo: Rgb = rectified(seen.view.rgb, frame.source, frame.camera, border=255)
    mask = rectified(seen.mask, frame.source, frame.camera)
    truth = np.zeros_like(mask)
    if seen.view.mask is not None:
        truth = rectified((seen.view.mask > 0).astype(np.float32), frame.source, frame.camera)
    images = [depth_image(drawn, pose) for pose in poses]
    grey = (mask, truth, *images)
    layers = [photo, *(np.rint(np.clip(layer, 0, 1) * 255).astype(np.uint8)[..., None] for layer in grey)]
    return np.concatenate(layers, axis=2)


def depth_image(drawn: Rasteriser, pose: Doubles) -> Floats:
    """(s, s) 0 to 1: the depth divided by the mask, its least and greatest made 1 and ``FARTHEST``, times the mask.

    The paper does not say how depths become images; near is bright, the background black, and edges stay soft.
    """
    rendering = drawn.depth(pose, normalised=True)
    depth, part = rendering.depth, rendering.mask > 0.5
    if not part.any():
        return np.zeros_like(rendering.mask)
    low, high = float(depth[part].min()), float(depth[part].max())
    share = np.clip((np.nan_to_num(depth, nan=high) - low) / max(high - low, 1e-9), 0, 1)
    return np.asarray((1 - (1 - FARTHEST) * share) * rendering.mask, np.float32)
