"""Which run's heatmaps are on show, where there are several."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from pentad.session.jobs import Job
from pentad.session.results import ShownRun
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.panels.look_box import heading


class RunsBox(QWidget):
    """The runs of the project; choosing one shows it. With fewer than two it takes no room."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: ShownRun | None = None
        self.runs = QComboBox()
        self.runs.setAccessibleName("Heatmaps of")
        self.runs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(heading("Heatmaps of"))
        layout.addWidget(self.runs)
        self.runs.activated.connect(self._on_chosen)
        listen(self, session.project_changed, self._show)
        listen(self, session.results.run_changed, self._show_other)
        listen(self, session.jobs.finished, self._on_finished)
        self._show()

    def _on_finished(self, job: Job[object]) -> None:
        if not job.quiet:
            self._show()

    def _show_other(self) -> None:
        # Why: a moved threshold is announced as well, many times a second, and the runs are asked of the disk.
        if self._session.results.run != self._shown:
            self._show()

    def _show(self) -> None:
        project, shown = self._session.project, self._session.results.run
        self._shown = shown
        runs = project.store.runs() if project is not None else []
        self.runs.clear()
        for run in reversed(runs):
            self.runs.addItem(f"{run.made_by.caption}, {run.made_by.trained_on}", run.file)
            if project is not None and shown is not None and project.folder / run.file == shown.file:
                self.runs.setCurrentIndex(self.runs.count() - 1)
        self.setVisible(len(runs) > 1)

    def _on_chosen(self) -> None:
        if self._session.project is not None:
            self._session.show_run(self._session.project.folder / str(self.runs.currentData()))
