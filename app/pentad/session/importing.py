"""Reading masks from another tool's files into a project."""

import colorsys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Labels
from pentad.core.label_class import LabelClass
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality, View
from pentad.io import rasters
from pentad.io.kept_masks import KeptMasks
from pentad.sdk import Ticket
from pentad.sdk.atomic import WriteProblem
from pentad.sdk.exchange import Drawn, Exporter, NamedClass
from pentad.session.annotation import DEFAULT_CLASS
from pentad.session.exchange import ExchangeReport, Skipped, own_masks
from pentad.session.matching import Matcher
from pentad.session.project import Project


class How(StrEnum):
    """What happens where somebody has drawn already."""

    KEEP = "keep"
    """What was drawn stays; the view is reported as skipped."""
    MERGE = "merge"
    """What is imported is laid over what is there."""
    REPLACE = "replace"
    """What is imported takes its place; the file before is kept beside."""


@dataclass(frozen=True, slots=True, eq=False)
class Incoming:
    """One mask that is to go into the project."""

    key: MaskKey
    labels: Labels
    view: View
    how: How


Place = Callable[[Incoming], None]
"""Puts one mask where it belongs; Problem where that cannot be done. Called on the worker."""
AddClasses = Callable[[tuple[LabelClass, ...]], None]


def import_masks(
    project: Project,
    exporter: Exporter,
    path: Path,
    *,
    how: How,
    classes: Iterable[LabelClass],
    place: Place,
    add: AddClasses,
    ticket: Ticket,
) -> ExchangeReport:
    """Read what is at ``path`` and ``place`` each mask that belongs to a view of the project.

    Classes the label set lacks are given to ``add`` before the first mask that uses them. Problem where the project
    may only be read, or where the label set is full; what was placed before that stays.
    """
    refuse_read_only(project)
    begun = time.monotonic()
    ticket.report(0.0, f"Looking through {path.name}")
    desk = _Import(project, how, LabelBook(classes), place, add)
    for number, drawn in enumerate(exporter.read(path, desk.skip, ticket)):
        ticket.report(min(0.99, number / max(1, len(desk.matcher.pictures))), drawn.name)
        desk.take(drawn)
    return ExchangeReport(path, desk.annotations, desk.images, tuple(desk.skipped), time.monotonic() - begun)


def refuse_read_only(project: Project) -> None:
    """Problem where nothing may be written."""
    if project.store.read_only:
        remedy = "Close it where it is open for writing, then open it here again."
        raise Problem("Nothing can be imported", "the project is open for reading only", remedy=remedy)


def write_mask(project: Project, incoming: Incoming) -> tuple[Problem, ...]:
    """Put a mask that is not open into its file, keeping the one before beside it; what should be known of that."""
    kept = KeptMasks(project.folder)
    found = kept.find(incoming.key, partial(project.before_drawing, incoming.view))
    labels = laid_over(incoming.labels, found.labels) if incoming.how is How.MERGE else incoming.labels
    if found.mark is not None and kept.masks.exists(*incoming.key):
        kept.masks.set_aside(*incoming.key, "replaced")
    saved = kept.save(incoming.key, labels, found.mark, found.segment)
    kept.journals.remove(incoming.key, found.segment)
    return saved.notes


def laid_over(labels: Labels, beneath: Labels) -> Labels:
    """``labels`` where they say something, else what is ``beneath``; Problem where the sizes differ."""
    if labels.shape != beneath.shape:
        why = f"{_pixels(labels)} over {_pixels(beneath)}"
        raise Problem("The masks do not fit each other", why, remedy="Import with --force to replace the old one.")
    merged: Labels = np.where(labels > 0, labels, beneath)
    return merged


