"""Depth to a code of an eighth of its side and back: diffusers' AutoencoderKL over four by four pixels at once."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from torch.nn import functional

from pentad.sdk import Value

SHRINK = 8
_GROUPED = 4
_GROUPS = 8


class DepthAutoencoder(nn.Module):
    """Codes of depth in [-1, 1]; ``mean`` and ``spread`` (C,) of good parts' codes make them fit for diffusion.

    Why pixels in fours: most of the time would go into the outermost levels, where depth is smooth, and a network that
    is given four times the steps instead comes nearer to it.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self, *, width: int, latent: int) -> None:
        super().__init__()
        # Why Any: diffusers decorates its methods out of sight of a type checker.
        self.coder: Any = AutoencoderKL(
            in_channels=_GROUPED**2,
            out_channels=_GROUPED**2,
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            block_out_channels=(width, 2 * width),
            layers_per_block=1,
            latent_channels=latent,
            norm_num_groups=_GROUPS,
            mid_block_add_attention=False,
        )
        self.register_buffer("mean", torch.zeros(latent))
        self.register_buffer("spread", torch.ones(latent))

    @classmethod
    def of(cls, settings: Mapping[str, Value]) -> "DepthAutoencoder":
        """A fresh one; its weights depend on the seed alone."""
        with torch.random.fork_rng():
            torch.manual_seed(int(settings["seed"]))
            width = -(-int(settings["coder_width"]) // _GROUPS) * _GROUPS
            return cls(width=width, latent=int(settings["latent"]))

    def codes(self, depth: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance (B, C, s / 8, s / 8) of the codes of ``depth`` (B, 1, s, s)."""
        found = self.coder.encode(functional.pixel_unshuffle(depth, _GROUPED)).latent_dist
        return found.mean, found.logvar

    def depth(self, codes: Tensor) -> Tensor:
        """(B, 1, s, s) from ``codes``."""
        return functional.pixel_shuffle(cast(Tensor, self.coder.decode(codes).sample), _GROUPED)

    def inward(self, codes: Tensor) -> Tensor:
        """Codes as the diffusion counts them: mean zero, spread one on good parts."""
        return (codes - self.mean.view(-1, 1, 1)) / self.spread.view(-1, 1, 1)

    def outward(self, codes: Tensor) -> Tensor:
        """What ``inward`` took."""
        return codes * self.spread.view(-1, 1, 1) + self.mean.view(-1, 1, 1)
