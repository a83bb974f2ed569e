"""Depth ready to be drawn: what the look asks for of the views on show, worked out in the background."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.geometry.depth_maps import laid_over
from pentad.geometry.value_pyramid import ValuePyramid
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_depth, true_depth_of
from pentad.sdk import DepthEstimate, Ticket
from pentad.session.depths import Depths
from pentad.session.jobs import Job, Jobs
from pentad.session.project import Project
from pentad.session.view_state import DepthKind, Look, ViewState

ROOM = 300_000_000
"""Bytes of maps kept."""
LONGEST = 2048
"""Values along the longer side of a data set's own depth, at most."""
_CUT = 0.5
"""Per cent of the values at either end that may lie beyond the scale."""
OFFS: Mapping[DepthKind, str] = {DepthKind.OFF_TRUE: "true", DepthKind.OFF_INTEGRATED: "integrated"}
TITLES: Mapping[DepthKind, str] = {
    DepthKind.GENERATED: "Generated",
    DepthKind.SPREAD: "Spread of samples",
    DepthKind.TRUE: "True",
    DepthKind.INTEGRATED: "Integrated",
    DepthKind.OFF_TRUE: "Generated - true",
    DepthKind.OFF_INTEGRATED: "Generated - integrated",
}
Key = tuple[str, str, DepthKind, int]
"""Sample, view, kind, and which generated depth (its number; 0: none)."""


class NoDepth(Problem):
    """Nothing went wrong: there is no such depth, and the remedy says how to get it."""


@dataclass(frozen=True, slots=True, eq=False)
class DepthMap:
    """One view's map: values in ``unit`` ("" where the depth is relative), and the ends of a scale that suits them."""

    kind: DepthKind
    pyramid: ValuePyramid
    unit: str
    low: float
    high: float

    @property
    def title(self) -> str:
        """What it is: "Generated depth", "Generated - true"."""
        whole = self.kind in (DepthKind.GENERATED, DepthKind.TRUE, DepthKind.INTEGRATED)
        return f"{TITLES[self.kind]} depth" if whole else TITLES[self.kind]

    @property
    def ends(self) -> tuple[str, str]:
        """The ends of the scale in words, the unit at the upper one."""
        sign, digits = "+" if self.kind in OFFS else "", 1 if self.high - self.low > 2 else 2 if self.high > 0.05 else 4
        return f"{self.low:{sign}.{digits}f}", f"{self.high:{sign}.{digits}f} {self.unit}".strip()

    def words_at(self, y: float, x: float) -> str:
        """The value at a pixel of the photo; nothing where there is none."""
        value = self.pyramid.at(y, x)
        return "" if value != value else f"{TITLES[self.kind].lower()} {value:.2f} {self.unit}".strip()


