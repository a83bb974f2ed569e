"""The probe's answers: asked while the hand moves, worked out in the background, the newest question first."""

from functools import partial
from typing import Any, ClassVar

from psygnal import Signal

from pentad.annotation.components import marked_part
from pentad.annotation.preview import NOTHING, Preview
from pentad.annotation.probe import Place, Probe
from pentad.core.sample import Sample
from pentad.session.annotation import Annotation
from pentad.session.jobs import Job
from pentad.session.part_depths import PartInRig
from pentad.session.sounding import Answer, Question, answer
from pentad.session.transfer import Transfer

NO_ANSWER = Answer()


class Probing:
    """What is known of the place that the probe points at. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, annotation: Annotation, transfer: Transfer) -> None:
        self._annotation, self._transfer = annotation, transfer
        self._probe: Probe = annotation.toolbox.probe
        self._sample: Sample | None = None
        self._job: Job[Any] | None = None
        self._asked: tuple[Place | None, tuple[Place, ...]] = (None, ())
        self._measured: tuple[tuple[Place, ...], str] = ((), "")
        self.answer = NO_ANSWER
        self._probe.asked.connect(self._ask)
        transfer.depths.changed.connect(self._ask)

    def show(self, sample: Sample | None) -> None:
        """Another sample is looked at."""
        self._sample = sample
        self._probe.leave()
        self._become(NO_ANSWER)

    def overlay(self, view: str) -> Preview:
        """Markers to be drawn over a view; what was measured stands beside the hand."""
        shapes = self.answer.shapes.get(view, ())
        pointed = self._probe.pointed
        note = (self.answer.measured or "") if pointed is not None and pointed.key.view == view else ""
        return Preview(shapes, note) if shapes or note else NOTHING

    @property
    def words(self) -> str:
        """Where the place is seen, and what was measured; nothing where the probe is not in use."""
        return "    ".join(part for part in (self.answer.measured, self.answer.words) if part)

    def _ask(self) -> None:
        probe, sample = self._probe, self._sample
        if sample is None or (probe.pointed is None and not probe.pins):
            self._become(NO_ANSWER)
            return
        if self._job is not None and not self._job.settled:
            return
        part = self._transfer.depths.part(sample)
        if part is None:
            self._become(Answer(words="the rig and the part are being read"))
            return
        question = self._question(part)
        self._asked = (probe.pointed, probe.pins)
        self._job = self._annotation.jobs.run(
            "Probe", partial(answer, question), lane="tool", quiet=True, then=partial(self._came, sample)
        )

    def _question(self, part: PartInRig) -> Question:
        """Measured is once: only a click changes what lies between two of them."""
        probe, depths = self._probe, self._transfer.depths
        rasters = None
        if part.has_depth and not part.why:
            rasters = depths.all_at_hand(part, part.fine) or depths.all_at_hand(part, part.coarse)
        tolerance = self._transfer.options.number("tolerance") + part.slack_mm
        new = probe.pins != self._measured[0]
        marked = None
        if new and len(probe.pins) == 1:
            document = self._annotation.documents.document(probe.pins[0].key)
            marked = marked_part(document.mask.labels) if document is not None else None
        return Question(part, rasters or {}, tolerance, probe.pointed, probe.pins, marked, measures=new)

    def _came(self, sample: Sample, found: Answer) -> None:
        if sample is not self._sample:
            return
        pins = self._asked[1]
        if found.measured is None:
            found = Answer(found.shapes, found.words, self._measured[1])
        else:
            self._measured = (pins, found.measured)
        self._become(found)
        if self._asked != (self._probe.pointed, self._probe.pins):
            self._ask()

    def _become(self, found: Answer) -> None:
        if found is not self.answer:
            self.answer = found
            self.changed.emit()
