"""The strip above a picture: what it is, and how its score stands against the threshold."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from pentad.canvas.colours import HeatMapName, heat_table

HEIGHT = 22
BAR_WIDTH = 48.0
BAR_HEIGHT = 4.0
SCALE_HEIGHT = 8.0
TITLE_WIDTH = 56.0
"""What a scale leaves at least for the title."""
PADDING = 6.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The colours of a map, and what their two ends stand for."""

    colours: HeatMapName
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Caption:
    """One canvas's name and, at the right, its score.

    ``title`` is the loud word (the view), ``detail`` the quiet one (the modality). ``score`` is written as text;
    ``level`` is the same as a fraction of the bar, ``limit`` where on the bar the threshold stands: a level that
    reaches it is drawn in the alarm colour. ``scale`` is drawn left of that, where there is room for a bar.
    """

    title: str = ""
    detail: str = ""
    score: str = ""
    level: float | None = None
    limit: float | None = None
    scale: Scale | None = None

    @property
    def alarming(self) -> bool:
        return self.level is not None and self.limit is not None and self.level >= self.limit


class CaptionStrip(QWidget):
    """Draws a caption beside the picture, never over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._caption = Caption()

    def show_caption(self, caption: Caption) -> None:
        if caption == self._caption:
            return
        self._caption = caption
        ends = f"from {caption.scale.low} to {caption.scale.high}" if caption.scale is not None else ""
        self.setAccessibleName(" ".join(filter(None, (caption.title, caption.detail, ends, caption.score))))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(0, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        room = QRectF(self.rect()).adjusted(PADDING, 0, -PADDING, 0)
        room.setRight(_draw_score(painter, room, self._caption, self.palette()))
        if self._caption.scale is not None:
            room.setRight(_draw_scale(painter, room, self._caption.scale, self.palette()))
        _draw_words(painter, room, self._caption, self.palette())
        painter.end()


def _draw_score(painter: QPainter, room: QRectF, caption: Caption, palette: QPalette) -> float:
    """At the right; returns the x where it begins."""
    colour = palette.color(QPalette.ColorRole.BrightText if caption.alarming else QPalette.ColorRole.WindowText)
    right = room.right()
    if caption.score:
        width = QFontMetricsF(painter.font()).horizontalAdvance(caption.score)
        painter.setPen(colour)
        painter.drawText(
            QRectF(right - width, 0, width + 1, room.height()), Qt.AlignmentFlag.AlignVCenter, caption.score
        )
        right -= width + PADDING
    if caption.level is not None and room.width() > 4 * BAR_WIDTH:
        bar = QRectF(right - BAR_WIDTH, (room.height() - BAR_HEIGHT) / 2, BAR_WIDTH, BAR_HEIGHT)
        painter.fillRect(bar, palette.color(QPalette.ColorRole.Mid))
        filled = QRectF(bar)
        filled.setWidth(BAR_WIDTH * min(max(caption.level, 0.0), 1.0))
        painter.fillRect(filled, colour if caption.alarming else palette.color(QPalette.ColorRole.Highlight))
        if caption.limit is not None:
            x = bar.left() + BAR_WIDTH * min(max(caption.limit, 0.0), 1.0)
            tick = QRectF(x - 0.5, bar.top() - 3, 1, BAR_HEIGHT + 6)
            painter.fillRect(tick, palette.color(QPalette.ColorRole.WindowText))
        right = bar.left() - PADDING
    return right


def _draw_scale(painter: QPainter, room: QRectF, scale: Scale, palette: QPalette) -> float:
    """At the right; returns the x where it begins. In a narrow room the ends stay and the bar goes, then all goes."""
    quiet, metrics = palette.color(QPalette.ColorRole.PlaceholderText), QFontMetricsF(painter.font())
    right, left_over = room.right(), room.width() - TITLE_WIDTH
    ends = sum(metrics.horizontalAdvance(words) + PADDING for words in (scale.low, scale.high))
    wide = left_over > ends + BAR_WIDTH + PADDING
    if left_over < ends + metrics.horizontalAdvance("to") + PADDING:
        return right
    for text in (scale.high, None, scale.low):
        if text is None and wide:
            bar = QRectF(right - BAR_WIDTH, (room.height() - SCALE_HEIGHT) / 2, BAR_WIDTH, SCALE_HEIGHT)
            row = np.ascontiguousarray(heat_table(scale.colours)[None])
            painter.drawImage(bar, QImage(row.data, 256, 1, 768, QImage.Format.Format_RGB888))
            right = bar.left() - PADDING
        words = text if text is not None else "" if wide else "to"
        if words:
            width = metrics.horizontalAdvance(words)
            painter.setPen(quiet)
            painter.drawText(QRectF(right - width, 0, width + 1, room.height()), Qt.AlignmentFlag.AlignVCenter, words)
            right -= width + PADDING
    return right


def _draw_words(painter: QPainter, room: QRectF, caption: Caption, palette: QPalette) -> None:
    bold = QFont(painter.font())
    bold.setWeight(QFont.Weight.DemiBold)
    quiet: QColor = palette.color(QPalette.ColorRole.PlaceholderText)
    for text, font, colour in (
        (caption.title, bold, palette.color(QPalette.ColorRole.WindowText)),
        (caption.detail, painter.font(), quiet),
    ):
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room.width()))
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        room.setLeft(room.left() + metrics.horizontalAdvance(shown) + PADDING)
