"""The Multi-Modal Pyramid Detection Network (PTAD section 3.3, figure 4)."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from pentad_models.ptad.mmpdn.resnet import CHANNELS, ResNet18

WIDTH = 256
_GRID = 4
_SCORE, _BOX = 128, 256


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What the network says of a batch: ``logits`` (B,), ``boxes`` (B, 4) centre x, centre y, width, height in 0 to 1,
    ``distances`` the maps D1 to D4 (B, 1, h, w), each level half as fine, and ``fused`` (B, 256, h, w)."""

    logits: Tensor
    boxes: Tensor
    distances: list[Tensor]
    fused: Tensor


def cosine_distance(query: Tensor, reference: Tensor, *, channelwise: bool) -> Tensor:
    """PTAD eq. 9 at every pixel: (B, C, h, w) twice to (B, 1, h, w).

    ``channelwise`` leaves its C summands apart, 1/C - q r: (B, C, h, w), which sum to the distance.
    """
    # Why in float32 and with a floor: half precision loses small distances, and a dead pixel has no direction.
    one, other = (x.float() / x.float().norm(dim=1, keepdim=True).clamp_min(1e-6) for x in (query, reference))
    product: Tensor = one * other
    return 1 / product.shape[1] - product if channelwise else 1 - product.sum(dim=1, keepdim=True)


class Pyramid(nn.Module):
    """A feature pyramid (Lin et al., CVPR 2017): 1 x 1 in, coarse added to fine, 3 x 3 out; 256 channels."""

    def __init__(self, inside: tuple[int, ...]) -> None:
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(channels, WIDTH, 1) for channels in inside)
        self.smooth = nn.ModuleList(nn.Conv2d(WIDTH, WIDTH, 3, padding=1) for _ in inside)

    def forward(self, levels: list[Tensor]) -> list[Tensor]:
        sums = [lateral(level) for lateral, level in zip(self.lateral, levels, strict=True)]
        for index in range(len(sums) - 2, -1, -1):
            sums[index] = sums[index] + interpolate(sums[index + 1], size=sums[index].shape[2:], mode="nearest")
        return [smooth(level) for smooth, level in zip(self.smooth, sums, strict=True)]


class Mmpdn(nn.Module):
    """A shared ResNet18, four cosine distance maps, a pyramid, a fusing convolution, a score head and a box head.

    17,604,677 parameters with one-channel distances; the paper prints 17.62 M. Many layouts come as near, so the count
    does not tell which the authors used: the paper says neither how the maps enter the pyramid, nor how its levels are
    fused and pooled. Here the levels are brought to the second one's size (an eighth of the input), joined, fused by a
    3 x 3 convolution, and the highest of each cell of a 4 x 4 grid are taken: a grid keeps the box head's sense of
    place, and a broken slat is a small thing that a mean would lose.
    """

    def __init__(self, *, channelwise: bool = False) -> None:
        super().__init__()
        self.channelwise = channelwise
        self.encoder = ResNet18()
        self.pyramid = Pyramid(CHANNELS if channelwise else (1, 1, 1, 1))
        self.fuse = nn.Sequential(
            nn.Conv2d(WIDTH * len(CHANNELS), WIDTH, 3, padding=1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU()
        )
        pooled = WIDTH * _GRID * _GRID
        self.score = nn.Sequential(nn.Linear(pooled, _SCORE), nn.ReLU(), nn.Linear(_SCORE, 1))
        self.box = nn.Sequential(
            nn.Linear(pooled, _BOX), nn.ReLU(), nn.Linear(_BOX, _BOX), nn.ReLU(), nn.Linear(_BOX, _BOX), nn.ReLU(),
            nn.Linear(_BOX, 4),
        )  # fmt: skip
        # Why: convolutions on a CPU take a third less time with the channels side by side.
        for parameter in self.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    def forward(self, query: Tensor, reference: Tensor) -> Verdict:
        """Judge photos (B, 3, h, w) against rendered depths of the same shape; sides are multiples of 32."""
        both = self.encoder(torch.cat([query, reference]))
        pairs = [level.chunk(2) for level in both]
        maps = [cosine_distance(one, other, channelwise=self.channelwise) for one, other in pairs]
        levels = self.pyramid(maps)
        size = levels[1].shape[2:]
        finest = nn.functional.adaptive_avg_pool2d(levels[0], (int(size[0]), int(size[1])))
        others = [interpolate(level, size=size, mode="nearest") for level in levels[2:]]
        fused = self.fuse(torch.cat([finest, levels[1], *others], dim=1))
        logits, boxes = self.heads(fused)
        distances = [level.sum(dim=1, keepdim=True) if self.channelwise else level for level in maps]
        return Verdict(logits, boxes, distances, fused)

    def heads(self, fused: Tensor) -> tuple[Tensor, Tensor]:
        """The score's logits (B,) and the boxes (B, 4) of fused features."""
        pooled = nn.functional.adaptive_max_pool2d(fused, _GRID).flatten(1)
        return self.score(pooled)[:, 0].float(), self.box(pooled).float().sigmoid()
