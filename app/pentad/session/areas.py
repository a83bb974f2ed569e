"""How much of each open mask every class covers: in pixels, and in square millimetres where a camera is calibrated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import cv2
import numpy as np
import zstandard
from numpy.typing import NDArray
from psygnal import Signal

from pentad.annotation.components import box_of
from pentad.annotation.edit import MaskEdit, tile_box, tiles_of, unpack
from pentad.core.arrays import Labels
from pentad.core.camera import Camera, Rig
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.geometry.plane_area import label_areas_mm2
from pentad.io.datasets.rig import rig_of
from pentad.sdk import Ticket
from pentad.session.annotation import Annotation
from pentad.session.jobs import Job, State
from pentad.session.project import Project

MEASURING = "it is being measured"
NO_RIG = "the data set has no calibrated cameras"
NO_CAMERA = "this view has no calibrated camera"
NOT_ON_PLANE = "part of it lies where the camera does not look at the board"
Counts = NDArray[np.int64]
"""(256,) pixels by label."""
_AT_ONCE = 1 << 23
"""Pixels counted at a time: a histogram counts in float32, which is exact up to twice as many."""

_MOST_UNCOUNTED = 64


@dataclass(frozen=True, slots=True)
class Area:
    """How much one class covers. ``mm2`` is on the plane of the calibrated board; None says ``why_none``."""

    pixels: int
    mm2: float | None = None
    why_none: str = ""


@dataclass(eq=False)
class _Squares:
    """Square millimetres by label, as a sum to which ``pending`` jobs have yet to add."""

    sums: dict[int, float]
    pending: int = 0


@dataclass(eq=False)
class _Covered:
    """What is known of one open mask; ``squares`` is None until somebody asks, and when a part of the sum was lost."""

    counts: Counts
    uncounted: list[MaskEdit] = field(default_factory=list)
    camera: Camera | None = None
    squares: _Squares | None = None


class Areas:
    """The areas in all open masks, kept up to date edit by edit. Lives on the main thread.

    Pixels are exact whenever one asks. Square millimetres are worked out in the background from the first question on:
    once for the whole mask, then for what each edit changed.
    """

    changed: ClassVar[Signal] = Signal(MaskKey)

    def __init__(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self._masks: dict[MaskKey, _Covered] = {}
        self._running: dict[int, tuple[MaskKey, _Squares]] = {}
        self._project: Project | None = None
        self._rig: Rig | None = None
        self._why_none: str | None = None
        annotation.documents.opened.connect(self._on_opened)
        annotation.laid.connect(self._on_laid)
        annotation.jobs.finished.connect(self._on_finished)

    def use(self, project: Project | None) -> None:
        """Work on another project; its calibration is read in the background when it is first asked for."""
        self._project, self._rig, self._why_none = project, None, None
        self._masks.clear()
        self._running.clear()

    def of(self, key: MaskKey) -> Mapping[int, Area]:
        """By label, those that occur; nothing where the mask is not open."""
        covered, document = self._masks.get(key), self._annotation.documents.document(key)
        if covered is None or document is None:
            return {}
        _count(covered)
        labels = (np.flatnonzero(covered.counts[1:]) + 1).tolist()
        why = self._measure(key, covered, document.mask) if labels else ""
        return {label: _area(covered, label, why) for label in labels}

    def _measure(self, key: MaskKey, covered: _Covered, mask: Mask) -> str:
        """See to it that the square millimetres are known soon; why they are not (yet), or nothing."""
        if self._why_none is None:
            self._read_rig()
        if self._rig is None:
            return self._why_none or MEASURING
        covered.camera = covered.camera or self._camera(key, self._rig)
        camera, size = covered.camera, mask.labels.shape
        if camera is None:
            return NO_CAMERA
        if camera.size != size:
            of_camera, of_view = (f"{each[1]} x {each[0]}" for each in (camera.size, size))
            return f"the camera is calibrated for {of_camera} pixels, this view has {of_view}"
        # Why busy: paint of a stroke under way would be counted now and again when the stroke is kept.
        if covered.squares is None and not self._annotation.toolbox.busy:
            covered.squares = _Squares({})
            self._add(key, covered.squares, partial(_squares_of, mask.labels.copy(), camera))
        return "" if covered.squares is not None and not covered.squares.pending else MEASURING

    def _camera(self, key: MaskKey, rig: Rig) -> Camera | None:
        samples = self._project.samples if self._project is not None else []
        view = next((sample.view(key.view) for sample in samples if sample.id == key.sample), None)
        name = None if view is None else view.camera
        return next((camera for camera in rig.cameras if camera.name == name), None)

    def _read_rig(self) -> None:
        project = self._project
        if project is None:
            return
        self._why_none = MEASURING
        options = project.store.options
        job = self._annotation.jobs.run(
            "Calibration", lambda ticket: rig_of(project.tree, options), lane="disk", quiet=True,
            then=partial(self._rig_came, project),
        )  # fmt: skip
        job.failed.connect(partial(self._rig_failed, project))

    def _rig_came(self, project: Project, rig: Rig | None) -> None:
        if project is self._project:
            self._rig, self._why_none = rig, NO_RIG if rig is None else ""
            self._tell_all()

    def _rig_failed(self, project: Project, problem: Problem) -> None:
        if project is self._project:
            self._why_none = str(problem)
            self._tell_all()

    def _tell_all(self) -> None:
        for key in tuple(self._masks):
            self.changed.emit(key)

    def _add(self, key: MaskKey, squares: _Squares, work: Callable[[Ticket], dict[int, float]]) -> None:
        """Have ``work`` add to the sum."""
        squares.pending += 1
        job = self._annotation.jobs.run(f"Areas of {key.sample} {key.view}", work, lane="cpu", quiet=True)
        self._running[job.id] = (key, squares)

    def _on_finished(self, job: Job[Any]) -> None:
        key, squares = self._running.pop(job.id, (None, None))
        covered = None if key is None else self._masks.get(key)
        if key is None or covered is None or covered.squares is not squares or squares is None:
            return
        squares.pending -= 1
        if job.state is State.DONE:
            _increase(squares.sums, job.result or {})
        else:
            covered.squares = None
        if not squares.pending:
            self.changed.emit(key)

    def _on_opened(self, key: MaskKey) -> None:
        document = self._annotation.documents.document(key)
        if document is None:
            self._masks.pop(key, None)
        else:
            self._masks[key] = _Covered(_counts(document.mask.labels))
        self.changed.emit(key)

    def _on_laid(self, edit: MaskEdit) -> None:
        covered = self._masks.get(edit.key)
        if covered is None:
            return
        # Why not at once: nobody may be looking, and a release of the hand should cost little.
        covered.uncounted.append(edit)
        if len(covered.uncounted) > _MOST_UNCOUNTED:
            _count(covered)
        if covered.squares is not None and covered.camera is not None:
            self._add(edit.key, covered.squares, partial(_squares_gained, edit, covered.camera))
        self.changed.emit(edit.key)


def _count(covered: _Covered) -> None:
    for edit in covered.uncounted:
        covered.counts += _gained(edit)
    covered.uncounted.clear()


def _area(covered: _Covered, label: int, why_none: str) -> Area:
    pixels = int(covered.counts[label])
    if why_none or covered.squares is None:
        return Area(pixels, None, why_none)
    square = covered.squares.sums.get(label, 0.0)
    return Area(pixels, square) if np.isfinite(square) else Area(pixels, None, NOT_ON_PLANE)


def _counts(labels: Labels) -> Counts:
    counts = np.zeros(256, np.int64)
    if not cv2.countNonZero(labels):
        counts[0] = labels.size  # Why: most masks are empty when they are opened, and 20 MP are told so in 2 ms.
        return counts
    box = box_of(labels != 0)
    crop = labels[box.slices]
    rows = max(1, _AT_ONCE // max(1, crop.shape[1]))
    for top in range(0, crop.shape[0], rows):
        strip = np.ascontiguousarray(crop[top : top + rows])
        counts += cv2.calcHist([strip], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    counts[0] += labels.size - crop.size
    return counts


def _gained(edit: MaskEdit) -> Counts:
    """How many pixels each label has more after the edit than before."""
    by = zstandard.ZstdDecompressor()
    gained, lost = [np.zeros(0, np.uint8)], [np.zeros(0, np.uint8)]
    for key, packed in edit.after.items():
        shape = tile_box(key, edit.size).shape
        after, before = (unpack(side, shape, by=by).ravel() for side in (packed, edit.before[key]))
        places = np.flatnonzero(after != before)
        gained.append(after[places])
        lost.append(before[places])
    more, less = (np.bincount(np.concatenate(parts), minlength=256) for parts in (gained, lost))
    return np.asarray(more - less, np.int64)


def _squares_of(labels: Labels, camera: Camera, ticket: Ticket) -> dict[int, float]:
    height, width = labels.shape
    box = box_of(labels != 0)
    sums: dict[int, float] = {}
    for key in tiles_of(box):
        ticket.check()
        part = tile_box(key, (height, width)) & box
        _increase(sums, label_areas_mm2(labels[part.slices], part, camera))
    return sums


def _squares_gained(edit: MaskEdit, camera: Camera, ticket: Ticket) -> dict[int, float]:
    sums: dict[int, float] = {}
    for key, packed in edit.after.items():
        ticket.check()
        box = tile_box(key, edit.size)
        _increase(sums, label_areas_mm2(unpack(packed, box.shape), box, camera))
        _increase(sums, label_areas_mm2(unpack(edit.before[key], box.shape), box, camera), sign=-1)
    return sums


def _increase(sums: dict[int, float], by: Mapping[int, float], *, sign: int = 1) -> None:
    for label, area in by.items():
        sums[label] = sums.get(label, 0.0) + sign * area
