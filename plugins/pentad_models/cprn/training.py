"""Trains CPRN on cached features, epoch by epoch, so that it can be stopped and taken up again."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.sdk import Ticket, TrainingNews, TrainingReport, TrainingSet, Value, tell
from pentad.sdk.model_folder import save_model
from pentad.sdk.part_of import PartOf
from pentad_models.backbones.checkpoint import Checkpoint
from pentad_models.backbones.choices import wanted_side
from pentad_models.backbones.device import device
from pentad_models.backbones.maps import reach_of
from pentad_models.backbones.ordinary import Ordinary
from pentad_models.backbones.reading import Reading
from pentad_models.cprn.features import Features, extract
from pentad_models.cprn.losses import prototype_loss, prototype_usage, reconstruction_loss
from pentad_models.cprn.network import Cprn
from pentad_models.cprn.plan import network
from pentad_models.cprn.scale import GoodMaps, measured_scale

_CLIP = 0.1
_WEIGHT_DECAY = 1e-4
_WARM_UP = 20
_LOOKED_AT = 150
_FINDING, _READ, _TRAINED = 0.03, 0.35, 0.92
"""Where in a training's progress bar the windows are found, all views are read, and the network is trained."""


@dataclass(frozen=True, slots=True)
class CprnTrainer:
    """CPRN about to learn from good parts, its settings checked."""

    settings: Mapping[str, Value]

    @property
    def longest_side(self) -> int:
        return wanted_side(self.settings)

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        """Learn from ``data`` and leave the model in ``folder``; ``folder/training`` holds what a resumption needs.

        Problem where there is nothing to learn from, a view or the disk is unusable; Cancelled may come at any report.
        """
        begun = time.monotonic()
        reading = Reading.begin(self.settings, data, PartOf(ticket, 0.0, _FINDING))
        settings, backbone, work = reading.settings, reading.backbone, folder / "training"
        made = network(settings, backbone).to(device())
        features = extract(reading, made.streams, folder=work, ticket=PartOf(ticket, _FINDING, _READ))
        course = _Course(settings, features, np.arange(reading.learnt), made)
        course.run(work, PartOf(ticket, _READ, _TRAINED))
        good = GoodMaps(made, features, settings, reach_of(settings, backbone))
        scale, ordinary = _sense_of_good(good, reading, PartOf(ticket, _TRAINED, 1.0))
        card = reading.card("cprn", str(settings["preset"]), scale)
        kept = ordinary.tensors() if ordinary is not None else {}
        save_model(folder, card, save({**made.cpu().state_dict(), **kept}))
        del features, course.features  # Why: a mapped file cannot be deleted on every system.
        shutil.rmtree(work, ignore_errors=True)
        ticket.report(1.0, "Trained")
        parameters = sum(parameter.numel() for parameter in made.parameters())
        seconds = time.monotonic() - begun
        return TrainingReport("cprn", backbone.id, len(course.losses), tuple(course.losses), seconds, parameters)


