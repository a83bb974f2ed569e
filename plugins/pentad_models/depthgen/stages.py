"""The stages of a training after its features: autoencoder, diffusion, and a last look of the decoder at its codes."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from pentad.core.problem import Problem
from pentad.sdk import InnerMap, Ticket, Value
from pentad.sdk.model_folder import read_model
from pentad.sdk.quiet_ticket import QuietTicket
from pentad_models.backbones.device import device
from pentad_models.depthgen.autoencoder import DepthAutoencoder
from pentad_models.depthgen.courses import Course, Step
from pentad_models.depthgen.diffusion import TIMES, first_noise, noised, sample
from pentad_models.depthgen.discriminator import Discriminator
from pentad_models.depthgen.lessons import Indices, Lessons, whole_streams
from pentad_models.depthgen.losses import (
    diffusion_loss,
    discriminator_loss,
    divergence,
    generator_loss,
    reconstruction_loss,
)
from pentad_models.depthgen.precision import multiplying
from pentad_models.depthgen.unet import Denoiser

_DIVERGENCE = 1e-6
_CLIP = 1.0
_AVERAGE = 0.995
_ALONE = 0.4
"""Share of the autoencoder's steps before its adversary joins in, and in which it then gains its full weight."""
_AT_ONCE = 16


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """Teaches the autoencoder (A3, A4), or with ``codes`` (V, C, h, w) its decoder alone."""

    settings: Mapping[str, Value]
    lessons: Lessons
    views: Indices
    pair: nn.ModuleDict
    codes: Tensor | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Value], lessons: Lessons, views: Indices, coder: DepthAutoencoder) -> "Coding":
        adversary = Discriminator.seeded(int(settings["seed"])).to(device())
        return cls(settings, lessons, views, nn.ModuleDict({"coder": coder, "adversary": adversary}))

    @property
    def coder(self) -> DepthAutoencoder:
        found = self.pair["coder"]
        assert isinstance(found, DepthAutoencoder)
        return found

    @property
    def adversary(self) -> Discriminator:
        found = self.pair["adversary"]
        assert isinstance(found, Discriminator)
        return found

    def course(self, stage: str, steps: int) -> Course:
        seed, batch = int(self.settings["seed"]), int(self.settings["batch"])
        rate = float(self.settings["learning_rate"])
        return Course(stage, steps, batch, rate, seed, self.views, self.pair, self._learn, self._show)

    def _learn(self, step: Step, optimiser: torch.optim.Optimizer) -> dict[str, float]:
        depth, valid = self.lessons.depth(step.views)
        with multiplying(self.settings):
            made, apart = self._made(step, depth)
        rebuilt = reconstruction_loss(made, depth, valid, absolute=self._absolute)
        weight = self._adversarial(step)
        losses = {"reconstruction": float(rebuilt.detach())}
        loss = rebuilt + _DIVERGENCE * apart
        if weight > 0:
            self.adversary.requires_grad_(False)
            with multiplying(self.settings):
                fake = self.adversary.judge(made, valid)
            fooled = generator_loss(fake, str(self.settings["adversary"]))
            losses["adversarial"] = float(fooled.detach())
            loss = loss + weight * fooled
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.coder.parameters(), _CLIP)
        optimiser.step()
        if weight > 0:
            losses["discriminator"] = self._tell_apart(made.detach(), depth, valid, optimiser)
        return losses

    def _made(self, step: Step, depth: Tensor) -> tuple[Tensor, Tensor]:
        """What the decoder makes, and how far the codes' distribution is from the standard normal."""
        if self.codes is not None:
            return self.coder.depth(self.coder.outward(self.codes[step.views])), torch.zeros((), device=depth.device)
        mean, log_variance = self.coder.codes(depth)
        noise = torch.randn(mean.shape, generator=step.random).to(mean)
        return self.coder.depth(mean + (0.5 * log_variance).exp() * noise), divergence(
            mean.float(), log_variance.float()
        )

    def _tell_apart(self, fake: Tensor, real: Tensor, valid: Tensor, optimiser: torch.optim.Optimizer) -> float:
        self.adversary.requires_grad_(True)
        with multiplying(self.settings):
            judged = [self.adversary.judge(depth, valid) for depth in (fake, real)]
        loss = discriminator_loss(judged[0], judged[1], str(self.settings["adversary"]))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        return float(loss.detach())

    @property
    def _absolute(self) -> bool:
        form = self.settings["reconstruction"]
        return form == "absolute" or (form == "mixed" and self.codes is not None)

    def _adversarial(self, step: Step) -> float:
        """The weight of eq. A4: none while the coder is still vague, then growing."""
        full, alone = float(self.settings["adversary_weight"]), _ALONE * int(self.settings["coder_steps"])
        return full if self.codes is not None else full * min(1.0, max(0.0, step.number / alone - 1))

    @torch.no_grad()
    def _show(self) -> tuple[InnerMap, ...]:
        place = [int(self.views[0])]
        depth, valid = self.lessons.depth(place)
        with multiplying(self.settings):
            codes = self.coder.codes(depth)[0] if self.codes is None else self.coder.outward(self.codes[place])
            made = self.coder.depth(codes).float()
        return _maps(made, depth, valid)


