"""Fills PatchCore's memory from good parts."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

from pentad.core.arrays import Floats
from pentad.sdk import Ticket, TrainingReport, TrainingSet, Value
from pentad.sdk.model_folder import save_model
from pentad.sdk.part_of import PartOf
from pentad_models.backbones.choices import wanted_side
from pentad_models.backbones.kept import Halves, Kept, fingerprint
from pentad_models.backbones.maps import heat_values, reach_of, scale_of
from pentad_models.backbones.pixels import encode
from pentad_models.backbones.reading import Reading
from pentad_models.backbones.vit import Backbone
from pentad_models.backbones.windows import Window
from pentad_models.patchcore.memory import Coreset, descriptors, nearest_distance, random_projection

_FINDING, _READ = 0.03, 0.7
"""Where in the progress bar the windows are found, and where the encoder has read all views."""


def streams_of(settings: Mapping[str, Value]) -> tuple[str, ...]:
    """The streams joined in a descriptor, of settings whose ``streams`` are decided."""
    return ("rgb", "normal") if settings["streams"] == "both" else (str(settings["streams"]),)


@dataclass(frozen=True, slots=True)
class PatchCoreTrainer:
    """PatchCore about to look at good parts, its settings checked."""

    settings: Mapping[str, Value]

    @property
    def longest_side(self) -> int:
        return wanted_side(self.settings)

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        """Leave a memory of ``data`` in ``folder``; views read before an interruption are not read again.

        Problem where there is nothing to learn from, a view or the disk is unusable; Cancelled may come at any report.
        """
        begun = time.monotonic()
        reading = Reading.begin(self.settings, data, PartOf(ticket, 0.0, _FINDING))
        settings, backbone, windows = reading.settings, reading.backbone, reading.windows
        projection, streams, count = _projection(settings, backbone), streams_of(settings), len(reading.indices)

        def described(place: int) -> Halves:
            ticket.report(_FINDING + (_READ - _FINDING) * place / count, f"Encoding view {place + 1} of {count}")
            view = reading.view(place)
            window = windows.of(view.view)
            return descriptors(encode(backbone, view, window, streams).cpu(), window, projection).half().numpy()

        work = folder / "training"
        work.mkdir(parents=True, exist_ok=True)
        made_with = {"backbone": backbone.sha256, "settings": sorted(settings.items()), "windows": windows.regions}
        key = fingerprint(data, reading.indices, reading.first, **made_with)
        shape = (windows.patches, int(settings["dimensions"]))
        views = Kept(work / "patches.f16", shape).fill(key, count, described)
        bank = _bank(views[: reading.learnt], settings, PartOf(ticket, _READ, 0.95))
        ticket.report(0.95, "Measuring the scale on good parts")
        good = [(views[place], reading.window(place)[1]) for place in reading.judges]
        scale = _scale(good, bank, settings, reach=reach_of(settings, backbone))
        card = reading.card("patchcore", "default", scale)
        save_model(folder, card, save({"bank": bank, "projection": projection}))
        del views  # Why: a mapped file cannot be deleted on every system.
        shutil.rmtree(work, ignore_errors=True)
        ticket.report(1.0, "Trained")
        return TrainingReport("patchcore", backbone.id, 1, (), time.monotonic() - begun, 0)


def _projection(settings: Mapping[str, Value], backbone: Backbone) -> Tensor:
    size = len(streams_of(settings)) * len(backbone.blocks) * backbone.width
    return random_projection(size, int(settings["dimensions"]), int(settings["seed"]))


def _bank(views: Halves, settings: Mapping[str, Value], ticket: Ticket) -> Tensor:
    """The coreset (B, d) of ``views`` (V, N, d)."""
    random = np.random.default_rng(int(settings["seed"]))
    each = max(1, min(views.shape[1], int(settings["pool"]) // len(views)))
    pool = np.concatenate([view[random.permutation(views.shape[1])[:each]] for view in views]).astype(np.float32)
    patches = torch.from_numpy(pool)
    size = min(int(settings["coreset"]), len(patches))
    coreset = Coreset(patches, int(settings["seed"]))
    while len(coreset.chosen) < size and not coreset.covers_all:
        ticket.report(len(coreset.chosen) / size, f"Choosing patches: {len(coreset.chosen)} of {size}")
        coreset.grow(size)
    return patches[coreset.chosen].contiguous()


def _scale(
    views: Sequence[tuple[Halves, Window]], bank: Tensor, settings: Mapping[str, Value], *, reach: float
) -> dict[str, float]:
    maps: list[Floats] = []
    for described, window in views:
        distance = nearest_distance(torch.from_numpy(described.astype(np.float32)), bank)
        maps.append(heat_values(distance, window, reach))
    return scale_of(maps, str(settings["score"]))
