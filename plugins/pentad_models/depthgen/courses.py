"""One stage of a training: rounds of steps, each followed by a checkpoint, so that it can be taken up again."""

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from pentad.sdk import InnerMap, Ticket, TrainingNews, tell
from pentad_models.backbones.checkpoint import Checkpoint
from pentad_models.depthgen.lessons import Indices

_ROUNDS = 24
_WEIGHT_DECAY = 1e-4
_WARM_UP = 40
_LEAST = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of a stage: its number, the places of the views it learns from, and where its noise comes from."""

    number: int
    views: list[int]
    random: torch.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One stage: ``network`` holds all that it changes, ``learn`` makes one step and says its losses, the first of
    which counts; ``show`` gives maps worth a look."""

    stage: str
    steps: int
    batch: int
    rate: float
    seed: int
    views: Indices
    network: nn.Module
    learn: Callable[[Step, torch.optim.Optimizer], Mapping[str, float]]
    show: Callable[[], tuple[InnerMap, ...]]

    def run(self, work: Path, key: str, ticket: Ticket) -> list[float]:
        """The losses, one a round; begins after the last round that ``work`` has a checkpoint of."""
        parameters = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        optimiser = torch.optim.AdamW(parameters, self.rate, weight_decay=_WEIGHT_DECAY, fused=True)
        checkpoint = Checkpoint(work / f"{self.stage.lower()}.safetensors", key)
        losses = checkpoint.restore(self.network, optimiser)
        each = -(-self.steps // _ROUNDS)
        rounds = -(-self.steps // each)
        for number in range(len(losses), rounds):
            totals: dict[str, float] = {}
            steps = self._steps(number, each)
            for step in steps:
                for group in optimiser.param_groups:
                    group["lr"] = self.rate * self._schedule(step.number)
                for name, value in self.learn(step, optimiser).items():
                    totals[name] = totals.get(name, 0.0) + value / len(steps)
                said = ", ".join(f"{name} {value:.4g}" for name, value in totals.items()) if step is steps[-1] else ""
                ticket.report((step.number + 1) / self.steps, f"{self.stage} {step.number + 1}/{self.steps} {said}")
            losses.append(next(iter(totals.values())))
            tell(ticket, TrainingNews(self.stage, steps[-1].number + 1, self.steps, totals, self.show()))
            checkpoint.keep(self.network, optimiser, losses)
        return losses

    def _steps(self, number: int, each: int) -> list[Step]:
        """The steps of one round. They depend on seed, stage and round alone, so a resumption matches."""
        seeds = (self.seed, zlib.crc32(self.stage.encode()), number)
        random = np.random.default_rng(seeds)
        count = min(each, self.steps - number * each)
        wanted = count * self.batch
        order = np.concatenate([random.permutation(self.views) for _ in range(-(-wanted // len(self.views)))])
        noise = torch.Generator().manual_seed(int(random.integers(2**62)))
        batches = order[:wanted].reshape(count, self.batch)
        return [Step(number * each + k, sorted(batch.tolist()), noise) for k, batch in enumerate(batches)]

    def _schedule(self, step: int) -> float:
        """Share of the learning rate: linear warm-up, then a cosine down to a fiftieth."""
        falling = _LEAST + (1 - _LEAST) * (0.5 + 0.5 * math.cos(math.pi * step / self.steps))
        return min(1.0, (step + 1) / _WARM_UP) * falling
