"""CPRN's equations written down once more in plain numpy, to hold the network against."""

import numpy as np
from scipy.special import erf, softmax
from torch import nn

from pentad.core.arrays import Doubles
from pentad_models.cprn.network import Attention, Cpga, Ucp


def linear(layer: nn.Linear, x: Doubles) -> Doubles:
    return np.asarray(x @ numbers(layer.weight).T + numbers(layer.bias), np.float64)


def layer_norm(layer: nn.LayerNorm, x: Doubles) -> Doubles:
    centred = x - x.mean(-1, keepdims=True)
    unit: Doubles = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + layer.eps)
    return unit * numbers(layer.weight) + numbers(layer.bias)


def ffn(layers: nn.Sequential, x: Doubles) -> Doubles:
    first, _, second = layers
    assert isinstance(first, nn.Linear)
    assert isinstance(second, nn.Linear)
    hidden = linear(first, x)
    return linear(second, hidden * 0.5 * (1 + erf(hidden / np.sqrt(2))))


def attention(layer: Attention, query: Doubles, tokens: Doubles) -> Doubles:
    """softmax(q k' / sqrt(d)) v per head, for one item: query (Q, D), tokens (T, D)."""
    q, k, v = linear(layer.q, query), linear(layer.k, tokens), linear(layer.v, tokens)
    size = q.shape[1] // layer.heads
    mixed = []
    for head in range(layer.heads):
        own = slice(head * size, (head + 1) * size)
        weights = softmax(q[:, own] @ k[:, own].T / np.sqrt(size), axis=1)
        mixed.append(weights @ v[:, own])
    return linear(layer.out, np.concatenate(mixed, 1))


def ucp(layer: Ucp, rgb: Doubles, normal: Doubles) -> Doubles:
    """Real-IAD-MVN eq. 1, 2 and 3 for one item."""
    queries = numbers(layer.queries)
    attended = []
    for stream, tokens in (("rgb", rgb), ("normal", normal)):
        before, attend = layer.before[stream], layer.attend[stream]
        assert isinstance(before, nn.LayerNorm)
        assert isinstance(attend, Attention)
        attended.append(attention(attend, queries, layer_norm(before, tokens)))
    return ffn(layer.ffn, layer_norm(layer.norm, queries + 0.5 * (attended[0] + attended[1])))


def cpga(layer: Cpga, skip: Doubles, prototypes: Doubles) -> Doubles:
    """Real-IAD-MVN eq. 4, then the residual around the FFN, for one item."""
    rebuilt = attention(layer.attend, layer_norm(layer.before, skip), prototypes)
    return rebuilt + ffn(layer.ffn, layer_norm(layer.norm, rebuilt))


def numbers(parameter: object) -> Doubles:
    assert isinstance(parameter, nn.Parameter)
    return np.asarray(parameter.detach().double().numpy(), np.float64)
