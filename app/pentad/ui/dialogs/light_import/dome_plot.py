"""The lamps of a stack on a dome seen from above, by their numbers."""

from collections.abc import Sequence
from math import hypot

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pentad.core.arrays import Doubles
from pentad.ui.theme import small

KNOB = 8.0
HEIGHTS = (30, 60)
"""Degrees above the image plane that get a ring."""
_NONE: Doubles = np.zeros((0, 3))


class DomePlot(QWidget):
    """Where each lamp stands: overhead in the middle, grazing at the rim. The one under the pointer is told."""

    pointed = Signal(int)
    """A lamp's number, counted from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lights, self._chosen = _NONE, 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Where the lamps stand, seen along the camera's axis")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(280, 280)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(160, 160)

    def heightForWidth(self, width: int) -> int:  # noqa: N802 (Qt's name)
        return width

    def show_lights(self, lights: Doubles | None, chosen: int) -> None:
        """(K, 3) unit directions, camera axes, and the one that is told apart; may be called twice."""
        self._lights, self._chosen = _NONE if lights is None else lights, chosen
        self.setAccessibleDescription(f"{len(self._lights)} lamps")
        self.update()

    @property
    def places(self) -> Sequence[QPointF]:
        """Where each lamp is drawn."""
        centre, radius = self._circle()
        return [centre + QPointF(x * radius, -y * radius) for x, y, _ in self._lights]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        gaps = [hypot(at.x() - event.position().x(), at.y() - event.position().y()) for at in self.places]
        if gaps and min(gaps) < 2 * KNOB and (near := gaps.index(min(gaps))) != self._chosen:
            self.pointed.emit(near)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter, palette = QPainter(self), self.palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre, radius = self._circle()
        line = palette.color(QPalette.ColorRole.Mid)
        painter.setPen(QPen(line, 1))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawEllipse(centre, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(small(self.font()))
        for degrees in HEIGHTS:
            ring = radius * float(np.cos(np.radians(degrees)))
            painter.setPen(QPen(line, 1, Qt.PenStyle.DotLine))
            painter.drawEllipse(centre, ring, ring)
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(centre + QPointF(3, -ring - 2), f"{degrees}°")
        painter.setPen(QPen(line, 1, Qt.PenStyle.DotLine))
        painter.drawLine(centre - QPointF(radius, 0), centre + QPointF(radius, 0))
        painter.drawLine(centre - QPointF(0, radius), centre + QPointF(0, radius))
        for number, at in enumerate(self.places):
            self._draw_lamp(painter, number, at)

    def _draw_lamp(self, painter: QPainter, number: int, at: QPointF) -> None:
        palette = self.palette()
        chosen, behind = number == self._chosen, bool(self._lights[number, 2] <= 0)
        fill = QPalette.ColorRole.Highlight if chosen else QPalette.ColorRole.Button
        painter.setBrush(Qt.BrushStyle.NoBrush if behind else palette.color(fill))
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1.5))
        painter.drawEllipse(at, KNOB, KNOB)
        ink = QPalette.ColorRole.HighlightedText if chosen and not behind else QPalette.ColorRole.Text
        painter.setPen(palette.color(ink))
        room = QRectF(at.x() - 2 * KNOB, at.y() - KNOB, 4 * KNOB, 2 * KNOB)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, str(number + 1))

    def _circle(self) -> tuple[QPointF, float]:
        area = QRectF(self.rect())
        return area.center(), max(min(area.width(), area.height()) / 2 - KNOB - 4, 10.0)
