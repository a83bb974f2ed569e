"""Marks that travel between views: proposed in the others while one paints, taken over or not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from psygnal import Signal

from pentad.annotation.edit import MaskEdit, Stroke, TileKey
from pentad.annotation.marked import Marked, marked_after, marked_by_stroke, marked_in
from pentad.annotation.options import Flag, Number, Options
from pentad.annotation.preview import NOTHING, Preview
from pentad.core.arrays import Bools
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.mask import Mask
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.geometry.depth_raster import DepthRaster
from pentad.session.annotation import Annotation
from pentad.session.documents import MaskDocument
from pentad.session.jobs import Job
from pentad.session.operations import Operations
from pentad.session.part_depths import READING, PartDepths, PartInRig
from pentad.session.project import Project
from pentad.session.proposing import Marks, Proposed, Sights, carried_labels, propose

CARRIED_FROM = "Carried from"


class Transfer:
    """What was marked in one view since it was last decided on, and where it would lie in the other views.

    Every stroke, and every operation on the view at hand, adds to what is proposed; what is accepted or rejected is
    proposed no more. Lives on the main thread; all that takes long is a job, of which one at a time is under way.
    """

    changed: ClassVar[Signal] = Signal()
    """Proposals, or the words about them."""

    def __init__(self, annotation: Annotation, operations: Operations, depths: PartDepths) -> None:
        self._annotation, self._operations, self.depths = annotation, operations, depths
        self.options = _options()
        self._sample: Sample | None = None
        self._marks: dict[tuple[str, int], Marks] = {}
        self._stroke: tuple[Stroke, int] | None = None
        self._under_way: dict[TileKey, Bools] = {}
        self._heard: Mask | None = None
        self._job: Job[Any] | None = None
        self._stale = False
        self._proposed: Mapping[str, Sequence[Proposed]] = {}
        annotation.begun.connect(self._on_begun)
        annotation.laid.connect(self._on_laid)
        annotation.changed.connect(self._on_annotation)
        depths.changed.connect(self._ask)
        depths.failed.connect(self._notice)
        self.options.changed.connect(self._on_option)

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self.depths.use(project)
        self.show(None)

    def show(self, sample: Sample | None) -> None:
        """Another sample is looked at: what was proposed on the last one is forgotten."""
        self._sample = sample
        self._forget()
        self._ask()

    @property
    def on(self) -> bool:
        """Whether what is painted is proposed in the other views."""
        return self.options.flag("live")

    def switch(self) -> None:
        """Propose from now on, or no more."""
        self.options.set("live", not self.on)

    def proposals(self, view: str) -> Sequence[Proposed]:
        """What is proposed in a view of the current sample; nothing while one does not annotate."""
        return self._proposed.get(view, ()) if self._annotation.active else ()

    def overlay(self, view: str) -> Preview:
        """The same, to be drawn over the view."""
        shapes = tuple(shape for proposed in self.proposals(view) for shape in proposed.shapes)
        return Preview(shapes) if shapes else NOTHING

    def words_on(self, view: str) -> str:
        """Where the proposals of a view come from: "proposed from top"; nothing where there are none."""
        sources = dict.fromkeys(proposed.source for proposed in self.proposals(view) if proposed.shapes)
        part = self.depths.part(self._sample) if self._sample is not None and sources else None
        by = f" {part.by}" if part is not None and part.by else ""
        return f"proposed from {' and '.join(sources)}{by}" if sources else ""

    def is_proposed(self, view: str | None = None) -> bool:
        """Whether there is something to accept in a view, or in any."""
        asked = self._proposed if view is None else (view,)
        return any(proposed.shapes for one in asked for proposed in self.proposals(one))

    @property
    def words(self) -> str:
        """How it stands, in a sentence: what is proposed where, or why nothing is."""
        if not self.on:
            return "What is painted is not carried to the other views."
        part = self.depths.part(self._sample) if self._sample is not None else None
        if part is None:
            return f"{READING[:1].upper()}{READING[1:]}." if self._sample is not None else "No sample is open."
        if part.why:
            return f"Nothing can be carried: {part.why}."
        lost = [source for source, _ in self._marks if source not in part.cameras]
        if lost:
            return f"Marks in {lost[0]} stay there: {lost[0]} is {_reason(part, lost[0])}."
        if any(self.depths.at_hand(part, view, part.coarse) is None for view in part.cameras):
            return "The views are made ready: what is painted meanwhile is proposed then."
        return self._words_of_proposals(part)

    def propose_class(self) -> None:
        """Propose all that is marked with the chosen class in the view at hand, whenever it was marked."""
        sheet, label = self._annotation.sheet_here(), self._annotation.label
        if sheet is None:
            return
        self.options.set("live", value=True)
        marked = marked_in(sheet.mask.labels, label)
        if not marked:
            remedy = "Choose the class, or the view, that has something marked."
            self._notice(Problem(f"Nothing of this class is marked in {sheet.key.view}", remedy=remedy))
            return
        self._marks[sheet.key.view, label] = Marks(sheet.key.view, label, marked, {})
        self._ask()

    def accept(self, view: str | None = None) -> None:
        """Take over what is proposed, in one view or in all, pixel by pixel: one change of the history for each."""
        part = self.depths.part(self._sample) if self._sample is not None else None
        chosen = self._chosen(view)
        if part is None or not chosen:
            return
        locked = {marks.label for marks, _ in chosen} & self._annotation.rule.locked
        if locked:
            why = "the class is locked"
            self._notice(Problem("What is proposed was not taken over", why, remedy="Unlock the class first."))
            return
        sure = [(marks, target) for marks, target in chosen if self._is_sure(marks, target)]
        self._decide(chosen)
        views = dict.fromkeys(view for marks, target in sure for view in (marks.source, target))
        self.depths.draw(part, views, part.fine, then=partial(self._lay, part, sure))

    def reject(self, view: str | None = None) -> None:
        """Propose this no more, in one view or in all."""
        self._decide(self._chosen(view))

    def _chosen(self, view: str | None) -> list[tuple[Marks, str]]:
        """Marks, and a view in which they are proposed."""
        names = [
            ((proposed.source, proposed.label), target)
            for target in (self._proposed if view is None else (view,))
            for proposed in self.proposals(target)
            if proposed.shapes
        ]
        return [(self._marks[name], target) for name, target in names if name in self._marks]

    def _is_sure(self, marks: Marks, target: str) -> bool:
        return any(one.sure for one in self.proposals(target) if (one.source, one.label) == marks.name)

    def _decide(self, chosen: Sequence[tuple[Marks, str]]) -> None:
        for marks, target in chosen:
            known = self._marks.get(marks.name)
            if known is not None:
                self._marks[marks.name] = replace(known, done={**known.done, target: known.marked})
            left = [proposed for proposed in self.proposals(target) if (proposed.source, proposed.label) != marks.name]
            self._proposed = {**self._proposed, target: left}
        open_still = {(p.source, p.label) for proposals in self._proposed.values() for p in proposals if p.shapes}
        self._marks = {name: marks for name, marks in self._marks.items() if name in open_still}
        self.changed.emit()
        self._ask()

    def _lay(self, part: PartInRig, chosen: Sequence[tuple[Marks, str]]) -> None:
        step = part.fine
        for marks, target in chosen:
            pair = (marks.source, target)
            depths = {view: raster for view in pair if (raster := self.depths.at_hand(part, view, step)) is not None}
            sights = self._sights(part, {view: part.cameras[view] for view in pair}, depths)
            self._operations.when_open(part.sample, target, partial(self._apply, marks, sights))

    def _apply(self, marks: Marks, sights: Sights, document: MaskDocument) -> None:
        work = partial(carried_labels, marks, document.key.view, sights)
        self._operations.apply(document.key, f"{CARRIED_FROM} {marks.source}", work)

    def _sights(self, part: PartInRig, cameras: Mapping[str, Camera], depths: Mapping[str, DepthRaster]) -> Sights:
        tolerance = self.options.number("tolerance") + part.slack_mm
        return Sights(cameras, depths, tolerance, self.options.number("floor"))

    def _forget(self) -> None:
        self._marks.clear()
        self._end_stroke()
        self._proposed = {}
        if self._job is not None:
            self._job.cancel()
        self._job = None
        self.changed.emit()

    def _on_annotation(self) -> None:
        self.changed.emit()
        self._ask()

    def _on_option(self, id: str) -> None:
        if id == "live" and not self.on:
            self._forget()
        self.changed.emit()
        self._ask()

    def _on_begun(self, stroke: Stroke) -> None:
        self._end_stroke()
        if not self.on or self._sample is None or stroke.key.sample != self._sample.id:
            return
        self._stroke, self._heard = (stroke, self._annotation.label), stroke.mask
        stroke.mask.changed.connect(self._on_painted)

    def _on_painted(self, box: Box) -> None:
        if self._stroke is not None:
            self._under_way.update(marked_by_stroke(*self._stroke, box))
            self._ask()

    def _end_stroke(self) -> None:
        if self._heard is not None:
            self._heard.changed.disconnect(self._on_painted)
        self._stroke, self._heard, self._under_way = None, None, {}

    def _on_laid(self, edit: MaskEdit) -> None:
        if self._stroke is not None and self._stroke[0].key == edit.key:
            label = self._stroke[1]
            self._end_stroke()
        else:
            label = self._annotation.label
        if not self.on or self._sample is None or edit.key.sample != self._sample.id:
            return
        view, adds = edit.key.view, self._adds(edit)
        for name in {(view, label), *(name for name in self._marks if name[0] == view)}:
            marks = self._marks.get(name) or Marks(*name, {}, {})
            marked = marked_after(marks.marked, edit, name[1], adds=adds)
            if marked:
                self._marks[name] = replace(marks, marked=marked)
            else:
                self._marks.pop(name, None)
        self._ask()

    def _adds(self, edit: MaskEdit) -> bool:
        """Whether this is something new in the view at hand, rather than taken back or brought from elsewhere."""
        done, here = self._annotation.history.done, self._annotation.sheet_here()
        new = bool(done) and getattr(done[-1], "edit", None) is edit
        return new and not edit.name.startswith(CARRIED_FROM) and (here is None or here.key == edit.key)

    def _ask(self) -> None:
        """Have the proposals worked out anew; where that is under way, once more when it is done."""
        if not self.on or self._sample is None or not self._annotation.active:
            return
        if self._job is not None and not self._job.settled:
            self._stale = True
            return
        self._stale = False
        part = self.depths.part(self._sample)
        depths = None if part is None or part.why else self.depths.all_at_hand(part, part.coarse)
        if part is None or depths is None:
            if part is not None and part.why:
                self._proposed = {}
            self.changed.emit()
            return
        marks = [one for one in self._marks_now() if one.source in part.cameras]
        if not marks:
            if self._proposed:
                self._proposed = {}
            self.changed.emit()
            return
        self._job = self._annotation.jobs.run(
            "Marks in the other views",
            partial(propose, marks, self._sights(part, part.cameras, depths), part.coarse),
            lane="tool",
            quiet=True,
            then=partial(self._came, part),
        )
        self._job.failed.connect(self._notice)

    def _marks_now(self) -> list[Marks]:
        """With the stroke that is under way."""
        now = dict(self._marks)
        if self._stroke is not None:
            stroke, label = self._stroke
            name = (stroke.key.view, label)
            marks = now.get(name) or Marks(*name, {}, {})
            now[name] = replace(marks, marked=_both(marks.marked, self._under_way))
        return list(now.values())

    def _came(self, part: PartInRig, proposed: Mapping[str, Sequence[Proposed]]) -> None:
        if self._sample is None or part.sample.id != self._sample.id or not self.on:
            return
        names = {marks.name for marks in self._marks_now()}
        self._proposed = {
            view: [one for one in proposals if (one.source, one.label) in names] for view, proposals in proposed.items()
        }
        if any(proposed.values()) and self._stroke is None:  # Why: it takes both cores, and the hand comes first.
            self.depths.draw(part, part.cameras, part.fine)
        self.changed.emit()
        if self._stale:
            self._ask()

    def _words_of_proposals(self, part: PartInRig) -> str:
        uncalibrated = [f"{view} is {_reason(part, view)}" for view in part.missing]
        tail = f" {part.by}" if part.by else ""
        tail += f" ({'; '.join(uncalibrated)})" if uncalibrated else ""
        there = [view for view in part.cameras if any(p.shapes for p in self.proposals(view))]
        unsure = [view for view in there if not any(p.sure for p in self.proposals(view))]
        hidden = [view for view in part.cameras if view not in there and self.proposals(view)]
        if not there and not hidden:
            return f"Paint: the other {len(part.cameras) - 1} views show where it lies in them{tail}."
        parts = [f"{_count(len(there))} proposed"]
        parts += [f"hidden in {', '.join(hidden)}"] if hidden else []
        parts += [f"unsure in {', '.join(unsure)}"] if unsure else []
        return f"{', '.join(parts)}{tail}."

    def _notice(self, problem: Problem) -> None:
        self._annotation.noticed.emit(problem)


def _both(one: Marked, other: Marked) -> Marked:
    joined = {key: kept if (more := one.get(key)) is None else kept | more for key, kept in other.items() if kept.any()}
    return {**one, **joined}


def _count(views: int) -> str:
    return "1 view" if views == 1 else f"{views} views"


def _reason(part: PartInRig, view: str) -> str:
    why = part.missing.get(view, "not calibrated")
    return why if why == "not calibrated" else f"not usable: {why}"


def _options() -> Options:
    return Options(
        "transfer",
        [
            Flag("live", "Carry to other views", True, "What is painted is proposed where the other views show it"),
            Number("floor", "Confidence from", 0.1, 0.0, 1.0, "", 0.05,
                   tip="Proposed pixels that are less sure (grazing, at an edge) stay outlines and are not taken over"),
            Number("tolerance", "Depth tolerance", 0.2, 0.02, 10.0, "mm", 0.02, growing=True,
                   tip="What lies this much further back counts as hidden, for contradictions too"),
        ],
    )  # fmt: skip
