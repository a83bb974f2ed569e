"""Trains a depth generator stage by stage: features, autoencoder, diffusion, and what is ordinary on good parts."""

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from safetensors.torch import save

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk import Ticket, TrainingReport, TrainingSet, Value
from pentad.sdk.atomic import make_folder
from pentad.sdk.depth import DepthWish
from pentad.sdk.model_folder import ModelCard, read_card, save_model
from pentad.sdk.part_of import PartOf
from pentad.sdk.quiet_ticket import QuietTicket
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.depthgen.autoencoder import SHRINK, DepthAutoencoder
from pentad_models.depthgen.deviating import References, deviation, in_cells, sense_of_good
from pentad_models.depthgen.lessons import Desk, Lessons, read_lessons
from pentad_models.depthgen.making import Maker
from pentad_models.depthgen.predictor import CENTRE, HALF, senses_of, wanted_side
from pentad_models.depthgen.senses import FOLDER, Senses, provide
from pentad_models.depthgen.stages import Coding, Denoising, coded, taken_over
from pentad_models.depthgen.unet import widths_of

_STRIDE = 32
_GROUPS = 8
"""Of every group norm here."""
_FOUND, _TAUGHT, _READ, _CODED, _TRAINED, _TUNED = 0.02, 0.1, 0.18, 0.38, 0.92, 0.96
"""Where in a training's progress bar each stage ends."""
_LATER = frozenset({"finetune_steps", "sampler", "sampling_steps", "deviation", "score", "sigma"})
_DIFFUSION = frozenset({"condition", "widths", "blocks", "attention", "alpha", "dropout", "prediction", "steps"})
"""Settings that only stages after diffusion read, and those that only diffusion does."""
_JUDGED = 40
_OTHERS = 60
"""Views at most that scale and ordinary deviation are measured on."""


@dataclass(frozen=True, slots=True)
class DepthgenTrainer:
    """A depth generator about to learn from good parts, its settings checked."""

    settings: Mapping[str, Value]

    @classmethod
    def of(cls, settings: Mapping[str, Value]) -> "DepthgenTrainer":
        widths, side = widths_of(str(settings["widths"])), int(settings["side"])
        stride = max(_STRIDE, SHRINK << (len(widths) - 1))
        if side % stride:
            why = f"codes are an eighth of it, and are halved {max(2, len(widths) - 1)} times"
            raise Problem(f"'side' cannot be {side}", why, remedy=f"Choose a multiple of {stride}.")
        if side == SHRINK << (len(widths) - 1) and min(widths[-2:]) == _GROUPS:
            # Why: a group norm of one channel a group has a single value there, and no spread to divide by.
            why = f"of {side} pixels a side its last level has a single cell, too little for {_GROUPS} channels"
            remedy = f"Choose a 'side' of {2 * side}, or {2 * _GROUPS} channels or more for the last two levels."
            raise Problem(f"'widths' cannot be '{settings['widths']}'", why, remedy=remedy)
        return cls(settings)

    @property
    def longest_side(self) -> int:
        return wanted_side(self.settings)

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        """Learn from ``data`` and leave the model in ``folder``; ``folder/training`` holds what a resumption needs.

        Problem where there is nothing to learn from, or views lack what the settings ask for.
        """
        begun = time.monotonic()
        leave_a_core()
        work = folder / "training"
        make_folder(work)
        desk = Desk.begin(self.settings, data, PartOf(ticket, 0.0, _FOUND))
        settings = {**self.settings, "depth": desk.source.kind, "unit": desk.source.unit}
        teaching = _Teaching(settings, desk, work, ticket)
        losses, parameters = teaching.run(folder)
        shutil.rmtree(work, ignore_errors=True)
        ticket.report(1.0, "Trained")
        seconds = time.monotonic() - begun
        backbone = str(read_card(folder)["backbone"])
        return TrainingReport("depthgen", backbone, len(losses), tuple(losses), seconds, parameters)


