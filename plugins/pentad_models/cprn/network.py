"""CPRN's trainable half: prototypes from both streams (UCP), and features rebuilt from nothing but them (CPGA)."""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

FFN_RATIO = 4
NORM_EPS = 1e-8
"""LayerNorm epsilon of the peers' bottleneck and decoder (INP-Former, Dinomaly)."""


class Attention(nn.Module):
    """Multi-head softmax attention with its own q, k, v and output projections."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))
        self.heads = heads

    def forward(self, query: Tensor, tokens: Tensor) -> Tensor:
        """(B, Q, D) from ``query`` (B, Q, D) and ``tokens`` (B, T, D), which are both keys and values."""
        mixed = functional.scaled_dot_product_attention(
            self._split(self.q(query)), self._split(self.k(tokens)), self._split(self.v(tokens))
        )
        return cast(Tensor, self.out(mixed.transpose(1, 2).flatten(2)))

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


class Ucp(nn.Module):
    """Unified cross-modal prototypes: M learnable queries that attend to every stream (Real-IAD-MVN eq. 1-3)."""

    def __init__(self, streams: Sequence[str], width: int, *, heads: int, prototypes: int, init_std: float) -> None:
        super().__init__()
        # Why wide: from a small start all M stay alike, usage is even from the first step and eq. 6 never sees it.
        self.queries = nn.Parameter(torch.randn(prototypes, width) * init_std)
        self.before = nn.ModuleDict({stream: nn.LayerNorm(width, eps=NORM_EPS) for stream in streams})
        self.attend = nn.ModuleDict({stream: Attention(width, heads) for stream in streams})
        self.norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.ffn = _ffn(width)

    def forward(self, features: Mapping[str, Tensor]) -> Tensor:
        """P_ucmp (B, M, D) from each stream's final-layer tokens (B, N, D); eq. 3 as printed, no outer residual."""
        batch = next(iter(features.values())).shape[0]
        queries = self.queries.expand(batch, -1, -1)
        attended = [self.attend[stream](queries, self.before[stream](tokens)) for stream, tokens in features.items()]
        return cast(Tensor, self.ffn(self.norm(queries + torch.stack(attended).mean(0))))


class Cpga(nn.Module):
    """One decoder stage: skip tokens ask, prototypes answer (Real-IAD-MVN eq. 4).

    The residual goes around the FFN only. Adding the query back would be a path on which an anomaly passes unchanged.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width, eps=NORM_EPS)
        self.attend = Attention(width, heads)
        self.norm = nn.LayerNorm(width, eps=NORM_EPS)
        self.ffn = _ffn(width)

    def forward(self, skip: Tensor, prototypes: Tensor) -> Tensor:
        """The rebuilt tokens (B, N, D) of ``skip`` (B, N, D) from ``prototypes`` (B, M, D)."""
        rebuilt = self.attend(self.before(skip), prototypes)
        return cast(Tensor, rebuilt + self.ffn(self.norm(rebuilt)))


class Cprn(nn.Module):
    """UCP over the streams that are read, and one decoder of L stages for each stream that is rebuilt.

    With ``concat`` the streams are joined by one linear layer before UCP, which then sees a single stream (the "naive
    concat" row of the paper's Table 4).
    """

    def __init__(
        self,
        *,
        streams: Sequence[str],
        targets: Sequence[str],
        layers: int,
        width: int,
        heads: int,
        prototypes: int,
        init_std: float,
        concat: bool = False,
    ) -> None:
        super().__init__()
        self.streams, self.targets = tuple(streams), tuple(targets)
        self.join = nn.Linear(width * len(streams), width) if concat else None
        seen = ("joined",) if concat else self.streams
        self.ucp = Ucp(seen, width, heads=heads, prototypes=prototypes, init_std=init_std)
        self.decoders = nn.ModuleDict(
            {target: nn.ModuleList(Cpga(width, heads) for _ in range(layers)) for target in targets}
        )

    def prototypes(self, features: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """P_ucmp (B, M, D) and the tokens (B, T, D) it was made of, from final-layer tokens (B, N, D) by stream."""
        if self.join is not None:
            features = {"joined": self.join(torch.cat([features[stream] for stream in self.streams], -1))}
        return self.ucp(features), torch.cat(list(features.values()), 1)

    def rebuild(self, target: str, skips: Tensor, prototypes: Tensor) -> Tensor:
        """(B, L, N, D) from ``skips`` (B, L, N, D): the stages stand side by side, none feeds the next."""
        stages = cast(nn.ModuleList, self.decoders[target])
        return torch.stack([stage(skips[:, index], prototypes) for index, stage in enumerate(stages)], 1)


def _ffn(width: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, FFN_RATIO * width), nn.GELU(), nn.Linear(FFN_RATIO * width, width))
