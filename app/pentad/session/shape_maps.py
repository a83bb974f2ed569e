"""Maps of the surface on show, made of its normals in the background: slope, curvature, detail, difference."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from psygnal import Signal

from pentad.annotation.options import Number, Options
from pentad.core.arrays import Normals
from pentad.core.camera import Camera
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.session.jobs import Job, Jobs, State
from pentad.session.normals_shelf import NormalsShelf
from pentad.session.project import Project
from pentad.session.reference import Reference, shelf_key, short_name
from pentad.session.rig_state import RigState
from pentad.session.shape_mapping import TITLES, ShapeMap
from pentad.session.shape_work import FIRST, Found, Known, work_out
from pentad.session.view_state import Look, NormalMap, ViewState

ROOM = 300_000_000
"""Bytes of maps kept beside those on show."""


@dataclass(frozen=True, slots=True)
class Question:
    """What would make a map another one. ``parts`` are the reference, the mean of which is meant if it is not ``one``.
    ``whole``: in all of the normals' resolution.

    Equality is by identity of camera and samples: these are exchanged, never changed.
    """

    key: MaskKey
    kind: NormalMap
    sigma_px: float = 0.0
    camera: Camera | None = None
    parts: tuple[str, ...] = ()
    one: bool = False
    line_up: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A map, and the ends of the scale that all views have in common."""

    map: ShapeMap
    low: float
    high: float