@dataclass(frozen=True, slots=True, eq=False)
class _Teaching:
    """One training: its stages in order, each taken up where it was left."""

    settings: Mapping[str, Value]
    desk: Desk
    work: Path
    ticket: Ticket

    def run(self, folder: Path) -> tuple[list[float], int]:
        """The losses of the diffusion, one a round, and how many parameters its network has."""
        streams = ("rgb",) if self.settings["condition"] == "rgb" else ("rgb", "normal")
        teaching = PartOf(self.ticket, _FOUND, _TAUGHT)
        provide(self.settings, self.desk.data, self.work, streams=streams, ticket=teaching)
        senses, side = senses_of(self.settings, self.work), int(self.settings["side"])
        reading = PartOf(self.ticket, _TAUGHT, _READ)
        lessons = read_lessons(self.desk, senses, side, work=self.work, ticket=reading)
        coder = DepthAutoencoder.of(self.settings).to(device())
        coding = self._coder(coder, lessons)
        codes = coded(coder, lessons, self.settings, self.desk.learnt)
        denoising = Denoising.of(self.settings, lessons, self.desk.learnt, codes)
        course = denoising.course(coder)
        key = self._key(lessons, without=_LATER)
        losses = course.run(self.work, key, PartOf(self.ticket, _CODED, _TRAINED))
        self._tune(coding, denoising, lessons)
        self._keep(folder, senses, coder, denoising, lessons)
        return losses, denoising.average.parameters_count

    def _key(self, lessons: Lessons, *, without: frozenset[str] = frozenset()) -> str:
        """What a stage depends on, in words: ``without`` what only later stages read."""
        return f"{lessons.key} {sorted((key, value) for key, value in self.settings.items() if key not in without)}"

    def _coder(self, coder: DepthAutoencoder, lessons: Lessons) -> Coding:
        """The first stage of Appendix A.1's second: autoencoder and adversary, learnt or taken over."""
        coding = Coding.of(self.settings, lessons, self.desk.learnt, coder)
        if self.settings["autoencoder"]:
            taken_over(Path(str(self.settings["autoencoder"])), self.settings, coder)
        else:
            course = coding.course("Autoencoder", int(self.settings["coder_steps"]))
            key = self._key(lessons, without=_LATER | _DIFFUSION)
            course.run(self.work, key, PartOf(self.ticket, _READ, _CODED))
        return coding

    def _tune(self, coding: Coding, denoising: Denoising, lessons: Lessons) -> None:
        """The decoder on sampled codes: appendix A's "denoised latent to the decoder" taken at its word."""
        steps = int(self.settings["finetune_steps"])
        if not steps:
            return
        halfway = (_TRAINED + _TUNED) / 2
        codes = denoising.all_sampled(PartOf(self.ticket, _TRAINED, halfway))
        coding.coder.coder.encoder.requires_grad_(False)
        tuning = Coding(self.settings, lessons, self.desk.learnt, coding.pair, codes)
        course = tuning.course("Decoder", steps)
        course.run(self.work, self._key(lessons), PartOf(self.ticket, halfway, _TUNED))

    def _keep(
        self, folder: Path, senses: Senses, coder: DepthAutoencoder, denoising: Denoising, lessons: Lessons
    ) -> None:
        """Measure what is ordinary and write the model."""
        desk, score = self.desk, str(self.settings["score"])
        maker = Maker(self.settings, senses, denoising.average.eval(), coder.eval(), desk.windows, desk.ranges)
        references = _references(desk, lessons)
        judges, others = self._deviations(maker, references)
        scale, ordinary = sense_of_good(judges, others, score)
        for view, (centre, half) in desk.ranges.by_view.items():
            scale |= {CENTRE + view: centre, HALF + view: half}
        features = read_card(self.work / FOLDER)
        card = ModelCard(
            model="depthgen",
            backbone=str(features["backbone"]),
            backbone_sha256=str(features["backbone_sha256"]),
            preset=str(self.settings["preset"]),
            settings=self.settings,
            category=desk.data.category,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            scale={**scale, "token_width": float(lessons.token_width)},
            regions=desk.windows.regions,
        )
        tensors = {f"denoiser.{name}": value for name, value in denoising.average.cpu().state_dict().items()}
        tensors |= {f"coder.{name}": value for name, value in coder.cpu().state_dict().items()}
        tensors |= ordinary.tensors() | references.tensors()
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        os.replace(self.work / FOLDER, folder / FOLDER)
        save_model(folder, card, save({name: value.contiguous() for name, value in tensors.items()}))

    def _deviations(
        self, maker: Maker, references: References
    ) -> tuple[list[tuple[str, Floats]], list[tuple[str, Floats]]]:
        """Names and deviations (h, w) of the views held out, and of some others."""
        judges = list(self.desk.judges)[:_JUDGED]
        learnt = [int(place) for place in self.desk.learnt if int(place) not in judges]
        others = learnt[:: max(1, len(learnt) // _OTHERS)]
        known = references if self.settings["deviation"] == "reference" else None
        found, ticket = [], PartOf(self.ticket, _TUNED, 1.0)
        wish = DepthWish(int(self.settings["seed"]))
        for count, place in enumerate(looked_at := [*judges, *others]):
            ticket.report(count / len(looked_at), "Looking at good parts as a judge")
            view = self.desk.view(place)
            apart = deviation(maker.make(view, wish, QuietTicket(ticket)), view.view, known)
            window = maker.windows.of(view.view)
            found.append((view.view, in_cells(apart, window, float(self.settings["sigma"]))))
        return found[: len(judges)], found[len(judges) :]


def _references(desk: Desk, lessons: Lessons) -> References:
    """The mean depth of the good parts learnt from, by view name."""
    sums: dict[str, Floats] = {}
    for place in desk.learnt.tolist():
        depth, valid = (value[0, 0].cpu().numpy() for value in lessons.depth([place]))
        name = desk.name(place)
        total = sums.setdefault(name, np.zeros((3, *depth.shape), np.float32))
        total += np.stack([depth * valid, valid, np.ones_like(valid)])
    means = {}
    for name, (total, known, every) in sums.items():
        mean = desk.ranges.outward(name, total / np.maximum(known, 1))
        means[name] = np.where(known > every / 2, mean, np.nan).astype(np.float32)
    return References(means)
