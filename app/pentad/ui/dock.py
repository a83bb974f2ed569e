"""A dock with a quiet title."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from pentad.ui.theme import Theme


class Dock(QDockWidget):
    """A panel's place at the edge of the window; it can be moved, floated and closed."""

    def __init__(self, name: str, title: str, panel: QWidget, theme: Theme, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setWidget(panel)
        self._theme = theme
        bar = QWidget(self)
        bar.setObjectName("dock_title")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._close = QToolButton(bar)
        self._close.setAutoRaise(True)
        self._close.setToolTip(f"Close {title.lower()}; View > Panels brings it back")
        self._close.setAccessibleName(f"Close {title}")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.close)
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(10, 2, 4, 2)
        layout.addWidget(QLabel(title), 1)
        layout.addWidget(self._close)
        self.setTitleBarWidget(bar)
        theme.changed.connect(self._show_icon)
        self._show_icon()

    def _show_icon(self) -> None:
        self._close.setIcon(self._theme.mark("close", "quiet"))
