"""What the network is given in one step: pairs as tensors, and while training varied ones."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from pentad.core.arrays import Floats
from pentad_models.ptad.mmpdn.kept_pairs import Indices, Lessons
from pentad_models.ptad.mmpdn.pairs import DEPTH, MASK, RGB, TRUTH, Pair

_CROP = 224 / 256
"""The least share of a side that is looked at, as in the paper's crops of 224 of 256 pixels."""
_BRIGHTNESS = 0.2
_MEAN = _SPREAD = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """``query`` and ``reference`` (B, 3, s, s), ``labels`` (B,), ``boxes`` (B, 4) as centre and size, ``masks``
    (B, 2, s, s) as ``losses.map_loss`` wants them."""

    query: Tensor
    reference: Tensor
    labels: Tensor
    boxes: Tensor
    masks: Tensor

    def halved(self) -> "Batch":
        """The same with half as many pixels on a side."""
        query, reference, masks = (avg_pool2d(images, 2) for images in (self.query, self.reference, self.masks))
        return replace(self, query=query, reference=reference, masks=masks)


def plain(pairs: Pair, *, masked: bool) -> tuple[Tensor, Tensor]:
    """(B, s, s, C) pairs as they are: query and reference (B, 3, s, s), the depth under the first pose."""
    query, depth = _layers(pairs, np.zeros(len(pairs), np.int64), masked=masked)
    return _ready(query), _ready(depth)


def varied(lessons: Lessons, rows: Indices, random: np.random.Generator, *, masked: bool) -> Batch:
    """The lessons ``rows``: each under one of its poses, crops and flips of both images alike, and the photo's light.

    Colours change places now and then: what a part is painted with says nothing of its shape.
    """
    order = np.sort(rows)
    pairs = lessons.pairs[lessons.places[order]]
    poses = random.integers(0, pairs.shape[3] - DEPTH, len(rows))
    query, depth = _layers(pairs, poses, masked=masked)
    outline, drawn = (torch.from_numpy(pairs[..., layer].astype(np.float32) / 255)[:, None] for layer in (MASK, TRUTH))
    shown = drawn * (outline - (depth > 0).float()).abs()
    both = torch.cat([query, depth, shown, drawn], dim=1)
    boxes = lessons.boxes[order].copy()
    for row in range(len(order)):
        both[row], boxes[row] = _varied(both[row], boxes[row], random)
    labels, targets = torch.from_numpy(lessons.labels[order].copy()), torch.from_numpy(boxes)
    nobody = (labels > 0) & ~torch.isfinite(targets).all(dim=1)
    masks = torch.where(nobody[:, None, None, None], torch.nan, both[:, 4:])
    return Batch(_ready(both[:, :3]), _ready(both[:, 3:4]), labels, targets, masks)


def _varied(both: Tensor, box: Floats, random: np.random.Generator) -> tuple[Tensor, Floats]:
    """Layers (6, s, s), the first three the photo, and a box: cropped, flipped, relit."""
    side = both.shape[-1]
    size = int(random.integers(round(_CROP * side), side + 1))
    top, left = (int(value) for value in random.integers(0, side - size + 1, 2))
    window = both[None, :, top : top + size, left : left + size]
    both = interpolate(window, size=(side, side), mode="bilinear", align_corners=False)[0]
    box = cut(box, np.array([left / side, top / side], np.float32), size / side)
    if random.random() < 0.5:
        both, box = both.flip(-1), np.array([1 - box[0], *box[1:]], np.float32)
    gain, lift = random.uniform(1 - _BRIGHTNESS, 1 + _BRIGHTNESS, 2)
    photo = both[:3][torch.from_numpy(random.permutation(3))]
    dark = (photo == 0).all(dim=0)
    photo = (((photo - _MEAN) * gain + _MEAN) * lift).clamp(0, 1)
    return torch.cat([torch.where(dark, 0.0, photo), both[3:]]), box


def cut(box: Floats, corner: Floats, size: float) -> Floats:
    """A ``box`` (centre x, y, width, height) seen in the window of ``size`` at ``corner`` (x, y), all as shares.

    What lies beyond the window is cut off; NaN stays NaN.
    """
    low, high = ((box[:2] + sign * box[2:] / 2 - corner) / size for sign in (-1, 1))
    low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
    return np.concatenate([(low + high) / 2, high - low]).astype(np.float32)


def _layers(pairs: Pair, poses: Indices, *, masked: bool) -> tuple[Tensor, Tensor]:
    """The photo (B, 3, s, s), on black if ``masked``, and the depth (B, 1, s, s) under each pair's pose; 0 to 1."""
    photo = torch.from_numpy(pairs[..., RGB].astype(np.float32) / 255).permute(0, 3, 1, 2)
    if masked:
        photo = photo * torch.from_numpy(pairs[..., MASK].astype(np.float32) / 255)[:, None]
    depth = pairs[np.arange(len(pairs)), :, :, DEPTH + poses].astype(np.float32) / 255
    return photo, torch.from_numpy(depth)[:, None]


def _ready(images: Tensor) -> Tensor:
    scaled = ((images - _MEAN) / _SPREAD).expand(-1, 3, -1, -1)
    return scaled.contiguous(memory_format=torch.channels_last)
