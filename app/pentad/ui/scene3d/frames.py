"""Pictures of a scene asked for one at a time: the newest wish is drawn as soon as the last one is done."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from pentad.core.problem import Problem
from pentad.geometry.viewpoint import Viewpoint
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs, State
from pentad.ui.bridge import listen
from pentad.ui.scene3d.content import Content, Picture
from pentad.ui.scene3d.stage import REMEDY, Stage

_WITHOUT = frozenset({"offscreen", "minimal", "vnc", "linuxfb"})
"""Qt's platforms without OpenGL."""


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """One picture; ``size`` is (height, width) in device pixels."""

    content: Content
    viewpoint: Viewpoint
    size: tuple[int, int]
    moving: bool


class Frames(QObject):
    """Has wishes drawn on the "scene" lane, which alone ever touches the stage."""

    came = Signal(object)
    """Picture."""
    failed = Signal(object)
    """Problem; where there is no stage, nothing is drawn until ``try_again``."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.held: list[Stage] = []
        """The stage, once there is one; to be looked at, and used on its lane only."""
        self._wish: Wish | None = None
        self._job: Job[Picture] | None = None
        self._broken = False
        listen(self, jobs.finished, self._on_finished)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def ask(self, wish: Wish) -> None:
        """Have it drawn soon; a wish still waiting is forgotten."""
        self._wish = wish
        self._go_on()

    def try_again(self) -> None:
        self._broken = False

    def run(self, title: str, use: Callable[[Stage, Ticket], Picture]) -> Job[Picture]:
        """Use the stage for something else than showing: a snapshot."""
        held = self.held
        return self._jobs.run(title, lambda ticket: use(_stage(held, ticket), ticket), lane="scene")

    def close(self) -> None:
        """Let go of the graphics card."""
        self._wish, held = None, self.held
        self.held = []
        if held:
            self._jobs.run("Close the 3D view", lambda ticket: _close(held), lane="scene", quiet=True, vital=True)

    def _go_on(self) -> None:
        wish = self._wish
        if wish is None or self._job is not None or self._broken:
            return
        self._wish = None
        if not self.held and (problem := missing_opengl()) is not None:
            self._fail(problem)
            return
        held = self.held

        def work(ticket: Ticket) -> Picture:
            stage = _stage(held, ticket)
            return stage.draw(wish.content, wish.viewpoint, wish.size, moving=wish.moving)

        self._job = self._jobs.run("3D view", work, lane="scene", quiet=True)
        if self._job.settled:
            self._job = None

    def _on_finished(self, job: Job[Picture]) -> None:
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


def missing_opengl() -> Problem | None:
    """Where Qt itself says so; whether there is a driver is the stage's to find out, since asking takes a while."""
    platform = QGuiApplication.platformName()
    if platform in _WITHOUT:
        return Problem("3D views cannot be drawn here", f"Qt's '{platform}' platform has no OpenGL", remedy=REMEDY)
    return None


def _stage(held: list[Stage], ticket: Ticket) -> Stage:
    if not held:
        held.append(Stage(ticket))
    return held[0]


def _close(held: list[Stage]) -> None:
    while held:
        held.pop().close()
