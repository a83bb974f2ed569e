"""What MMPDN is trained with: BCE + 5 L1 + 2 (1 - GIoU), boxes counted where there is one (PTAD section 4.2).

And, not in the paper, what the distance maps are told of drawn masks.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, binary_cross_entropy_with_logits

L1_WEIGHT, GIOU_WEIGHT = 5.0, 2.0
APART = 1.0
"""The cosine distance that features of a defect are pushed to: at right angles."""


def corners(boxes: Tensor) -> Tensor:
    """(..., 4) centre x, centre y, width, height to left, top, right, bottom."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([centre - half, centre + half], dim=-1)


def overlap(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU (Rezatofighi et al., CVPR 2019) of (..., 4) boxes, corner by corner."""
    low = torch.maximum(one[..., :2], other[..., :2])
    high = torch.minimum(one[..., 2:], other[..., 2:])
    shared = (high - low).clamp_min(0).prod(dim=-1)
    areas = (one[..., 2:] - one[..., :2]).prod(dim=-1), (other[..., 2:] - other[..., :2]).prod(dim=-1)
    union = (areas[0] + areas[1] - shared).clamp_min(1e-9)
    around = torch.maximum(one[..., 2:], other[..., 2:]) - torch.minimum(one[..., :2], other[..., :2])
    hull = around.prod(dim=-1).clamp_min(1e-9)
    iou = shared / union
    return iou, iou - (hull - union) / hull


def detection_loss(logits: Tensor, boxes: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """The mean over a batch: ``logits`` (B,), ``boxes`` and ``targets`` (B, 4) as centre and size, ``labels`` (B,) 0/1.

    A target is NaN where nobody drew one; boxes count where the label is 1 and there is a target.
    """
    score = binary_cross_entropy_with_logits(logits, labels)
    there = (labels > 0) & torch.isfinite(targets).all(dim=1)
    if not bool(there.any()):
        return score
    found, wanted = boxes[there], targets[there]
    _, giou = overlap(corners(found), corners(wanted))
    return score + L1_WEIGHT * (found - wanted).abs().mean() + GIOU_WEIGHT * (1 - giou).mean()


def map_loss(distances: Sequence[Tensor], masks: Tensor) -> Tensor:
    """How far the maps (B, 1, h, w) are from ``masks`` (B, 2, s, s), 0 to 1: where a drawn defect shows, and where one
    is drawn at all; NaN where nobody drew it.

    A contrastive loss (Hadsell et al., CVPR 2006) cell by cell: squared distances where nothing is drawn, squared
    shortfalls from ``APART`` where a defect shows, by how much of the cell it covers; what is drawn and does not show
    is left alone. Both kinds count alike, and so do the maps. Not in the paper: a label tells one thing of a pair, a
    mask one of every cell, so that fewer pairs do.
    """
    total = distances[0].new_zeros(())
    for level in distances:
        cells = adaptive_avg_pool2d(masks, (int(level.shape[2]), int(level.shape[3])))
        shown, drawn = torch.nan_to_num(cells[:, :1]), cells[:, 1:]
        ordinary = (drawn == 0).float()
        near = (ordinary * level.square()).sum() / ordinary.sum().clamp_min(1)
        far = (shown * (APART - level).clamp_min(0).square()).sum() / shown.sum().clamp_min(1e-6)
        total = total + near + far
    return total / len(distances)
