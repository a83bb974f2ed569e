"""Which trained generator makes the depth of the sample on screen, and how; it stays open beside the work."""

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from pentad.session.depths import NO_MODEL
from pentad.session.jobs import Job
from pentad.session.session import Session
from pentad.session.view_state import DepthKind, Row
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import FormDialog
from pentad.ui.panels.tool_options import OptionsForm


class DepthDialog(FormDialog):
    """Chooses a model that makes depth, and starts it as a job."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "Make depth", "Make depth", parent)
        self.model, self._choose = QComboBox(), QPushButton("Other folder…")
        self.options = OptionsForm(session.depths.options)
        self._words, self._whose = QLabel(NO_MODEL), QLabel()
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        self.resize(480, 330)
        self.model.setAccessibleName("Trained generator")
        for label in (self._words, self._whose):
            label.setProperty("role", "quiet")
            label.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.model, 1)
        row.addWidget(self._choose)
        self.rows.addRow("Model", row)
        self.rows.addRow("", self._words)
        self.rows.addRow("Sample", self._whose)
        self.rows.addRow(self.options)
        self.finish_layout()

    def _connect(self) -> None:
        self.start.clicked.connect(self._start)
        self._choose.clicked.connect(self._choose_folder)
        listen(self, self._session.project_changed, self._show)
        listen(self, self._session.current_changed, self._show_start)
        listen(self, self._session.jobs.finished, self._on_finished)

    def _on_finished(self, job: Job[object]) -> None:
        # Why: it may have trained a model. Pictures that came have not, and the models' cards lie on the disk.
        if not job.quiet:
            self._show()

    def _show(self) -> None:
        chosen = self.model.currentData()
        known = [str(self.model.itemData(place)) for place in range(self.model.count())]
        found = [str(folder) for folder in self._session.depths.models()]
        for folder in [folder for folder in found if folder not in known]:
            self.model.addItem(Path(folder).name, folder)
        if (place := self.model.findData(chosen)) >= 0:
            self.model.setCurrentIndex(place)
        self._show_start()

    def _show_start(self) -> None:
        sample, some = self._session.current, self.model.count() > 0
        self._whose.setText(sample.id if sample is not None else "none is open")
        self.start.setEnabled(some and sample is not None)
        self._words.setVisible(not some)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder made by training a depth generator")
        if folder:
            self.model.addItem(Path(folder).name, folder)
            self.model.setCurrentIndex(self.model.count() - 1)
            self._show_start()

    def _start(self) -> None:
        self._session.depths.make(Path(str(self.model.currentData())))
        state = self._session.view_state
        kind = DepthKind.GENERATED if state.look.depth is DepthKind.TRUE else state.look.depth
        state.set(rows=tuple(row for row in Row if row in {*state.look.rows, Row.DEPTH}), depth=kind)
        self.close()
