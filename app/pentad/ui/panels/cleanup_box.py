"""What can be done to a whole class of the view at hand: its settings, and a button for each."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.ui.panels.action_grid import action_grid
from pentad.ui.panels.tool_options import OptionsForm
from pentad.ui.qt_actions import QtActions

MENUS = ("Annotate/Clean up", "Annotate/Combine")


class CleanUpBox(QWidget):
    """The settings, and below them the actions that read them."""

    def __init__(self, session: Session, actions: QtActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = OptionsForm(session.operations.options)
        offered = [action for action in actions.table if action.menu in MENUS]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.form)
        layout.addLayout(action_grid(actions, offered))
