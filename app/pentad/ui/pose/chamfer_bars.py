"""How far each reference's outline is from the query's, as bars; a click starts from one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from pentad.canvas.look import WrappedImage
from pentad.core.arrays import Bools
from pentad.ui.excepthook import guarded
from pentad.ui.pose.axis_range import rounded_up
from pentad.ui.theme import Theme, small
from pentad.ui.typing_guard import TAKES_ARROWS

_LEFT_PX, _TOP_PX = 52, 24
_THUMB_FROM, _THUMB_TO = 20.0, 48.0
_TALL_ENOUGH = 150
_PLAIN, _ALIGNED = "disabled", "accent"


@dataclass(frozen=True, slots=True)
class Bar:
    """One reference: its ``distance`` and the same once ``aligned`` (NaN: not asked for), in pixels; the numbers of
    the ``starts`` that came from it, which of them were ``kept`` to the end; and what it is in words."""

    distance: float
    aligned: float = nan
    starts: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    words: str = ""


class ChamferBars(QWidget):
    """Two bars a reference, plain and aligned, over its number and outline; the one that is on show is marked."""

    picked = Signal(int)
    """A reference somebody wants to start from."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[Bar, ...] = ()
        self._shown = self._hovered = self._at = -1
        self._outlines: Mapping[int, Bools] = {}
        self._pictures: dict[int, QImage] = {}
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty(TAKES_ARROWS, True)
        self.setMinimumSize(160, 84)
        self.setAccessibleName("Chamfer distances of the references")
        theme.changed.connect(self._on_theme)

    def show_bars(self, bars: Sequence[Bar], shown: int) -> None:
        """``shown`` is the reference that the iteration looked at came from; -1 for none."""
        if (tuple(bars), shown) != (self._bars, self._shown):
            self._bars, self._shown = tuple(bars), shown
            self._at = min(self._at, len(self._bars) - 1)
            self.setAccessibleDescription("; ".join(bar.words for bar in self._bars))
            self.update()

    def show_outlines(self, outlines: Mapping[int, Bools]) -> None:
        """(s, s) where the part is, by reference; may come later, and for some only."""
        self._outlines = outlines
        self._pictures.clear()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(420, 190)

    # Where things are.

    @property
    def _slot(self) -> float:
        return (self.width() - _LEFT_PX - 10) / max(len(self._bars), 1)

    def _middle(self, number: int) -> float:
        return _LEFT_PX + (number + 0.5) * self._slot

    @property
    def _thumb(self) -> float:
        """The side of an outline; 0 where there is too little room."""
        side = min(self._slot - 2, _THUMB_TO)
        return side if side >= _THUMB_FROM and self.height() >= _TALL_ENOUGH else 0.0

    @property
    def _floor(self) -> float:
        """Where the bars stand."""
        return self.height() - self._thumb - 2 * (self.fontMetrics().height() + 1) - 4

    def bar_at(self, place: QPointF) -> int:
        """Which reference is there; -1 for none."""
        index = int((place.x() - _LEFT_PX) // self._slot)
        return index if place.x() >= _LEFT_PX and 0 <= index < len(self._bars) else -1

    # What a hand does.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._hover(self.bar_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        self._hover(-1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        index = self.bar_at(event.position())
        if (
            event.button() is Qt.MouseButton.LeftButton
            and index >= 0
            and self.rect().contains(event.position().toPoint())
        ):
            self.picked.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        """Up and Down go from bar to bar, Enter starts from one."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self._bars:
            self._at = (self._at + steps[Qt.Key(event.key())]) % len(self._bars)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.picked.emit(self._at)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.bar_at(QPointF(event.pos()))
            if index >= 0:
                QToolTip.showText(event.globalPos(), f"{self._bars[index].words}\nClick to align from it", self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.setCursor(Qt.CursorShape.PointingHandCursor if index >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    # How it looks.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        guarded(self._paint, painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        colour = self._theme.colour
        painter.fillRect(self.rect(), colour("panel"))
        painter.setFont(small(self.font()))
        self._paint_head(painter)
        if not self._bars:
            return
        values = [value for bar in self._bars for value in (bar.distance, bar.aligned) if isfinite(value)]
        top = rounded_up(max(values, default=1.0))
        self._paint_scale(painter, top)
        for number, bar in enumerate(self._bars):
            self._paint_slot(painter, number, bar, top)
        if not self._thumb and self._hovered >= 0:
            self._paint_outline(painter, self._hovered, QPointF(self._middle(self._hovered), _TOP_PX), _THUMB_TO)

    def _paint_head(self, painter: QPainter) -> None:
        colour = self._theme.colour
        painter.setPen(colour("quiet"))
        room = QRectF(8, 2, self.width() - 16, _TOP_PX - 4)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, "Chamfer distance of the references (px)")
        aligned = any(isfinite(bar.aligned) for bar in self._bars)
        x = float(self.width() - 8)
        for words, token in (("once aligned", _ALIGNED), ("as it is", _PLAIN if aligned else _ALIGNED))[not aligned :]:
            x -= painter.fontMetrics().horizontalAdvance(words)
            if x < 0.62 * self.width():
                break
            painter.setPen(colour("quiet"))
            painter.drawText(QRectF(x, 2, self.width(), _TOP_PX - 4), Qt.AlignmentFlag.AlignVCenter, words)
            painter.fillRect(QRectF(x - 15, _TOP_PX / 2 - 5, 10, 10), colour(token))
            x -= 29

    def _paint_scale(self, painter: QPainter, top: float) -> None:
        colour, room = self._theme.colour, self._floor - _TOP_PX
        for share in (0.0, 0.5, 1.0):
            y = self._floor - share * room
            painter.setPen(QPen(colour("line"), 1))
            painter.drawLine(QPointF(_LEFT_PX, y), QPointF(self.width() - 10, y))
            painter.setPen(colour("quiet"))
            place = QRectF(0, y - 10, _LEFT_PX - 6, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{share * top:g}")

    def _paint_slot(self, painter: QPainter, number: int, bar: Bar, top: float) -> None:
        colour, slot = self._theme.colour, self._slot
        left = _LEFT_PX + number * slot
        if number == self._hovered or (number == self._at and self.hasFocus()):
            painter.fillRect(QRectF(left, _TOP_PX, slot, self.height() - _TOP_PX), colour("hover"))
        if number == self._shown:
            painter.fillRect(QRectF(left, _TOP_PX, slot, self.height() - _TOP_PX), colour("selection"))
        both = isfinite(bar.aligned)
        pairs = ((bar.distance, _PLAIN), (bar.aligned, _ALIGNED)) if both else ((bar.distance, _ALIGNED),)
        wide = (slot - max(2.0, 0.16 * slot)) / len(pairs)
        for k, (value, token) in enumerate(pairs):
            high = (self._floor - _TOP_PX) * value / top if isfinite(value) else 0.0
            x = left + (slot - wide * len(pairs)) / 2 + k * wide
            painter.fillRect(QRectF(x, self._floor - high, max(wide - 1, 1), high), colour(token))
        self._paint_feet(painter, number, bar, left)

    def _paint_feet(self, painter: QPainter, number: int, bar: Bar, left: float) -> None:
        """The reference's number, the starts that came from it, and its outline."""
        colour, slot, line = self._theme.colour, self._slot, self.fontMetrics().height() + 1
        painter.setPen(colour("text" if number == self._shown else "quiet"))
        place = QRectF(left, self._floor + 1, slot, line)
        if slot >= self.fontMetrics().horizontalAdvance("00") + 4 or number % 5 == 0:
            painter.drawText(place.adjusted(-10, 0, 10, 0), Qt.AlignmentFlag.AlignCenter, f"{number}")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        apart = min(8.0, slot / max(len(bar.starts), 1))
        x = left + (slot - apart * (len(bar.starts) - 1)) / 2
        for start in bar.starts:
            kept = start in bar.kept
            painter.setPen(QPen(colour("accent" if kept else "quiet"), 1.2))
            painter.setBrush(colour("accent") if kept else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, self._floor + 1.5 * line + 1), 2.6, 2.6)
            x += apart
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._thumb:
            foot = QPointF(self._middle(number), self.height() - self._thumb - 2)
            self._paint_outline(painter, number, foot, self._thumb)

    def _paint_outline(self, painter: QPainter, number: int, top: QPointF, side: float) -> None:
        """The reference's outline with the middle of its upper edge at ``top``, as far as it is drawn already."""
        outline = self._outlines.get(number)
        if outline is not None:
            x = min(max(top.x() - side / 2, 0.0), self.width() - side)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(x, top.y(), side, side), self._picture(number, outline))

    def _picture(self, number: int, outline: Bools) -> QImage:
        if number not in self._pictures:
            ink = self._theme.colour("quiet")
            pixels = np.zeros((*outline.shape, 4), np.uint8)
            pixels[outline] = (ink.blue(), ink.green(), ink.red(), 255)
            self._pictures[number] = WrappedImage(pixels, QImage.Format.Format_ARGB32_Premultiplied)
        return self._pictures[number]

    def _on_theme(self) -> None:
        self._pictures.clear()
        self.update()
