"""How much two streams of features tell of each other: Gaussian mutual information, and the weight it gives (A6)."""

import math
from typing import cast

import torch
from torch import Tensor

_LEAST = 1e-6
_RIDGE = 1e-6


def gaussian_information(one: Tensor, other: Tensor) -> Tensor:
    """I in nats between ``one`` (N, r) and ``other`` (N, s) as if they were jointly Gaussian, at least 1e-6.

    -1/2 log det(1 - R R'), R the canonical correlations, shrunk by r / N; less r s / 2N, which is what independent
    samples would show. Shrinking R alone keeps it the same under invertible maps of either side.
    """
    count = len(one)
    one, other = one.double() - one.double().mean(0), other.double() - other.double().mean(0)
    first, second = _root(one), _root(other)
    between = one.T @ other / count
    left = torch.linalg.solve_triangular(first, between, upper=False)
    canonical = torch.linalg.solve_triangular(second, left.T, upper=False)
    shrunk = (1 - min(0.5, one.shape[1] / count)) * canonical
    unexplained = torch.eye(one.shape[1], dtype=torch.float64, device=one.device) - shrunk.T @ shrunk
    bias = one.shape[1] * other.shape[1] / (2 * count)
    return cast(Tensor, (-0.5 * torch.linalg.slogdet(unexplained).logabsdet - bias).clamp_min(_LEAST))


def _root(centred: Tensor) -> Tensor:
    """The Cholesky factor of the covariance of ``centred`` (N, r)."""
    covariance = centred.T @ centred / len(centred)
    ridge = _RIDGE * covariance.diagonal().mean().clamp_min(1e-12)
    eye = torch.eye(len(covariance), dtype=covariance.dtype, device=covariance.device)
    return cast(Tensor, torch.linalg.cholesky(covariance + ridge * eye))


def weight_of_normals(information: Tensor, beta: Tensor, form: str) -> Tensor:
    """alpha (eq. A6), the weight of the normal stream, from its ``information`` (2,) and that of RGB: (normal, rgb).

    ``paper``: sigma(beta r), r the normals' share. ``centred``: sigma(beta (2 r - 1)), so that equal is a half.
    """
    share = information[0] / information.sum()
    return torch.sigmoid(beta * share) if form == "paper" else torch.sigmoid(beta * (2 * share - 1))


def first_beta(form: str) -> float:
    """Where the learnable beta begins."""
    return 1.0 if form == "paper" else 4.0


def fixed_projection(width: int, rank: int, seed: int = 0) -> Tensor:
    """(width, rank) with orthonormal columns, the same for both sides and in every run."""
    random = torch.Generator().manual_seed(seed)
    return cast(Tensor, torch.linalg.qr(torch.randn(width, rank, generator=random))[0].contiguous())


def places(rows: int, columns: int, width: int) -> Tensor:
    """2-D positional codes (rows * columns, width): sines and cosines of each cell's centre as shares of the window.

    The same place has the same code in grids of any size. ``width`` is a multiple of four.
    """
    quarter = width // 4
    rates = math.pi * 2.0 ** torch.linspace(0, 5, quarter)
    y = ((torch.arange(rows) + 0.5) / rows)[:, None] * rates
    x = ((torch.arange(columns) + 0.5) / columns)[:, None] * rates
    down = torch.cat([y.sin(), y.cos()], -1)[:, None].expand(-1, columns, -1)
    across = torch.cat([x.sin(), x.cos()], -1)[None].expand(rows, -1, -1)
    return torch.cat([down, across], -1).reshape(rows * columns, -1)
