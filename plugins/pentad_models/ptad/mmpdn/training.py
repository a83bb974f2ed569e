"""Trains MMPDN: parts are aligned once and kept, then the network learns from the pairs, epoch by epoch."""

import shutil
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk import Ticket, TrainingReport, TrainingSet, Value, ViewPixels
from pentad.sdk.model_folder import ModelCard, save_model
from pentad.sdk.part_of import PartOf
from pentad_models.backbones.device import device, leave_a_core
from pentad_models.ptad.mmpdn.batches import plain
from pentad_models.ptad.mmpdn.course import Course, judged, network
from pentad_models.ptad.mmpdn.framing import Frame
from pentad_models.ptad.mmpdn.heat import heat_maps, scale_of
from pentad_models.ptad.mmpdn.kept_pairs import Indices, KeptPairs, Lesson, Lessons
from pentad_models.ptad.mmpdn.network import Mmpdn
from pentad_models.ptad.mmpdn.pairing import Pairing, Part, mesh_of
from pentad_models.ptad.mmpdn.pairs import DEPTH
from pentad_models.ptad.mmpdn.posing import WRONGNESS

_PAIRED, _TRAINED = 0.4, 0.95
_STRIDE = 32
_HELD_OUT = 10
_MEASURED = 400
"""Views at most that threshold and scale are measured on."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A part on its way to a worker; a view that cannot be read or whose label nobody knows is None."""

    number: int
    part: Part
    views: tuple[ViewPixels | None, ...]


@dataclass(frozen=True, slots=True)
class MmpdnTrainer:
    """MMPDN about to learn from good and defective parts, its settings checked."""

    settings: Mapping[str, Value]

    @classmethod
    def of(cls, settings: Mapping[str, Value]) -> "MmpdnTrainer":
        if int(settings["side"]) % _STRIDE:
            why = "the network halves its input five times"
            raise Problem(f"'side' cannot be {settings['side']}", why, remedy=f"Choose a multiple of {_STRIDE}.")
        return cls(settings)

    @property
    def longest_side(self) -> int:
        return wanted_side(self.settings)

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        """Learn from ``data`` and leave the model in ``folder``; ``folder/training`` holds what a resumption needs.

        Problem where there is nothing to learn from, or a part has neither mesh nor camera.
        """
        begun = time.monotonic()
        leave_a_core()
        work = folder / "training"
        teaching = _Teaching(self.settings, data, Pairing.of(self.settings), ticket)
        made = network(self.settings).to(device())
        lessons = teaching.lessons(work, PartOf(ticket, 0.0, _PAIRED))
        course = Course(self.settings, lessons, teaching.learnt(lessons), made, teaching.key)
        course.run(work, PartOf(ticket, _PAIRED, _TRAINED))
        scale = _scale(self.settings, made, lessons, teaching.measured(lessons), PartOf(ticket, _TRAINED, 1.0))
        backbone = backbone_name(self.settings)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        card = ModelCard("mmpdn", backbone, "", str(self.settings["preset"]), self.settings, data.category, now, scale)
        save_model(folder, card, save({name: value.contiguous() for name, value in made.cpu().state_dict().items()}))
        del lessons, course.lessons  # Why: a mapped file cannot be deleted on every system.
        shutil.rmtree(work, ignore_errors=True)
        ticket.report(1.0, "Trained")
        parameters = sum(parameter.numel() for parameter in made.parameters())
        seconds = time.monotonic() - begun
        return TrainingReport("mmpdn", backbone, len(course.losses), tuple(course.losses), seconds, parameters)


def wanted_side(settings: Mapping[str, Value]) -> int:
    """Pixels to read of a view's longer side: of a part that fills a quarter of it, as many as the network takes."""
    return int(settings["side"]) * (4 if settings["crop"] == "part" else 2)


def backbone_name(settings: Mapping[str, Value]) -> str:
    """The encoder as results name it."""
    return f"resnet18 from {Path(str(settings['weights'])).name}" if settings["weights"] else "resnet18, from random"


