"""A few choices side by side, of which one holds."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

SHORT = 7
"""Letters of the narrowest segment; longer titles get more of the room."""
PAD = 6
"""Logical pixels at each side of a title, its frame and the theme's padding."""


class Segments(QWidget):
    """Buttons in one row, one of them down; ``chosen`` is emitted when a person picks another."""

    chosen = Signal(str)

    def __init__(self, choices: Mapping[str, str], name: str, parent: QWidget | None = None) -> None:
        """``choices``: value to title, in order."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        last = len(choices) - 1
        for number, (value, title) in enumerate(choices.items()):
            button = QPushButton(title)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("segment", {0: "first", last: "last"}.get(number, "true"))
            button.setAccessibleName(f"{name}: {title}")
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(title) + 2 * PAD)
            self._group.addButton(button, number)
            self._buttons[value] = button
            layout.addWidget(button, max(len(title), SHORT))
        self._values = list(choices)
        self._group.idClicked.connect(self._on_clicked)

    def show_choice(self, value: str) -> None:
        """Follow the state; announces nothing."""
        if value in self._buttons:
            self._buttons[value].setChecked(True)

    def _on_clicked(self, number: int) -> None:
        self.chosen.emit(self._values[number])
