"""A page of the debugger that draws in space, and leaves a run that goes on the time to do so."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from pentad.core.camera import Camera
from pentad.session.pose_run import PoseRun
from pentad.session.session import Session
from pentad.session.view_state import Look
from pentad.ui.bridge import listen
from pentad.ui.pose.looking import PoseLook
from pentad.ui.pose.pages import Page

_LIVE_MS, _SHARE = 200, 4.0
"""Between two pictures of a run that goes on, and how many times as long as drawing one takes: more often, software
would draw with the processor that the run needs."""


class LivePage(Page):
    """Draws what is looked at, a run that is over at once, and another at most five times a second."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._look: PoseLook | None = None
        self._drawn_at = 0.0
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._draw_now)
        listen(self, session.view_state.changed, self._on_view)

    def show_look(self, look: PoseLook | None) -> None:
        self._look = look
        wait = max(_LIVE_MS, 1e3 * _SHARE * self.drawing_s) - 1e3 * (time.monotonic() - self._drawn_at)
        if look is None or look.run.over or wait <= 0:
            self._draw_now()
        elif not self._later.isActive():
            self._later.start(round(wait))

    def draw(self) -> None:
        """Show the look there is."""
        raise NotImplementedError

    @property
    def drawing_s(self) -> float:
        """How long the last picture took a worker."""
        raise NotImplementedError

    def followed(self, run: PoseRun) -> Camera:
        """The active view's camera where the run has it, else the first."""
        assert run.start is not None
        active = self._session.view_state.look.active
        return next((camera for camera in run.start.cameras if camera.name == active), run.start.cameras[0])

    def draw_if_seen(self) -> None:
        if self.isVisible():
            self.draw()

    def _on_view(self, new: Look, old: Look) -> None:
        if new.active != old.active:
            self.draw_if_seen()

    def _draw_now(self) -> None:
        self._later.stop()
        self._drawn_at = time.monotonic()
        self.draw()
