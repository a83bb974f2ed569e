"""The widget that shows the rig and lets a hand move around it."""

import math
import time
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from pentad.canvas.notice import Notice, draw_notice
from pentad.core.problem import Problem
from pentad.geometry.viewpoint import Viewpoint
from pentad.session.jobs import Jobs
from pentad.ui.excepthook import guarded
from pentad.ui.scene3d.content import Content, Picture
from pentad.ui.scene3d.frames import Frames, Wish
from pentad.ui.scene3d.names import paint_names
from pentad.ui.scene3d.scene import Scene

LOADING = Notice("Loading 3D…")
_STILL_PX = 4.0
"""A hand that moves less than that between press and release clicks."""
_REST_MS, _TICK_MS, _FLIGHT_S = 160, 16, 0.35
_TURN = math.radians(0.45)
"""Per logical pixel of a drag."""


class SceneView(QWidget):
    """A drawn scene, its names written over it, and the hand that turns it. A fault shows words instead."""

    chosen = Signal(str)
    """A view whose frustum was clicked, or whatever else the scene says lies there."""
    entered = Signal(str)
    """A view whose frustum was clicked twice: a person wants to look through it."""
    drawn = Signal(object)
    """Picture: there is a new one on screen."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames = Frames(jobs, self)
        self._scene: Scene | None = None
        self._content: Content | None = None
        self._viewpoint: Viewpoint | None = None
        self._picture: Picture | None = None
        self._notice = Notice("")
        self._active: str | None = None
        self._named = True
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragging = False
        self._flight: tuple[Viewpoint, Viewpoint, float] | None = None
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._set_up()
        self._connect()

    def _set_up(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Rig in 3D")
        self.setToolTip("")

    def _connect(self) -> None:
        self._frames.came.connect(self._on_came)
        self._frames.failed.connect(self.show_problem)
        self._rest.timeout.connect(self._ask_still)
        self._tick.timeout.connect(self._fly_on)

    # What is shown.

    @property
    def viewpoint(self) -> Viewpoint | None:
        return self._viewpoint

    @property
    def picture(self) -> Picture | None:
        return self._picture

    @property
    def notice(self) -> Notice:
        """The words that stand in the picture's place."""
        return self._notice

    @property
    def frames(self) -> Frames:
        return self._frames

    @property
    def aspect(self) -> float:
        return max(self.width(), 1) / max(self.height(), 1)

    def show_scene(self, scene: Scene, content: Content, *, active: str | None, named: bool) -> None:
        """Draw this from now on, from where one looks already."""
        self._scene, self._content, self._active, self._named = scene, content, active, named
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

    def close_stage(self) -> None:
        """Let go of the graphics card; it is taken again when there is something to draw."""
        self._frames.close()

    def try_again(self) -> None:
        self._frames.try_again()
        if self._notice.alarming:
            self._notice = LOADING

    def _show_notice(self, notice: Notice) -> None:
        self._scene, self._content, self._picture, self._notice = None, None, None, notice
        self.update()

    # Pictures.

    def _ask(self, *, moving: bool) -> None:
        if self._content is None or self._viewpoint is None or not self.isVisible():
            return
        size = self._device_size()
        self._frames.ask(Wish(self._content, self._viewpoint, (size.height(), size.width()), moving))

    def _ask_still(self) -> None:
        self._ask(moving=self._dragging or self._flight is not None)

    def _device_size(self) -> QSize:
        ratio = self.devicePixelRatioF()
        return QSize(max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio)))

    def _on_came(self, picture: Picture) -> None:
        if self._content is None:
            return
        self._picture, self._notice = picture, Notice("")
        self.update()
        self.drawn.emit(picture)

    def _move(self, viewpoint: Viewpoint) -> None:
        self._flight = None
        self._tick.stop()
        self._viewpoint = viewpoint
        self._ask(moving=True)
        self._rest.start()

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
        elif not self._frames.busy:
            self._ask(moving=True)

    # The hand.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._pressed = self._last = event.position()
        self._dragging = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._pressed is None or not event.buttons():
            under = self._view_at(event.position())
            self.setCursor(Qt.CursorShape.PointingHandCursor if under else Qt.CursorShape.ArrowCursor)
            return
        step, self._last = event.position() - self._last, event.position()
        far = event.position() - self._pressed
        self._dragging = self._dragging or math.hypot(far.x(), far.y()) > _STILL_PX
        if not self._dragging or self._viewpoint is None or self._scene is None:
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.buttons() & Qt.MouseButton.LeftButton and not shift:
            pole = self._scene.pole
            self._move(self._viewpoint.orbited(-step.x() * _TURN, step.y() * _TURN, pole=pole))
        else:
            half = max(self.height(), 1) / 2
            self._move(self._viewpoint.panned(-step.x() / half, step.y() / half))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        clicked = self._pressed is not None and not self._dragging and event.button() is Qt.MouseButton.LeftButton
        self._pressed, self._dragging = None, False
        if clicked and (view := self._view_at(event.position())) is not None:
            self.chosen.emit(view)
        elif not clicked:
            self._ask_still()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if (view := self._view_at(event.position())) is not None:
            self.entered.emit(view)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        if self._viewpoint is None:
            return
        steps = event.angleDelta().y() / 120
        half = max(self.height(), 1) / 2
        place = event.position()
        at = ((place.x() - self.width() / 2) / half, (half - place.y()) / half)
        self._move(self._viewpoint.approached(0.85**steps, at=at))
        event.accept()

    def _view_at(self, place: QPointF) -> str | None:
        if self._scene is None or self._viewpoint is None or self._picture is None:
            return None
        size = (max(self.height(), 1), max(self.width(), 1))
        return self._scene.at((place.x(), place.y()), self._viewpoint, size)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._ask(moving=True)
        self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._ask_still()

    # The screen.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        guarded(self._paint, painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        picture = self._picture
        if picture is None:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
            draw_notice(painter, QRectF(self.rect()), self._notice, self.palette())
            return
        height, width = picture.pixels.shape[:2]
        image = QImage(picture.pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(self.rect(), image)
        if self._named and self._scene is not None:
            paint_names(painter, self._scene, picture.viewpoint, QRectF(self.rect()), self.palette(), self._active)
