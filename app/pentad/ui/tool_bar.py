"""The tools at the left edge, one button each."""

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QWidget

from pentad.annotation.toolbox import HAND
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.qt_actions import QtActions
from pentad.ui.theme import Theme

GROUPS = (
    (HAND,),
    ("brush", "eraser", "line"),
    ("polygon", "lasso", "rectangle", "ellipse"),
    ("fill", "wand", "grabcut", "superpixels", "scissors", "threshold"),
    ("move",),
)
"""What stands together; a tool of none of them comes last."""


class ToolBar(QToolBar):
    """Follows the toolbox; a button is the tool's action, with its key in the tooltip."""

    def __init__(self, session: Session, actions: QtActions, theme: Theme, parent: QWidget) -> None:
        super().__init__("Annotation tools", parent)
        self.setObjectName("annotation_tools")
        self.setMovable(False)
        self.setOrientation(Qt.Orientation.Vertical)
        self.setIconSize(QSize(20, 20))
        self._session, self._theme = session, theme
        self._own: dict[str, QAction] = {}
        self._fill(actions)
        for child in self.children():
            if isinstance(child, QWidget):
                child.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        listen(self, session.annotation.toolbox.changed, self._show)
        theme.changed.connect(self._show)
        self._show()

    def _fill(self, actions: QtActions) -> None:
        tools = self._session.annotation.toolbox.tools
        declared = {action.id for action in actions.table}
        grouped = {id for group in GROUPS for id in group}
        groups = [*GROUPS, tuple(id for id in tools if id not in grouped)]
        for group in groups:
            ids = [id for id in group if id in tools or id == HAND]
            if ids and self.actions():
                self.addSeparator()
            for id in ids:
                self.addAction(actions[f"tool.{id}"] if f"tool.{id}" in declared else self._action(id))

    def _action(self, id: str) -> QAction:
        tool = self._session.annotation.toolbox.tools.get(id)
        action = QAction(tool.title if tool is not None else "Hand", self)
        action.setCheckable(True)
        action.setToolTip(f"{action.text()}\n{tool.tip if tool is not None else 'Move the picture'}")
        action.triggered.connect(partial(self._take, id))
        self._own[id] = action
        return action

    def _take(self, id: str, *_: object) -> None:
        self._session.annotation.toolbox.take(id)
        self._show()

    def _show(self) -> None:
        taken = self._session.annotation.toolbox.taken
        for id, action in self._own.items():
            action.setIcon(self._theme.icon(id))
            action.setChecked(id == (taken.id if taken is not None else HAND))
