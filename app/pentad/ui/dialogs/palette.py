"""Everything that can be done, found by typing a few letters of its name."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from pentad.session.actions import Action, Actions
from pentad.ui.qt_actions import QtActions

PASSED_ON = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def matching(actions: Actions, typed: str) -> list[Action]:
    """The actions whose menu and title hold all typed words, titles that begin with the text first."""
    words = typed.lower().split()
    found = [action for action in actions if all(word in f"{action.menu} {action.words}".lower() for word in words)]
    return sorted(found, key=lambda action: not action.words.lower().startswith(typed.lower().strip()))


class Palette(QDialog):
    """A line to type into and what it finds; Enter does the first."""

    def __init__(self, actions: QtActions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._actions = actions
        self.setAccessibleName("Find an action")
        self.text, self.list = QLineEdit(), QTreeWidget()
        self.text.setPlaceholderText("What do you want to do?")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.text)
        layout.addWidget(self.list)
        self.resize(520, 380)
        self.text.textChanged.connect(self._show)
        self.text.installEventFilter(self)
        self.list.itemClicked.connect(self._run)
        self._show()

    def show_in(self, window: QWidget) -> None:
        """At the top of ``window``, in its middle."""
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 80)
        self.show()
        self.text.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in PASSED_ON:
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if (item := self.list.currentItem()) is not None:
                    self._run(item)
                return True
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        self.list.clear()
        shown: list[QTreeWidgetItem] = []
        for action in matching(self._actions.table, self.text.text()):
            body = self._actions[action.id]
            item = QTreeWidgetItem(
                [f"{action.menu.replace('/', ' > ')} > {action.words}", self._actions.keys_text(action)]
            )
            item.setIcon(0, body.icon())
            item.setData(0, Qt.ItemDataRole.UserRole, action.id)
            item.setToolTip(0, action.tip)
            item.setDisabled(not body.isEnabled())
            self.list.addTopLevelItem(item)
            shown.append(item)
        if (first := next((item for item in shown if not item.isDisabled()), None)) is not None:
            self.list.setCurrentItem(first)

    def _run(self, item: QTreeWidgetItem) -> None:
        body = self._actions[str(item.data(0, Qt.ItemDataRole.UserRole))]
        self.close()
        body.trigger()
