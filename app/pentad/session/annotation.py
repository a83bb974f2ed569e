"""Annotating: the tool in the hand, the class it paints, the rule it keeps, and the way back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from psygnal import Signal

from pentad.annotation.edit import Draft, KeptEdit, MaskEdit, Stroke
from pentad.annotation.rule import Rule, Source, Values
from pentad.annotation.sheet import Asked, Underlay
from pentad.annotation.toolbox import Toolbox
from pentad.core.box import Box
from pentad.core.history import History
from pentad.core.label_class import LabelClass
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.session.documents import Documents, MaskDocument
from pentad.session.jobs import Jobs

T = TypeVar("T")
Beneath = Callable[[MaskKey, Source], Underlay | None]
"""Lends the pixels that are on show anyway."""
DEFAULT_CLASS = LabelClass(1, "Defect", "#56b4e9")


class Annotation:
    """What a person does with masks, window or not. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()
    """Class, classes, rule, or whether one annotates at all."""
    edited: ClassVar[Signal] = Signal(MaskKey)
    """A mask was changed for good: a stroke, an operation, an undo."""
    laid: ClassVar[Signal] = Signal(MaskEdit)
    """What was done to it."""
    begun: ClassVar[Signal] = Signal(Stroke)
    """A tool begins to change a mask."""
    wanted: ClassVar[Signal] = Signal(MaskKey)
    """An edit is to be taken back or done again on a mask that is not open: somebody should go and look at it."""
    noticed: ClassVar[Signal] = Signal(Problem)

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self.history = History()
        self.toolbox = Toolbox()
        self.documents = Documents(jobs, busy=self._is_busy)
        self.beneath: Beneath = lambda key, source: None
        self.sheet_here: Callable[[], ViewSheet | None] = lambda: None
        """The view that keys and menus act on, as whoever shows the views sees it."""
        self._active = False
        self._classes: tuple[LabelClass, ...] = (DEFAULT_CLASS,)
        self._label = 1
        self._rule = Rule()
        self._pending: tuple[MaskKey, Callable[[], None]] | None = None
        self._refused = False
        self.documents.opened.connect(self._on_opened)

    @property
    def active(self) -> bool:
        """Whether one annotates: then every view of the sample has its mask at hand."""
        return self._active

    def set_active(self, active: bool) -> None:
        if active != self._active:
            self._active = active
            self.changed.emit()

    @property
    def classes(self) -> tuple[LabelClass, ...]:
        """By index."""
        return self._classes

    def set_classes(self, classes: tuple[LabelClass, ...]) -> None:
        """The label set from now on, and how its classes are shown; masks keep their numbers."""
        ordered = tuple(sorted(classes, key=lambda known: known.index)) or (DEFAULT_CLASS,)
        if ordered != self._classes:
            self._classes = ordered
            if self._label not in {known.index for known in ordered}:
                self._label = ordered[0].index
            self.changed.emit()

    def change_class(self, label: int, **changes: Any) -> None:
        """One class is shown or guarded otherwise from now on; fields of ``LabelClass`` by name."""
        self.set_classes(tuple(replace(one, **changes) if one.index == label else one for one in self._classes))

    @property
    def label(self) -> int:
        """The index of the class that tools paint."""
        return self._label

    @property
    def chosen(self) -> LabelClass:
        """The class that tools paint."""
        return next(known for known in self._classes if known.index == self._label)

    def choose(self, label: int) -> None:
        """Paint this class from now on."""
        if label != self._label and any(known.index == label for known in self._classes):
            self._label = label
            self.changed.emit()

    @property
    def rule(self) -> Rule:
        """What tools may change; locked classes are part of it."""
        locked = frozenset(known.index for known in self._classes if known.locked)
        return replace(self._rule, locked=locked)

    def set_rule(self, rule: Rule) -> None:
        if rule != self._rule:
            self._rule = rule
            self.changed.emit()

    def sheet(self, key: MaskKey, visible: Box, scale: float) -> "ViewSheet | None":
        """The view for a tool to work on; None where its mask is not at hand or may not be changed."""
        document = self.documents.document(key)
        if document is None:
            return None
        if self.documents.read_only:
            self._refuse()
            return None
        return ViewSheet(self, document, visible, scale)

    def stroke(self, document: MaskDocument, name: str) -> Stroke:
        """Begin a change of this mask, under the rule."""
        stroke = Stroke(document.mask, document.key, name, self.rule, self.values_of(document.key))
        self.begun.emit(stroke)
        return stroke

    def commit(self, stroke: Stroke) -> MaskEdit | None:
        """Keep what a stroke did: in the journal first, then in the history."""
        edit = stroke.finish()
        if edit is not None:
            self._keep(edit)
        return edit

    def draft(self, key: MaskKey, name: str, rule: Rule | None = None) -> Draft | None:
        """Begin a change that a worker paints, under this rule or that of the hand; None where the mask is not open."""
        document = self.documents.document(key)
        if document is None or self.documents.read_only:
            return None
        return Draft(document.mask, key, name, rule=self.rule if rule is None else rule, values=self.values_of(key))

    def lay(self, draft: Draft, edit: MaskEdit | None) -> bool:
        """Do to an open mask what became of a draft; False where it is not as it was then, or in the hand."""
        document = self.documents.document(draft.key)
        # Why busy counts too: a stroke under way keeps tiles as they were, and a change beneath it would come undone.
        if document is None or not draft.fits(document.mask) or self.toolbox.busy:
            return False
        if edit is not None and not self.documents.read_only:
            edit.lay(document.mask, ready=draft.stroke.mask.labels)
            self._keep(edit)
        return True

    def values_of(self, key: MaskKey) -> Values:
        """What lies beneath this mask now, for rules that ask; it may be called on any thread."""
        source = self._rule.source
        beneath = None if source is None else self.beneath(key, source)

        def values(of: Source, box: Box) -> Any:
            return None if beneath is None or of is not source else beneath.intensity(box)

        return values

    def _keep(self, edit: MaskEdit) -> None:
        self.documents.keep(edit)
        self.history.add(KeptEdit(edit, self._carry_out))
        self.edited.emit(edit.key)
        self.laid.emit(edit)

    def may_leave(self) -> bool:
        """Give up the gesture under way and save everything; False where strokes would be lost by leaving now."""
        self.toolbox.leave()
        return self.documents.may_leave()

    def put_down(self) -> None:
        """Leave the project: give up the gesture under way, save everything, forget the way back."""
        self.toolbox.leave()
        self.documents.use(None)
        self.history.clear()
        self._pending, self._refused = None, False

    def undo(self) -> None:
        """Take the newest edit back, opening its mask first where that is needed."""
        self._when_open(self.history.done[-1:], self.history.undo)

    def redo(self) -> None:
        self._when_open(self.history.undone[:1], self.history.redo)

    def _when_open(self, edits: tuple[Any, ...], then: Callable[[], None]) -> None:
        if self.toolbox.busy:
            self.toolbox.leave()
            return
        for kept in edits:
            if isinstance(kept, KeptEdit) and self.documents.document(kept.edit.key) is None:
                self._pending = (kept.edit.key, then)
                self.wanted.emit(kept.edit.key)
                return
            then()

    def _on_opened(self, key: MaskKey) -> None:
        if self._pending is None or self._pending[0] != key:
            return
        then, self._pending = self._pending[1], None
        if self.documents.document(key) is not None:
            then()

    def _is_busy(self) -> bool:
        return self.toolbox.busy

    def _refuse(self) -> None:
        """Say why nothing can be painted, once a project: this is asked with every movement of the hand."""
        if not self._refused:
            self._refused = True
            remedy = "Close it where it is open for writing, then open it here again."
            self.noticed.emit(Problem("Nothing can be painted", "the project is open for reading only", remedy=remedy))

    def _carry_out(self, edit: MaskEdit) -> None:
        document = self.documents.document(edit.key)
        if document is None:
            raise Problem(f"The mask of {edit.key.sample} {edit.key.view} is not open", remedy="Open the sample first.")
        edit.lay(document.mask)
        self.documents.keep(edit)
        self.edited.emit(edit.key)
        self.laid.emit(edit)


