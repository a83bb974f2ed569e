"""What can be done to a whole class of the view at hand: its settings, and a button for each."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.ui.panels.tool_options import OptionsForm
from pentad.ui.qt_actions import QtActions

MENUS = ("Annotate/Clean up", "Annotate/Combine")
COLUMNS = 2


class CleanUpBox(QWidget):
    """The settings, and below them the actions that read them."""

    def __init__(self, session: Session, actions: QtActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = OptionsForm(session.operations.options)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        offered = [action for action in actions.table if action.menu in MENUS]
        for number, action in enumerate(offered):
            button = QToolButton()
            button.setDefaultAction(actions[action.id])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
            button.setProperty("role", "plain")
            grid.addWidget(button, number // COLUMNS, number % COLUMNS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.form)
        layout.addLayout(grid)
