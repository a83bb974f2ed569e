"""The forward process and its reversal (eq. A1), with diffusers' schedulers."""

import warnings
import zlib
from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler
from torch import Tensor

from pentad.sdk import Value
from pentad.sdk.model import Ticket

TIMES = 1000
"""T of the paper's DDPM; beta rises linearly from 1e-4 to 0.02 (Ho et al.)."""
_NAMES = {"v": "v_prediction", "epsilon": "epsilon"}


def noised(codes: Tensor, noise: Tensor, times: Tensor, prediction: str) -> tuple[Tensor, Tensor]:
    """x_t of ``codes`` (B, C, h, w) at ``times`` (B,), and what the network is to predict there."""
    # Why Any: diffusers decorates these methods out of sight of a type checker.
    process: Any = DDPMScheduler(num_train_timesteps=TIMES)
    noisy = process.add_noise(codes, noise, times)
    return noisy, noise if prediction == "epsilon" else process.get_velocity(codes, noise, times)


def sampler(settings: Mapping[str, Value], steps: int) -> Any:
    """What reverses the process in ``steps``, its last step at no noise."""
    kind, name = _NAMES[str(settings["prediction"])], str(settings["sampler"])
    made: Any
    if name == "ddim":
        # Why trailing: with the default spacing a few steps begin at a time that has not seen pure noise.
        made = DDIMScheduler(TIMES, prediction_type=kind, clip_sample=False, timestep_spacing="trailing")
    elif name == "dpm":
        made = DPMSolverMultistepScheduler(TIMES, prediction_type=kind, timestep_spacing="trailing")
    else:
        made = DDPMScheduler(TIMES, prediction_type=kind, clip_sample=False, timestep_spacing="trailing")
    with warnings.catch_warnings():
        # Why: diffusers' DPM solver makes arrays of tensors in a way that NumPy 2 calls outdated.
        warnings.simplefilter("ignore", DeprecationWarning)
        made.set_timesteps(min(steps, TIMES))
    return made


def first_noise(shape: tuple[int, ...], *, seed: int, view: str, samples: int) -> tuple[Tensor, list[torch.Generator]]:
    """Noise (samples, *shape) that depends on ``seed``, the view's name and the sample's number alone, and what to go
    on drawing from."""
    drawn = [torch.Generator().manual_seed(zlib.crc32(f"{seed} {view} {n}".encode())) for n in range(samples)]
    return torch.stack([torch.randn(shape, generator=random) for random in drawn]), drawn


def sample(
    predict: Callable[[Tensor, Tensor], Tensor],
    noise: Tensor,
    random: list[torch.Generator],
    *,
    settings: Mapping[str, Value],
    steps: int,
    ticket: Ticket,
) -> Tensor:
    """Codes (B, C, h, w) from ``noise``; ``predict`` says what the network predicts of codes at times (B,)."""
    chosen = sampler(settings, steps)
    codes = noise * chosen.init_noise_sigma
    options = {"generator": random} if isinstance(chosen, DDPMScheduler) else {}
    for time in chosen.timesteps:
        ticket.check()
        found = predict(codes, time.expand(len(codes)))
        codes = chosen.step(found.float(), time, codes, **options).prev_sample
    return cast(Tensor, codes)
