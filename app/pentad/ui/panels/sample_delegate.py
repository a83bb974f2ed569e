"""How one sample looks in the list: thumbnail, name, label, verdict and its score against the threshold."""

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pentad.core.review import Verdict
from pentad.core.sample import Sample
from pentad.ui.panels.sample_model import Index, is_drawn, sample_of, scale_of, score_of, verdict_of
from pentad.ui.score_bar import draw_score_bar
from pentad.ui.score_scale import score_text
from pentad.ui.theme import Theme, small, strong
from pentad.ui.thumbnails import Thumbnails

THUMBNAIL = QSize(72, 54)
PAD = 8
MARKS = {
    Verdict.ACCEPTED: ("accept", "good"),
    Verdict.REJECTED: ("reject", "alarm"),
    Verdict.NEEDS_WORK: ("needs-work", "warn"),
}


class SampleDelegate(QStyledItemDelegate):
    """Paints one row; every row has the same height, so that any number of them scrolls alike."""

    def __init__(self, thumbnails: Thumbnails, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._thumbnails, self._theme = thumbnails, theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 (Qt's name)
        lines = 2 * option.fontMetrics.height() + 18
        return QSize(200, max(THUMBNAIL.height(), lines) + 2 * PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        room: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.fillRect(room, self._theme.colour("selection" if selected else "hover"))
        sample = sample_of(index)
        picture = QRect(room.topLeft() + QPoint(PAD, PAD), THUMBNAIL)
        self._draw_thumbnail(painter, picture, sample)
        words = room.adjusted(THUMBNAIL.width() + 2 * PAD + 2, PAD, -PAD, -PAD)
        self._draw_words(painter, option, words, index)
        painter.restore()

    def _draw_thumbnail(self, painter: QPainter, room: QRect, sample: Sample) -> None:
        painter.fillRect(room, self._theme.colour("canvas"))
        picture = self._thumbnails.get(sample)
        if picture is None:
            if self._thumbnails.is_missing(sample):
                mark = QRect(0, 0, 20, 20)
                mark.moveCenter(room.center())
                self._theme.mark("warning", "warn").paint(painter, mark)
            return
        size = picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, picture)

    def _draw_words(self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, index: Index) -> None:
        sample, score, scale, verdict = sample_of(index), score_of(index), scale_of(index), verdict_of(index)
        line = option.fontMetrics.height()
        name_room = QRect(room.left(), room.top(), room.width(), line)
        if verdict in MARKS:
            icon, _ = MARKS[verdict]
            mark = QRect(room.right() - 15, room.top(), 16, 16)
            self._theme.mark(icon, MARKS[verdict][1]).paint(painter, mark)
            name_room.setRight(mark.left() - 4)
        if is_drawn(index):
            mark = QRect(name_room.right() - 15, room.top(), 16, 16)
            self._theme.mark("brush", "quiet").paint(painter, mark)
            name_room.setRight(mark.left() - 4)
        painter.setFont(strong(option.font))
        painter.setPen(self._theme.colour("text"))
        name = sample.id.rsplit("/", 1)[-1]
        painter.drawText(name_room, Qt.AlignmentFlag.AlignVCenter, _elided(painter, name, name_room.width()))
        self._draw_label(painter, option, QRect(room.left(), room.top() + line + 1, room.width(), line), sample, score)
        bar = QRectF(room.left(), room.top() + 2 * line + 3, room.width(), room.bottom() - room.top() - 2 * line - 3)
        if score is not None:
            draw_score_bar(painter, bar, score, scale, self._theme)

    def _draw_label(
        self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, sample: Sample, score: float | None
    ) -> None:
        painter.setFont(small(option.font))
        painter.setPen(self._theme.colour("quiet"))
        number = "" if score is None else score_text(score)
        width = painter.fontMetrics().horizontalAdvance(number) + 8 if number else 0
        label = f"{sample.anomaly or 'good'} · {sample.category}"
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, _elided(painter, label, room.width() - width))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)


def _elided(painter: QPainter, text: str, width: int) -> str:
    metrics: QFontMetrics = painter.fontMetrics()
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)