class DepthMaps:
    """The maps of the views that show depth. Lives on the main thread; nothing is read before a view shows depth."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, jobs: Jobs, depths: Depths, view_state: ViewState) -> None:
        self._jobs, self._depths, self._view_state = jobs, depths, view_state
        self._project: Project | None = None
        self._sample: Sample | None = None
        self._views: tuple[str, ...] = ()
        self._maps: OrderedDict[Key, DepthMap] = OrderedDict()
        self._problems: dict[Key, Problem] = {}
        self._running: dict[Key, Job[DepthMap]] = {}
        depths.changed.connect(self._go_on)
        view_state.changed.connect(self._on_look)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project, self._sample, self._views = project, None, ()
        for forgotten in (self._maps, self._problems, self._running):
            forgotten.clear()

    def show(self, sample: Sample | None, views: Iterable[str]) -> None:
        """These views of a sample show depth now; may be called again with the same."""
        wanted = tuple(views)
        if sample is not self._sample or wanted != self._views:
            self._sample, self._views = sample, wanted
            self._problems.clear()  # Why: a file may have been mended since; it is tried again.
            self._go_on()

    def offered(self, sample: Sample, view: str) -> bool:
        """Whether there is any depth of a view of the sample on screen."""
        return true_depth_of(sample.view(view)) is not None or self._depths.exists

    def kind(self, view: str, sample: Sample | None = None) -> DepthKind:
        """What is shown of a view: what the look asks for, or the data set's own depth where no model made any.

        ``sample`` is the one on screen, where no view of it shows depth yet.
        """
        wanted, sample = self._view_state.look.depth, sample or self._sample
        has_true = sample is not None and true_depth_of(sample.view(view)) is not None
        return DepthKind.TRUE if not self._depths.exists and has_true else wanted

    def shown(self, view: str) -> DepthMap | Problem | None:
        """The map of a view, or why there is none; None while it is worked out."""
        if self._sample is None:
            return None
        key = self._key(view)
        return self._maps.get(key) or self._problems.get(key) or self._missing(view)

    def _missing(self, view: str) -> Problem | None:
        """What cannot be shown, and how to get it."""
        kind, sample = self.kind(view), self._sample
        has_true = sample is not None and true_depth_of(sample.view(view)) is not None
        if not self._depths.exists and not has_true:
            remedy = "Models > Make depth lets a trained generator make it."
            return NoDepth("No depth of this view", "neither measured nor made by a model", remedy=remedy)
        if kind in (DepthKind.TRUE, DepthKind.OFF_TRUE) and not has_true:
            return NoDepth("No true depth", "the data set has no depth of this view", remedy="Show what was generated.")
        if kind is DepthKind.TRUE:
            return None
        if self._depths.problem is not None:
            return self._depths.problem
        made = self._depths.made
        if made is None:
            return None
        estimate = made.views.get(view)
        if estimate is None:
            return NoDepth(f"No generated depth of {view}", "the model left it out", remedy="Make the depth again.")
        if kind in (DepthKind.INTEGRATED, DepthKind.OFF_INTEGRATED) and estimate.integrated is None:
            why = "it was made without normals"
            return NoDepth("No integrated depth", why, remedy="Train a generator on views with normals.")
        if kind is DepthKind.OFF_TRUE and estimate.unit != "mm":
            why = "the model learnt on depth without a unit"
            return NoDepth(
                "It cannot be compared", why, remedy="Train on millimetres, or compare with integrated depth."
            )
        return None

    def _key(self, view: str) -> Key:
        kind = self.kind(view)
        sample = self._sample.id if self._sample is not None else ""
        return sample, view, kind, 0 if kind is DepthKind.TRUE else self._depths.number

    def _on_look(self, new: Look, old: Look) -> None:
        if new.depth is not old.depth:
            self._go_on()

    def _go_on(self) -> None:
        """Ask for what is wanted and not there, and no longer for what is not wanted."""
        sample, active = self._sample, self._view_state.look.active
        if sample is not None and any(self.kind(view) is not DepthKind.TRUE for view in self._views):
            self._depths.ask()
        asked = {} if sample is None else {self._key(view): sample.view(view) for view in self._views}
        for gone in [key for key in self._running if key not in asked]:
            self._running.pop(gone).cancel()
        for key in sorted(asked, key=lambda key: key[1] != active):
            if key in self._maps:
                self._maps.move_to_end(key)
            elif key not in self._running and key not in self._problems and self._missing(key[1]) is None:
                self._start(key, asked[key])
        self.changed.emit()

    def _start(self, key: Key, view: View) -> None:
        made, kind = self._depths.made, key[2]
        estimate = made.views.get(view.name) if made is not None else None
        if self._project is None or (estimate is None and kind is not DepthKind.TRUE):
            return
        job = self._jobs.run(
            f"Depth of {key[0]} {view.name}", partial(_map_of, self._project.tree, view, kind, estimate), lane="cpu",
            quiet=True, then=partial(self._came, self._project, key),
        )  # fmt: skip
        if not job.settled:
            self._running[key] = job
            job.failed.connect(partial(self._failed, key))

    def _came(self, project: Project, key: Key, found: DepthMap) -> None:
        if project is not self._project:
            return
        self._running.pop(key, None)
        self._maps[key] = found
        shown = {self._key(view) for view in self._views} if self._sample is not None else set()
        filled = sum(each.pyramid.bytes for each in self._maps.values())
        for old in [old for old in self._maps if old not in shown]:
            if filled <= ROOM:
                break
            filled -= self._maps.pop(old).pyramid.bytes
        self.changed.emit()

    def _failed(self, key: Key, problem: Problem) -> None:
        if self._running.pop(key, None) is not None:
            self._problems[key] = problem
            self.changed.emit()


def _map_of(tree: FileTree, view: View, kind: DepthKind, estimate: DepthEstimate | None, ticket: Ticket) -> DepthMap:
    size = rasters.size(tree, view.rasters[Modality.RGB])
    if estimate is None or kind is DepthKind.TRUE:
        return _ranged(kind, _true(tree, view, _reduced(size)), size, "mm")
    cells = _whole(estimate, size)
    unit = estimate.unit if estimate.unit == "mm" else ""
    ticket.check()
    match kind:
        case DepthKind.OFF_TRUE:
            values = laid_over(estimate.depth, estimate.region, cells) - _true(tree, view, cells)
        case DepthKind.OFF_INTEGRATED:
            values = laid_over(estimate.depth - _integrated(estimate), estimate.region, cells)
        case _:
            picked = {DepthKind.SPREAD: estimate.spread, DepthKind.INTEGRATED: estimate.integrated}
            chosen = picked.get(kind, estimate.depth)
            values = laid_over(estimate.depth if chosen is None else chosen, estimate.region, cells)
    return _ranged(kind, values, size, unit)


def _ranged(kind: DepthKind, values: Floats, size: tuple[int, int], unit: str) -> DepthMap:
    known = values[np.isfinite(values)]
    low, high = (0.0, 1.0) if not known.size else map(float, np.percentile(known, [_CUT, 100 - _CUT]))
    if kind in OFFS:
        high = max(abs(low), abs(high), 1e-6)
        low = -high
    elif kind is DepthKind.SPREAD:
        low = 0.0
    return DepthMap(kind, ValuePyramid.of(values, size), unit, low, max(high, low + 1e-6))


def _true(tree: FileTree, view: View, size: tuple[int, int]) -> Floats:
    depth = load_depth(tree, view, size)
    if depth is None:
        raise Problem(f"{view.name} has no depth", remedy="Check the layout of the data set.")
    return depth


def _integrated(estimate: DepthEstimate) -> Floats:
    return estimate.depth if estimate.integrated is None else estimate.integrated


def _reduced(size: tuple[int, int]) -> tuple[int, int]:
    shrink = max(1.0, max(size) / LONGEST)
    return max(1, round(size[0] / shrink)), max(1, round(size[1] / shrink))


def _whole(estimate: DepthEstimate, size: tuple[int, int]) -> tuple[int, int]:
    """As many rows and columns over the whole view as give each of the model's pixels one, and no more than it has."""
    (rows, columns), (top, left, bottom, right) = estimate.depth.shape, estimate.region
    whole = round(rows / (bottom - top)), round(columns / (right - left))
    return min(max(whole[0], 1), size[0]), min(max(whole[1], 1), size[1])
