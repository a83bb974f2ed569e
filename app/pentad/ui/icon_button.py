"""The small button that shows a picture instead of words."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton


def icon_button(tip: str, *, checkable: bool = False) -> QToolButton:
    """One that says what it does to eyes and to screen readers; its icon is set with the theme."""
    button = QToolButton()
    button.setAutoRaise(True)
    button.setCheckable(checkable)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setIconSize(QSize(18, 18))
    return button
