"""The query and what was rendered over it, before at the left of a wipe and now at its right."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from pentad.canvas.notice import Notice, draw_notice
from pentad.canvas.pyramid import Bgra
from pentad.ui.excepthook import guarded

_GRIP_PX = 8.0


class OverlayView(QWidget):
    """One picture fitted into the widget, or two of one size with a border a hand can drag."""

    wiped = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: Bgra | None = None
        self._now: Bgra | None = None
        self._notice = Notice("")
        self._share, self._dragging = 0.5, False
        self.setMouseTracking(True)
        self.setMinimumSize(180, 160)
        self.setAccessibleName("Query and rendered outline")

    @property
    def share(self) -> float:
        """Where the wipe stands: 0 shows now only, 1 before only."""
        return self._share

    def show_pictures(self, now: Bgra, before: Bgra | None) -> None:
        self._now, self._before = now, before
        self.update()

    def show_words(self, text: str) -> None:
        self._now, self._before, self._notice = None, None, Notice(text)
        self.update()

    def set_share(self, share: float) -> None:
        share = min(1.0, max(0.0, share))
        if share != self._share:
            self._share = share
            self.wiped.emit(share)
            self.update()

    def _place(self) -> QRectF:
        if self._now is None:
            return QRectF(self.rect())
        height, width = self._now.shape[:2]
        scale = min(self.width() / width, self.height() / height)
        room = QRectF(0, 0, width * scale, height * scale)
        room.moveCenter(QRectF(self.rect()).center())
        return room

    def _at_wipe(self, place: QPointF) -> bool:
        room = self._place()
        return self._before is not None and abs(place.x() - room.left() - self._share * room.width()) < _GRIP_PX

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._dragging = event.button() is Qt.MouseButton.LeftButton and self._before is not None
        self._follow(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        near = self._dragging or self._at_wipe(event.position())
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
        self._follow(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._dragging = False

    def _follow(self, place: QPointF) -> None:
        room = self._place()
        if self._dragging and room.width() > 0:
            self.set_share((place.x() - room.left()) / room.width())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        guarded(self._paint, painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        if self._now is None:
            draw_notice(painter, QRectF(self.rect()), self._notice, self.palette())
            return
        room = self._place()
        painter.drawImage(room, _image(self._now))
        if self._before is None:
            return
        split = room.left() + self._share * room.width()
        painter.save()
        painter.setClipRect(QRectF(room.left(), room.top(), split - room.left(), room.height()))
        painter.drawImage(room, _image(self._before))
        painter.restore()
        painter.setPen(QPen(QColor(self.palette().color(QPalette.ColorRole.Highlight)), 2))
        painter.drawLine(QPointF(split, room.top()), QPointF(split, room.bottom()))


def _image(pixels: Bgra) -> QImage:
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
