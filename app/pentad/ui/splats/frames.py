"""Pictures of splats asked for one at a time: the newest wish is drawn as soon as the last one is done."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QOffscreenSurface

from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs, State
from pentad.ui.bridge import listen
from pentad.ui.scene3d.frames import missing_opengl
from pentad.ui.splats.content import Eye, Gaussians, SplatContent, SplatPicture
from pentad.ui.splats.stage import SplatStage, start_driver


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """One picture."""

    content: SplatContent
    eye: Eye
    moving: bool


class SplatFrames(QObject):
    """Has clouds made ready and wishes drawn on the "scene" lane, which alone ever touches the stage."""

    ready = Signal(object)
    """Gaussians."""
    came = Signal(object)
    """SplatPicture."""
    failed = Signal(object)
    """Problem; nothing is drawn until ``try_again``."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._held: list[SplatStage] = []
        self._surface: QOffscreenSurface | None = None
        self._wish: Wish | None = None
        self._job: Job[SplatPicture] | None = None
        self._hurried = False
        self._waking: Job[None] | None = None
        self._broken = False
        listen(self, jobs.finished, self._on_finished)

    @property
    def busy(self) -> bool:
        return self._job is not None or self._waking is not None

    def prepare(self, cloud: SplatCloud) -> None:
        """Have the cloud's covariances worked out; a cloud still waiting is forgotten."""
        job = self._jobs.run(
            "Splats", lambda ticket: Gaussians.of(cloud), lane="scene", quiet=True, replaces=f"splats {id(self)}"
        )
        job.succeeded.connect(self.ready.emit)
        job.failed.connect(self.failed.emit)

    def ask(self, wish: Wish) -> None:
        """Have it drawn soon; a wish still waiting is forgotten, a whole picture being drawn is given up."""
        self._wish = wish
        if self._job is not None and not self._hurried:
            self._job.cancel()
        self._go_on()

    def try_again(self) -> None:
        self._broken = False

    def close(self) -> None:
        """Let go of the graphics card; it is taken again when there is something to draw."""
        self._wish, held = None, self._held
        self._held = []
        if held:
            self._jobs.run("Close the splats' view", lambda ticket: _close(held), lane="scene", quiet=True, vital=True)

    def _go_on(self) -> None:
        wish = self._wish
        if wish is None or self._job is not None or self._broken:
            return
        if self._surface is None:
            self._wake()
            return
        self._wish = None
        self._hurried = wish.moving
        self._job = self._jobs.run("Splats", _drawing(self._held, self._surface, wish), lane="scene", quiet=True)
        if self._job.settled:
            self._job = None

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

    def _on_finished(self, job: Job[SplatPicture] | Job[None]) -> None:
        if self._waking is not None and job is self._waking:
            self._on_awake(self._waking)
            return
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
        self._broken = True
        self.failed.emit(problem)


def _drawing(held: list[SplatStage], surface: QOffscreenSurface, wish: Wish) -> Callable[[Ticket], SplatPicture]:
    def work(ticket: Ticket) -> SplatPicture:
        if not held:
            held.append(SplatStage(surface, ticket))
        return held[0].draw(wish.content, wish.eye, ticket, moving=wish.moving)

    return work


def _close(held: list[SplatStage]) -> None:
    while held:
        held.pop().close()
