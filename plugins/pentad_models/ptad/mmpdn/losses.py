"""What MMPDN is trained with: BCE + 5 L1 + 2 (1 - GIoU), boxes counted where there is one (PTAD section 4.2)."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

L1_WEIGHT, GIOU_WEIGHT = 5.0, 2.0


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
