"""Which loss a colour of the path stands for."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pentad.ui.pose.path_drawing import BESIDE, loss_table
from pentad.ui.theme import Theme, small

_BAR_PX, _HIGH_PX = 90, 10


class LossBar(QWidget):
    """A strip of the path's colours between the run's greatest and least loss, and the colour of the run beside."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._span, self._beside = (0.0, 0.0), ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(small(self.font()))

    def show_span(self, span: tuple[float, float], beside: str) -> None:
        """``beside`` names the run compared, empty for none; may be called twice."""
        if (span, beside) != (self._span, self._beside):
            self._span, self._beside = span, beside
            self.setAccessibleName(f"The path is coloured by its loss, from {span[1]:.3g} to {span[0]:.3g}")
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(200, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(0, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        low, high = self._span
        if high <= 0:
            return
        painter = QPainter(self)
        painter.setPen(self._theme.colour("quiet"))
        x = self._words(painter, 0.0, f"loss {high:.3g}")
        row = np.ascontiguousarray(loss_table(self._theme.name)[::-1][None])
        picture = QImage(row.data, 256, 1, 768, QImage.Format.Format_RGB888)
        painter.drawImage(QRectF(x, (self.height() - _HIGH_PX) / 2, _BAR_PX, _HIGH_PX), picture)
        x = self._words(painter, x + _BAR_PX + 6, f"{low:.3g}")
        if self._beside:
            painter.fillRect(QRectF(x + 6, self.height() / 2 - 1.5, 14, 3), self._theme.colour(BESIDE))
            self._words(painter, x + 26, self._beside)
        painter.end()

    def _words(self, painter: QPainter, x: float, words: str) -> float:
        """Written at ``x``; where what follows begins."""
        width = painter.fontMetrics().horizontalAdvance(words)
        if x + width <= self.width():
            painter.drawText(QRectF(x, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, words)
        return x + width + 6