@dataclass
class _Course:
    """One training under way: the network, its optimiser, and the losses of the epochs behind it."""

    settings: Mapping[str, Value]
    features: Features
    views: NDArray[np.int64]
    network: Cprn
    losses: list[float] = field(default_factory=list)

    def run(self, work: Path, ticket: Ticket) -> None:
        """All epochs, each followed by a checkpoint in ``work``; begins after the last one that is there."""
        steps, batch = int(self.settings["steps"]), int(self.settings["batch"])
        each = -(-len(self.views) // batch)
        epochs = -(-steps // each)
        rate = float(self.settings["learning_rate"])
        optimiser = torch.optim.AdamW(self.network.parameters(), rate, weight_decay=_WEIGHT_DECAY)
        checkpoint = Checkpoint(work / "checkpoint.safetensors", f"{self.features.key} {sorted(self.settings.items())}")
        self.losses = checkpoint.restore(self.network, optimiser)
        self.network.train()
        for epoch in range(len(self.losses), epochs):
            total = 0.0
            batches = list(self._batches(epoch, batch))[: steps - epoch * each]
            for index, (views, patches) in enumerate(batches):
                step = epoch * each + index
                for group in optimiser.param_groups:
                    group["lr"] = rate * _schedule(step, steps)
                total += self._step(optimiser, views, patches)
                ticket.report((step + 1) / steps, f"Epoch {epoch + 1}/{epochs}, loss {total / (index + 1):.4f}")
            self.losses.append(total / len(batches))
            tell(ticket, TrainingNews("Reconstruction", epoch + 1, epochs, {"cosine distance": self.losses[-1]}))
            checkpoint.keep(self.network, optimiser, self.losses)

    def _step(self, optimiser: torch.optim.Optimizer, views: NDArray[np.int64], patches: NDArray[np.int64]) -> float:
        rebuilt, usage = self._losses(views, patches)
        loss = rebuilt + float(self.settings["prototype_weight"]) * usage
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        optimiser.step()
        return float(rebuilt.detach())

    def _losses(self, views: NDArray[np.int64], patches: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """L_r summed over the rebuilt streams, and L_p."""
        chosen = views.tolist()
        where = device()
        last = {stream: tokens.to(where) for stream, tokens in self.features.last_layer(chosen).items()}
        prototypes, tokens = self.network.prototypes(last)
        rebuilt = torch.zeros((), device=where)
        for target in self.network.targets:
            skips = self.features.skips(target, chosen, patches).to(where)
            found = self.network.rebuild(target, skips, prototypes)
            rebuilt = rebuilt + reconstruction_loss(skips, found, str(self.settings["loss"]))
        return rebuilt, prototype_loss(prototype_usage(tokens, prototypes))

    def _batches(self, epoch: int, batch: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Views and, for each, the patches to rebuild. They depend on seed and epoch alone, so a resumption matches."""
        random = np.random.default_rng((int(self.settings["seed"]), epoch))
        count = int(self.settings["tokens"]) or self.features.patches
        order = random.permutation(self.views)
        for start in range(0, len(order), batch):
            views = order[start : start + batch]
            yield views, np.stack([random.permutation(self.features.patches)[:count] for _ in views])


def _sense_of_good(good: GoodMaps, reading: Reading, ticket: Ticket) -> tuple[dict[str, float], Ordinary | None]:
    """The scale, from the views held out, and what is ordinary, from those and up to 150 of the others."""
    settings, learnt = reading.settings, reading.learnt
    placed = settings["calibrate"] == "place"
    others = range(learnt)[:: max(1, learnt // _LOOKED_AT)] if placed else ()
    looked_at = sorted({*reading.judges, *others})
    maps: dict[int, tuple[str, dict[str, Floats]]] = {}
    for count, place in enumerate(looked_at):
        ticket.report(count / len(looked_at), "Looking at good parts as a judge")
        name, window = reading.window(place)
        maps[place] = name, good.of(place, window)
    judges = [maps[place] for place in reading.judges]
    # Why without the judges: a part is never surprising to a sense of the ordinary that was drawn from itself.
    unbiased = [maps[place] for place in others] or judges
    scale = measured_scale(judges, _ordinary(unbiased) if placed else None, str(settings["score"]))
    return scale, _ordinary(list(maps.values())) if placed else None


def _ordinary(maps: Sequence[tuple[str, Mapping[str, Floats]]]) -> Ordinary:
    by_key: dict[tuple[str, str], list[Floats]] = {}
    for name, own in maps:
        for stream, values in own.items():
            by_key.setdefault((stream, name), []).append(values)
    return Ordinary.of(by_key)


def _schedule(step: int, steps: int) -> float:
    """Share of the learning rate: linear warm-up, then a cosine down to a tenth."""
    return min(1.0, (step + 1) / _WARM_UP) * (0.55 + 0.45 * float(np.cos(np.pi * step / steps)))
