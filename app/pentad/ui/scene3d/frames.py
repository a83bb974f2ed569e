"""Pictures of a scene: what may be wished for, and how it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QGuiApplication

from pentad.core.problem import Problem
from pentad.geometry.viewpoint import Viewpoint
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs
from pentad.ui.offscreen.frames import Frames
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


class SceneFrames(Frames[Stage, Wish, Picture]):
    """Has a scene drawn by VTK."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs, "3D view")

    def run(self, title: str, use: Callable[[Stage, Ticket], Picture]) -> Job[Picture]:
        """Use the stage for something else than showing: a snapshot."""
        held = self.held
        return self._jobs.run(title, lambda ticket: use(_stage(held, ticket), ticket), lane="scene")

    def _ready(self) -> bool:
        problem = missing_opengl() if not self.held else None
        if problem is not None:
            self._fail(problem)
        return problem is None

    def _drawing(self, wish: Wish) -> Callable[[Ticket], Picture]:
        held = self.held

        def work(ticket: Ticket) -> Picture:
            stage = _stage(held, ticket)
            return stage.draw(wish.content, wish.viewpoint, wish.size, moving=wish.moving)

        return work


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
