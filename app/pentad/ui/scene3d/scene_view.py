"""The widget that shows the rig and lets a hand move around it."""

import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QWidget

from pentad.canvas.notice import Notice
from pentad.core.problem import Problem
from pentad.geometry.viewpoint import Viewpoint
from pentad.session.jobs import Jobs
from pentad.ui.offscreen.view import OrbitedView
from pentad.ui.scene3d.content import Content, Picture
from pentad.ui.scene3d.frames import SceneFrames, Wish
from pentad.ui.scene3d.names import paint_names
from pentad.ui.scene3d.scene import Scene

LOADING = Notice("Loading 3D…")
_TICK_MS, _FLIGHT_S = 16, 0.35


class SceneView(OrbitedView[Content, Picture]):
    """A drawn scene, its names written over it, and the hand that turns it."""

    chosen = Signal(str)
    """A view whose frustum was clicked, or whatever else the scene says lies there."""
    entered = Signal(str)
    """A view whose frustum was clicked twice: a person wants to look through it."""
    frames: SceneFrames
    pixel_format = QImage.Format.Format_RGB32

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(SceneFrames(jobs), Notice(""), parent)
        self._scene: Scene | None = None
        self._active: str | None = None
        self._named = True
        self._flight: tuple[Viewpoint, Viewpoint, float] | None = None
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._fly_on)
        self.setMouseTracking(True)
        self.setAccessibleName("Rig in 3D")
        self.setToolTip("")

    # What is shown.

    def show_scene(self, scene: Scene, content: Content, *, active: str | None, named: bool) -> None:
        """Draw this from now on, from where one looks already."""
        self._scene, self._content, self._active, self._named = scene, content, active, named
        self._pole = scene.pole
        if self._picture is None and not self._notice.alarming:
            self._notice = LOADING
        self._ask_still()
        self.update()

    def show_words(self, text: str) -> None:
        """Say quietly why there is nothing to see."""
        self._show_notice(Notice(text))

    def show_problem(self, problem: Problem) -> None:
        self._show_notice(Notice.of(problem))

    def look(self, viewpoint: Viewpoint, *, at_once: bool = False) -> None:
        """Go there, in a short flight so that one sees where from."""
        if at_once or self._viewpoint is None or self._picture is None:
            self._viewpoint = viewpoint
            self._ask_still()
            return
        self._flight = (self._viewpoint, viewpoint, time.monotonic())
        self._tick.start()

    def show_flat(self, *, flat: bool) -> None:
        """Look along parallel lines or not, also at the end of a flight."""
        if self._flight is not None:
            start, end, since = self._flight
            self._flight = (replace(start, flat=flat), replace(end, flat=flat), since)
        elif self._viewpoint is not None:
            self._viewpoint = replace(self._viewpoint, flat=flat)
            self._ask_still()

    def save_snapshot(self, file: Path) -> None:
        """What is on screen, names included, as a PNG; Problem where it cannot be written."""
        file = file if file.suffix.lower() == ".png" else file.with_suffix(".png")
        if not self.grab().toImage().convertToFormat(QImage.Format.Format_RGB888).save(str(file)):
            remedy = "Choose a folder that can be written, with room on its disk."
            raise Problem(f"{file.name} could not be saved", remedy=remedy)

    def try_again(self) -> None:
        super().try_again()
        if self._notice.alarming:
            self._notice = LOADING

    def _show_notice(self, notice: Notice) -> None:
        self._scene, self._content, self._picture, self._notice = None, None, None, notice
        self.update()

    # Pictures.

    def _ask(self, *, moving: bool) -> None:
        if self._content is None or self._viewpoint is None or not self.isVisible():
            return
        self.frames.ask(Wish(self._content, self._viewpoint, self._size, moving))

    def _ask_still(self) -> None:
        self._ask(moving=self._hand.dragging or self._flight is not None)

    def _move(self, viewpoint: Viewpoint) -> None:
        self._flight = None
        self._tick.stop()
        super()._move(viewpoint)

    def _fly_on(self) -> None:
        if self._flight is None:
            self._tick.stop()
            return
        start, end, since = self._flight
        share = min(1.0, (time.monotonic() - since) / _FLIGHT_S)
        self._viewpoint = start.towards(end, share * share * (3 - 2 * share))
        if share >= 1:
            self._flight, self._viewpoint = None, end
            self._tick.stop()
            self._ask_still()
        elif not self.frames.busy:
            self._ask(moving=True)

    # The hand.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        super().mouseMoveEvent(event)
        if not event.buttons():
            under = self._view_at(event.position())
            self.setCursor(Qt.CursorShape.PointingHandCursor if under else Qt.CursorShape.ArrowCursor)

    def _on_clicked(self, place: QPointF) -> None:
        if (view := self._view_at(place)) is not None:
            self.chosen.emit(view)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if (view := self._view_at(event.position())) is not None:
            self.entered.emit(view)

    def _view_at(self, place: QPointF) -> str | None:
        if self._scene is None or self._viewpoint is None or self._picture is None:
            return None
        size = (max(self.height(), 1), max(self.width(), 1))
        return self._scene.at((place.x(), place.y()), self._viewpoint, size)

    def _paint_over(self, painter: QPainter, picture: Picture) -> None:
        if self._named and self._scene is not None:
            paint_names(painter, self._scene, picture.viewpoint, QRectF(self.rect()), self.palette(), self._active)
