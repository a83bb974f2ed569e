"""Which start, and at which reduction of the images, each iteration of a run belongs to: a ribbon over its curves."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pentad.ui.pose.looking import Stretch, level_words
from pentad.ui.theme import Theme, small

_LEAST_PX = 2.0


class Ribbon(QWidget):
    """Two rows of cells above a plot: the level, and the start; the answer's start is loud, the others quiet.

    ``place`` says where an iteration lies, in this widget's pixels.
    """

    def __init__(self, theme: Theme, place: Callable[[float], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._place = theme, place
        self._stretches: tuple[Stretch, ...] = ()
        self._answer = -1
        self.setFont(small(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Starts and levels of the run")

    def show_stretches(self, stretches: Sequence[Stretch], answer: int) -> None:
        """``answer`` is the start whose pose is the answer."""
        if (tuple(stretches), answer) != (self._stretches, self._answer):
            self._stretches, self._answer = tuple(stretches), answer
            self.update()

    @property
    def _row(self) -> int:
        return self.fontMetrics().height() + 1

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(60, 2 * self._row + 3)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        colour, row = self._theme.colour, self._row
        left = max(self._place(0.5), 0.0)
        painter.setPen(colour("quiet"))
        for k, words in enumerate(("Level", "Start")):
            place = QRectF(0, k * (row + 1), left - 6, row)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.setClipRect(QRectF(left, 0, self.width() - left, self.height()))
        for run in self._levels():
            self._cell(painter, run, 0, level_words(run.level), colour("raised"), colour("quiet"))
        for each in self._stretches:
            loud = each.start == self._answer
            back, ink = ("accent", "on_accent") if loud else ("raised", "quiet")
            self._cell(painter, each, 1, f"{each.start + 1}", colour(back), colour(ink))
        painter.end()

    def _levels(self) -> list[Stretch]:
        """Neighbouring stretches of one level as one."""
        found: list[Stretch] = []
        for each in self._stretches:
            if found and found[-1].level == each.level:
                found[-1] = Stretch(found[-1].first, each.last, -1, each.level)
            else:
                found.append(Stretch(each.first, each.last, -1, each.level))
        return found

    def _cell(self, painter: QPainter, each: Stretch, row: int, words: str, back: QColor, ink: QColor) -> None:
        left, right = self._place(each.first + 0.5), self._place(each.last + 1.5)
        box = QRectF(left, row * (self._row + 1), max(right - left - 1, _LEAST_PX), self._row)
        painter.fillRect(box, back)
        if self.fontMetrics().horizontalAdvance(words) + 3 <= box.width():
            painter.setPen(ink)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            x = event.pos().x()
            for each in self._stretches:
                if self._place(each.first + 0.5) <= x < self._place(each.last + 1.5):
                    QToolTip.showText(event.globalPos(), said(each), self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)


def said(each: Stretch) -> str:
    size = "at full size" if each.level == 1 else f"at {level_words(each.level)} of the size"
    return f"Start {each.start + 1}, iterations {each.first + 1} to {each.last + 1}, {size}"