class ViewSheet:
    """One open mask as a tool sees it (``annotation.sheet.Sheet``)."""

    def __init__(self, annotation: Annotation, document: MaskDocument, visible: Box, scale: float) -> None:
        self._annotation = annotation
        self._document = document
        self.visible = visible & document.mask.box
        self.scale = scale

    @property
    def key(self) -> MaskKey:
        return self._document.key

    @property
    def mask(self) -> Mask:
        return self._document.mask

    @property
    def label(self) -> int:
        return self._annotation.label

    @property
    def rule(self) -> Rule:
        return self._annotation.rule

    def underlay(self, source: Source) -> Underlay | None:
        return self._annotation.beneath(self.key, source)

    def stroke(self, name: str) -> Stroke:
        return self._annotation.stroke(self._document, name)

    def commit(self, stroke: Stroke) -> MaskEdit | None:
        return self._annotation.commit(stroke)

    def draft(self, name: str) -> Draft:
        annotation = self._annotation
        return Draft(self.mask, self.key, name, rule=annotation.rule, values=annotation.values_of(self.key))

    def lay(self, draft: Draft, edit: MaskEdit | None) -> bool:
        return self._annotation.lay(draft, edit)

    def ask(self, title: str, work: Callable[[Ticket], T], then: Callable[[T], None]) -> Asked:
        replaces = f"tool/{self.key.sample}/{self.key.view}"
        job = self._annotation.jobs.run(title, work, lane="tool", replaces=replaces, then=then)
        job.failed.connect(self.notice)
        return job

    def notice(self, problem: Problem) -> None:
        self._annotation.noticed.emit(problem)
