"""What a person should know: one strip above the views, never a box in the way."""

import logging

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pentad.core.problem import Problem
from pentad.session.session import Session
from pentad.ui.bridge import listen

MOST = 50
log = logging.getLogger(__name__)


class NoticesStrip(QFrame):
    """The problems nobody has dismissed yet, one at a time, the newest first. Without one it takes no room."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self._problems: list[Problem] = []
        self._shown = 0
        self._what, self._why, self._count = QLabel(), QLabel(), QLabel()
        self._older = QPushButton("Next")
        self._dismiss, self._all = QPushButton("Dismiss"), QPushButton("Dismiss all")
        self._lay_out()
        self._connect(session)
        self._show()

    def _lay_out(self) -> None:
        for label in (self._what, self._why):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for quiet in (self._why, self._count):
            quiet.setProperty("role", "quiet")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._what)
        words.addWidget(self._why)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.addLayout(words, 1)
        layout.addWidget(self._count)
        for button in (self._older, self._dismiss, self._all):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            layout.addWidget(button)

    def _connect(self, session: Session) -> None:
        listen(self, session.noticed, self.add)
        self._older.clicked.connect(self._show_older)
        self._dismiss.clicked.connect(self._dismiss_one)
        self._all.clicked.connect(self._dismiss_all)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Newest first."""
        return tuple(self._problems)

    def add(self, problem: Problem) -> None:
        """Show a problem; one that is already there comes to the front."""
        log.info("noticed: %s (%s)", problem, problem.remedy)
        self._problems = [problem, *(p for p in self._problems if p.args != problem.args)][:MOST]
        self._shown = 0
        self._show()

    def _show_older(self) -> None:
        self._shown = (self._shown + 1) % len(self._problems)
        self._show()

    def _dismiss_one(self) -> None:
        del self._problems[self._shown]
        self._shown = min(self._shown, max(len(self._problems) - 1, 0))
        self._show()

    def _dismiss_all(self) -> None:
        self._problems.clear()
        self._shown = 0
        self._show()

    def _show(self) -> None:
        several = len(self._problems) > 1
        for widget in (self._older, self._all, self._count):
            widget.setVisible(several)
        self.setVisible(bool(self._problems))
        if self._problems:
            problem = self._problems[self._shown]
            self._what.setText(str(problem))
            self._why.setText(problem.remedy)
            self._count.setText(f"{self._shown + 1} of {len(self._problems)}")
            self.setAccessibleName(f"{problem}. {problem.remedy}")
