"""Samples in the making: their rasters turn up one file at a time, in any order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pentad.core.counting import counted
from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, Sample, Split, View
from pentad.io.datasets.faults import Faults
from pentad.io.tree import FileTree

ONLY_VIEW = "image"
"""The name of the one view of a layout that has one view."""


@dataclass(slots=True)
class ViewDraft:
    """One view in the making."""

    rasters: dict[Modality, RasterRef] = field(default_factory=dict)
    lights: dict[str, RasterRef] = field(default_factory=dict)


@dataclass(slots=True)
class SampleDraft:
    """One sample in the making."""

    category: str
    split: Split
    anomaly: str | None
    attributes: dict[str, str] = field(default_factory=dict)
    views: dict[str, ViewDraft] = field(default_factory=dict)

    def view(self, name: str = ONLY_VIEW) -> ViewDraft:
        return self.views.setdefault(name, ViewDraft())


class Drafts:
    """All samples in the making, by id."""

    def __init__(self, tree: FileTree, faults: Faults) -> None:
        self._tree = tree
        self._faults = faults
        self._drafts: dict[str, SampleDraft] = {}

    def sample(self, sample_id: str, category: str, split: Split, anomaly: str | None) -> SampleDraft:
        """The draft of that id, begun where it is new; what an id was first said to be, it stays."""
        draft = self._drafts.get(sample_id)
        if draft is None:
            draft = self._drafts[sample_id] = SampleDraft(category, split, anomaly)
        elif (draft.split, draft.anomaly) != (split, anomaly):
            first, second = (f"{s}, {a or 'good'}" for s, a in ((draft.split, draft.anomaly), (split, anomaly)))
            why = f"once as {first} and once as {second}; the first is kept"
            self._faults.add("contradictions", Problem(f"{sample_id} is listed twice", why, remedy="Correct the lists"))
        return draft

    def put(self, view: ViewDraft, modality: Modality, ref: RasterRef, *, said_by: str) -> None:
        """Give ``view`` a raster; one whose file is missing is kept, to be shown as missing in its place."""
        held = view.rasters.get(modality)
        if held is not None and held != ref:
            what = f"{ref.path} was left out"
            why = f"its view has the {modality} {held.path} already"
            self._faults.add("doubles", Problem(what, why, remedy=f"Remove one of the two, or correct {said_by}"))
            return
        if not self._tree.exists(ref.path):
            self._faults.lacks(ref.path, f"named by {said_by}")
        view.rasters[modality] = ref

    def expect_views(self, names: Sequence[str]) -> None:
        """Note each sample that lacks one of ``names``."""
        for sample_id, draft in self._drafts.items():
            absent = [name for name in names if name not in draft.views]
            if absent:
                self._faults.missing += len(absent)
                what = f"{sample_id} has {len(names) - len(absent)} of {len(names)} views"
                remedy = "Restore the images, or correct the lists"
                self._faults.add("missing views", Problem(what, f"missing: {', '.join(absent)}", remedy=remedy))

    def expect_rasters(self, *modalities: Modality) -> None:
        """Note each view that lacks one of ``modalities``."""
        for sample_id, draft in self._drafts.items():
            for name, view in draft.views.items():
                for modality in modalities:
                    if modality not in view.rasters:
                        self._faults.lacks(f"The {modality} raster of {sample_id}, view {name},", "the layout has one")

    def expect_masks(self) -> None:
        """Note each bad test part without a mask in any view."""
        for sample_id, draft in self._drafts.items():
            bad = draft.anomaly is not None and draft.split is Split.TEST
            if bad and not any(Modality.MASK in view.rasters for view in draft.views.values()):
                self._faults.missing += 1
                remedy = "Restore its mask; without one it counts for image scores only"
                self._faults.add("missing masks", Problem(f"{sample_id} is defective but has no mask", remedy=remedy))

    def finished(self, views: Sequence[str] = (), cameras: dict[str, str] | None = None) -> tuple[Sample, ...]:
        """The samples by id, their views in the order of ``views`` and then by name."""
        rank = {name: place for place, name in enumerate(views)}
        samples = []
        for sample_id in natural(self._drafts):
            draft = self._drafts[sample_id]
            names = list(draft.views)
            if len(names) > 1:
                names = sorted(natural(names), key=lambda name: rank.get(name, len(rank)))
            made = tuple(_finished(name, draft.views[name], (cameras or {}).get(name)) for name in names)
            samples.append(
                Sample(sample_id, draft.category, draft.split, draft.anomaly, made, attributes=draft.attributes)
            )
        return tuple(samples)


def natural(names: Iterable[str]) -> list[str]:
    """``names`` sorted as people count: 2 before 10."""
    return sorted(names, key=counted)


def _finished(name: str, draft: ViewDraft, camera: str | None) -> View:
    return View(name, draft.rasters, tuple(draft.lights[key] for key in natural(draft.lights)), camera)
