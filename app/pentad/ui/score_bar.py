"""A score drawn as a bar against its threshold."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from pentad.ui.score_scale import ScoreScale
from pentad.ui.theme import Theme

HEIGHT = 4.0


def draw_score_bar(painter: QPainter, room: QRectF, score: float, scale: ScoreScale, theme: Theme) -> None:
    """In the vertical middle of ``room``: trough, fill (alarm colour above the threshold) and the threshold's tick."""
    bar = QRectF(room.left(), room.center().y() - HEIGHT / 2, room.width(), HEIGHT)
    painter.fillRect(bar, theme.colour("trough"))
    filled = QRectF(bar)
    filled.setWidth(max(2.0, bar.width() * scale.fraction(score)))
    painter.fillRect(filled, theme.colour("alarm" if scale.flags(score) else "accent"))
    if scale.limit is not None:
        x = round(bar.left() + bar.width() * scale.limit)
        painter.fillRect(QRectF(x - 1, bar.top() - 3, 2, HEIGHT + 6), theme.colour("text"))
