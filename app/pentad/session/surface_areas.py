"""How much of the part's own surface each class covers in one view, with what its outline's last pixel makes of it."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

import cv2
import numpy as np
from psygnal import Signal

from pentad.annotation.components import marked_part
from pentad.core.camera import Camera
from pentad.core.mask import Mask, MaskKey
from pentad.core.patch import Patch
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.geometry.measuring import Gauge, Measured
from pentad.geometry.surface import Surface
from pentad.sdk import Ticket
from pentad.session.annotation import Annotation
from pentad.session.jobs import Job
from pentad.session.part_depths import PartDepths, PartInRig

Surfaces = Mapping[int, Measured]
"""By label; none for what shows no surface."""
_NONE: Surfaces = MappingProxyType({})
_MOST = 200_000
"""Pixels looked at of a class's inside, and of its outline: some three tenths of a second."""


class SurfaceAreas:
    """Measured in the background when somebody asks, and given up when a hand begins to paint.

    Lives on the main thread. One mask is known at a time: that which was asked about last.
    """

    changed: ClassVar[Signal] = Signal()
    """More is known, or may be asked."""

    def __init__(self, annotation: Annotation, depths: PartDepths) -> None:
        self._annotation, self._depths = annotation, depths
        self._known: tuple[MaskKey, PartInRig, Surfaces] | None = None
        self._asked: tuple[PartInRig, Mask, int] | None = None
        self._job: Job[Any] | None = None
        annotation.begun.connect(self._give_up)
        depths.changed.connect(self._on_depths)

    def of(self, key: MaskKey) -> Surfaces:
        """What was measured last on this mask; nothing where it was not, or its part is another one by now."""
        return self._known[2] if self._known is not None and self._known[0] == key else _NONE

    def ask(self, sample: Sample, view: str) -> None:
        """See to it that the mask is measured as it is now, where the view is calibrated and the part has a mesh."""
        key = MaskKey(sample.id, view)
        document, part = self._annotation.documents.document(key), self._depths.part(sample)
        if self._known is not None and self._known[0] == key and self._known[1] is not part:
            self._known = None
        if document is None or part is None or part.surface is None or self._annotation.toolbox.busy:
            return
        mask, camera = document.mask, part.cameras.get(view)
        state = (part, mask, mask.version)
        if camera is None or camera.size != mask.labels.shape or state == self._asked:
            return
        self._asked = state
        self._job = self._annotation.jobs.run(
            f"Surface under {sample.id} {view}", partial(_measured, part.surface, camera, mask), lane="cpu", quiet=True,
            replaces="surface areas", then=partial(self._came, key, part),
        )  # fmt: skip

    def _came(self, key: MaskKey, part: PartInRig, found: Surfaces) -> None:
        self._known = (key, part, found)
        self.changed.emit()

    def _on_depths(self) -> None:
        self.changed.emit()

    def _give_up(self, stroke: object) -> None:
        """Why: the rays hold the interpreter for some milliseconds at a time, and the hand comes first."""
        if self._job is not None and not self._job.settled:
            self._job.cancel()
            self._asked = None


def _measured(surface: Surface, camera: Camera, mask: Mask, ticket: Ticket) -> Surfaces:
    """Read from the live mask: whoever paints on it meanwhile makes another version, which is measured anew."""
    box, labels = marked_part(mask.labels)
    if box.empty:
        return _NONE
    gauge, found = Gauge(surface), {}
    occurring = np.flatnonzero(cv2.calcHist([labels], [0], None, [256], [0, 256]))
    for label in occurring[occurring > 0].tolist():
        ticket.check()
        try:
            found[label] = gauge.area_mm2(camera, Patch(box, labels == label), ticket=ticket, most=_MOST)
        except Problem:  # Why: what is marked in the air, a missing pin, covers none of the surface.
            continue
    return found
