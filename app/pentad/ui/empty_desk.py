"""What stands in the middle of the window before there is a part to look at, and how to get one."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

CLOSED = "The views of a part appear here. Drop a data set folder or a zip on this window, or choose one."
FILLING = "The views of a part appear here as soon as the first one is in."


class EmptyDesk(QWidget):
    """Says what would be here; with no project open it offers the two ways to one."""

    folder_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = QLabel()
        self._words.setProperty("role", "empty")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self.folder, self.sample = QPushButton("Open folder…"), QPushButton("Open the sample project")
        self.folder.setProperty("primary", True)
        self.folder.clicked.connect(self.folder_wanted)
        self.sample.clicked.connect(self.sample_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.folder)
        buttons.addWidget(self.sample)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(1)
        layout.addWidget(self._words)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def show_state(self, *, open: bool) -> None:
        """``open``: there is a project, only no part in it yet."""
        self._words.setText(FILLING if open else CLOSED)
        self.folder.setVisible(not open)
        self.sample.setVisible(not open)
