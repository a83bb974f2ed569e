"""Writing a project's masks in another tool's format."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np

from pentad.core.arrays import Labels
from pentad.core.label_class import LabelClass
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.io.exporters.folder import new_folder
from pentad.io.kept_masks import KeptMasks
from pentad.sdk import Ticket, Value
from pentad.sdk.exchange import Exporter, Picture, Skip
from pentad.sdk.settings import checked_settings
from pentad.session.annotation import DEFAULT_CLASS
from pentad.session.matching import pictures_of
from pentad.session.project import Project


class Which(StrEnum):
    """Which views are exported."""

    DRAWN = "drawn"
    """Those with a mask of the project's own."""
    DATA = "data"
    """Also those where nothing was drawn and the data set has a mask."""
    ALL = "all"
    """Also those without any mask."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was left out."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """What an export or an import came to."""

    path: Path
    annotations: int
    images: int
    skipped: tuple[Skipped, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What a person asked for. ``by_sample`` names files ``<sample>/<view>`` instead of by the photos' own paths."""

    which: Which = Which.DRAWN
    by_sample: bool = False
    images: bool = False
    settings: Mapping[str, Value] | None = None


class ProjectMasks:
    """The masks of a project, read one at a time as they are now, journals included (``sdk.exchange.MaskSet``)."""

    def __init__(
        self, project: Project, wish: ExportWish, classes: Sequence[LabelClass], skip: Skip, ticket: Ticket
    ) -> None:
        self.classes = classes or (DEFAULT_CLASS,)
        self._project = project
        self._kept = KeptMasks(project.folder)
        self._views = {(s.id, v.name): v for s in project.samples for v in s.views}
        own = own_masks(self._kept)
        every = pictures_of(project.samples, by_sample=wish.by_sample)
        self.pictures = [picture for picture in every if _wanted(self._views[_key(picture)], picture, own, wish)]
        self.given = 0
        self._images = wish.images
        self._skip, self._ticket = skip, ticket

    def __iter__(self) -> Iterator[tuple[Picture, Labels]]:
        known = np.zeros(256, bool)
        known[[0, *(one.index for one in self.classes)]] = True
        for number, picture in enumerate(self.pictures):
            item = f"{picture.sample} {picture.view}"
            self._ticket.report(number / len(self.pictures), item)
            view = self._views[_key(picture)]
            try:
                labels = self._kept.find(MaskKey(*_key(picture)), partial(self._project.before_drawing, view)).labels
            except Problem as problem:
                self._skip(item, str(problem))
                continue
            strange = np.flatnonzero(np.bincount(labels.reshape(-1), minlength=256) * ~known)
            for label in strange.tolist():
                self._skip(
                    f"{item}, class {label}", "the label set has no class of this number; its pixels are left out"
                )
            self.given += 1
            yield picture, np.where(known[labels], labels, 0).astype(np.uint8) if len(strange) else labels

    def photo(self, picture: Picture, to: Path) -> None:
        if not self._images:
            return
        ref = self._views[_key(picture)].rasters[Modality.RGB]
        item = f"photo of {picture.sample} {picture.view}"
        if ref.part is not None:
            self._skip(item, "it is part of one image with other views")
            return
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            local = self._project.tree.local_path(ref.path)
            if local is None or not local.is_file():
                to.write_bytes(self._project.tree.read_bytes(ref.path))
            else:
                shutil.copyfile(local, to)
        except Problem as problem:
            self._skip(item, str(problem))


def export_masks(
    project: Project,
    exporter: Exporter,
    out: Path,
    wish: ExportWish,
    *,
    classes: Sequence[LabelClass],
    ticket: Ticket,
    force: bool = False,
) -> ExchangeReport:
    """Write the masks into the new folder ``out``; stopped or refused on the way it leaves nothing behind."""
    begun = time.monotonic()
    settings = checked_settings(exporter.info, wish.settings or {})
    skipped: list[Skipped] = []
    ticket.report(0.0, "Looking for masks")
    masks = ProjectMasks(project, wish, classes, lambda item, why: skipped.append(Skipped(item, why)), ticket)
    if not masks.pictures:
        remedy = "Draw one, or export the data set's own masks too (--masks data)."
        raise Problem(f"{project.name} has no mask to export", remedy=remedy)
    with new_folder(out, force=force) as folder:
        annotations = exporter.write(masks, folder, settings, ticket)
        ticket.check()
    return ExchangeReport(out, annotations, masks.given, tuple(skipped), time.monotonic() - begun)


def counts(project: Project) -> dict[Which, int]:
    """How many views each choice exports. Looks into the project's folders: for a worker thread."""
    own = own_masks(KeptMasks(project.folder))
    every = list(_views(project.samples))
    return {which: sum(_wanted(view, picture, own, ExportWish(which)) for picture, view in every) for which in Which}


def own_masks(kept: KeptMasks) -> frozenset[tuple[str, str]]:
    """(sample, view) of what people drew, saved or not yet."""
    saved = frozenset(kept.masks.annotated())
    journals = (key for key in kept.journals.keys() if tuple(key) not in saved)  # noqa: SIM118 -- no mapping
    return saved | {(key.sample, key.view) for key in journals if kept.find(key, _nothing).drawn}


def _views(samples: Sequence[Sample]) -> Iterator[tuple[Picture, View]]:
    views = {(sample.id, view.name): view for sample in samples for view in sample.views}
    for picture in pictures_of(samples):
        yield picture, views[_key(picture)]


def _wanted(view: View, picture: Picture, own: frozenset[tuple[str, str]], wish: ExportWish) -> bool:
    if wish.which is Which.ALL or _key(picture) in own:
        return True
    return wish.which is Which.DATA and Modality.MASK in view.rasters


def _key(picture: Picture) -> tuple[str, str]:
    return picture.sample, picture.view


def _nothing() -> Labels:
    return np.zeros((1, 1), np.uint8)
