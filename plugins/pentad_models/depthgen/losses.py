"""The losses of appendix A: reconstruction (A3), both sides of the adversarial game (A4), and diffusion (A2)."""

import torch
from torch import Tensor
from torch.nn import functional


def reconstruction_loss(made: Tensor, true: Tensor, valid: Tensor, *, absolute: bool = False) -> Tensor:
    """Eq. A3 over the ``valid`` (B, 1, s, s) pixels: mean square as printed, or mean ``absolute`` error.

    Why absolute: at a step whose place is not quite known the least square lies between its sides, the least absolute
    error on one of them.
    """
    off = made.float() - true
    return ((off.abs() if absolute else off.square()) * valid).sum() / valid.sum().clamp_min(1)


def generator_loss(fake: Tensor, form: str) -> Tensor:
    """What the generator lowers, of the logits of its depth. ``minimax`` is eq. A4's first term as printed."""
    if form == "minimax":
        return functional.logsigmoid(-fake).mean()
    if form == "hinge":
        return -fake.mean()
    return functional.softplus(-fake).mean()


def discriminator_loss(fake: Tensor, real: Tensor, form: str) -> Tensor:
    """What the discriminator lowers: minus eq. A4, or the hinge's margins."""
    if form == "hinge":
        return (functional.relu(1 + fake).mean() + functional.relu(1 - real).mean()) / 2
    return -(functional.logsigmoid(-fake).mean() + functional.logsigmoid(real).mean())


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Of the codes' distribution from the standard normal, mean over its numbers."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()


def diffusion_loss(found: Tensor, target: Tensor) -> Tensor:
    """Eq. A2, or the same of the velocity."""
    return torch.nn.functional.mse_loss(found.float(), target.float())
