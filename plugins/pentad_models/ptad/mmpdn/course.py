"""One training of the network: epochs over kept pairs, each followed by a checkpoint."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from pentad.core.problem import Problem
from pentad.sdk import Ticket, TrainingNews, Value, tell
from pentad_models.backbones.checkpoint import Checkpoint
from pentad_models.backbones.device import device
from pentad_models.ptad.mmpdn.batches import Batch, varied
from pentad_models.ptad.mmpdn.kept_pairs import Indices, Lessons
from pentad_models.ptad.mmpdn.losses import detection_loss, map_loss
from pentad_models.ptad.mmpdn.network import Mmpdn, Verdict

_WARM_UP = 30
_COARSEST = 64
_BETAS = (0.0, 0.999)


def network(settings: Mapping[str, Value]) -> Mmpdn:
    """A fresh network, the same for the same seed; Problem where the weights to begin with cannot be read."""
    torch.manual_seed(int(settings["seed"]))
    made = Mmpdn(channelwise=settings["distance"] == "channelwise")
    file = str(settings["weights"])
    if file:
        try:
            tensors = load_file(file)
            made.encoder.load_state_dict({name: tensors[name] for name in made.encoder.state_dict()})
        except (OSError, SafetensorError, KeyError, RuntimeError) as error:
            why = str(error).splitlines()[0]
            remedy = "Give a safetensors file with the usual names (conv1.weight, layer1.0.conv1.weight, …)."
            raise Problem(f"{file} is no state dict of ResNet18", why, remedy=remedy) from error
    return made


def judged(made: Mmpdn, query: torch.Tensor, reference: torch.Tensor, precision: str) -> Verdict:
    """The network's verdict, multiplied in ``precision``."""
    where = device()
    with torch.autocast(where.type, torch.bfloat16, enabled=_halves(precision)):
        verdict: Verdict = made(query.to(where), reference.to(where))
    return verdict


def _halves(precision: str) -> bool:
    """Whether to multiply in bfloat16: asked for, or where the processor has instructions for it."""
    if precision == "auto":
        return device().type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return precision == "bfloat16"


@dataclass
class Course:
    """One training under way: the network, what it learns from, and the losses of the epochs behind it."""

    settings: Mapping[str, Value]
    lessons: Lessons
    rows: Indices
    network: Mmpdn
    key: str
    losses: list[float] = field(default_factory=list)

    def run(self, work: Path, ticket: Ticket) -> None:
        """All epochs; begins after the last one that ``work`` has a checkpoint of."""
        epochs, rate = int(self.settings["epochs"]), float(self.settings["learning_rate"])
        optimiser = torch.optim.Adam(self.network.parameters(), rate, _BETAS, fused=True)
        checkpoint = Checkpoint(work / "checkpoint.safetensors", self.key)
        self.losses = checkpoint.restore(self.network, optimiser)
        self.network.train()
        each = max(1, len(self.rows) // int(self.settings["batch"]))
        for epoch in range(len(self.losses), epochs):
            parts, coarse = np.zeros(2), self._is_coarse(epoch / epochs)
            for index, batch in enumerate(self._batches(epoch)):
                step = epoch * each + index
                for group in optimiser.param_groups:
                    group["lr"] = rate * _schedule(step, epochs * each)
                parts += self._step(optimiser, batch.halved() if coarse else batch)
                mean = float(parts.sum()) / (index + 1)
                ticket.report((step + 1) / (epochs * each), f"Epoch {epoch + 1}/{epochs}, loss {mean:.3f}")
            self.losses.append(float(parts.sum()) / each)
            verdicts, maps = (parts / each).tolist()
            named = {"loss": self.losses[-1], "score and box": verdicts, "maps": maps}
            tell(ticket, TrainingNews("Comparison", epoch + 1, epochs, named if maps else {"loss": self.losses[-1]}))
            checkpoint.keep(self.network, optimiser, self.losses)

    def _step(self, optimiser: torch.optim.Optimizer, batch: Batch) -> tuple[float, float]:
        """The losses of score and box, and of the maps."""
        verdict = judged(self.network, batch.query, batch.reference, str(self.settings["precision"]))
        where = verdict.logits.device
        judging = detection_loss(verdict.logits, verdict.boxes, batch.labels.to(where), batch.boxes.to(where))
        mapping = torch.zeros((), device=where)
        if weight := float(self.settings["map_weight"]):
            mapping = weight * map_loss(verdict.distances, batch.masks.to(where))
        optimiser.zero_grad(set_to_none=True)
        (judging + mapping).backward()
        optimiser.step()
        return float(judging.detach()), float(mapping.detach())

    def _is_coarse(self, done: float) -> bool:
        """Whether images are halved, so far into the training."""
        return done < float(self.settings["coarse"]) and int(self.settings["side"]) >= 2 * _COARSEST

    def _batches(self, epoch: int) -> Iterator[Batch]:
        """They depend on seed and epoch alone, so a resumption matches; what does not fill a batch waits its turn."""
        random = np.random.default_rng((int(self.settings["seed"]), epoch))
        order = random.permutation(self.rows)
        size = min(int(self.settings["batch"]), len(order))
        masked = self.settings["query"] == "masked"
        for start in range(0, len(order) - size + 1, size):
            yield varied(self.lessons, order[start : start + size], random, masked=masked)


def _schedule(step: int, steps: int) -> float:
    """Share of the learning rate: linear warm-up, then a cosine down to nothing."""
    return min(1.0, (step + 1) / _WARM_UP) * (0.5 + 0.5 * float(np.cos(np.pi * step / steps)))
