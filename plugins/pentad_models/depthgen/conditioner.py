"""The Hierarchical Dual Conditioner: what both streams tell the denoising network at each of its levels (A5, A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from diffusers.models.downsampling import Downsample2D
from diffusers.models.resnet import ResnetBlock2D
from torch import Tensor, nn
from torch.nn import functional

from pentad_models.depthgen.autoencoder import SHRINK
from pentad_models.depthgen.information import (
    first_beta,
    fixed_projection,
    gaussian_information,
    places,
    weight_of_normals,
)

STREAMS = ("normal", "rgb")
"""In the order of alpha: P first, then I."""
CHANNELS = {"normal": 4, "rgb": 3}
_GROUPS = 8
_RANK = 16
_HEADS = 2
_AVERAGE = 0.98
_TIMELESS: dict[str, Any] = {"temb_channels": None}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A batch of what views show: ``images`` (B, C, s, s) by stream, ``tokens`` (B, L, G, G, D) by stream,
    ``prototypes`` (B, M, D), and ``given`` (B, 2), 1 where a stream (normal, rgb) is there and 0 where withheld."""

    images: dict[str, Tensor]
    tokens: dict[str, Tensor]
    prototypes: Tensor
    given: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What does not depend on the noise, worked out once a view: per level and stream the aligned features
    (B, d, h, w), and the keys and values (B, T, d) of the cross-attention with the spatial keys (B, G * G, d) before
    positions."""

    aligned: tuple[dict[str, Tensor], ...]
    keys: tuple[dict[str, Tensor], ...]
    values: tuple[dict[str, Tensor], ...]
    spatial: tuple[dict[str, Tensor], ...]
    given: Tensor

    def repeated(self, times: int) -> "Told":
        """Each view ``times`` times in a row, for several samples at once."""

        def again(levels: tuple[dict[str, Tensor], ...]) -> tuple[dict[str, Tensor], ...]:
            return tuple({name: value.repeat_interleave(times, 0) for name, value in level.items()} for level in levels)

        given = self.given.repeat_interleave(times, 0)
        return Told(again(self.aligned), again(self.keys), again(self.values), again(self.spatial), given)


class Pyramid(nn.Module):
    """One stream's image to features at the denoising network's levels: what a grid of tokens is too coarse for."""

    def __init__(self, channels: int, width: int, levels: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels * SHRINK**2, width, 3, padding=1)
        self.blocks = nn.ModuleList(_block(width) for _ in range(levels))
        self.downs = nn.ModuleList(Downsample2D(width, use_conv=True, name="op") for _ in range(levels - 1))

    def forward(self, image: Tensor) -> list[Tensor]:
        """(B, d, s / 8, s / 8) and each next level half of it, from (B, C, s, s)."""
        found = self.blocks[0](self.stem(functional.pixel_unshuffle(image, SHRINK)), None)
        levels = [found]
        for block, down in zip(list(self.blocks)[1:], self.downs, strict=True):
            levels.append(block(down(levels[-1]), None))
        return levels


class CrossAttention(nn.Module):
    """One stream's side of the bi-modal cross-attention (eq. A5): W_Q, W_K, W_V of one level."""

    def __init__(self, query_width: int, width: int, token_width: int) -> None:
        super().__init__()
        self.queries = nn.Linear(query_width, width, bias=False)
        self.keys = nn.Linear(token_width, width, bias=False)
        self.values = nn.Linear(token_width, width, bias=False)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """softmax(Q W_Q (F W_K)' / sqrt d) F W_V (B, N, d), by heads, of projected queries, keys, values (B, ., d)."""
        split = [value.unflatten(-1, (_HEADS, -1)).transpose(1, 2) for value in (queries, keys, values)]
        return functional.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2)


