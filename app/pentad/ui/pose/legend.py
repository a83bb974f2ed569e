"""What the colours of an overlay mean."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pentad.ui.theme import small

_SWATCH, _GAP, _APART = 10, 5, 14

Entry = tuple[str, QColor, bool]
"""Words, their colour, and whether it is a line instead of an area."""


class Legend(QWidget):
    """Small squares of colour with words beside them, as many as there is room for."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFont(small(self.font()))

    def show_entries(self, entries: tuple[Entry, ...]) -> None:
        """May be called twice."""
        if entries != self._entries:
            self._entries = entries
            self.setAccessibleName(f"{self._name}: {', '.join(words for words, *_ in entries)}")
            self.setToolTip("\n".join(words for words, *_ in entries))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        width = sum(
            _SWATCH + _GAP + self.fontMetrics().horizontalAdvance(words) + _APART for words, *_ in self._entries
        )
        return QSize(max(width - _APART, 0), self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(0, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        x, middle = 0.0, self.height() / 2
        quiet = self.palette().color(QPalette.ColorRole.PlaceholderText)
        for words, colour, line in self._entries:
            width = _SWATCH + _GAP + self.fontMetrics().horizontalAdvance(words)
            if x + width > self.width() + 1:
                break
            if line:
                painter.fillRect(QRectF(x, middle - 1, _SWATCH, 2), colour)
            else:
                painter.setPen(QPen(quiet, 1))
                painter.setBrush(colour)
                painter.drawRect(QRectF(x + 0.5, middle - _SWATCH / 2 + 0.5, _SWATCH - 1, _SWATCH - 1))
            painter.setPen(quiet)
            at = middle + self.fontMetrics().ascent() / 2 - 1
            painter.drawText(round(x + _SWATCH + _GAP), round(at), words)
            x += width + _APART
        painter.end()
