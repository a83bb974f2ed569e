"""What a tool asks in the background, one question at a time: what was decided never gives way to what is shown."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pentad.annotation.sheet import Asked, Sheet
from pentad.core.problem import Problem
from pentad.sdk import Ticket

T = TypeVar("T")
Work = Callable[[Ticket], T]


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    sheet: Sheet
    title: str
    prepare: Callable[[], Work[Any]]
    then: Callable[[Any], None]
    lasting: bool


class Questions:
    """The questions of one tool. A ``lasting`` one (a click that will paint) waits its turn and is answered; of the
    others (previews) only the newest counts.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Question] = deque()
        self._current: _Question | None = None
        self._asked: Asked | None = None

    @property
    def deciding(self) -> bool:
        """Whether something that will paint is still on its way."""
        self._notice_end()
        return any(question.lasting for question in (*self._waiting, *((self._current,) if self._current else ())))

    @property
    def thinking(self) -> bool:
        """Whether any answer is still to come."""
        self._notice_end()
        return self._current is not None

    def ask(
        self,
        sheet: Sheet,
        title: str,
        prepare: Callable[[], Work[T]],
        then: Callable[[T], None],
        *,
        lasting: bool = False,
    ) -> None:
        """Run what ``prepare`` gives in the background, then ``then`` with its answer on the main thread.

        ``prepare`` runs on the main thread when the question's turn comes: it takes the values as they are by then.
        A Problem is shown on the sheet and ends the question.
        """
        self._notice_end()
        self._waiting = deque(question for question in self._waiting if question.lasting)
        if self._current is not None and not self._current.lasting:
            self._stop()
        self._waiting.append(_Question(sheet, title, prepare, then, lasting))
        self._go_on()

    def drop_shown(self) -> None:
        """Forget the questions of which nothing lasting comes."""
        self._waiting = deque(question for question in self._waiting if question.lasting)
        if self._current is not None and not self._current.lasting:
            self._stop()
            self._go_on()

    def give_up(self) -> None:
        """Forget all of them."""
        self._waiting.clear()
        self._stop()

    def _stop(self) -> None:
        asked, self._asked, self._current = self._asked, None, None
        if asked is not None:
            asked.cancel()

    def _notice_end(self) -> None:
        """Somebody else may have stopped the work: then no answer comes, and the next question is due."""
        if self._asked is not None and self._asked.settled:
            self._asked = self._current = None
            self._go_on()

    def _go_on(self) -> None:
        while self._current is None and self._waiting:
            question = self._current = self._waiting.popleft()
            work = question.prepare()
            asked = question.sheet.ask(question.title, _guarded(work), partial(self._came, question))
            if self._current is question:  # Why: a sheet may answer before it returns.
                self._asked = asked

    def _came(self, question: _Question, answer: object) -> None:
        if self._current is not question:
            return
        self._asked = self._current = None
        if isinstance(answer, Problem):
            question.sheet.notice(answer)
        else:
            question.then(answer)
        self._go_on()


def _guarded(work: Work[T]) -> Work[T | Problem]:
    """Gives a Problem home as an answer, so that the question after it has its turn."""

    def guarded(ticket: Ticket) -> T | Problem:
        try:
            return work(ticket)
        except Problem as problem:
            return problem

    return guarded
