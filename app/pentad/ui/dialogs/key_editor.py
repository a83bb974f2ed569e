"""The keys of one action, each to be pressed anew, moved to another place or taken away."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.session.actions import Action
from pentad.session.keys import Keys, Scope, ScopedKey

ROOM = 108
"""Logical pixels that three keys take, so that the page stands still from action to action."""
SCOPES = (Scope.EVERYWHERE, Scope.ANNOTATE, Scope.REVIEW)


class KeyField(QKeySequenceEdit):
    """A field that takes the next key as it is pressed; Escape leaves it as it was."""

    pressed = Signal(str)
    """The key as Qt writes it portably."""

    def __init__(self, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = QKeySequence(key)
        self.setMaximumSequenceLength(1)
        self.setKeySequence(self._shown)
        self.setMinimumWidth(150)
        for line in self.findChildren(QLineEdit):
            line.setPlaceholderText("Press a key" if key else "Add a key: press it")
        self.editingFinished.connect(self._on_finished)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.setKeySequence(self._shown)
            self.clearFocus()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        super().focusInEvent(event)
        for line in self.findChildren(QLineEdit):
            line.selectAll()

    def _on_finished(self) -> None:
        found = self.keySequence()
        if found.isEmpty():
            self.setKeySequence(self._shown)
        elif found != self._shown:
            self.pressed.emit(found.toString(QKeySequence.SequenceFormat.PortableText))


class KeyEditor(QFrame):
    """A row for each key of the action, and an empty one to add another."""

    wanted = Signal(str, object)
    """(action id, Keys): a person wants these and no others."""
    refused = Signal(object)
    """Problem: what was pressed cannot be a key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.fields: list[KeyField] = []
        self.reset = QPushButton("Reset")
        self.reset.setToolTip("The keys this action had at first")
        self._title, self._tip = QLabel(), QLabel()
        self._title.setProperty("role", "title")
        self._tip.setProperty("role", "quiet")
        self._rows = QWidget()
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addWidget(self._tip, 1)
        head.addWidget(self.reset)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 10)
        self._layout.addLayout(head)
        self._layout.addWidget(self._rows)
        self._id = ""
        self._keys: Keys = ()
        self._new_where = QComboBox()

    def show_action(self, action: Action, keys: Keys, defaults: Keys) -> None:
        """May be called again and again; what was half pressed is forgotten."""
        self._id, self._keys = action.id, keys
        self._title.setText(action.title)
        self._tip.setText(action.tip)
        self.reset.setEnabled(keys != defaults)
        fresh = self._new_rows(action, keys)
        self._layout.replaceWidget(self._rows, fresh)
        fresh.show()  # Why: a field that is not shown yet could not take the focus.
        self._rows.hide()
        self._rows.deleteLater()
        self._rows = fresh

    def take_focus(self, scope: Scope) -> None:
        """Ask for a key: in the place of the first that is good in ``scope``, else as a new one."""
        places = [number for number, key in enumerate(self._keys) if key.scope & scope]
        if not places:
            self._new_where.setCurrentIndex(SCOPES.index(scope))
        self.fields[places[0] if places else -1].setFocus()

    def _new_rows(self, action: Action, keys: Keys) -> QWidget:
        rows = QWidget()
        rows.setMinimumHeight(ROOM)
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 4, 0, 0)
        self.fields = []
        annotates = action.menu.partition("/")[0] == "Annotate"
        usual = keys[0].scope if keys else Scope.ANNOTATE if annotates else Scope.EVERYWHERE
        slots: list[ScopedKey | None] = [*keys, None]
        for number, key in enumerate(slots):
            field, where = KeyField(key.key if key else ""), QComboBox()
            where.addItems([scope.words for scope in SCOPES])
            where.setCurrentIndex(SCOPES.index(key.scope if key else usual))
            where.setAccessibleName("Where the key is good")
            field.setAccessibleName(f"Key of {action.title}")
            field.pressed.connect(partial(self._on_pressed, number, where))
            grid.addWidget(field, number, 0)
            grid.addWidget(where, number, 1)
            if key is not None:
                where.activated.connect(partial(self._on_moved, number))
                remove = QPushButton("Take away")
                remove.setProperty("flat_link", "true")
                remove.setAutoDefault(False)
                remove.clicked.connect(partial(self._on_removed, number))
                grid.addWidget(remove, number, 2)
            else:
                self._new_where = where
            self.fields.append(field)
        grid.setColumnStretch(3, 1)
        grid.setRowStretch(len(slots), 1)
        return rows

    def _on_pressed(self, number: int, where: QComboBox, pressed: str) -> None:
        try:
            key = ScopedKey(ScopedKey.parse(pressed).key, SCOPES[where.currentIndex()])
        except Problem as problem:
            self.refused.emit(problem)
            return
        self._want(number, (key,))

    def _on_moved(self, number: int, place: int) -> None:
        self._want(number, (ScopedKey(self._keys[number].key, SCOPES[place]),))

    def _on_removed(self, number: int) -> None:
        self._want(number, ())

    def _want(self, number: int, instead: Keys) -> None:
        self.wanted.emit(self._id, (*self._keys[:number], *instead, *self._keys[number + 1 :]))
