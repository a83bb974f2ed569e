"""Operations on a class of the view at hand: worked out in the background, laid down as one change."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pentad.annotation.edit import Draft, MaskEdit
from pentad.annotation.operations import COMBINING, Change, Kind, Operation, changes
from pentad.annotation.options import Choice, Flag, Number, Options
from pentad.annotation.region import Patch
from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.sdk import Ticket
from pentad.session.annotation import Annotation
from pentad.session.documents import MaskDocument
from pentad.session.jobs import Job

TRIES = 5
"""How often a change is worked out anew because the mask became another one meanwhile."""
Work = Callable[[Labels, Ticket], Sequence[Change]]
"""What is to become of a mask's labels; it runs in the background."""
_NOTHING = "nothing there calls for it, or the rule forbids it"
_DISJOINT = "no pixel belongs to two classes, so the two have nothing in common"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A change that is to be made to a mask."""

    key: MaskKey
    name: str
    work: Work


class Operations:
    """What can be done to a whole class, and the settings of it. Lives on the main thread."""

    def __init__(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self._waiting: deque[_Wanted] = deque()
        self._job: Job[Any] | None = None
        self._unopened: dict[MaskKey, list[Callable[[MaskDocument], None]]] = {}
        self.options = _options()
        self.copied: Callable[[MaskKey], Patch | None] = lambda key: None
        """What was copied, as it would lie on that mask."""
        annotation.changed.connect(self._offer_classes)
        annotation.jobs.finished.connect(self._on_finished)
        annotation.documents.opened.connect(self._on_opened)
        self._offer_classes()

    def start(self, kind: Kind) -> None:
        """Do it to the chosen class of the view at hand, as the options say."""
        sheet = self._annotation.sheet_here()
        if sheet is None:
            return
        try:
            operation = self._operation(kind, sheet.key)
        except Problem as problem:
            sheet.notice(problem)
            return
        self.apply(sheet.key, operation.name, partial(_changes, operation))

    def apply(self, key: MaskKey, name: str, work: Work) -> None:
        """Change an open mask as one step of the history called ``name``; what a tool has under way ends first."""
        self.end_gesture()
        self._waiting.append(_Wanted(key, name, work))
        if self._job is None:
            self._begin_next()

    def end_gesture(self) -> None:
        """Lay down what floats; give up whatever else a tool has under way."""
        toolbox = self._annotation.toolbox
        if toolbox.busy:
            toolbox.move.commit() if toolbox.taken is toolbox.move else toolbox.leave()

    def when_open(self, sample: Sample, view: str, then: Callable[[MaskDocument], None]) -> None:
        """Do ``then`` with the view's mask as soon as it is at hand; why it cannot be had is noticed."""
        key = MaskKey(sample.id, view)
        document = self._annotation.documents.document(key)
        if document is not None:
            then(document)
        else:
            self._unopened.setdefault(key, []).append(then)
            self._annotation.documents.open(sample, view)

    def forget(self) -> None:
        """Another project is on the desk: nothing that was begun on the last one is done any more."""
        self._waiting.clear()
        self._unopened.clear()

    def _on_opened(self, key: MaskKey) -> None:
        documents = self._annotation.documents
        document, problem = documents.document(key), documents.problem(key)
        for then in self._unopened.pop(key, []):
            if document is not None:
                then(document)
            elif problem is not None:
                self._notice(problem)

    def _begin_next(self) -> None:
        self._job = None
        while self._job is None and self._waiting:
            self._work_out(self._waiting.popleft(), TRIES)

    def _on_finished(self, job: Job[Any]) -> None:
        if job is self._job:
            self._begin_next()

    def _work_out(self, wanted: _Wanted, tries: int) -> None:
        annotation = self._annotation
        draft = annotation.draft(wanted.key, wanted.name)
        if draft is None:
            return
        job = annotation.jobs.run(
            wanted.name,
            partial(_worked_out, wanted.work, draft),
            lane="tool",
            then=partial(self._lay, wanted, draft, tries),
        )
        job.failed.connect(self._notice)
        self._job = None if job.settled else job

    def _lay(self, wanted: _Wanted, draft: Draft, tries: int, edit: MaskEdit | None) -> None:
        annotation, name = self._annotation, wanted.name
        document = annotation.documents.document(wanted.key)
        if document is None or annotation.documents.read_only:
            return
        if annotation.lay(draft, edit):
            if edit is None:
                self._notice(Problem(f"{name} changed nothing", _NOTHING, remedy="See the chosen class and the rule."))
        elif tries > 1:
            self._work_out(wanted, tries - 1)
        else:
            why = f"the mask was painted on meanwhile, {TRIES} times over"
            self._notice(Problem(f"{name} was not done", why, remedy="Do it again when the hand rests."))

    def _operation(self, kind: Kind, key: MaskKey) -> Operation:
        options, label = self.options, self._annotation.label
        other = int(options.text("other"))
        operand = self.copied(key) if kind in COMBINING and options.text("with") == "copied" else None
        operation = Operation(
            kind,
            label,
            other=other,
            operand=operand,
            radius=options.number("radius"),
            gap=options.number("gap"),
            pixels=round(options.number("pixels")),
            corners=options.text("joined") == "corners",
            over_others=options.flag("over-others"),
        )
        self._check(operation)
        return operation

    def _check(self, operation: Operation) -> None:
        kind, by_class = operation.kind, operation.operand is None
        if kind in COMBINING and self.options.text("with") == "copied" and by_class:
            raise Problem(f"{operation.name}: nothing was copied", remedy="Copy a region or a class first.")
        if kind is not Kind.CLEAR and operation.label in self._annotation.rule.locked:
            raise _is_locked(operation.name, self._name(operation.label))
        if kind is Kind.CHANGE or (kind in COMBINING and by_class):
            if operation.other == operation.label:
                remedy = "Choose another class under Clean up > Class B."
                raise Problem(f"{operation.name}: both classes are {self._name(operation.label)}", remedy=remedy)
            if kind in (Kind.CHANGE, Kind.UNITE) and operation.other in self._annotation.rule.locked:
                raise _is_locked(operation.name, self._name(operation.other))
        if kind in (Kind.SUBTRACT, Kind.INTERSECT) and by_class and not operation.gap:
            remedy = "Let Class B reach some pixels further, or combine with what was copied."
            raise Problem(f"{operation.name} would be meaningless", _DISJOINT, remedy=remedy)

    def _name(self, label: int) -> str:
        return next((known.name for known in self._annotation.classes if known.index == label), f"class {label}")

    def _offer_classes(self) -> None:
        classes = tuple((str(known.index), known.name) for known in self._annotation.classes)
        self.options.offer("other", classes)

    def _notice(self, problem: Problem) -> None:
        self._annotation.noticed.emit(problem)


