"""The denoising network (eq. A1, A2): a small UNet on codes of depth, told at every level what the view shows."""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from diffusers.models.downsampling import Downsample2D
from diffusers.models.embeddings import TimestepEmbedding, Timesteps
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.upsampling import Upsample2D
from torch import Tensor, nn

from pentad.core.problem import Problem
from pentad.sdk import Value
from pentad_models.depthgen.conditioner import Conditioner, Level, Told

_GROUPS = 8
_TIMES = 64
_TIME_WIDTH = 256


class Denoiser(nn.Module):
    """Residual blocks down and up, with diffusers' blocks; ``conditioner`` injects into each level on the way down."""

    def __init__(
        self,
        *,
        latent: int,
        widths: Sequence[int],
        blocks: int,
        attention: int,
        token_width: int,
        condition: str,
        alpha: str,
    ) -> None:
        super().__init__()
        self.conditioner = Conditioner(
            widths, width=attention, token_width=token_width, condition=condition, alpha=alpha
        )
        self.times = Timesteps(_TIMES, flip_sin_to_cos=True, downscale_freq_shift=0)
        self.time = TimestepEmbedding(_TIMES, _TIME_WIDTH)
        self.enter = nn.Conv2d(latent, widths[0], 3, padding=1)
        self.downs, self.halves = nn.ModuleList(), nn.ModuleList()
        skips, width = [widths[0]], widths[0]
        for level, wide in enumerate(widths):
            self.downs.append(nn.ModuleList(_block(width if k == 0 else wide, wide) for k in range(blocks)))
            skips += [wide] * blocks
            width = wide
            if level < len(widths) - 1:
                self.halves.append(Downsample2D(wide, use_conv=True, name="op"))
                skips.append(wide)
        self.middle = nn.ModuleList(_block(width, width) for _ in range(2))
        self.ups, self.doubles = nn.ModuleList(), nn.ModuleList()
        for level, wide in reversed(list(enumerate(widths))):
            made = []
            for _ in range(blocks + 1):
                made.append(_block(width + skips.pop(), wide))
                width = wide
            self.ups.append(nn.ModuleList(made))
            if level:
                self.doubles.append(Upsample2D(wide, use_conv=True))
        self.norm = nn.GroupNorm(_GROUPS, widths[0])
        self.leave = nn.Conv2d(widths[0], latent, 3, padding=1)

    @classmethod
    def of(cls, settings: Mapping[str, Value], token_width: int) -> "Denoiser":
        """A fresh one; its weights depend on the seed alone."""
        with torch.random.fork_rng():
            torch.manual_seed(int(settings["seed"]) + 1)
            return cls(
                latent=int(settings["latent"]),
                widths=widths_of(str(settings["widths"])),
                blocks=int(settings["blocks"]),
                attention=-(-int(settings["attention"]) // _GROUPS) * _GROUPS,
                token_width=token_width,
                condition=str(settings["condition"]),
                alpha=str(settings["alpha"]),
            )

    @property
    def parameters_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(self, codes: Tensor, times: Tensor, told: Told) -> Tensor:
        """What is predicted (B, C, h, w) of noisy ``codes`` (B, C, h, w) at ``times`` (B,), given what views tell."""
        when = self.time(self.times(times).to(codes.dtype))
        found = self.enter(codes)
        skips = [found]
        for level, blocks in enumerate(self.downs):
            for place, block in enumerate(cast(nn.ModuleList, blocks)):
                found = block(found, when)
                if place == 0:
                    found = cast(Level, self.conditioner.levels[level])(found, told, level)
                skips.append(found)
            if level < len(self.halves):
                found = self.halves[level](found)
                skips.append(found)
        for block in self.middle:
            found = block(found, when)
        for level, blocks in enumerate(self.ups):
            for block in cast(nn.ModuleList, blocks):
                found = block(torch.cat([found, skips.pop()], 1), when)
            if level < len(self.doubles):
                found = self.doubles[level](found)
        return cast(Tensor, self.leave(nn.functional.silu(self.norm(found))))


def widths_of(text: str) -> tuple[int, ...]:
    """Channels of each level from ``48-96-128``; Problem for anything else."""
    try:
        widths = tuple(int(part) for part in text.split("-"))
    except ValueError:
        widths = ()
    if not widths or any(width < _GROUPS or width % _GROUPS or width > 1024 for width in widths):
        why = "each level's channels are a multiple of 8"
        raise Problem(f"'widths' cannot be '{text}'", why, remedy="Write them with dashes, as 48-96-128.")
    return widths


def _block(width: int, wide: int) -> ResnetBlock2D:
    return ResnetBlock2D(in_channels=width, out_channels=wide, temb_channels=_TIME_WIDTH, groups=_GROUPS)
