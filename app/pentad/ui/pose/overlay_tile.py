"""One view of a pose: rendered over query, and before a line that a hand can drag how it was at the beginning."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from pentad.canvas.canvas import Canvas
from pentad.canvas.layers import BaseLayer, HeatLayer, LayerStack
from pentad.canvas.pyramid import Bgra, Pyramid
from pentad.ui.excepthook import guarded
from pentad.ui.pose.overlaying import wiped
from pentad.ui.theme import small
from pentad.ui.typing_guard import TAKES_ARROWS

_GRIP_PX = 7.0
_CLICK_PX = 3.0
_LABEL_PAD = 5.0


class OverlayTile(Canvas):
    """A canvas with two pictures of one size, the one before shown left of the wipe."""

    wiped = Signal(float)
    """Where a hand has put the wipe, as a share of the width."""
    chosen = Signal()
    """Somebody wants to see this view large."""
    probed = Signal(float, float)
    """Somebody asks about the pixel y, x."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: Bgra | None = None
        self._before: Bgra | None = None
        self._left_out: HeatLayer | None = None
        self._share, self._column = 0.5, 0
        self._ends, self._name, self._marked = ("", ""), "", False
        self._wiping, self._pressed_at = False, QPointF(-1e9, -1e9)
        self.setProperty(TAKES_ARROWS, True)
        self.maximise_requested.connect(self.chosen)

    @property
    def share(self) -> float:
        """Where the wipe stands: at 0 all is now, at 1 all is before."""
        return self._share

    def show_pictures(
        self, now: Bgra, before: Bgra | None, *, share: float, ends: tuple[str, str], left_out: HeatLayer | None = None
    ) -> None:
        """``now`` (h, w, 4), and left of ``share`` of the width ``before``; ``ends`` name the two."""
        self._now, self._before, self._ends, self._left_out = now, before, ends, left_out
        self._share = share
        self._compose()

    def show_share(self, share: float) -> None:
        """Follow another view's wipe."""
        if share != self._share:
            self._share = share
            if self._before is not None:
                self._compose()

    def _compose(self) -> None:
        if self._now is None:
            return
        shown = self._now
        if self._before is not None:
            shown, self._column = wiped(self._before, self._now, self._share)
        pyramid = Pyramid.of(shown)
        self.show_picture(LayerStack(pyramid.size, BaseLayer(pyramid), self._left_out))

    def show_name(self, name: str, *, marked: bool) -> None:
        """Write it into the picture's corner, for want of a caption; ``marked``: it is seen large too."""
        if (name, marked) != (self._name, self._marked):
            self._name, self._marked = name, marked
            self.setAccessibleName(f"{name}, seen large" if marked else name)
            self.viewport().update()

    @property
    def caption_words(self) -> str:
        """What stands above the picture."""
        return self._strip.accessibleName()

    @property
    def wipe_at(self) -> float | None:
        """Where the line is, in logical pixels from the left; None where there is none."""
        look = self._look()
        if self._before is None or look is None or self.stack is None:
            return None
        return (look.left + self._column * look.scale) / look.ratio

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._pressed_at = event.position()
        if event.button() is Qt.MouseButton.LeftButton and self._is_near(event.position()):
            self._wiping = True
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._wiping and event.buttons() & Qt.MouseButton.LeftButton:
            self._wipe_to(event.position())
            return
        self._wiping = False
        super().mouseMoveEvent(event)
        if not event.buttons():
            near = self._is_near(event.position())
            self.viewport().setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        wiping, self._wiping = self._wiping, False
        super().mouseReleaseEvent(event)
        moved = (event.position() - self._pressed_at).manhattanLength()
        if not wiping and event.button() is Qt.MouseButton.LeftButton and moved < _CLICK_PX:
            self.chosen.emit()
            if (point := self.image_point(event.position())) is not None:
                self.probed.emit(*point)

    def _is_near(self, place: QPointF) -> bool:
        at = self.wipe_at
        return at is not None and abs(place.x() - at) < _GRIP_PX

    def _wipe_to(self, place: QPointF) -> None:
        look = self._look()
        if look is None or self.stack is None:
            return
        share = min(1.0, max(0.0, (place.x() * look.ratio - look.left) / (look.scale * self.stack.size[1])))
        if share != self._share:
            self.show_share(share)
            self.wiped.emit(share)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setFont(small(self.font()))
        guarded(self._paint_over, painter)
        painter.end()

    def _paint_over(self, painter: QPainter) -> None:
        at = self.wipe_at
        if at is not None:
            self._paint_wipe(painter, at)
        if self._marked:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1))
        if self._name:
            self._paint_words(painter, self._name, 3.0, 3.0)

    def _paint_wipe(self, painter: QPainter, at: float) -> None:
        height = self.viewport().height()
        colour = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(at, 0), QPointF(at, height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(at - 3, height / 2 - 14, 6, 28), 3, 3)
        for words, right in zip(self._ends, (False, True), strict=True):
            self._paint_end(painter, words, at, right=right)

    def _paint_end(self, painter: QPainter, words: str, at: float, *, right: bool) -> None:
        """The name of one side, beside the line: all of it, or its last piece, or nothing where it has no room."""
        for said in (words, words.rpartition(", ")[2]):
            width = QFontMetricsF(painter.font()).horizontalAdvance(said) + 2 * _LABEL_PAD
            left = at + 6 if right else at - 6 - width
            if said and left >= 0 and left + width <= self.viewport().width():
                self._paint_words(painter, said, left, 6.0)
                return

    def _paint_words(self, painter: QPainter, words: str, left: float, top: float) -> None:
        metrics = QFontMetricsF(painter.font())
        box = QRectF(left, top, metrics.horizontalAdvance(words) + 2 * _LABEL_PAD, metrics.height() + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 170))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(235, 235, 235))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
