"""What is running, how far it is, and what went wrong."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from pentad.session.jobs import Job, Jobs, State
from pentad.ui.bridge import listen

EMPTY = "Training, detection and everything else that takes time shows here, with a way to stop it."
AnyJob = Job[Any]


def time_text(seconds: float | None) -> str:
    """How long it still takes, as roughly as it is known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{max(1, round(seconds))} s left"
    return f"{round(seconds / 60)} min left" if seconds < 5400 else f"{seconds / 3600:.1f} h left"


class JobRow(QFrame):
    """One job: its title, how far it is, how long it takes; a failed one says why and what to do."""

    def __init__(self, job: AnyJob, parent: QWidget) -> None:
        super().__init__(parent)
        self.job = job
        self.setProperty("role", "card")
        self._title, self._message, self._left = QLabel(job.title), QLabel(), QLabel()
        self._bar = QProgressBar()
        self.button = QPushButton("Cancel")
        self._lay_out()
        self.button.clicked.connect(self._on_button)
        listen(self, job.changed, self.show_job)
        self.show_job()

    def _lay_out(self) -> None:
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._message.setProperty("role", "quiet")
        self._message.setWordWrap(True)
        self._left.setProperty("role", "quiet")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._left)
        head.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 10)
        layout.setSpacing(5)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        layout.addWidget(self._message)

    def show_job(self) -> None:
        """Follow the job; may be called twice."""
        job = self.job
        known = job.state is State.RUNNING and job.fraction > 0
        self._bar.setRange(0, 1000 if known or job.state is State.QUEUED else 0)
        self._bar.setValue(round(job.fraction * 1000))
        self._bar.setVisible(not job.settled)
        self._left.setText("" if job.settled else time_text(job.seconds_left))
        self._message.setText(_message(job))
        self._message.setVisible(bool(self._message.text()))
        self.button.setText("Dismiss" if job.settled else "Cancel")
        self.button.setEnabled(job.settled or job.wanted)
        self.setAccessibleName(f"{job.title}: {job.state.value}, {round(job.fraction * 100)} percent")
        if job.state is State.FAILED and self._message.property("role") != "alarm":
            self._message.setProperty("role", "alarm")
            self._message.style().polish(self._message)

    def _on_button(self) -> None:
        if self.job.settled:
            self.deleteLater()
        else:
            self.job.cancel()
            self.button.setEnabled(False)
            self._message.setText("Stopping…")


def _message(job: AnyJob) -> str:
    if job.problem is not None:
        return f"{job.problem}\n{job.problem.remedy}"
    if job.state is State.QUEUED:
        return "Waiting for its turn"
    return job.message


class JobsPanel(QScrollArea):
    """One row a job that is worth a line; what is done leaves, what failed stays until it is dismissed."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(8, 8, 8, 8)
        self._rows.setSpacing(6)
        self._empty = QLabel(EMPTY)
        self._empty.setProperty("role", "empty")
        self._empty.setWordWrap(True)
        self._rows.addWidget(self._empty)
        self._rows.addStretch(1)
        self.setWidget(inside)
        self.setMinimumHeight(120)
        listen(self, jobs.started, self._add)
        listen(self, jobs.finished, self._on_finished)
        for job in jobs.unsettled:
            self._add(job)

    @property
    def rows(self) -> list[JobRow]:
        """What is listed, oldest first."""
        items = (self._rows.itemAt(i) for i in range(self._rows.count()))
        return [widget for item in items if item is not None and isinstance(widget := item.widget(), JobRow)]

    def _add(self, job: AnyJob) -> None:
        if job.quiet:
            return
        row = JobRow(job, self)
        row.destroyed.connect(partial(QTimer.singleShot, 0, self._show_empty))
        self._rows.insertWidget(self._rows.count() - 1, row)
        self._show_empty()

    def _on_finished(self, job: AnyJob) -> None:
        for row in self.rows:
            if row.job is job and job.state is not State.FAILED:
                self._rows.removeWidget(row)
                row.deleteLater()
        self._show_empty()

    def _show_empty(self) -> None:
        if isValid(self._rows):  # Why: rows that end with the panel tell so when it is gone already.
            self._empty.setVisible(not self.rows)
