"""The tools at the left edge, one button each."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolBar, QWidget

from pentad.annotation.tool import Tool
from pentad.annotation.toolbox import HAND
from pentad.session.session import Session
from pentad.ui.qt_actions import QtActions

GROUPS = (
    (HAND,),
    ("brush", "eraser", "line"),
    ("polygon", "lasso", "rectangle", "ellipse"),
    ("fill", "wand", "grabcut", "superpixels", "scissors", "threshold"),
    ("move",),
)
"""What stands together; a tool of none of them comes last."""


class ToolBar(QToolBar):
    """A button is its tool's action, with its key in the tooltip."""

    def __init__(self, session: Session, actions: QtActions, parent: QWidget) -> None:
        super().__init__("Annotation tools", parent)
        self.setObjectName("annotation_tools")
        self.setMovable(False)
        self.setOrientation(Qt.Orientation.Vertical)
        self.setIconSize(QSize(20, 20))
        self._fill(session.annotation.toolbox.tools, actions)
        for child in self.children():
            if isinstance(child, QWidget):
                child.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _fill(self, tools: Mapping[str, Tool], actions: QtActions) -> None:
        grouped = {id for group in GROUPS for id in group}
        groups = [*GROUPS, tuple(id for id in tools if id not in grouped)]
        for group in groups:
            ids = [id for id in group if id in tools or id == HAND]
            if ids and self.actions():
                self.addSeparator()
            for id in ids:
                self.addAction(actions[f"tool.{id}"])
