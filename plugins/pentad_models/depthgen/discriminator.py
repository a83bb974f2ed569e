"""Tells generated depth from true depth, patch by patch (the D of eq. A4)."""

import torch
from torch import Tensor, nn

_SLOPE = 0.2
_GROUPS = 8


class Discriminator(nn.Sequential):
    """PatchGAN: one logit for every patch of about a sixth of the image; depth (B, 1, s, s) to (B, 1, s / 8, s / 8)."""

    def __init__(self, width: int = 24) -> None:
        layers: list[nn.Module] = [nn.PixelUnshuffle(2), nn.Conv2d(4, width, 3, padding=1), nn.LeakyReLU(_SLOPE)]
        for level in (1, 2):
            layers += [
                nn.Conv2d(width * level, width * 2 * level, 4, stride=2, padding=1, bias=False),
                nn.GroupNorm(_GROUPS, width * 2 * level),
                nn.LeakyReLU(_SLOPE),
            ]
        super().__init__(*layers, nn.Conv2d(width * 4, 1, 3, padding=1))

    @classmethod
    def seeded(cls, seed: int) -> "Discriminator":
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return cls()

    def judge(self, depth: Tensor, valid: Tensor) -> Tensor:
        """Logits of ``depth``, of which only what is ``valid`` shows: outlines then tell nothing."""
        found: Tensor = self(depth * valid)
        return found.float()
