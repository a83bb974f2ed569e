"""The classes as Qt wants a list, and how one row of them looks."""

from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pentad.core.label_class import LabelClass
from pentad.session.tool_actions import DIGITS
from pentad.ui.theme import Theme, small, strong

CLASS = Qt.ItemDataRole.UserRole
AREA = Qt.ItemDataRole.UserRole + 1
HEIGHT, PAD, MARK = 40, 8, 18
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of the view a class covers, in words, and what more there is to say."""

    words: str = ""
    tip: str = ""


class ClassModel(QAbstractListModel):
    """The label set with the areas of the view at hand; its names can be edited."""

    renamed = Signal(int, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._classes: tuple[LabelClass, ...] = ()
        self._areas: dict[int, Covered] = {}

    def show(self, classes: tuple[LabelClass, ...]) -> None:
        """Follow the label set; the same rows stay, so that a name being typed is not lost."""
        if [known.index for known in classes] == [known.index for known in self._classes]:
            self._classes = classes
            self._announce()
            return
        self.beginResetModel()
        self._classes = classes
        self.endResetModel()

    def show_areas(self, areas: dict[int, Covered]) -> None:
        if areas != self._areas:
            self._areas = areas
            self._announce()

    def row_of(self, label: int) -> int:
        return next((row for row, known in enumerate(self._classes) if known.index == label), -1)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self._classes)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        known = self._classes[index.row()]
        area = self._areas.get(known.index, Covered())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return known.name
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return _in_words(known, area, self.key_of(index.row()))
            case _ if role == CLASS:
                return known
            case _ if role == AREA:
                return area
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 (Qt's name)
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or not name:
            return False
        self.renamed.emit(self._classes[index.row()].index, name)
        return True

    @staticmethod
    def key_of(row: int) -> str:
        """The digit that chooses the class in this row."""
        return DIGITS[row] if row < len(DIGITS) else ""

    def _announce(self) -> None:
        if self._classes:
            self.dataChanged.emit(self.index(0), self.index(len(self._classes) - 1))


def _in_words(known: LabelClass, area: Covered, key: str) -> str:
    words = [f"{known.name} ({key})" if key else known.name]
    if area.words:
        words.append(area.words + (f" ({area.tip})" if area.tip else ""))
    words += [word for word, so in (("hidden", not known.visible), ("locked", known.locked)) if so]
    return ", ".join(words)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where in a row things are."""

    swatch: QRect
    key: QRect
    name: QRect
    area: QRect
    eye: QRect
    lock: QRect

    @classmethod
    def of(cls, row: QRect, line: int, *, two_lines: bool) -> "_Places":
        """``line``: the height of a line of words. The area stands below the name, so that both have their room."""

        def square(left: int, side: int) -> QRect:
            return QRect(left, row.center().y() - side // 2 + 1, side, side)

        lock = square(row.right() - PAD - MARK + 2, MARK)
        eye = square(lock.left() - 6 - MARK, MARK)
        swatch = square(row.left() + PAD, MARK)
        key = QRect(swatch.right() + 6, row.top(), 14, row.height())
        words = QRect(key.right() + 4, row.top(), eye.left() - key.right() - 10, row.height())
        if not two_lines:
            return cls(swatch, key, words, QRect(), eye, lock)
        top = row.center().y() - line + 1
        name = QRect(words.left(), top, words.width(), line)
        return cls(swatch, key, name, name.translated(0, line), eye, lock)


class ClassDelegate(QStyledItemDelegate):
    """Paints one class: colour, key, name, area, eye and lock; a click on colour, eye or lock is announced."""

    colour_asked, eye_clicked, lock_clicked = Signal(int), Signal(int), Signal(int)
    """The class's index."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.chosen = 0

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(160, max(HEIGHT, 2 * option.fontMetrics.height() + 6))

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802 (Qt's name)
        places = self._places(option, index)
        row: QRect = option.rect
        editor.setGeometry(QRect(places.name.left() - 6, row.top() + 5, places.name.width() + 6, row.height() - 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        known, area = class_of(index), cast(Covered, index.data(AREA))
        places, theme = self._places(option, index), self._theme
        row: QRect = option.rect
        chosen = known.index == self.chosen
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        if chosen or hovered:
            painter.fillRect(row, theme.colour("selection" if chosen else "hover"))
        if chosen:
            painter.fillRect(QRect(row.left(), row.top(), 3, row.height()), theme.colour("accent"))
        self._draw_swatch(painter, places.swatch, known)
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(small(option.font))
        painter.setPen(theme.colour("quiet"))
        painter.drawText(places.key, centre, ClassModel.key_of(index.row()))
        painter.drawText(places.area, centre, area.words)
        painter.setFont(strong(option.font) if chosen else option.font)
        painter.setPen(theme.colour("text" if known.visible else "quiet"))
        name = painter.fontMetrics().elidedText(known.name, Qt.TextElideMode.ElideRight, places.name.width())
        painter.drawText(places.name, centre, name)
        if not known.visible or hovered or chosen:
            theme.mark("eye" if known.visible else "eye-off", "quiet").paint(painter, places.eye)
        if known.locked or hovered or chosen:
            locked = known.locked
            theme.mark("lock" if locked else "unlock", "warn" if locked else "disabled").paint(painter, places.lock)
        painter.restore()

    def _draw_swatch(self, painter: QPainter, place: QRect, known: LabelClass) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(known.colour)
        painter.setPen(QPen(colour if known.contour else self._theme.colour("edge"), 2 if known.contour else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush if known.contour else colour)
        painter.setOpacity(1.0 if known.visible else 0.35)
        painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), 4, 4)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def editorEvent(  # noqa: N802 (Qt's name)
        self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return False
        places, label, at = self._places(option, index), class_of(index).index, event.position().toPoint()
        for place, news in (
            (places.swatch, self.colour_asked),
            (places.eye, self.eye_clicked),
            (places.lock, self.lock_clicked),
        ):
            if place.adjusted(-3, -6, 3, 6).contains(at):
                news.emit(label)
                return True
        return False

    def _places(self, option: QStyleOptionViewItem, index: Index) -> _Places:
        area = cast(Covered, index.data(AREA))
        return _Places.of(option.rect, option.fontMetrics.height(), two_lines=bool(area.words))


def class_of(index: Index) -> LabelClass:
    return cast(LabelClass, index.data(CLASS))
