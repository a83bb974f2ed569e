"""How much of each open mask every class covers: in pixels, and in square millimetres where a camera is calibrated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import cv2
import numpy as np
import zstandard
from numpy.typing import NDArray
from psygnal import Signal

from pentad.annotation.components import marked_part
from pentad.annotation.edit import MaskEdit, tile_box, tiles_of, unpack
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.geometry.plane_area import label_areas_mm2
from pentad.io.calibration import RigReading, check_image_size
from pentad.sdk import Ticket
from pentad.session.annotation import Annotation
from pentad.session.jobs import Job, State
from pentad.session.project import Project
from pentad.session.rig_state import NO_RIG as NOT_CALIBRATED
from pentad.session.rig_state import RigState

MEASURING = "it is being measured"
NO_RIG = "the data set has no calibrated cameras"
NO_CAMERA = "this view has no calibrated camera"
NOT_ON_PLANE = "part of it lies where the camera does not look at the board"
Counts = NDArray[np.int64]
"""(256,) pixels by label."""
Sums = dict[int, float]
"""By label."""
_AT_ONCE = 1 << 23
"""Pixels counted at a time: a histogram counts in float32, which is exact up to twice as many."""


@dataclass(frozen=True, slots=True)
class Area:
    """How much one class covers. ``mm2`` is on the plane of the calibrated board; None says ``why_none``."""

    pixels: int
    mm2: float | None = None
    why_none: str = ""


@dataclass(eq=False)
class _Sum:
    """Something by label, to which ``pending`` jobs have yet to add."""

    values: Sums = field(default_factory=dict)
    pending: int = 0


@dataclass(eq=False)
class _Covered:
    """What is known of one open mask. A sum is None until somebody asks, and when a part of it was lost."""

    pixels: _Sum | None = None
    uncounted: list[MaskEdit] = field(default_factory=list)
    squares: _Sum | None = None
    camera: Camera | None = None


class Areas:
    """The areas in all open masks, kept up to date edit by edit. Lives on the main thread.

    All is worked out in the background from the first question on: once for the whole mask, then for what each edit
    changed. An answer is what was known when one asked; ``changed`` says when more is.
    """

    changed: ClassVar[Signal] = Signal(MaskKey)

    def __init__(self, annotation: Annotation, rig: RigState) -> None:
        self._annotation, self._rig = annotation, rig
        self._masks: dict[MaskKey, _Covered] = {}
        self._running: dict[int, tuple[MaskKey, _Sum]] = {}
        self._project: Project | None = None
        self._cameras: tuple[RigReading | None, Problem | None] = (None, None)
        annotation.documents.opened.connect(self._on_opened)
        annotation.laid.connect(self._on_laid)
        annotation.jobs.finished.connect(self._on_finished)
        rig.changed.connect(self._on_rig)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project = project
        self._masks.clear()
        self._running.clear()

    def of(self, key: MaskKey) -> Mapping[int, Area]:
        """By label, those that occur; nothing where the mask is not open, or not counted yet."""
        covered, document = self._masks.get(key), self._annotation.documents.document(key)
        if covered is None or document is None:
            return {}
        self._count(key, covered, document.mask)
        known = covered.pixels or _Sum()
        labels = sorted(label for label, pixels in known.values.items() if label and pixels)
        why = self._measure(key, covered, document.mask) if labels or known.pending else ""
        return {label: _area(covered, label, why) for label in labels}

    def known_pixels(self, label: int) -> int:
        """How many pixels of a label are known of, in all open masks together."""
        sums = [covered.pixels.values for covered in self._masks.values() if covered.pixels is not None]
        return round(sum(values.get(label, 0.0) for values in sums))

    def _count(self, key: MaskKey, covered: _Covered, mask: Mask) -> None:
        """See to it that the pixels are known soon."""
        if covered.pixels is None:
            # Why busy: paint of a stroke under way would be counted now and again when the stroke is kept.
            if not self._annotation.toolbox.busy:
                covered.pixels, covered.uncounted = _Sum(), []
                box, marked = marked_part(mask.labels)
                if not box.empty:
                    self._add(key, covered.pixels, partial(_pixels_of, marked), lane="tool")
        elif covered.uncounted:
            edits, covered.uncounted = tuple(covered.uncounted), []
            self._add(key, covered.pixels, partial(_pixels_gained, edits), lane="tool")

    def _measure(self, key: MaskKey, covered: _Covered, mask: Mask) -> str:
        """See to it that the square millimetres are known soon; why they are not (yet), or nothing."""
        self._rig.ask(None)
        if self._rig.problem is not None:
            return NO_RIG if self._rig.problem is NOT_CALIBRATED else str(self._rig.problem)
        if self._rig.reading is None:
            return MEASURING
        covered.camera = covered.camera or self._camera(key)
        camera, size = covered.camera, mask.labels.shape
        if camera is None:
            return NO_CAMERA
        if (other := check_image_size(camera, size)) is not None:
            return other.why
        # Why busy: paint of a stroke under way would be counted now and again when the stroke is kept.
        if covered.squares is None and not self._annotation.toolbox.busy:
            covered.squares = _Sum()
            self._add(key, covered.squares, partial(_squares_of, *marked_part(mask.labels), camera), lane="cpu")
        return "" if covered.squares is not None and not covered.squares.pending else MEASURING

    def _camera(self, key: MaskKey) -> Camera | None:
        samples = self._project.samples if self._project is not None else []
        sample = next((sample for sample in samples if sample.id == key.sample), None)
        return None if sample is None else self._rig.cameras(sample).get(key.view)

    def _on_rig(self) -> None:
        """Other cameras make other square millimetres."""
        known = self._rig.reading, self._rig.problem
        if known[0] is self._cameras[0] and known[1] is self._cameras[1]:
            return
        self._cameras = known
        for key, covered in tuple(self._masks.items()):
            covered.squares, covered.camera = None, None
            self.changed.emit(key)

    def _add(self, key: MaskKey, to: _Sum, work: Callable[[Ticket], Sums], *, lane: str) -> None:
        """Have ``work`` add to the sum."""
        to.pending += 1
        job = self._annotation.jobs.run(f"Areas of {key.sample} {key.view}", work, lane=lane, quiet=True)
        self._running[job.id] = (key, to)

    def _on_finished(self, job: Job[Any]) -> None:
        key, to = self._running.pop(job.id, (None, None))
        covered = None if key is None else self._masks.get(key)
        if key is None or covered is None or to is None or (to is not covered.pixels and to is not covered.squares):
            return
        to.pending -= 1
        if job.state is State.DONE:
            _increase(to.values, job.result or {})
        elif to is covered.pixels:
            covered.pixels = None
        else:
            covered.squares = None
        if not to.pending:
            self.changed.emit(key)

    def _on_opened(self, key: MaskKey) -> None:
        if self._annotation.documents.document(key) is None:
            self._masks.pop(key, None)
        else:
            self._masks[key] = _Covered()
        self.changed.emit(key)

    def _on_laid(self, edit: MaskEdit) -> None:
        covered = self._masks.get(edit.key)
        if covered is None:
            return
        if covered.pixels is not None:
            covered.uncounted.append(edit)
        if covered.squares is not None and covered.camera is not None:
            self._add(edit.key, covered.squares, partial(_squares_gained, edit, covered.camera), lane="cpu")
        self.changed.emit(edit.key)


def _area(covered: _Covered, label: int, why_none: str) -> Area:
    pixels = round(covered.pixels.values.get(label, 0.0)) if covered.pixels is not None else 0
    if why_none or covered.squares is None:
        return Area(pixels, None, why_none)
    square = covered.squares.values.get(label, 0.0)
    return Area(pixels, square) if np.isfinite(square) else Area(pixels, None, NOT_ON_PLANE)


def _pixels_of(labels: Labels, ticket: Ticket) -> Sums:
    counts = np.zeros(256, np.int64)
    rows = max(1, _AT_ONCE // max(1, labels.shape[1]))
    for top in range(0, labels.shape[0], rows):
        ticket.check()
        counts += _counts(labels[top : top + rows])
    return _sums(counts)


def _pixels_gained(edits: Sequence[MaskEdit], ticket: Ticket) -> Sums:
    """How many pixels each label has more after the edits than before."""
    by, gained = zstandard.ZstdDecompressor(), np.zeros(256, np.int64)
    for edit in edits:
        ticket.check()
        for key, packed in edit.after.items():
            shape = tile_box(key, edit.size).shape
            gained += _counts(unpack(packed, shape, by=by)) - _counts(unpack(edit.before[key], shape, by=by))
    return _sums(gained)


def _counts(labels: Labels) -> Counts:
    """At most ``_AT_ONCE`` pixels by label."""
    counted = cv2.calcHist([np.ascontiguousarray(labels)], [0], None, [256], [0, 256])
    return counted.ravel().astype(np.int64)


def _sums(counts: Counts) -> Sums:
    return {label: float(counts[label]) for label in np.flatnonzero(counts).tolist()}


def _squares_of(box: Box, labels: Labels, camera: Camera, ticket: Ticket) -> Sums:
    sums: Sums = {}
    for key in tiles_of(box):
        ticket.check()
        part = tile_box(key, camera.size) & box
        _increase(sums, label_areas_mm2(labels[part.within(box).slices], part, camera))
    return sums


def _squares_gained(edit: MaskEdit, camera: Camera, ticket: Ticket) -> Sums:
    sums: Sums = {}
    for key, packed in edit.after.items():
        ticket.check()
        box = tile_box(key, edit.size)
        _increase(sums, label_areas_mm2(unpack(packed, box.shape), box, camera))
        _increase(sums, label_areas_mm2(unpack(edit.before[key], box.shape), box, camera), sign=-1)
    return sums


def _increase(sums: Sums, by: Mapping[int, float], *, sign: int = 1) -> None:
    for label, area in by.items():
        sums[label] = sums.get(label, 0.0) + sign * area
