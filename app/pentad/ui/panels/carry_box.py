"""Marks that travel to the other views: how it stands, what can be done, and the settings of it."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.session.transfer_actions import MENU
from pentad.ui.bridge import listen
from pentad.ui.panels.action_grid import action_grid
from pentad.ui.panels.tool_options import OptionsForm
from pentad.ui.qt_actions import QtActions
from pentad.ui.section import FewLines


class CarryBox(QWidget):
    """Follows the transfer; its switch is the first of its settings."""

    said = Signal(str)
    """How it stands, in a few words."""

    def __init__(self, session: Session, actions: QtActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transfer = session.transfer
        self.form, self.words = OptionsForm(session.transfer.options), FewLines(3)
        # Why soon and not at once: proposals come many times a second while one paints.
        self._soon = QTimer(self, interval=100, singleShot=True)
        offered = [action for action in actions.table if action.menu == MENU and action.checked is None]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.words)
        layout.addLayout(action_grid(actions, offered))
        layout.addWidget(self.form)
        listen(self, session.transfer.changed, self._tell_soon)
        listen(self, session.annotation.changed, self._tell_soon)
        self._soon.timeout.connect(self.show_words)
        self._soon.start()

    def _tell_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def show_words(self) -> None:
        """Say how it stands now."""
        words = self._transfer.words
        self.words.say(words)
        self.said.emit(words if self._transfer.is_proposed() else "")