@dataclass
class _Teaching:
    """What is learnt from: which parts, and how each becomes pairs."""

    settings: Mapping[str, Value]
    data: TrainingSet
    pairing: Pairing
    ticket: Ticket
    _last: tuple[str | None, Part] | None = field(default=None)

    def __post_init__(self) -> None:
        count = len(self.data.parts)
        names = [self.data.mesh_name(part) or str(part) for part in range(count)]
        self._held_out = _held_out(names, int(self.settings["seed"]))
        mixed = np.random.default_rng(int(self.settings["seed"])).permutation(count)
        teaching = [int(part) for part in mixed if int(part) not in self._held_out]
        # Why from the front of one order: a smaller share is then part of every larger one.
        wanted = max(1, round(float(self.settings["sample_ratio"]) * len(teaching)))
        self._taught = frozenset(teaching[:wanted])
        self.chosen = sorted(self._taught | self._held_out)

    @property
    def key(self) -> str:
        """What a training depends on, in words."""
        return f"{self._pairs_key} {sorted(self.settings.items())}"

    def lessons(self, work: Path, ticket: Ticket) -> Lessons:
        """Every chosen part as pairs, those of an earlier go not made again."""
        side, known = self.pairing.side, self.settings["learn_poses"] == "known"
        shape = (side, side, DEPTH + (len(WRONGNESS) if known else 1))
        kept = KeptPairs(work, self._pairs_key, len(self.data), shape)
        return kept.fill(self.data.parts, self.chosen, self._read, self._work, ticket)

    def learnt(self, lessons: Lessons) -> Indices:
        """Rows to learn from; Problem where they are all of one kind."""
        rows = np.flatnonzero([int(part) in self._taught for part in lessons.parts])
        if len(np.unique(lessons.labels[rows])) < 2:
            why = f"of {len(rows)} views that can be used, none is good or none shows a defect"
            raise Problem("There is only one kind of part to learn from", why, remedy="Add parts of the other kind.")
        return rows

    def measured(self, lessons: Lessons) -> Indices:
        """Rows to measure threshold and scale on: of meshes held out, else those learnt from."""
        rows = np.flatnonzero([int(part) in self._held_out for part in lessons.parts])
        rows = rows if len(np.unique(lessons.labels[rows])) == 2 else self.learnt(lessons)
        return rows[:: max(1, len(rows) // _MEASURED)]

    @cached_property
    def _pairs_key(self) -> str:
        names = ("pose", "learn_poses", "rasteriser", "side", "crop", "seed")
        try:
            first = zlib.crc32(np.ascontiguousarray(self.data[0].rgb).tobytes())
        except Problem:
            first = 0
        return f"{self.data.category} {len(self.data)} {first} {[(name, self.settings[name]) for name in names]}"

    def _read(self, number: int) -> _Job:
        """Called on the training's own thread: the data set is read from one thread only."""
        name = self.data.mesh_name(number)
        if self._last is None or name is None or self._last[0] != name:
            mesh = mesh_of(self.data.mesh(number), f"Part {number + 1} of '{self.data.category}'")
            self._last = name, Part.of(mesh, self.ticket)
        return _Job(number, self._last[1], tuple(self._view(index) for index in self.data.parts[number]))

    def _view(self, index: int) -> ViewPixels | None:
        try:
            view = self.data[index]
        except Problem:
            return None
        return None if view.defective is None else view

    def _work(self, job: _Job) -> Sequence[Lesson | None]:
        seen = {index: self.pairing.seen(view) for index, view in enumerate(job.views) if view is not None}
        if not seen:
            return [None] * len(job.views)
        known = self.settings["learn_poses"] == "known"
        told = [one.view.pose for one in seen.values() if one.view.pose is not None] if known else []
        pose = told[0] if told else self.pairing.found(job.part, list(seen.values()), self.ticket)
        lessons: list[Lesson | None] = []
        for index in range(len(job.views)):
            one = seen.get(index)
            if one is None:
                lessons.append(None)
                continue
            seed = (int(self.settings["seed"]), job.number, index)
            poses = self.pairing.varied(job.part, one.view, pose, seed) if known else [pose]
            made, frame = self.pairing.paired(job.part, one, poses)
            lessons.append(Lesson(made, float(bool(one.view.defective)), _target(one.view, frame)))
        return lessons


def _target(view: ViewPixels, frame: Frame) -> Floats:
    """(4,) the centre and size of the view's box in ``frame``, x first; NaN where there is none."""
    if not view.defective or view.box is None:
        return np.full(4, np.nan, np.float32)
    top, left, bottom, right = frame.box_inside(view.box)
    if not (bottom > top and right > left):
        return np.full(4, np.nan, np.float32)
    return np.array([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], np.float32)


def _held_out(names: Sequence[str], seed: int) -> frozenset[int]:
    """Parts kept from learning: all of a tenth of the meshes, or of few parts none."""
    meshes = sorted(set(names))
    if len(meshes) < _HELD_OUT:
        return frozenset(range(0, len(names), _HELD_OUT)) if len(names) >= 2 * _HELD_OUT else frozenset()
    mixed = np.random.default_rng((seed, 1)).permutation(len(meshes))
    out = {meshes[index] for index in mixed[: len(meshes) // _HELD_OUT]}
    return frozenset(part for part, name in enumerate(names) if name in out)


@torch.inference_mode()
def _scale(
    settings: Mapping[str, Value], made: Mmpdn, lessons: Lessons, rows: Indices, ticket: Ticket
) -> dict[str, float]:
    made.eval()
    scores: list[float] = []
    good: list[Floats] = []
    size = int(settings["batch"])
    for start in range(0, len(rows), size):
        ticket.report(start / len(rows), "Measuring the scale")
        some = rows[start : start + size]
        query, reference = plain(lessons.pairs[lessons.places[some]], masked=settings["query"] == "masked")
        verdict = judged(made, query, reference, str(settings["precision"]))
        scores += verdict.logits.sigmoid().tolist()
        good += [heat for heat, row in zip(heat_maps(verdict), some, strict=True) if not lessons.labels[row]]
    return scale_of(good, np.array(scores, np.float32), lessons.labels[rows])
