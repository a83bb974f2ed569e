"""The line at the bottom: what runs, what lies under the pointer, and what made what is shown."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QStatusBar, QWidget

from pentad.session.jobs import Job
from pentad.session.results import ShownRun
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.panels.jobs import time_text
from pentad.ui.save_state import SaveLabel


class JobSummary(QWidget):
    """The oldest running job in one line; a click shows them all."""

    asked = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job[object] | None = None
        self._open, self._bar, self._left = QPushButton(), QProgressBar(), QLabel()
        self._open.setProperty("flat_link", True)
        self._open.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._open.setToolTip("Show all jobs  (Ctrl+J)")
        self._bar.setFixedWidth(120)
        self._bar.setTextVisible(False)
        self._left.setProperty("role", "quiet")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 8, 0)
        layout.setSpacing(8)
        for widget in (self._open, self._bar, self._left):
            layout.addWidget(widget)
        self._open.clicked.connect(self.asked)
        listen(self, session.jobs.started, self._follow)
        listen(self, session.jobs.finished, self._follow)
        self._follow()

    def _follow(self) -> None:
        loud = [job for job in self._session.jobs.unsettled if not job.quiet]
        job = loud[0] if loud else None
        if job is not None and job is not self._job:
            listen(self, job.changed, self._show)
        self._job = job
        more = f"  (+{len(loud) - 1})" if len(loud) > 1 else ""
        self._open.setText(f"{job.title}{more}" if job is not None else "No jobs running")
        self._show()

    def _show(self) -> None:
        job = self._job
        self._bar.setVisible(job is not None)
        self._left.setVisible(job is not None)
        if job is not None:
            self._bar.setRange(0, 1000 if job.fraction > 0 else 0)
            self._bar.setValue(round(job.fraction * 1000))
            self._left.setText(time_text(job.seconds_left))


class Status(QStatusBar):
    """Jobs at the left, the pointer in the middle, project, zoom and provenance at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.jobs = JobSummary(session, self)
        self._pointed, self._zoom, self._project, self._made = QLabel(), QLabel(), QLabel(), QLabel()
        self._shown: ShownRun | None = None
        self._trained_again: str | None = None
        self.saving = SaveLabel(session, self)
        self.setSizeGripEnabled(False)
        self._pointed.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self._zoom, self._project):
            label.setProperty("role", "quiet")
        self.addWidget(self.jobs)
        self.addWidget(self._pointed, 1)
        for label in (self.saving, self._zoom, self._project, self._made):
            label.setContentsMargins(8, 0, 8, 0)
            self.addPermanentWidget(label)
        self._connect()
        self._show_project()
        self._on_run()

    def _connect(self) -> None:
        listen(self, self._session.project_changed, self._show_project)
        listen(self, self._session.results.run_changed, self._on_run)
        listen(self, self._session.jobs.finished, self._on_finished)

    @property
    def made_by(self) -> str:
        """What the line says of the heatmaps on show."""
        return self._made.text()

    def show_pointed(self, text: str) -> None:
        self._pointed.setText(text)

    def show_zoom(self, scale: float | None) -> None:
        self._zoom.setText("" if scale is None else f"{scale * 100:.0f} %")

    def _show_project(self) -> None:
        project = self._session.project
        self._project.setText(project.name if project is not None else "No project")
        self._project.setToolTip(str(project.folder) if project is not None else "")

    def _on_run(self) -> None:
        # Why: a moved threshold is announced as well, many times a second, and the model is asked of the disk.
        if self._session.results.run != self._shown:
            self._look_at_model()
        self._show_run()

    def _on_finished(self, job: Job[object]) -> None:
        # Why: it may have trained the model of the run on show.
        if not job.quiet:
            self._look_at_model()
            self._show_run()

    def _look_at_model(self) -> None:
        project, run = self._session.project, self._session.results.run
        self._shown, self._trained_again = run, None
        if project is not None and run is not None:
            self._trained_again = project.trained_again(run.made_by)

    def _show_run(self) -> None:
        run = self._session.results.run
        if run is None:
            self._made.setText("No heatmaps yet")
            self._made.setToolTip("Heatmaps say here which model and which backbone made them")
            return
        threshold = self._session.results.threshold
        limit = f"  ·  threshold {threshold:.3f}" if threshold is not None else ""
        again = self._trained_again
        stale = "  ·  older than its model" if again is not None else ""
        self._made.setText(run.made_by.caption + limit + stale)
        trained = f"trained on {run.made_by.trained_on}\n" if run.made_by.trained_on else ""
        renew = f"\nThe model was trained again on {again[:10]}: detect again to renew" if again is not None else ""
        self._made.setToolTip(f"{trained}{run.file}{renew}")
