"""A picture with a chrome ball's outline on it, to be dragged to where the ball is, or any one photograph."""

from math import hypot

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from pentad.core.arrays import Doubles
from pentad.geometry.chrome_sphere import Circle
from pentad.ui.typing_guard import TAKES_ARROWS

GRIP = 10.0
"""Logical pixels from the rim within which the rim is taken."""
SMALLEST = 4.0


class BallView(QWidget):
    """The picture as large as there is room. Inside the circle a drag moves it, at its rim it changes the radius."""

    moved = Signal(float, float, float)
    """x, y and radius in the picture's pixels, when the hand lets go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture, self._words = QImage(), ""
        self._circle: Circle | None = None
        self._marks: Doubles | None = None
        self._chosen = -1
        self._held: tuple[str, QPointF, Circle] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setProperty(TAKES_ARROWS, True)
        self.setAccessibleName("Photograph")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(420, 320)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(160, 120)

    def show_picture(self, picture: QImage, said: str) -> None:
        """``said`` stands in the picture's place while there is none, else below it."""
        self._picture, self._words = picture, said
        self.update()

    def show_circle(self, circle: Circle | None, marks: Doubles | None = None, chosen: int = -1) -> None:
        """In the picture's pixels; ``marks`` (K, 2) are highlights x, y. A circle in the hand stays there."""
        if self._held is None:
            self._circle = circle
        self._marks, self._chosen = marks, chosen
        self.update()

    @property
    def circle(self) -> Circle | None:
        return self._circle

    def to_widget(self, x: float, y: float) -> QPointF:
        """Where a place of the picture is drawn; pixel centres are at integers."""
        area, scale = self._area(), self._scale()
        return area.topLeft() + QPointF((x + 0.5) * scale, (y + 0.5) * scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        grip = self._grip(event.position())
        if grip and self._circle is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = (grip, event.position(), self._circle)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._held is None:
            shapes = {"move": Qt.CursorShape.SizeAllCursor, "rim": Qt.CursorShape.SizeFDiagCursor}
            self.setCursor(shapes.get(self._grip(event.position()), Qt.CursorShape.ArrowCursor))
            return
        grip, start, was = self._held
        scale, way = self._scale(), event.position() - start
        if grip == "move":
            self._circle = Circle(was.x + way.x() / scale, was.y + way.y() / scale, was.radius, 0.0)
        else:
            middle = self.to_widget(was.x, was.y)
            reach = hypot(event.position().x() - middle.x(), event.position().y() - middle.y()) / scale
            self._circle = Circle(was.x, was.y, max(reach, SMALLEST), 0.0)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._held is not None and self._circle is not None:
            self._held = None
            self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        keys = Qt.Key
        steps = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}
        grows = {keys.Key_Plus: 1.0, keys.Key_Minus: -1.0}
        key, circle = Qt.Key(event.key()), self._circle
        if circle is None or (key not in steps and key not in grows):
            super().keyPressEvent(event)
            return
        x, y = steps.get(key, (0, 0))
        self._circle = Circle(circle.x + x, circle.y + y, max(circle.radius + grows.get(key, 0.0), SMALLEST), 0.0)
        self.update()
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter, palette = QPainter(self), self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(quiet)
        if self._picture.isNull():
            room = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
            return
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        painter.drawImage(self._area(), self._picture)
        below = QRectF(0, self.height() - self._line(), self.width(), self._line())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._words)
        if self._circle is not None:
            self._draw_circle(painter, self._circle)

    def _draw_circle(self, painter: QPainter, circle: Circle) -> None:
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        middle, radius = self.to_widget(circle.x, circle.y), circle.radius * self._scale()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 2))
        painter.drawEllipse(middle, radius, radius)
        painter.drawLine(middle - QPointF(6, 0), middle + QPointF(6, 0))
        painter.drawLine(middle - QPointF(0, 6), middle + QPointF(0, 6))
        if self._marks is None or self._held is not None:
            return
        for number, (x, y) in enumerate(self._marks):
            if x == x:
                at, size = self.to_widget(float(x), float(y)), 6 if number == self._chosen else 4
                painter.setPen(QPen(self.palette().color(QPalette.ColorRole.BrightText), 1.5))
                painter.drawEllipse(at, size, size)
                painter.drawText(at + QPointF(size + 2, -size), str(number + 1))

    def _tell(self) -> None:
        if self._circle is not None:
            self.moved.emit(self._circle.x, self._circle.y, self._circle.radius)

    def _grip(self, position: QPointF) -> str:
        if self._circle is None or self._picture.isNull():
            return ""
        middle = self.to_widget(self._circle.x, self._circle.y)
        away = hypot(position.x() - middle.x(), position.y() - middle.y())
        radius = self._circle.radius * self._scale()
        if abs(away - radius) <= GRIP:
            return "rim"
        return "move" if away < radius else ""

    def _line(self) -> int:
        return self.fontMetrics().height() + 6

    def _scale(self) -> float:
        room = self.height() - self._line()
        return max(min(self.width() / self._picture.width(), room / self._picture.height()), 1e-6)

    def _area(self) -> QRectF:
        scale, room = self._scale(), self.height() - self._line()
        width, height = self._picture.width() * scale, self._picture.height() * scale
        return QRectF((self.width() - width) / 2, (room - height) / 2, width, height)
