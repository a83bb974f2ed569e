"""The legend of the heat: its colours from low to high, and which numbers they stand for."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from pentad.canvas.colours import HeatMapName, heat_table
from pentad.ui.theme import small

BAR = 12


class ColourBar(QWidget):
    """Draws the colour map with its two ends and the heat threshold's tick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: tuple[HeatMapName, float, float, float | None] = (HeatMapName.INFERNO, 0.0, 1.0, None)
        self._ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_range(
        self,
        colours: HeatMapName,
        low: float,
        high: float,
        threshold: float | None,
        *,
        ends: tuple[str, str] = ("", ""),
    ) -> None:
        """May be called twice. ``ends`` are written instead of the numbers, where something else than heat is shown."""
        state = (colours, low, high, threshold)
        if (state, ends) != (self._state, self._ends):
            self._state, self._ends = state, ends
            heat = f"Heat from {low:.3f} to {high:.3f}"
            self.setAccessibleName(f"Scale from {ends[0]} to {ends[1]}" if any(ends) else heat)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(120, BAR + self.fontMetrics().height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        colours, low, high, threshold = self._state
        painter = QPainter(self)
        row = np.ascontiguousarray(heat_table(colours)[None])
        picture = QImage(row.data, 256, 1, 768, QImage.Format.Format_RGB888)
        bar = QRectF(0, 0, self.width(), BAR)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(bar, picture)
        painter.setFont(small(self.font()))
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        words = QRectF(0, BAR + 4, self.width(), self.height() - BAR - 4)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, self._ends[0] or f"{_rounded(low):.3f}")
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, self._ends[1] or f"{high:.3f}")
        if threshold is not None and low <= threshold <= high:
            x = bar.width() * (threshold - low) / (high - low)
            painter.fillRect(QRectF(x - 1, -1, 2, BAR + 4), self.palette().color(QPalette.ColorRole.WindowText))
        painter.end()


def _rounded(value: float) -> float:
    """To three digits; what is hardly less than nothing is nothing."""
    return round(value, 3) + 0.0
