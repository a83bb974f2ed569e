"""What CPRN learns from: reconstruction (eq. 5) and the even use of prototypes (eq. 6); and the map."""

from torch import Tensor
from torch.nn import functional

TEMPERATURE = 0.1
EPSILON = 1e-8


def reconstruction_loss(skips: Tensor, rebuilt: Tensor, kind: str) -> Tensor:
    """Mean cosine distance of ``skips`` and ``rebuilt`` (B, L, N, D).

    ``mean``: of the layers' means, Real-IAD-MVN eq. 5 as printed. ``layers``: of each layer, averaged; it holds every
    layer in place, so that the map of the last one means something.
    """
    if kind == "mean":
        skips, rebuilt = skips.mean(1), rebuilt.mean(1)
    return (1 - functional.cosine_similarity(skips, rebuilt, dim=-1)).mean()


def prototype_usage(tokens: Tensor, prototypes: Tensor) -> Tensor:
    """q (M,): how much each prototype is used, averaged over batch and tokens.

    The paper leaves q open. Softmax over prototypes of cosine / 0.1, then the mean over all ``tokens`` (B, T, D): a q
    per token would make every token spread evenly and kill the prototypes (B, M, D).
    """
    cosine = functional.normalize(tokens, dim=-1) @ functional.normalize(prototypes, dim=-1).transpose(1, 2)
    return (cosine / TEMPERATURE).softmax(-1).mean((0, 1))


def prototype_loss(usage: Tensor) -> Tensor:
    """Negative entropy of ``usage`` (M,), Real-IAD-MVN eq. 6: falls as the prototypes are used more evenly."""
    return (usage * (usage + EPSILON).log()).sum()


def distance_map(skips: Tensor, rebuilt: Tensor, kind: str) -> Tensor:
    """Cosine distance per patch (B, N) of (B, L, N, D): of the ``last`` layer (the paper), or the layers' ``mean``."""
    if kind == "last":
        skips, rebuilt = skips[:, -1:], rebuilt[:, -1:]
    return (1 - functional.cosine_similarity(skips, rebuilt, dim=-1)).mean(1)
