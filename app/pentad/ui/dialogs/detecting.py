"""Which trained model judges which samples; it stays open beside the work."""

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from pentad.core.sample import Sample
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import FormDialog

ALL, LISTED, CURRENT = "all", "listed", "current"
NONE = "There is no trained model in this project yet. Train one first (Models > Train), or choose a folder."


class DetectionDialog(FormDialog):
    """Chooses a trained model and starts the detection as a job."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "Detect", "Detect", parent)
        self.model, self.samples = QComboBox(), QComboBox()
        self._choose = QPushButton("Other folder…")
        self._words = QLabel(NONE)
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        self.resize(480, 200)
        self._words.setProperty("role", "quiet")
        self._words.setWordWrap(True)
        self.model.setAccessibleName("Trained model")
        self.samples.setAccessibleName("Which samples")
        self.samples.addItem("All samples of the model's category", ALL)
        self.samples.addItem("The samples in the list", LISTED)
        self.samples.addItem("The sample on show", CURRENT)
        row = QHBoxLayout()
        row.addWidget(self.model, 1)
        row.addWidget(self._choose)
        self.rows.addRow("Model", row)
        self.rows.addRow("Samples", self.samples)
        self.rows.addRow(self._words)
        self.finish_layout()

    def _connect(self) -> None:
        self.start.clicked.connect(self._start)
        self._choose.clicked.connect(self._choose_folder)
        listen(self, self._session.project_changed, self._show)
        listen(self, self._session.jobs.finished, self._show)

    def _show(self) -> None:
        project = self._session.project
        folders = project.models if project is not None else []
        chosen = self.model.currentData()
        self.model.clear()
        for folder in folders:
            self.model.addItem(folder.name, str(folder))
        if (place := self.model.findData(chosen)) >= 0:
            self.model.setCurrentIndex(place)
        self._show_start()

    def _show_start(self) -> None:
        some = self.model.count() > 0
        self.start.setEnabled(some and self._session.project is not None)
        self._words.setVisible(not some)

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder made by training")
        if folder:
            self.model.addItem(Path(folder).name, folder)
            self.model.setCurrentIndex(self.model.count() - 1)
            self._show_start()

    def _start(self) -> None:
        from pentad.session.modelling import start_detection  # Why: nothing of it is needed to show the window.

        start_detection(self._session, Path(str(self.model.currentData())), self._chosen())
        self.close()

    def _chosen(self) -> list[Sample] | None:
        match self.samples.currentData():
            case "listed":
                return list(self._session.visible)
            case "current":
                return [self._session.current] if self._session.current is not None else []
            case _:
                return None
