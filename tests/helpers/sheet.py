"""One view to work on, with history but without a session: the questions asked are answered when a test says so."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from pentad.annotation.edit import Draft, KeptEdit, MaskEdit, Stroke
from pentad.annotation.rule import Rule, Source
from pentad.annotation.sheet import Asked, Underlay
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.history import History
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.sdk.cancelled import Cancelled

T = TypeVar("T")


@dataclass(eq=False)
class Question:
    """Work that waits for its turn; it is its own ticket."""

    title: str
    run: Callable[["Question"], None]
    wanted: bool = True
    settled: bool = False
    reports: list[tuple[float, str]] = field(default_factory=list)

    def cancel(self) -> None:
        self.wanted = False

    def check(self) -> None:
        if not self.wanted:
            raise Cancelled

    def report(self, fraction: float, message: str = "") -> None:
        self.check()
        self.reports.append((fraction, message))


class BareSheet:
    """A view under the hand (``annotation.sheet.Sheet``) over one mask."""

    def __init__(
        self,
        labels: Labels | tuple[int, int],
        *,
        underlays: Mapping[Source, Underlay] | None = None,
        label: int = 1,
        rule: Rule | None = None,
        scale: float = 1.0,
        key: MaskKey | None = None,
    ) -> None:
        """``labels`` or a size (height, width) of nothing but background."""
        self.mask = Mask(np.zeros(labels, np.uint8) if isinstance(labels, tuple) else labels)
        self.key = key or MaskKey("S1", "top")
        self.label = label
        self.rule = rule or Rule()
        self.scale = scale
        self.visible = self.mask.box
        self.underlays = dict(underlays or {})
        self.history = History()
        self.edits: list[MaskEdit] = []
        self.problems: list[Problem] = []
        self.waiting: deque[Question] = deque()

    def underlay(self, source: Source) -> Underlay | None:
        return self.underlays.get(source)

    def stroke(self, name: str) -> Stroke:
        return Stroke(self.mask, self.key, name, self.rule, self._values)

    def _values(self, source: Source, box: Box) -> Any:
        beneath = self.underlay(source)
        return None if beneath is None else beneath.intensity(box)

    def commit(self, stroke: Stroke) -> MaskEdit | None:
        edit = stroke.finish()
        if edit is not None:
            self.edits.append(edit)
            self.history.add(KeptEdit(edit, self._carry_out))
        return edit

    def _carry_out(self, edit: MaskEdit) -> None:
        edit.lay(self.mask)

    def draft(self, name: str) -> Draft:
        return Draft(self.mask, self.key, name, rule=self.rule, values=self._values)

    def lay(self, draft: Draft, edit: MaskEdit | None) -> bool:
        if not draft.fits(self.mask):
            return False
        if edit is not None:
            edit.lay(self.mask)
            self.edits.append(edit)
            self.history.add(KeptEdit(edit, self._carry_out))
        return True

    def ask(self, title: str, work: Callable[[Ticket], T], then: Callable[[T], None]) -> Asked:
        """Keep the question until ``answer``; a newer one takes the older one's place."""

        def run(question: Question) -> None:
            answer = work(question)
            if question.wanted:
                then(answer)

        question = Question(title, run)
        for older in self.waiting:
            older.cancel()
        self.waiting.append(question)
        return question

    def answer(self) -> None:
        """Do all the work that was asked for, and what is asked for meanwhile."""
        while self.waiting:
            question = self.waiting.popleft()
            try:
                question.check()
                question.run(question)
            except Cancelled:
                pass
            except Problem as problem:
                self.notice(problem)
            finally:
                question.settled = True

    def notice(self, problem: Problem) -> None:
        self.problems.append(problem)

    def undo_all(self) -> None:
        while self.history.done:
            self.history.undo()

    def redo_all(self) -> None:
        while self.history.undone:
            self.history.redo()