def _worked_out(work: Work, draft: Draft, ticket: Ticket) -> MaskEdit | None:
    """What the work comes to, done on a copy of the mask, so that the main thread need neither copy nor pack it."""
    stroke = draft.stroke
    for box, labels in work(stroke.mask.labels, ticket):
        stroke.put(box, labels)
        ticket.check()
    return stroke.finish()


def _changes(operation: Operation, labels: Labels, ticket: Ticket) -> Sequence[Change]:
    return changes(labels, operation, ticket)


def _is_locked(what: str, name: str) -> Problem:
    return Problem(f"{what}: {name} is locked", remedy="Unlock the class first.")


def _options() -> Options:
    sides = (("corners", "Sides and corners"), ("sides", "Sides"))
    operands = (("class", "Class B"), ("copied", "What was copied"))
    return Options(
        "cleanup",
        [
            Number("radius", "Radius", 3.0, 0.5, 200.0, "px", 0.5, growing=True,
                   tip="Of grow, shrink, open, close, smooth"),
            Number("pixels", "Specks below", 50.0, 1.0, 1_000_000.0, "px", growing=True,
                   tip="Holes up to it are filled, islands below it dropped; smoothing keeps what is larger"),
            Choice("joined", "Regions join over", "corners", sides, "What counts as one island"),
            Flag("over-others", "Over other classes", False, "Growing takes other classes' pixels too"),
            Choice("with", "Combine with", "class", operands, "The second set of unite, subtract, intersect"),
            Choice("other", "Class B", "1", (("1", "1"),), "What the chosen class is combined with or changed to"),
            Number("gap", "Class B reaches", 0.0, 0.0, 200.0, "px", 0.5, tip="Further, in subtract and intersect"),
        ],
    )  # fmt: skip
