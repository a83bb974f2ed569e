"""What becomes one annotation: all of a class, or each region of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pentad.annotation.components import box_of
from pentad.core.arrays import Bools, Doubles, Labels
from pentad.core.box import Box
from pentad.geometry.outlines import EXACT, outline
from pentad.sdk import Setting, Ticket, Value

REGIONS, CLASSES = "regions", "classes"
INSTANCES = Setting(
    "instances", REGIONS, "each connected region an annotation of its own, or all of a class one", (REGIONS, CLASSES)
)
TOLERANCE = Setting(
    "tolerance",
    EXACT,
    f"pixels an outline may run off the border to save vertices; to {EXACT:g} it fills the same pixels",
    minimum=0.0,
    maximum=10.0,
)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Pixels of one class, those in ``box`` where ``where`` (H, W) is set."""

    label: int
    box: Box
    where: Bools

    def parts(self) -> "Iterator[Piece]":
        """Its 8-connected regions, from the top."""
        count, numbers, stats, _ = cv2.connectedComponentsWithStats(self.where.astype(np.uint8), connectivity=8)
        for number in range(1, count):
            x, y, width, height = (int(value) for value in stats[number, :4])
            box = Box(y, x, y + height, x + width)
            yield Piece(self.label, box.moved(self.box.y0, self.box.x0), numbers[box.slices] == number)

    def polygon(self, tolerance: float) -> Doubles:
        """(n, 2) x, y of the whole image, its holes joined to the outside; for one 8-connected region."""
        corner = np.array([self.box.x0, self.box.y0], np.float64)
        return outline(self.where, tolerance=tolerance) + corner


def pieces(labels: Labels, settings: Mapping[str, Value], ticket: Ticket) -> Iterator[Piece]:
    """The annotations of one mask, class by class, as the setting ``instances`` says."""
    box = box_of(labels > 0)
    inside = labels[box.slices]
    for label in np.flatnonzero(np.bincount(inside.reshape(-1), minlength=256)).tolist():
        if label == 0:
            continue
        ticket.check()
        where = inside == label
        tight = box_of(where)
        piece = Piece(label, tight.moved(box.y0, box.x0), where[tight.slices])
        if settings[INSTANCES.key] == CLASSES:
            yield piece
        else:
            for part in piece.parts():
                ticket.check()
                yield part
