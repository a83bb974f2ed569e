"""The dock of the cross-section, which is made when it is first on screen."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme


class ProfilePanel(QWidget):
    """Holds the plots, which are costly to import."""

    def __init__(self, session: Session, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme, self._settings = session, theme, settings
        self.view: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        if self.view is None:
            from pentad.ui.profile.profile_view import ProfileView

            self.view = ProfileView(self._session, self._theme, self._settings, self)
            self._layout.addWidget(self.view)
