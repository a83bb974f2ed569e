"""The dock of the pose debugger, which is made when it is first on screen."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.ui.qt_actions import QtActions
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme


class PosePanel(QWidget):
    """Holds the debugger; plots are costly to import, and few who open Pentad look at poses."""

    def __init__(
        self, session: Session, actions: QtActions, theme: Theme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._actions, self._theme, self._settings = session, actions, theme, settings
        self.debugger: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        if self.debugger is None:
            from pentad.ui.pose.debugger import PoseDebugger

            self.debugger = PoseDebugger(self._session, self._actions, self._theme, self._settings, self)
            self._layout.addWidget(self.debugger)
