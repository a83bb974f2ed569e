"""What stands in the pose debugger's place as long as there is no run."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

WORDS = (
    "Align a part with its mesh, and every iteration shows here: rendered and photographed outline over each other in "
    "all views, how loss and IoU fell, how far each reference was, and the pose in numbers."
)
_WIDE = 460
NEEDS = "It takes a sample whose views are calibrated, and the part's mesh."


class EmptyPose(QWidget):
    """Says what would be here, and offers both ways to get it."""

    file_wanted = Signal()

    def __init__(self, align: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = align
        words, needs = QLabel(WORDS), QLabel(NEEDS)
        self.align, self.open = QPushButton("Align this part"), QPushButton("Open a trace…")
        self.align.setProperty("primary", "true")
        for label, role in ((words, "empty"), (needs, "quiet")):
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setFixedSize(_WIDE, label.heightForWidth(_WIDE))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.align)
        buttons.addWidget(self.open)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addStretch(1)
        for label in (words, needs):
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(buttons)
        column.addStretch(1)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(column, 4)
        layout.addStretch(1)
        self.align.clicked.connect(align.trigger)
        self.open.clicked.connect(self.file_wanted)
        align.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.align.setEnabled(self._action.isEnabled())
        self.align.setToolTip(self._action.toolTip())