class Level(nn.Module):
    """One level: both streams' attention, the weight between them, and the way into the network.

    ``information`` (2,) is the running mean of I(Q; F) of both streams (normal, rgb), zero before the first step.
    The way in begins at zero, so the network first learns as if there were no condition.
    """

    information: Tensor
    projection: Tensor

    def __init__(self, query_width: int, width: int, token_width: int, *, condition: str, alpha: str) -> None:
        super().__init__()
        self.condition, self.alpha = condition, alpha
        self.norm = nn.GroupNorm(_GROUPS, query_width)
        attending = STREAMS if condition == "full" else ()
        self.norms = nn.ModuleDict({stream: nn.LayerNorm(token_width) for stream in attending})
        self.attend = nn.ModuleDict({s: CrossAttention(query_width, width, token_width) for s in attending})
        self.beta = nn.Parameter(torch.tensor(first_beta(alpha)))
        self.out = nn.Conv2d(width, query_width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(cast(Tensor, self.out.bias))
        self.register_buffer("information", torch.zeros(2))
        self.register_buffer("projection", fixed_projection(width, min(_RANK, width)))

    def prepared(self, stream: str, tokens: Tensor, prototypes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Keys and values (B, G * G + M, d) of F~ = LN([F; P_ucmp]), and the spatial keys without positions."""
        rows, columns = tokens.shape[1:3]
        joined = torch.cat([tokens.flatten(1, 2), prototypes], 1)
        normed = self.norms[stream](joined)
        attend = cast(CrossAttention, self.attend[stream])
        keys, values = attend.keys(normed), attend.values(normed)
        spatial = keys[:, : rows * columns]
        positions = places(rows, columns, keys.shape[-1]).to(keys)
        return torch.cat([spatial + positions, keys[:, rows * columns :]], 1), values, spatial

    def forward(self, features: Tensor, told: Told, level: int) -> Tensor:
        """``features`` (B, C, h, w) and, added, what the streams tell about them."""
        aligned = told.aligned[level]
        if self.condition != "full":
            shown = [aligned[stream] for stream in STREAMS if stream in aligned]
            return features + cast(Tensor, self.out(torch.stack(shown).sum(0)))
        found: dict[str, Tensor] = {}
        asked: dict[str, Tensor] = {}
        rows, columns = features.shape[2:]
        queries = self.norm(features).flatten(2).transpose(1, 2)
        for stream in STREAMS:
            attend = cast(CrossAttention, self.attend[stream])
            asked[stream] = attend.queries(queries)
            positions = places(rows, columns, asked[stream].shape[-1]).to(asked[stream])
            attended = attend(asked[stream] + positions, told.keys[level][stream], told.values[level][stream])
            found[stream] = attended.transpose(1, 2).unflatten(2, (rows, columns)) + aligned[stream]
        weight = self._weight(asked, told, level, (rows, columns)).view(-1, 1, 1, 1)
        return features + cast(Tensor, self.out(weight * found["normal"] + (1 - weight) * found["rgb"]))

    def _weight(self, asked: dict[str, Tensor], told: Told, level: int, size: tuple[int, int]) -> Tensor:
        """alpha (B,): eq. A6, and all on the other stream where one is withheld."""
        if self.training:
            self._estimate(asked, told, level, size)
        known = self.information if bool(self.information.any()) else torch.ones_like(self.information)
        alpha = weight_of_normals(known, self.beta, self.alpha)
        normal, rgb = told.given.to(alpha).unbind(1)
        return normal * (rgb * alpha + (1 - rgb))

    @torch.no_grad()
    def _estimate(self, asked: dict[str, Tensor], told: Told, level: int, size: tuple[int, int]) -> None:
        """Move the running mean by I(Q; F) of those views of the batch that have both streams."""
        whole = told.given.bool().all(1)
        if int(whole.sum()) * size[0] * size[1] < 4 * _RANK:
            return
        found = []
        for stream in STREAMS:
            spatial = told.spatial[level][stream][whole].float()
            grid = round(spatial.shape[1] ** 0.5)
            image = spatial.transpose(1, 2).unflatten(2, (grid, grid))
            resampled = functional.interpolate(image, size, mode="bilinear", antialias=True).flatten(2).transpose(1, 2)
            sides = [
                value.reshape(-1, value.shape[-1]) @ self.projection
                for value in (asked[stream][whole].float(), resampled)
            ]
            found.append(gaussian_information(*sides))
        fresh = torch.stack(found).to(self.information)
        rate = _AVERAGE if bool(self.information.any()) else 0.0
        self.information.mul_(rate).add_((1 - rate) * fresh)


class Conditioner(nn.Module):
    """All levels: images and tokens in, features for each level of the denoising network out.

    Beside the paper's attention each level also gets the stream's own features at the level's own grid ("aligned"),
    weighed by the same alpha: depth is wanted pixel by pixel, and attention over a few hundred tokens blurs it.
    """

    def __init__(self, widths: Sequence[int], *, width: int, token_width: int, condition: str, alpha: str) -> None:
        super().__init__()
        self.condition = condition
        self.streams = ("rgb",) if condition == "rgb" else STREAMS
        self.pyramids = nn.ModuleDict({s: Pyramid(CHANNELS[s], width, len(widths)) for s in self.streams})
        self.tokens = nn.ModuleDict(
            {s: nn.ModuleList(_Brought(token_width, width) for _ in widths) for s in self.streams}
        )
        self.missing = nn.Parameter(torch.zeros(token_width))
        self.levels = nn.ModuleList(
            Level(each, width, token_width, condition=condition, alpha=alpha) for each in widths
        )

    def forward(self, seen: Seen) -> Told:
        """What does not depend on the noise."""
        given = dict(zip(STREAMS, seen.given.unbind(1), strict=True))
        pyramids = {s: cast(Pyramid, self.pyramids[s])(_kept(seen.images[s], given[s])) for s in self.streams}
        both = (given["normal"] * given["rgb"]).view(-1, 1, 1)
        prototypes = both * seen.prototypes + (1 - both) * self.missing
        aligned, keys, values, spatial = [], [], [], []
        for level, own in enumerate(self.levels):
            tokens = {s: _kept(seen.tokens[s][:, level], given[s]) for s in self.streams}
            size = pyramids[self.streams[0]][level].shape[2:]
            aligned.append({s: self._aligned(s, level, tokens[s], size, pyramids[s][level], given[s]) for s in tokens})
            full = self.condition == "full"
            ready = {s: cast(Level, own).prepared(s, tokens[s], prototypes) for s in tokens} if full else {}
            keys.append({s: found[0] for s, found in ready.items()})
            values.append({s: found[1] for s, found in ready.items()})
            spatial.append({s: found[2] for s, found in ready.items()})
        return Told(tuple(aligned), tuple(keys), tuple(values), tuple(spatial), seen.given)

    def _aligned(
        self, stream: str, level: int, tokens: Tensor, size: Sequence[int], own: Tensor, given: Tensor
    ) -> Tensor:
        brought = cast(nn.ModuleList, self.tokens[stream])[level](tokens)
        resampled = functional.interpolate(brought, tuple(size), mode="bilinear", align_corners=False)
        return _kept(own + resampled, given)


class _Brought(nn.Module):
    """Tokens (B, G, G, D) as an image (B, d, G, G) of the conditioner's width."""

    def __init__(self, token_width: int, width: int) -> None:
        super().__init__()
        self.norm, self.linear = nn.LayerNorm(token_width), nn.Linear(token_width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        return cast(Tensor, self.linear(self.norm(tokens)).permute(0, 3, 1, 2))


def _kept(values: Tensor, given: Tensor) -> Tensor:
    return values * given.view(-1, *[1] * (values.ndim - 1)).to(values)


def _block(width: int) -> ResnetBlock2D:
    # Why no time's channels: what a view shows knows no time.
    return ResnetBlock2D(in_channels=width, out_channels=width, groups=_GROUPS, **_TIMELESS)
