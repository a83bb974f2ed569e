"""What was done, step by step; a click goes back, or forward again, to just after that step."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QListView, QSpinBox, QVBoxLayout, QWidget

from pentad.annotation.edit import KeptEdit
from pentad.core.history import Edit
from pentad.core.wording import counted
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.settings import Settings

MEGABYTE = 1 << 20
LIMITS = (16, 4096)
KEY = "annotation/history_mb"
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class HistoryModel(QAbstractListModel):
    """The beginning, what is done, and what was taken back (greyed)."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._edits: Sequence[Edit] = ()
        self._done = 0

    def show(self, done: Sequence[Edit], undone: Sequence[Edit]) -> None:
        edits = (*done, *undone)
        same = len(edits) == len(self._edits) and all(new is old for new, old in zip(edits, self._edits, strict=True))
        if same:
            self._done = len(done)
            self.dataChanged.emit(self.index(0), self.index(len(edits)))
            return
        self.beginResetModel()
        self._edits, self._done = edits, len(done)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self._edits) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return "Beginning" if row == 0 else edit_in_words(self._edits[row - 1])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = "Beginning" if row == 0 else edit_in_words(self._edits[row - 1])
            return words if self.is_done(row) else f"{words}, taken back"
        if role == Qt.ItemDataRole.ForegroundRole and not self.is_done(row):
            return QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText)
        return None

    def is_done(self, row: int) -> bool:
        return row <= self._done


class HistoryBox(QWidget):
    """Follows the one history; long ways back are gone step by step, so that the window stays awake."""

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._annotation, self._settings = session.annotation, settings
        self.list, self.model = QListView(), HistoryModel(self)
        self.limit, self.used = QSpinBox(), QLabel()
        self._wanted: int | None = None
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._step = QTimer(self, interval=0, singleShot=True)
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def _set_up(self) -> None:
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setObjectName("history")
        self.list.setAccessibleName("History")
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setToolTip("Click a step to go back or forward to it")
        self.limit.setRange(*LIMITS)
        self.limit.setSingleStep(64)
        self.limit.setSuffix(" MB")
        self.limit.setKeyboardTracking(False)
        self.limit.lineEdit().setTextMargins(4, 0, 0, 0)
        self.limit.setAccessibleName("Memory for undoing")
        self.limit.setToolTip("How much memory may hold what can be taken back; the oldest steps go first")
        kept = self._settings.number(KEY, self._annotation.history.limit / MEGABYTE)
        self._annotation.history.set_limit(round(min(max(kept, LIMITS[0]), LIMITS[1])) * MEGABYTE)
        self.used.setProperty("role", "quiet")

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self.used, 1)
        below.addWidget(QLabel("of"))
        below.addWidget(self.limit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)
        self.list.setMinimumHeight(96)

    def _connect(self) -> None:
        # Why: a stroke must not wait for a list to be drawn.
        listen(self, self._annotation.history.changed, self._soon.start)
        self._soon.timeout.connect(self._show)
        self._step.timeout.connect(self._go_on)
        self.list.clicked.connect(self._on_clicked)
        self.limit.valueChanged.connect(self._on_limit)

    def _show(self) -> None:
        history = self._annotation.history
        self.model.show(history.done, history.undone)
        here = self.model.index(len(history.done))
        self.list.setCurrentIndex(here)
        self.list.scrollTo(here)
        steps = counted(len(history.done), "step")
        self.used.setText(f"{steps} · {history.nbytes / MEGABYTE:.1f} MB")
        self.limit.blockSignals(True)
        self.limit.setValue(round(history.limit / MEGABYTE))
        self.limit.blockSignals(False)
        if self._wanted is not None:
            self._step.start()

    def go_to(self, steps: int) -> None:
        """Have so many steps done."""
        self._wanted = steps
        self._step.start()

    def _go_on(self) -> None:
        if self._wanted is None:
            return
        here = len(self._annotation.history.done)
        if here == self._wanted:
            self._wanted = None
        elif here > self._wanted:
            self._annotation.undo()
        else:
            self._annotation.redo()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.go_to(index.row())

    def _on_limit(self, megabytes: int) -> None:
        self._settings.put(KEY, megabytes)
        self._annotation.history.set_limit(megabytes * MEGABYTE)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(240, 220)


def edit_in_words(edit: Edit) -> str:
    if isinstance(edit, KeptEdit):
        sample = edit.edit.key.sample.rsplit("/", 1)[-1]
        return f"{edit.name} · {edit.edit.key.view} · {sample}"
    return edit.name
