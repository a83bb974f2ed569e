"""The places where views of a part contradict each other, to be gone through one by one."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pentad.annotation.contradictions import Contradiction
from pentad.core.wording import counted
from pentad.session.contradiction_actions import go_to
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.qt_actions import QtActions

COLUMNS: Mapping[str, str] = {
    "Sample": "The part",
    "Not marked in": "The view that shows the place, but has it not marked",
    "Marked in": "The views that mark it",
    "Class": "What it is marked as",
    "Area": "How much of it that view shows plainly",
    "Heat": "The greatest heat of the run on show in that place",
}
NEVER = (
    "A defect that one view marks and another view shows as well has to be marked there too.\n\n"
    "Review > Find contradictions (Ctrl+Shift+F11) looks through all marked parts. It needs calibrated cameras and "
    "the parts' meshes."
)
NONE = "No view lacks what another one marks."
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_NUMBERS = 4
"""The first column of figures."""


class QueueModel(QAbstractTableModel):
    """The session's queue as a table."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: Sequence[Contradiction] = ()

    def show(self) -> None:
        """Follow the queue."""
        self.beginResetModel()
        self._rows = self._session.contradictions.queue
        self.endResetModel()

    def at(self, row: int) -> Contradiction:
        return self._rows[row]

    def row_of(self, one: Contradiction | None) -> int | None:
        return next((row for row, other in enumerate(self._rows) if other is one), None)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 (Qt's name)
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Vertical:
            return None
        title, tip = list(COLUMNS.items())[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return {Qt.ItemDataRole.DisplayRole: title, Qt.ItemDataRole.ToolTipRole: tip}.get(Qt.ItemDataRole(role))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._cells(one)[index.column()]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._in_words(one)
            case Qt.ItemDataRole.ForegroundRole if self._session.contradictions.is_dismissed(one):
                return QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        return None

    def _cells(self, one: Contradiction) -> tuple[str, ...]:
        area = _pixels(one) if one.visible_area_mm2 is None else f"{one.visible_area_mm2:.3g} mm²"
        heat = "" if one.heat_max is None else f"{one.heat_max:.2f}"
        marked = ", ".join((one.from_view, *one.also_from))
        return one.sample, one.to_view, marked, self._class(one.label), area, heat

    def _in_words(self, one: Contradiction) -> str:
        marked = " and ".join((one.from_view, *one.also_from))
        instead = f" (it is {self._class(one.marked_as)} there)" if one.marked_as else ""
        words = f"{one.sample}: {one.to_view} shows {_pixels(one)} of a {self._class(one.label)} that {marked} mark"
        words += "s" if not one.also_from else ""
        dismissed = "; dismissed" if self._session.contradictions.is_dismissed(one) else ""
        return f"{words}, and has it not marked{instead}{dismissed}"

    def _class(self, label: int) -> str:
        classes = self._session.annotation.classes
        return next((known.name for known in classes if known.index == label), f"class {label}")


class ContradictionsPanel(QWidget):
    """Follows the queue; a click, or Enter, goes to the place."""

    def __init__(self, session: Session, actions: QtActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._queue = session, session.contradictions
        self.model = QueueModel(session, self)
        self.table, self.dismissed = QTableView(), QCheckBox("Show dismissed")
        self._empty, self._note = QLabel(NEVER), QLabel()
        self._again = QTimer(self, interval=0, singleShot=True)
        self._set_up_table()
        self._lay_out(actions)
        self._connect()
        self._show()

    def _set_up_table(self) -> None:
        table, header = self.table, self.table.horizontalHeader()
        table.setModel(self.model)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setAccessibleName("Contradictions")
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)

    def _lay_out(self, actions: QtActions) -> None:
        for label in (self._empty, self._note):
            label.setWordWrap(True)
        self._empty.setProperty("role", "empty")
        self._empty.setContentsMargins(12, 8, 12, 8)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._note.setProperty("role", "quiet")
        self.dismissed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = QHBoxLayout()
        head.setContentsMargins(8, 6, 12, 6)
        head.setSpacing(6)
        for id in ("find", "previous", "next", "dismiss"):
            button = QToolButton()
            button.setDefaultAction(actions[f"contradictions.{id}"])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("role", "plain")
            head.addWidget(button)
        head.addWidget(self.dismissed)
        head.addWidget(self._note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.table, 1)
        self.setMinimumHeight(120)

    def _connect(self) -> None:
        session = self._session
        self._again.timeout.connect(self._show)
        for news in (self._queue.changed, session.annotation.changed):
            listen(self, news, self._again.start)
        listen(self, self._queue.chosen, self._show_here)
        self.table.clicked.connect(self._on_clicked)
        self.table.activated.connect(self._on_clicked)
        self.dismissed.toggled.connect(self._on_toggled)

    def _show(self) -> None:
        queue = self._queue
        some = bool(queue.queue)
        self.model.show()
        self.table.setVisible(some)
        self._empty.setVisible(not some)
        self._empty.setText(NEVER if not queue.begun else "" if queue.searching else NONE)
        self.dismissed.setChecked(queue.with_dismissed)
        self._say()
        self._show_here()

    def _say(self) -> None:
        queue, problems = self._queue, self._queue.problems
        words = [f"{counted(len(queue.queue), 'place')} in {counted(queue.compared, 'marked part')}"]
        words += [f"{counted(len(problems), 'part')} could not be compared"] if problems else []
        words += ["looking…"] if queue.searching else []
        self._note.setText("; ".join(words) if queue.begun else "")
        self._note.setToolTip("\n".join(f"{sample}: {problem}" for sample, problem in list(problems.items())[:20]))

    def _show_here(self) -> None:
        row, selection = self.model.row_of(self._queue.here), self.table.selectionModel()
        if row is None:
            selection.clear()
            return
        self.table.selectRow(row)
        self.table.scrollTo(self.model.index(row, 0))

    def _on_clicked(self, index: QModelIndex) -> None:
        go_to(self._session, self.model.at(index.row()))

    def _on_toggled(self, shown: bool) -> None:
        self._queue.show_dismissed(shown=shown)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _pixels(one: Contradiction) -> str:
    return counted(one.visible_area_px, "pixel")
