"""All keys on one page: to be found, pressed anew, and put on paper."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.session.actions import Action
from pentad.session.keys import Conflict, Keys, Scope
from pentad.ui.bridge import listen
from pentad.ui.dialogs.key_editor import KeyEditor
from pentad.ui.dialogs.key_paper import key_paper, save_key_paper
from pentad.ui.qt_actions import QtActions, in_words

COLUMNS = ("Action", "In Annotate", "Elsewhere")
SCOPES = {1: Scope.ANNOTATE, 2: Scope.REVIEW}
"""Which keys a column shows."""
ROW_HEIGHT = 24
HINT = "Click a key and press another. Keys in bold are no longer the ones they were at first."


class KeySheet(QDialog):
    """Every action with its keys; what is changed here holds at once and is remembered."""

    def __init__(self, actions: QtActions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.table, self._keymap = actions.table, actions.keymap
        self.text, self.tree, self.editor, self.question = QLineEdit(), QTreeWidget(), KeyEditor(), Question()
        self.reset_all, self.save = QPushButton("Reset all…"), QPushButton("Save sheet…")
        self._close = QPushButton("Close")
        self._menus: dict[str, tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = {}
        self._items: dict[str, QTreeWidgetItem] = {}
        self._set_up()
        self._lay_out()
        self._connect()
        self._show_keys()
        self.tree.setCurrentItem(next(iter(self._items.values())))
        self.text.setFocus()

    def _set_up(self) -> None:
        self.text.setPlaceholderText("Filter by action, menu or key")
        self.text.setClearButtonEnabled(True)
        self.text.setAccessibleName("Filter keys")
        self.tree.setAccessibleName("Actions and their keys")
        self.tree.setHeaderLabels(COLUMNS)
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in SCOPES:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for action in self.table:
            self._add(action)
        self.tree.expandAll()

    def _add(self, action: Action) -> None:
        menu = action.menu.replace("/", " > ")
        if menu not in self._menus:
            self._menus[menu] = QTreeWidgetItem(self.tree, [menu]), []
            self._menus[menu][0].setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._menus[menu][0].setSizeHint(0, QSize(0, ROW_HEIGHT))
        head, items = self._menus[menu]
        item = QTreeWidgetItem(head, [action.title])
        item.setData(0, Qt.ItemDataRole.UserRole, action.id)
        item.setToolTip(0, action.tip)
        item.setSizeHint(0, QSize(0, ROW_HEIGHT))
        items.append(item)
        self._items[action.id] = item

    def _lay_out(self) -> None:
        hint = QLabel(HINT)
        hint.setProperty("role", "quiet")
        buttons = QHBoxLayout()
        for button in (self.reset_all, self.save, self._close):
            button.setAutoDefault(False)
        buttons.addWidget(self.reset_all)
        buttons.addStretch(1)
        buttons.addWidget(self.save)
        buttons.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self.text)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.editor)
        layout.addWidget(self.question)
        layout.addWidget(hint)
        layout.addLayout(buttons)
        self.resize(720, 760)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._show_current)
        self.tree.itemClicked.connect(self._on_clicked)
        self.editor.wanted.connect(self._on_wanted)
        self.editor.refused.connect(self._on_refused)
        self.editor.reset.clicked.connect(self._on_reset)
        self.question.left.connect(self._show_current)
        self.reset_all.clicked.connect(self._on_reset_all)
        self.save.clicked.connect(self._on_save)
        self._close.clicked.connect(self.close)
        listen(self, self._keymap.changed, self._show_keys)

    @property
    def current(self) -> Action | None:
        """The action whose keys are open for change."""
        item = self.tree.currentItem()
        id = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        return self.table[str(id)] if id else None

    def item(self, id: str) -> QTreeWidgetItem:
        """An action's row."""
        return self._items[id]

    def choose(self, id: str) -> None:
        """Open an action's keys for change."""
        self.tree.setCurrentItem(self._items[id])

    def save_to(self, file: Path) -> None:
        """Put the keys on paper: a PDF, or a page of HTML."""
        try:
            save_key_paper(key_paper(self.table, self._keymap), file)
        except Problem as problem:
            self._on_refused(problem)

    def _show_keys(self) -> None:
        for id, item in self._items.items():
            font = self.tree.font()
            font.setBold(self._keymap.is_changed(id))
            for column, scope in SCOPES.items():
                item.setText(column, in_words(self._keymap.keys(id, scope)))
                item.setFont(column, font)
        self.reset_all.setEnabled(any(self._keymap.is_changed(id) for id in self._items))
        self._show_current()

    def _show_current(self) -> None:
        action = self.current
        self.question.hide()
        self.editor.setVisible(action is not None)
        if action is not None:
            self.editor.show_action(action, self._keymap.keys(action.id), self._keymap.defaults(action.id))

    def _filter(self, typed: str) -> None:
        words = typed.lower().split()
        for menu, items in self._menus.values():
            for item in items:
                said = " ".join((menu.text(0), *(item.text(column) for column in range(len(COLUMNS))))).lower()
                item.setHidden(not all(word in said for word in words))
            menu.setHidden(all(item.isHidden() for item in items))

    def _on_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column in SCOPES and self.current is not None:
            self.editor.take_focus(SCOPES[column])

    def _on_wanted(self, id: str, keys: Keys) -> None:
        clashes = self._keymap.conflicts(id, keys)
        if not clashes:
            self._keymap.bind(id, keys)
            return
        self.question.ask(self._words(clashes), "Take it over", partial(self._keymap.bind, id, keys))

    def _words(self, clashes: list[Conflict]) -> str:
        said = [
            f"{in_words((clash.key,))} is the key of {self.table[clash.first].title} {clash.key.scope.words}."
            for clash in clashes
        ]
        return " ".join(said)

    def _on_refused(self, problem: Problem) -> None:
        self.question.tell(f"{problem}. {problem.remedy or ''}".strip())

    def _on_reset(self) -> None:
        if (action := self.current) is not None:
            self._on_wanted(action.id, self._keymap.defaults(action.id))

    def _on_reset_all(self) -> None:
        count = sum(self._keymap.is_changed(id) for id in self._items)
        words = f"All keys go back to what they were at first; that changes {count} of them."
        self.question.ask(words, "Reset all", self._keymap.reset_all)

    def _on_save(self) -> None:
        chosen = QFileDialog.getSaveFileName(self, "Save the keys", "pentad-keys.pdf", "PDF (*.pdf);;Page (*.html)")[0]
        if chosen:
            file = Path(chosen)
            self.save_to(file if file.suffix else file.with_suffix(".pdf"))


class Question(QFrame):
    """What stands in the way, in words, beneath what was asked for; with the way past it and the way back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.words, self.yes, self.no = QLabel(), QPushButton(), QPushButton("Leave it")
        self.words.setWordWrap(True)
        self.yes.setAutoDefault(False)
        self.no.setAutoDefault(False)
        self._then: Callable[[], object] = int
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.yes)
        layout.addWidget(self.no)
        self.left = self.no.clicked
        self.yes.clicked.connect(self._go_on)
        self.hide()

    def ask(self, words: str, yes: str, then: Callable[[], object]) -> None:
        """``then`` is called if a person says ``yes``."""
        self._then = then
        self.words.setText(words)
        self.yes.setText(yes)
        self.yes.show()
        self.show()
        self.no.setFocus()

    def tell(self, words: str) -> None:
        """Something that only needs to be read."""
        self.words.setText(words)
        self.yes.hide()
        self.show()

    def _go_on(self) -> None:
        self.hide()
        self._then()
