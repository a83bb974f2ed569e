"""How well two outlines agree where they agree at all: a missing or foreign piece costs no more than its own border."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats
from pentad_models.ptad.chamfer import Outlined
from pentad_models.ptad.comparing import Level

FAR = 4.0
"""Pixels of the working image from which on a piece of outline has no counterpart."""


@dataclass(frozen=True, slots=True, eq=False)
class QueryOutline:
    """The border pixels of a query mask within what is ``known``, and how far each pixel is from them; ``far`` in the
    mask's own pixels."""

    border: Bools
    away: Floats = field(repr=False)
    known: Bools = field(repr=False)
    far: float

    @classmethod
    def of(cls, inside: Bools, known: Bools, far: float) -> "QueryOutline":
        edge = border(inside) & _inner(known)
        return cls(edge, Outlined.of(edge).away, _inner(known), far)

    def distance(self, inside: Bools) -> float:
        """0 to 1: the mean distance from each outline to the other, cut off at ``far``, as a share of it."""
        edge = border(inside) & self.known
        if not edge.any() or not self.border.any():
            return 1.0
        there = np.minimum(Outlined.of(edge).away[self.border], self.far).mean()
        back = np.minimum(self.away[edge], self.far).mean()
        return float(there + back) / (2 * self.far)


def outlines(level: Level, far: float = FAR) -> tuple[QueryOutline, ...]:
    """Of every query at ``level``; ``far`` in pixels of the working image."""
    far = max(far / level.reduction, 1.5)
    return tuple(QueryOutline.of(sight.mask > 0.5, sight.known, far) for sight in level.sights)


def disagreement(level: Level, queries: tuple[QueryOutline, ...], pose: Doubles) -> float:
    """The mean over the looks of the outlines' ``distance`` at ``pose`` (4, 4)."""
    pairs = zip(level.sights, queries, strict=True)
    return float(np.mean([query.distance(sight.drawn(pose).mask > 0.5) for sight, query in pairs]))


def border(inside: Bools) -> Bools:
    """The pixels of a mask that touch what is not in it."""
    return inside & ~_inner(inside)


def _inner(where: Bools) -> Bools:
    return np.asarray(
        cv2.erode(where.astype(np.uint8), np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    )