def coded(coder: DepthAutoencoder, lessons: Lessons, settings: Mapping[str, Value], views: Indices) -> Tensor:
    """Codes (V, C, h, w) of all depths; sets the coder's ``mean`` and ``spread`` from those of ``views``."""
    coder.eval()
    found = []
    with torch.inference_mode(), multiplying(settings):
        for start in range(0, len(lessons), _AT_ONCE):
            depth, _ = lessons.depth(list(range(start, min(start + _AT_ONCE, len(lessons)))))
            found.append(coder.codes(depth)[0].float())
    codes = torch.cat(found).clone()
    learnt = codes[torch.from_numpy(views)]
    coder.mean.copy_(learnt.mean((0, 2, 3)))
    coder.spread.copy_(learnt.std((0, 2, 3)).clamp_min(1e-6))
    return coder.inward(codes)


@dataclass(frozen=True, slots=True, eq=False)
class Denoising:
    """Teaches the denoising network (A2) on ``codes`` (V, C, h, w); its running average is what is kept."""

    settings: Mapping[str, Value]
    lessons: Lessons
    views: Indices
    pair: nn.ModuleDict
    codes: Tensor

    @classmethod
    def of(cls, settings: Mapping[str, Value], lessons: Lessons, views: Indices, codes: Tensor) -> "Denoising":
        made = Denoiser.of(settings, lessons.token_width).to(device())
        average = copy.deepcopy(made).requires_grad_(False).eval()
        return cls(settings, lessons, views, nn.ModuleDict({"network": made, "average": average}), codes)

    @property
    def network(self) -> Denoiser:
        found = self.pair["network"]
        assert isinstance(found, Denoiser)
        return found

    @property
    def average(self) -> Denoiser:
        found = self.pair["average"]
        assert isinstance(found, Denoiser)
        return found

    def course(self, coder: DepthAutoencoder) -> Course:
        seed, batch = int(self.settings["seed"]), int(self.settings["batch"])
        rate, steps = float(self.settings["learning_rate"]), int(self.settings["steps"])

        def show() -> tuple[InnerMap, ...]:
            place = [int(self.views[0])]
            depth, valid = self.lessons.depth(place)
            with torch.no_grad(), multiplying(self.settings):
                made = coder.depth(coder.outward(self.sampled(place, _Patient()))).float()
            return _maps(made, depth, valid)

        return Course("Diffusion", steps, batch, rate, seed, self.views, self.pair, self._learn, show)

    def _learn(self, step: Step, optimiser: torch.optim.Optimizer) -> dict[str, float]:
        codes = self.codes[step.views]
        seen = self.lessons.seen(step.views, self._given(len(codes), step.random))
        times = torch.randint(TIMES, (len(codes),), generator=step.random).to(codes.device)
        noise = torch.randn(codes.shape, generator=step.random).to(codes)
        noisy, target = noised(codes, noise, times, str(self.settings["prediction"]))
        self.network.train()
        with multiplying(self.settings):
            found = self.network(noisy, times, self.network.conditioner(seen))
        loss = diffusion_loss(found, target)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        optimiser.step()
        self._follow(step.number)
        return {"noise": float(loss.detach())}

    def _given(self, count: int, random: torch.Generator) -> Tensor:
        """(B, 2) which streams are not withheld: never both."""
        drawn, share = torch.rand(count, generator=random), float(self.settings["dropout"])
        given = whole_streams(count)
        if self.settings["condition"] != "rgb":
            given[:, 0] = (drawn >= share).float()
            given[:, 1] = ((drawn < share) | (drawn >= 2 * share)).float()
        return given

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """Move the average towards the network; faster at first, when there is little to average."""
        rate = min(_AVERAGE, (1 + step) / (10 + step))
        for mean, value in zip(self.average.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(value, 1 - rate)
        for kept, fresh in zip(self.average.buffers(), self.network.buffers(), strict=True):
            kept.copy_(fresh)

    @torch.no_grad()
    def sampled(self, views: list[int], ticket: Ticket) -> Tensor:
        """One sampled code (B, C, h, w) of each of ``views``."""
        seen = self.lessons.seen(views, whole_streams(len(views)))
        with multiplying(self.settings):
            told = self.average.conditioner(seen)
            drawn = [first_noise(tuple(self.codes.shape[1:]), seed=0, view=str(view), samples=1) for view in views]
            noise = torch.cat([one for one, _ in drawn]).to(self.codes)
            steps = int(self.settings["sampling_steps"])
            random = [generators[0] for _, generators in drawn]
            return sample(
                lambda codes, times: self.average(codes, times.to(codes.device), told),
                noise, random, settings=self.settings, steps=steps, ticket=ticket,
            )  # fmt: skip

    def all_sampled(self, ticket: Ticket) -> Tensor:
        """One sampled code of every view (V, C, h, w)."""
        found = []
        for start in range(0, len(self.lessons), _AT_ONCE):
            ticket.report(start / len(self.lessons), "Sampling codes for the decoder")
            some = list(range(start, min(start + _AT_ONCE, len(self.lessons))))
            found.append(self.sampled(some, QuietTicket(ticket)))
        return torch.cat(found)


class _Patient:
    """A ticket nobody takes back: a look at one sample takes a moment."""

    def check(self) -> None:
        """Goes on."""

    def report(self, fraction: float, message: str = "") -> None:
        """Nobody asks."""


def taken_over(folder: Path, settings: Mapping[str, Value], coder: DepthAutoencoder) -> None:
    """Put the autoencoder of the depth generator in ``folder`` into ``coder``; Problem where it is of another size."""
    card, weights = read_model(folder, "depthgen")
    try:
        own = {name.removeprefix("coder."): value for name, value in load(weights).items() if name.startswith("coder.")}
        coder.load_state_dict(own)
    except (SafetensorError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        remedy = "Train with the same 'latent' and 'coder_width' as that model."
        raise Problem(f"The autoencoder in {folder} does not fit the settings", why, remedy=remedy) from error
    if card.settings.get("side") != settings["side"]:
        why = f"it learnt on {card.settings.get('side')} pixels a side"
        raise Problem(f"The autoencoder in {folder} does not fit", why, remedy="Train with the same 'side'.")


def _maps(made: Tensor, depth: Tensor, valid: Tensor) -> tuple[InnerMap, ...]:
    known = valid[0, 0].bool().cpu().numpy()
    shown = [np.where(known, value[0, 0].cpu().numpy(), np.nan).astype(np.float32) for value in (made, depth)]
    return InnerMap("generated depth", shown[0]), InnerMap("true depth", shown[1])