class LabelBook:
    """The label set while an import goes on."""

    def __init__(self, classes: Iterable[LabelClass]) -> None:
        self.classes = tuple(classes) or (DEFAULT_CLASS,)

    def numbers(
        self, named: Mapping[int, NamedClass | None], used: Iterable[int]
    ) -> tuple[NDArray[np.uint8], tuple[LabelClass, ...]]:
        """(256,) the project's number for each number of a file, of those that are ``used``; and what is new for it.

        Problem where a class more than 255 would be needed.
        """
        table = np.zeros(256, np.uint8)
        before = len(self.classes)
        for number in used:
            said = named.get(number)
            table[number] = self._same_number(number) if said is None else self._by_name(said)
        return table, self.classes[before:]

    def _by_name(self, said: NamedClass) -> int:
        name = said.name.strip()
        found = next((known.index for known in self.classes if known.name == name), None)
        return found if found is not None else self._add(name, said.colour, self._free())

    def _same_number(self, number: int) -> int:
        if all(known.index != number for known in self.classes):
            self._add(f"Class {number}", None, number)
        return number

    def _free(self) -> int:
        taken = {known.index for known in self.classes}
        free = next((index for index in range(1, 256) if index not in taken), None)
        if free is None:
            remedy = "Take classes out of the label set or out of the file."
            raise Problem("The label set is full", "a mask holds 255 classes at most", remedy=remedy)
        return free

    def _add(self, name: str, colour: str | None, index: int) -> int:
        taken = {known.colour for known in self.classes}
        fresh = next(shade for shade in _colours() if shade not in taken)
        self.classes += (LabelClass(index, name, colour if colour is not None and colour not in taken else fresh),)
        return index


class _Import:
    """One import under way."""

    def __init__(self, project: Project, how: How, book: LabelBook, place: Place, add: AddClasses) -> None:
        self.matcher = Matcher(project.samples)
        self.skipped: list[Skipped] = []
        self.annotations = self.images = 0
        self._project, self._how, self._book, self._place, self._add = project, how, book, place, add
        self._own = own_masks(KeptMasks(project.folder)) if how is How.KEEP else frozenset[tuple[str, str]]()
        self._done: set[MaskKey] = set()
        self._views = {(sample.id, view.name): view for sample in project.samples for view in sample.views}

    def skip(self, item: str, why: str) -> None:
        self.skipped.append(Skipped(item, why))

    def take(self, drawn: Drawn) -> None:
        """Bring one image's annotations into the project, or say why not."""
        picture = self.matcher.find(drawn.name)
        if isinstance(picture, str):
            self.skip(drawn.name, picture)
            return
        key = MaskKey(picture.sample, picture.view)
        if key in self._done:
            self.skip(drawn.name, "its view was imported from another entry already")
            return
        if tuple(key) in self._own:
            self.skip(drawn.name, "its view has a mask already")
            return
        view = self._views[key.sample, key.view]
        try:
            labels = self._draw(drawn, view)
        except Problem as problem:
            self.skip(drawn.name, str(problem))
            return
        if not labels.any() and self._how is not How.REPLACE:
            return
        used = (np.flatnonzero(np.bincount(labels.reshape(-1), minlength=256)[1:]) + 1).tolist()
        table, fresh = self._book.numbers(drawn.classes, used)
        if fresh:
            self._add(fresh)
        try:
            self._place(Incoming(key, table[labels], view, self._how))
        except Problem as problem:
            if isinstance(problem, WriteProblem):
                raise  # Why: what would be written next fares no better.
            self.skip(drawn.name, str(problem))
            return
        self._done.add(key)
        self.annotations += drawn.annotations
        self.images += 1

    def _draw(self, drawn: Drawn, view: View) -> Labels:
        size = rasters.size(self._project.tree, view.rasters[Modality.RGB])
        if drawn.size is not None and drawn.size != size:
            height, width = drawn.size
            why = f"the file says {width} x {height} pixels, the photo has {size[1]} x {size[0]}"
            raise Problem("It is of another size", why, remedy="Export it for the photo as it is.")
        return drawn.draw(size)


def _colours() -> Iterable[str]:
    """Colours that neighbours in number do not share, without end."""
    number = 0
    while True:
        channels = colorsys.hsv_to_rgb(
            number * 0.381966 % 1, 0.65 + 0.1 * (number % 3), 0.95 - 0.1 * (number // 24 % 4)
        )
        yield "#" + bytes(round(channel * 255) for channel in channels).hex()
        number += 1


def _pixels(labels: Labels) -> str:
    return f"{labels.shape[1]} x {labels.shape[0]} pixels"
