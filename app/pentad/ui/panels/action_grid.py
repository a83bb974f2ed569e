"""Actions as plain buttons in two columns, for the boxes of a panel."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QToolButton

from pentad.session.actions import Action
from pentad.ui.qt_actions import QtActions

COLUMNS = 2


def action_grid(actions: QtActions, offered: Iterable[Action]) -> QGridLayout:
    """A button for each of ``offered``, row by row."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(2)
    for number, action in enumerate(offered):
        button = QToolButton()
        button.setDefaultAction(actions[action.id])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().Policy.Fixed)
        button.setProperty("role", "plain")
        grid.addWidget(button, number // COLUMNS, number % COLUMNS)
    return grid