class ShapeMaps:
    """What is known of the map that the look asks for, in the views that show normals. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()

    def __init__(
        self, jobs: Jobs, rig: RigState, view_state: ViewState, reference: Reference, shelf: NormalsShelf
    ) -> None:
        self._jobs, self._rig, self._view_state = jobs, rig, view_state
        self._reference, self._shelf = reference, shelf
        self._project: Project | None = None
        self._sample: Sample | None = None
        self._wanted: tuple[str, ...] = ()
        self._asked: dict[str, Question] = {}
        self._scale = 0.0
        self._close: frozenset[str] = frozenset()
        self._maps: OrderedDict[Question, ShapeMap] = OrderedDict()
        self._words: dict[MaskKey, str] = {}
        self._problems: dict[Question, Problem] = {}
        self._running: dict[Question, Job[Found]] = {}
        self.options = Options("normals", [
            Number("sigma", "Detail", 8.0, 1.0, 200.0, "px", 1.0, growing=True,
                   tip="What is smoother than so many pixels of the photo is taken away"),
        ])  # fmt: skip
        view_state.changed.connect(self._on_look)
        self.options.changed.connect(self._go_on)
        reference.changed.connect(self._go_on)
        rig.changed.connect(self._go_on)
        jobs.finished.connect(self._on_finished)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project, self._sample, self._wanted = project, None, ()
        for forgotten in (self._maps, self._words, self._problems, self._running, self._asked):
            forgotten.clear()
        self._shelf.clear()

    def show(self, sample: Sample | None, views: Iterable[str]) -> None:
        """These views of a sample show normals now; may be called again with the same."""
        wanted = tuple(views)
        if sample is not self._sample or wanted != self._wanted:
            old = self._sample
            if sample is not None and old is not None and sample is not old and sample.id == old.id:
                self._forget(sample.id)
            self._sample, self._wanted = sample, wanted
            self._problems.clear()  # Why: a file may have been mended since; it is tried again.
            self._go_on()

    def _forget(self, sample: str) -> None:
        """A sample has other files than before."""
        for asked in [asked for asked in self._maps if asked.key.sample == sample]:
            del self._maps[asked]
        self._shelf.forget(sample)

    def try_again(self) -> None:
        """A person asks once more for what failed, or was cancelled."""
        self._problems.clear()
        self._go_on()

    def shown(self, view: str) -> Shown | Problem | None:
        """The map of a view as far as it is there, why there is none, or None while it is worked out."""
        asked = self._asked.get(view)
        if asked is None:
            return None
        if asked in self._problems:
            return self._problems[asked]
        found = self._maps.get(replace(asked, whole=True)) or self._maps.get(asked)
        if found is None:
            return None
        high = self.top
        return Shown(found, -high if found.signed else 0.0, high)

    def look_closely(self, scale: float | None) -> None:
        """One looks at ``scale`` device pixels per pixel of the photo; where a map has fewer values, it gets finer."""
        self._scale = scale or 0.0
        if self._wants_whole() - self._close:
            self._go_on()

    def _wants_whole(self) -> frozenset[str]:
        """The views whose map at hand has fewer values than the screen shows of it."""
        there = {view: self._maps.get(asked) for view, asked in self._asked.items()}
        return frozenset(
            view
            for view, known in there.items()
            if known is not None and max(known.pyramid.levels[0].shape) >= FIRST and self._scale * known.coarse > 1
        )

    @property
    def any_shown(self) -> Shown | Problem | None:
        """The first view's of which there is something to say, the active one before the others."""
        return next((found for view in self._asked if (found := self.shown(view)) is not None), None)

    @property
    def top(self) -> float:
        """The upper end of the scale: the one chosen, else one that suits every map on show."""
        tops = [self._maps[asked].top for asked in self._asked.values() if asked in self._maps]
        return self._view_state.look.normals_top or max(tops, default=1.0)

    @property
    def progress(self) -> str:
        """What is being worked out, in words; nothing where all is there."""
        job = next((job for job in self._running.values() if not job.settled), None)
        return "" if job is None else f"{job.title}: {job.message}" if job.message else job.title

    def _on_look(self, new: Look, old: Look) -> None:
        if new.normals is not old.normals:
            self._problems.clear()
            self._go_on()

    def _go_on(self) -> None:
        """Ask for what is wanted and not there, and no longer for what is not wanted."""
        look = self._view_state.look
        first = sorted(self._wanted, key=lambda view: view != look.active)
        self._asked = {view: asked for view in first if (asked := self._question(view)) is not None}
        self._close = self._wants_whole()
        wanted = [
            *self._asked.values(),
            *(replace(self._asked[view], whole=True) for view in first if view in self._close),
        ]
        for asked in [asked for asked in self._running if asked not in wanted]:
            self._running.pop(asked).cancel()
        for asked in wanted:
            if asked in self._maps:
                self._maps.move_to_end(asked)
            elif asked not in self._running and asked not in self._problems:
                self._start(asked)
        self.changed.emit()

    def _question(self, view: str) -> Question | None:
        sample, kind = self._sample, self._view_state.look.normals
        if sample is None or kind is None or Modality.NORMAL not in sample.view(view).rasters:
            return None
        key = MaskKey(sample.id, view)
        match kind:
            case NormalMap.DETAIL:
                return Question(key, kind, sigma_px=self.options.number("sigma"))
            case NormalMap.CURVATURE:
                self._rig.ask(None)
                if self._rig.reading is None and self._rig.problem is None:
                    return None  # Why: its unit would change under one's eyes.
                return Question(key, kind, camera=self._rig.cameras(sample).get(view))
            case NormalMap.DIFFERENCE:
                reference = self._reference
                ids = tuple(part.id for part in reference.parts(sample, view))
                return Question(key, kind, parts=ids, one=reference.part is not None, line_up=reference.lines_up)
        return Question(key, kind)

    def _start(self, asked: Question) -> None:
        project, sample = self._project, self._sample
        if project is None or sample is None:
            return
        known = self._known(asked)
        long = asked.kind is NormalMap.DIFFERENCE and not asked.one and known.reference is None
        view = sample.view(asked.key.view)
        cache = None if project.store.read_only else project.folder / "cache"
        self._running[asked] = self._jobs.run(
            f"{TITLES[asked.kind]} of {short_name(sample)} {view.name}",
            lambda ticket: work_out(
                project.tree, view, asked.kind, known, whole=asked.whole, cache=cache, ticket=ticket
            ),
            lane="cpu",
            quiet=not long,
        )

    def _known(self, asked: Question) -> Known:
        """What a worker need not read or ask for again."""
        samples = {sample.id: sample for sample in self._project.samples} if self._project is not None else {}
        parts = tuple(samples[part] for part in asked.parts)
        there = shelf_key(parts, asked.key.view, one=asked.one, line_up=asked.line_up) if parts else None
        reference: Normals | None = self._shelf.of(there) if there is not None else None
        return Known(
            self._shelf.of(asked.key), asked.sigma_px, asked.camera, parts, asked.one,
            reference, short_name(parts[0]) if asked.one and parts else self._words.get(there, "") if there else "",
            asked.line_up,
        )  # fmt: skip

    def _on_finished(self, job: Job[Any]) -> None:
        asked = next((asked for asked, running in self._running.items() if running is job), None)
        if asked is None:
            return
        del self._running[asked]
        if job.state is State.DONE and job.result is not None:
            self._keep(asked, job.result)
        elif job.problem is not None:
            self._problems[asked] = job.problem
        else:
            remedy = "Choose it again to go on; what was finished is kept."
            self._problems[asked] = Problem(f"{TITLES[asked.kind]} was cancelled", remedy=remedy)
        self._go_on()

    def _keep(self, asked: Question, found: Found) -> None:
        if found.normals is not None:
            self._shelf.keep(asked.key, found.normals)
        if found.reference is not None and asked.parts:
            samples = {sample.id: sample for sample in self._project.samples} if self._project is not None else {}
            there = shelf_key(
                tuple(samples[part] for part in asked.parts), asked.key.view, one=asked.one, line_up=asked.line_up
            )
            self._shelf.keep(there, found.reference)
            self._words[there] = found.against
        self._maps[asked] = found.map
        self._maps.move_to_end(asked)
        beside = [old for old in self._maps if old.key != asked.key and old not in self._asked.values()]
        while beside and sum(self._maps[old].pyramid.bytes for old in beside) > ROOM:
            del self._maps[beside.pop(0)]
