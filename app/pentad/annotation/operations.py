"""What can be done to a whole class of a mask at one go: cleaning it up, combining it with another."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pentad.annotation.components import box_of, filled, largest_island, without_islands
from pentad.annotation.edit import TILE
from pentad.annotation.morphology import closed, grown, opened, shrunk, smoothed
from pentad.annotation.region import Bools, Patch
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.sdk import Ticket

Change = tuple[Box, Labels]
"""What a part of a mask becomes."""


class Kind(StrEnum):
    """The operations there are."""

    FILL_HOLES = "fill-holes"
    FILL_SMALL_HOLES = "fill-small-holes"
    DROP_ISLANDS = "drop-islands"
    KEEP_LARGEST = "keep-largest"
    GROW = "grow"
    SHRINK = "shrink"
    OPEN = "open"
    CLOSE = "close"
    SMOOTH = "smooth"
    UNITE = "unite"
    SUBTRACT = "subtract"
    INTERSECT = "intersect"
    CHANGE = "change"
    DELETE = "delete"
    CLEAR = "clear"


COMBINING = frozenset({Kind.UNITE, Kind.SUBTRACT, Kind.INTERSECT})
_BY_DISCS = frozenset({Kind.GROW, Kind.SHRINK, Kind.OPEN, Kind.CLOSE, Kind.SMOOTH})


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One of them, with everything it needs to know. ``label`` is the class it is done to, A.

    ``other`` is the class B of CHANGE and of the combining ones, unless these are given an ``operand``; B's pixels are
    those no further than ``gap`` from it where A is subtracted from or intersected with it (no pixel has two classes,
    so B itself has none in common with A). ``pixels`` is the size from which holes and islands count. Regions hang
    together over ``corners`` or over sides only. What A gains, it takes from background alone, unless ``over_others``.
    """

    kind: Kind
    label: int
    other: int = 0
    operand: Patch | None = None
    radius: float = 3.0
    gap: float = 0.0
    pixels: int = 50
    corners: bool = True
    over_others: bool = False

    @property
    def name(self) -> str:
        """As the history lists it: "Grow 3 px"."""
        size, pixels = f"{self.radius:g} px", f"{self.pixels} px"
        return {
            Kind.FILL_HOLES: "Fill holes",
            Kind.FILL_SMALL_HOLES: f"Fill holes up to {pixels}",
            Kind.DROP_ISLANDS: f"Drop islands below {pixels}",
            Kind.KEEP_LARGEST: "Keep the largest island",
            Kind.GROW: f"Grow {size}",
            Kind.SHRINK: f"Shrink {size}",
            Kind.OPEN: f"Open {size}",
            Kind.CLOSE: f"Close {size}",
            Kind.SMOOTH: f"Smooth {size}",
            Kind.UNITE: "Unite",
            Kind.SUBTRACT: "Subtract",
            Kind.INTERSECT: "Intersect",
            Kind.CHANGE: "Change class",
            Kind.DELETE: "Delete class",
            Kind.CLEAR: "Clear mask",
        }[self.kind]


def changes(labels: Labels, operation: Operation, ticket: Ticket) -> list[Change]:
    """What ``operation`` makes of a mask's ``labels`` (H, W): the parts that become different, each once."""
    where = labels == operation.label if operation.kind is not Kind.CLEAR else labels != 0
    box = _reach(operation, box_of(where), Box(0, 0, *labels.shape))
    if operation.kind is Kind.UNITE:
        box = box | _operand_box(labels, operation)
    if box.empty:
        return []
    old = labels[box.slices]
    ticket.check()
    return list(differing(old, _carried_out(old, where[box.slices], box, operation, ticket), box))


def differing(old: Labels, new: Labels, box: Box) -> Iterator[Change]:
    """The parts of ``box`` in which ``new`` is not as ``old``: at most one a row of tiles."""
    top = box.y0
    while top < box.y1:
        bottom = min((top // TILE + 1) * TILE, box.y1)
        rows = slice(top - box.y0, bottom - box.y0)
        found = box_of(new[rows] != old[rows])
        if not found.empty:
            part = Box(top + found.y0, box.x0 + found.x0, top + found.y1, box.x0 + found.x1)
            yield part, np.ascontiguousarray(new[rows][found.slices])
        top = bottom


def _reach(operation: Operation, box: Box, whole: Box) -> Box:
    """Where an operation on what lies in ``box`` looks and writes."""
    if box.empty or operation.kind not in _BY_DISCS | COMBINING:
        return box
    by = 1 + (math.ceil(operation.gap) if operation.kind in COMBINING else 2 * math.ceil(operation.radius))
    return box.grown(by) & whole


def _carried_out(old: Labels, where: Bools, box: Box, operation: Operation, ticket: Ticket) -> Labels:
    """What becomes of ``old``, the labels in ``box``; ``where`` is the class there (for CLEAR all that is marked)."""
    kind = operation.kind
    if kind in (Kind.CHANGE, Kind.DELETE, Kind.CLEAR):
        become = operation.other if kind is Kind.CHANGE else 0
        return np.where(where, np.uint8(become), old)
    if kind is Kind.UNITE:
        joined = _operand(old, box, operation)
        if operation.operand is None:
            return np.where(joined, np.uint8(operation.label), old)
        return _with_class(old, where, where | joined, operation)
    if kind in COMBINING:
        other = _operand(old, box, operation)
        near = grown(other, operation.gap, ticket) if operation.gap else other
        return _with_class(old, where, where & (~near if kind is Kind.SUBTRACT else near), operation)
    return _with_class(old, where, _SHAPED[kind](where, operation, ticket), operation)


def _with_class(old: Labels, where: Bools, becomes: Bools, operation: Operation) -> Labels:
    """``old`` with the class where ``becomes`` says, in place of ``where`` it is."""
    gained = becomes & ~where
    if not operation.over_others:
        gained &= old == 0
    new = np.where(gained, np.uint8(operation.label), old)
    new[where & ~becomes] = 0
    return new


_Shape = Callable[[Bools, Operation, Ticket], Bools]
_SHAPED: Mapping[Kind, _Shape] = {
    Kind.FILL_HOLES: lambda where, of, ticket: filled(where, corners=of.corners),
    Kind.FILL_SMALL_HOLES: lambda where, of, ticket: filled(where, most=of.pixels, corners=of.corners),
    Kind.DROP_ISLANDS: lambda where, of, ticket: without_islands(where, of.pixels, corners=of.corners),
    Kind.KEEP_LARGEST: lambda where, of, ticket: largest_island(where, corners=of.corners),
    Kind.GROW: lambda where, of, ticket: grown(where, of.radius, ticket),
    Kind.SHRINK: lambda where, of, ticket: shrunk(where, of.radius, ticket),
    Kind.OPEN: lambda where, of, ticket: opened(where, of.radius, ticket),
    Kind.CLOSE: lambda where, of, ticket: closed(where, of.radius, ticket),
    Kind.SMOOTH: lambda where, of, ticket: smoothed(where, of.radius, ticket, least=of.pixels, corners=of.corners),
}


def _operand_box(labels: Labels, operation: Operation) -> Box:
    if operation.operand is not None:
        return operation.operand.box & Box(0, 0, *labels.shape)
    return box_of(labels == operation.other)


def _operand(old: Labels, box: Box, operation: Operation) -> Bools:
    """(H, W) of ``box``: the second set of a combination."""
    if operation.operand is None:
        return np.asarray(old == operation.other)
    where = np.zeros(box.shape, bool)
    inside = operation.operand.inside(box)
    if not inside.box.empty:
        where[inside.box.within(box).slices] = inside.where
    return where
