"""One view's photographs side by side in the order of their lights, to be dragged into another one."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.session.light_assistant import LightAssistant
from pentad.session.light_stacks import Shot
from pentad.ui.dialogs.light_import.widgets import picture_of
from pentad.ui.theme import Theme, small

CELL = QSize(104, 94)
PICTURE = QSize(96, 68)
_SOME = 0.01
_SHOT, _IMAGE, _WRONG, _NAME = (Qt.ItemDataRole.UserRole + number for number in range(4))
Index = QModelIndex | QPersistentModelIndex


class ShotList(QListWidget):
    """Thumbnails with their light's number. Drag, or Alt and an arrow, moves one; Delete leaves it out."""

    def __init__(self, assistant: LightAssistant, view: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant, self.view = assistant, view
        self._known: dict[int, Shot] = {}
        self.setAccessibleName(f"Photographs of {view}, in the order of the lights")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSpacing(2)
        self.setFixedHeight(CELL.height() + 14)
        self.setItemDelegate(_Thumbnail(theme, self))
        self.model().rowsMoved.connect(self._on_moved)

    def show_stack(self) -> None:
        """Follow the assistant; only what is new is made anew, so that a thumbnail that comes moves nothing."""
        stack = self._assistant.stack(self.view)
        shots = () if stack is None else stack.shots
        if shots != self.shots:
            chosen = {self._shot(item) for item in self.selectedItems()}
            self._fill(shots)
            for number, shot in enumerate(shots):
                self.item(number).setSelected(shot in chosen)
        problems = self._assistant.misfits(self.view)
        for number in range(self.count()):
            self._show_item(self.item(number), number, problems)

    def _fill(self, shots: Sequence[Shot]) -> None:
        # Why numbers: an item that is dragged is written out and read again, and a photograph is no plain value.
        self._known = dict(enumerate(shots))
        self.clear()
        for number, shot in self._known.items():
            item = QListWidgetItem(self)
            item.setData(_SHOT, number)
            item.setData(_NAME, shot.name)

    def _show_item(self, item: QListWidgetItem, number: int, problems: Mapping[Shot, Problem]) -> None:
        shot = self._shot(item)
        one, problem = self._assistant.glances.get(shot), problems.get(shot)
        item.setData(_WRONG, problem is not None)
        if one is not None and one.thumbnail is not None and item.data(_IMAGE) is None:
            item.setData(_IMAGE, picture_of(one.thumbnail))
        tips = [shot.place, one.words if one is not None else "still being read"]
        if problem is not None:
            tips = [f"{problem}.", problem.remedy]
        elif one is not None and one.saturated > _SOME:
            tips.append(f"{one.saturated:.0%} of it is saturated")
        item.setToolTip("\n".join(tips))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Light {number + 1}: {shot.name}. {tips[-1]}")

    @property
    def shots(self) -> tuple[Shot, ...]:
        """As they lie here, from left to right."""
        return tuple(self._shot(self.item(number)) for number in range(self.count()))

    def _shot(self, item: QListWidgetItem) -> Shot:
        return self._known[int(item.data(_SHOT))]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move(step)
        elif event.key() == Qt.Key.Key_Delete and self.selectedItems():
            gone = {self._shot(item) for item in self.selectedItems()}
            self._assistant.reorder(self.view, [shot for shot in self.shots if shot not in gone])
        else:
            super().keyPressEvent(event)

    def _move(self, step: int) -> None:
        row = self.currentRow()
        if 0 <= row + step < self.count():
            shots = list(self.shots)
            shots[row], shots[row + step] = shots[row + step], shots[row]
            self._assistant.reorder(self.view, shots)
            self.setCurrentRow(row + step)

    def _on_moved(self, *_: object) -> None:
        QTimer.singleShot(0, self._tell)  # Why later: several rows are moved one by one.

    def _tell(self) -> None:
        self._assistant.reorder(self.view, self.shots)


class _Thumbnail(QStyledItemDelegate):
    """A picture, its number and its name; a frame in the colour of alarm where it cannot stay."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 (Qt's name)
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(area, self._theme.colour("selection"))
        room = QRect(area.left() + (area.width() - PICTURE.width()) // 2, area.top() + 4, *PICTURE.toTuple())
        painter.fillRect(room, self._theme.colour("canvas"))
        image, wrong = index.data(_IMAGE), bool(index.data(_WRONG))
        if isinstance(image, QImage):
            at = QRect(QPoint(), image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
            at.moveCenter(room.center())
            painter.drawImage(at, image)
        if wrong:
            painter.setPen(QPen(self._theme.colour("alarm"), 2))
            painter.drawRect(room.adjusted(0, 0, -1, -1))
            mark = QRect(room.left() + 4, room.top() + 4, 18, 18)
            self._theme.mark("warning", "alarm").paint(painter, mark)
        line = QRect(room.left(), room.bottom() + 3, room.width(), area.bottom() - room.bottom() - 3)
        painter.setPen(self._theme.colour("alarm" if wrong else "text"))
        number = str(index.row() + 1)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, number)
        gone = option.fontMetrics.horizontalAdvance(number) + 8
        painter.setFont(small(option.font))
        painter.setPen(self._theme.colour("quiet"))
        beside = line.adjusted(gone, 0, 0, 0)
        name = painter.fontMetrics().elidedText(str(index.data(_NAME)), Qt.TextElideMode.ElideLeft, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight, name)
        painter.restore()
