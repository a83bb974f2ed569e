"""Pictures of splats: what may be wished for, and how it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QOffscreenSurface

from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs, State
from pentad.ui.offscreen.frames import Frames
from pentad.ui.scene3d.frames import missing_opengl
from pentad.ui.splats.content import Eye, Gaussians, SplatContent, SplatPicture
from pentad.ui.splats.stage import SplatStage, start_driver


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """One picture."""

    content: SplatContent
    eye: Eye
    moving: bool


class SplatFrames(Frames[SplatStage, Wish, SplatPicture]):
    """Has clouds made ready, and drawn by vispy. After any problem, nothing is drawn until ``try_again``."""

    ready = Signal(object)
    """Gaussians."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs, "Splats")
        self._surface: QOffscreenSurface | None = None
        self._hurried = False
        self._waking: Job[None] | None = None

    @property
    def busy(self) -> bool:
        return super().busy or self._waking is not None

    def prepare(self, cloud: SplatCloud) -> None:
        """Have the cloud's covariances worked out; a cloud still waiting is forgotten."""
        job = self._jobs.run(
            "Splats", lambda ticket: Gaussians.of(cloud), lane="scene", quiet=True, replaces=f"splats {id(self)}"
        )
        job.succeeded.connect(self.ready.emit)
        job.failed.connect(self.failed.emit)

    def ask(self, wish: Wish) -> None:
        """Have it drawn soon; a wish still waiting is forgotten, a whole picture being drawn is given up."""
        if self._job is not None and not self._hurried:
            self._job.cancel()
        super().ask(wish)

    def _ready(self) -> bool:
        if self._surface is None:
            self._wake()
        return self._surface is not None

    def _drawing(self, wish: Wish) -> Callable[[Ticket], SplatPicture]:
        assert self._surface is not None
        self._hurried = wish.moving
        return _drawing(self.held, self._surface, wish)

    def _wake(self) -> None:
        """Start the driver where drawing is done: asking for a surface first would hold the window for it."""
        if self._waking is not None:
            return
        if (problem := missing_opengl()) is not None:
            self._fail(problem)
            return
        self._waking = self._jobs.run("Splats", start_driver, lane="scene", quiet=True)
        if self._waking.settled:
            self._waking = None

    def _on_awake(self, job: Job[None]) -> None:
        self._waking = None
        if job.problem is not None:
            self._fail(job.problem)
            return
        if job.state is State.DONE:
            self._surface = QOffscreenSurface()
            self._surface.create()
        self._go_on()

    def _on_finished(self, job: Job[Any]) -> None:
        if self._waking is not None and job is self._waking:
            self._on_awake(self._waking)
            return
        super()._on_finished(job)

    def _fail(self, problem: Problem) -> None:
        self._broken = True
        self.failed.emit(problem)


def _drawing(held: list[SplatStage], surface: QOffscreenSurface, wish: Wish) -> Callable[[Ticket], SplatPicture]:
    def work(ticket: Ticket) -> SplatPicture:
        if not held:
            held.append(SplatStage(surface, ticket))
        return held[0].draw(wish.content, wish.eye, ticket, moving=wish.moving)

    return work
