"""The dialog that asks for what a job needs and starts it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.session.session import Session


class FormDialog(QDialog):
    """Rows to fill in, a line for Problems, and the button that starts the job; it stays open beside the work."""

    def __init__(self, session: Session, title: str, start: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(title)
        self.rows, self.problem, self.start = form_rows(), QLabel(), QPushButton(start)
        self.start.setProperty("primary", True)
        self.problem.setProperty("role", "alarm")
        self.problem.setWordWrap(True)
        self.problem.hide()

    def add_choice(self, title: str, choice: QComboBox, words: QLabel) -> None:
        """A row to choose in, and quiet ``words`` on what is chosen."""
        words.setProperty("role", "quiet")
        words.setWordWrap(True)
        choice.setAccessibleName(title)
        self.rows.addRow(title, choice)
        self.rows.addRow("", words)

    def finish_layout(self, forms: QScrollArea | None = None) -> None:
        """Rows, what scrolls, the Problem and the buttons, one below the other."""
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self.rows)
        if forms is None:
            layout.addStretch(1)
        else:
            forms.setWidgetResizable(True)
            forms.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            layout.addWidget(forms, 1)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)
        self.start.setDefault(True)  # Why: Enter would press the first button there is, which asks for a folder.

    def say(self, problem: Problem) -> None:
        self.problem.setText(f"{problem}\n{problem.remedy}")
        self.problem.show()


def form_rows() -> QFormLayout:
    """Rows of a name and a field that grows."""
    rows = QFormLayout()
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    rows.setHorizontalSpacing(16)
    rows.setVerticalSpacing(10)
    return rows
