"""Pictures asked for one at a time: the newest wish is drawn as soon as the last one is done."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs, State
from pentad.ui.bridge import listen
from pentad.ui.offscreen.picture import Drawn


class Closable(Protocol):
    """Holds a part of the graphics card until it is closed where it was made."""

    def close(self) -> None: ...


StageT = TypeVar("StageT", bound=Closable)
WishT = TypeVar("WishT")
DrawnT = TypeVar("DrawnT", bound=Drawn)


class Frames(QObject, Generic[StageT, WishT, DrawnT]):
    """Has wishes drawn on the "scene" lane, which alone ever touches the stage."""

    came = Signal(object)
    """DrawnT."""
    failed = Signal(object)
    """Problem; where there is no stage, nothing is drawn until ``try_again``."""

    def __init__(self, jobs: Jobs, title: str) -> None:
        super().__init__()
        self._jobs, self._title = jobs, title
        self.held: list[StageT] = []
        """The stage, once there is one; to be looked at, and used on its lane only."""
        self._wish: WishT | None = None
        self._job: Job[DrawnT] | None = None
        self._broken = False
        listen(self, jobs.finished, self._on_finished)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def ask(self, wish: WishT) -> None:
        """Have it drawn soon; a wish still waiting is forgotten."""
        self._wish = wish
        self._go_on()

    def try_again(self) -> None:
        self._broken = False

    def close(self) -> None:
        """Let go of the graphics card; it is taken again when there is something to draw."""
        self._wish, held = None, self.held
        self.held = []
        if held:
            title = f"{self._title}: close"
            self._jobs.run(title, lambda ticket: _close(held), lane="scene", quiet=True, vital=True)

    def _ready(self) -> bool:
        """Whether drawing may begin; where it never can, this fails."""
        raise NotImplementedError

    def _drawing(self, wish: WishT) -> Callable[[Ticket], DrawnT]:
        """The work, which makes the stage where none is held; it must not hold these frames."""
        raise NotImplementedError

    def _go_on(self) -> None:
        wish = self._wish
        if wish is None or self._job is not None or self._broken or not self._ready():
            return
        self._wish = None
        self._job = self._jobs.run(self._title, self._drawing(wish), lane="scene", quiet=True)
        if self._job.settled:
            self._job = None

    def _on_finished(self, job: Job[Any]) -> None:
        # Why not ``then``: a job that was cancelled with all others must not leave the next wish waiting for ever.
        if job is not self._job:
            return
        self._job = None
        if job.problem is not None:
            self._fail(job.problem)
        elif job.state is State.DONE and job.result is not None:
            self.came.emit(job.result)
        self._go_on()

    def _fail(self, problem: Problem) -> None:
        # Why: a stage that could not draw one thing can draw the next.
        self._broken = not self.held
        self.failed.emit(problem)


def _close(held: list[StageT]) -> None:
    while held:
        held.pop().close()
