"""The widget under every three-dimensional view: it shows the newest picture and goes where a hand leads it."""

from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHideEvent,
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
from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.geometry.viewpoint import Viewpoint
from pentad.ui.excepthook import guarded
from pentad.ui.offscreen.frames import DrawnT, Frames
from pentad.ui.offscreen.orbiting import Orbiting, approached

ContentT = TypeVar("ContentT")
_REST_MS = 160
_CLOSE_AFTER_MS = 20_000
"""A view that is out of sight for so long gives its graphics memory back."""


class OrbitedView(QWidget, Generic[ContentT, DrawnT]):
    """Pictures of some content, and the hand that goes around it. A fault shows words instead.

    Pictures come from a worker, so the window never waits for them; a slow one is coarser while it moves.
    """

    drawn = Signal(object)
    """DrawnT: there is a new one on screen."""
    pixel_format: ClassVar[QImage.Format]
    """The order of a picture's four bytes."""

    def __init__(self, frames: Frames[Any, Any, DrawnT], notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        frames.setParent(self)
        self.frames = frames
        self._content: ContentT | None = None
        self._viewpoint: Viewpoint | None = None
        self._pole: Doubles = np.array([0.0, 0.0, 1.0])
        self._picture: DrawnT | None = None
        self._notice = notice
        self._hand = Orbiting()
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._rest.timeout.connect(self._ask_still)
        self._closing = QTimer(self, interval=_CLOSE_AFTER_MS, singleShot=True)
        self._closing.timeout.connect(self.close_stage)
        frames.came.connect(self._on_came)
        frames.failed.connect(self.show_problem)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)

    @property
    def content(self) -> ContentT | None:
        """What is drawn, once it is ready."""
        return self._content

    @property
    def viewpoint(self) -> Viewpoint | None:
        return self._viewpoint

    @property
    def picture(self) -> DrawnT | None:
        return self._picture

    @property
    def notice(self) -> Notice:
        """The words that stand in the picture's place."""
        return self._notice

    @property
    def aspect(self) -> float:
        return max(self.width(), 1) / max(self.height(), 1)

    def show_problem(self, problem: Problem) -> None:
        self._picture, self._notice = None, Notice.of(problem)
        self.update()

    def try_again(self) -> None:
        """After a problem, draw again."""
        self.frames.try_again()

    def close_stage(self) -> None:
        """Let go of the graphics card; it is taken again when there is something to draw."""
        self.frames.close()

    # Pictures.

    def _ask(self, *, moving: bool) -> None:
        """Ask the frames for one, if there is something to see."""
        raise NotImplementedError

    def _ask_still(self) -> None:
        self._ask(moving=self._hand.dragging)

    def _ask_moving(self) -> None:
        """One for now; a still one follows when nothing more comes."""
        self._ask(moving=True)
        self._rest.start()

    @property
    def _size(self) -> tuple[int, int]:
        """(height, width) in device pixels."""
        ratio = self.devicePixelRatioF()
        return max(1, round(self.height() * ratio)), max(1, round(self.width() * ratio))

    def _on_came(self, picture: DrawnT) -> None:
        if self._content is None:
            return
        self._picture, self._notice = picture, Notice("")
        self.update()
        self.drawn.emit(picture)

    # The hand.

    def _begin_move(self) -> Viewpoint | None:
        """Where a hand goes on from; None where there is nothing to go around."""
        return self._viewpoint if self._content is not None else None

    def _move(self, viewpoint: Viewpoint) -> None:
        self._viewpoint = viewpoint
        self._ask_moving()

    def _on_clicked(self, place: QPointF) -> None:
        """A hand clicked there, in logical pixels."""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if (step := self._hand.move(event)) is not None and (here := self._begin_move()) is not None:
            self._move(step.taken(here, pole=self._pole, height=self.height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._hand.release(event):
            self._on_clicked(event.position())
        else:
            self._ask_still()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        if (here := self._begin_move()) is not None:
            self._move(approached(here, event, self.size()))
            event.accept()

    # The screen.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._ask_moving()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._closing.stop()
        self.try_again()
        self._ask_still()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        super().hideEvent(event)
        self._closing.start()

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
        image = QImage(picture.pixels.data, width, height, 4 * width, self.pixel_format)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(self.rect(), image)
        self._paint_over(painter, picture)

    def _paint_over(self, painter: QPainter, picture: DrawnT) -> None:
        """What is written on the picture."""
