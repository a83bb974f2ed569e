"""Masks out of and into the project in other tools' formats; both windows stay open beside the work."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.io.exporters.opening import installed_exporters
from pentad.sdk.exchange import Exporter
from pentad.sdk.settings import checked_settings
from pentad.session.exchange import ExportWish, Which, counts
from pentad.session.exchanging import start_export, start_import
from pentad.session.importing import How
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import FormDialog
from pentad.ui.dialogs.setting_form import SettingForm

_WHICH = {
    Which.DRAWN: "Drawn in this project",
    Which.DATA: "Drawn here, else the data set's own",
    Which.ALL: "Every view, with or without a mask",
}
_HOW = {
    How.KEEP: "Keep what was drawn, import the rest",
    How.MERGE: "Lay what is imported over what was drawn",
    How.REPLACE: "Replace what was drawn (its file is kept beside)",
}


class _ExchangeDialog(FormDialog):
    """What both have in common: the format and a place on the disk."""

    def __init__(self, session: Session, title: str, parent: QWidget) -> None:
        super().__init__(session, f"{title} masks", title, parent)
        self.format, self.summary, self.place = QComboBox(), QLabel(), QLineEdit()
        self._exporters: dict[str, Exporter] = {}
        self.add_choice("Format", self.format, self.summary)

    def add_place(self, title: str, *choosers: QPushButton) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.place, 1)
        for chooser in choosers:
            row.addWidget(chooser)
        self.place.setAccessibleName(title)
        self.rows.addRow(title, row)

    def fill_formats(self) -> None:
        exporters, problems = installed_exporters()
        for one in exporters:
            self._exporters[one.info.id] = one
            self.format.addItem(one.info.title, one.info.id)
        if problems:
            self.say(problems[0])

    @property
    def exporter(self) -> Exporter | None:
        return self._exporters.get(str(self.format.currentData()))


class ExportDialog(_ExchangeDialog):
    """Chooses a format, its settings, which masks and a new folder, and starts the export as a job."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "Export", parent)
        self.which, self.names = QComboBox(), QComboBox()
        self.images, self.force = QCheckBox("Copy the photos too"), QCheckBox("Replace an earlier export there")
        self.form = SettingForm(())
        self._forms, self._choose = QScrollArea(), QPushButton("Choose…")
        self._said_place = ""
        self._lay_out()
        self._connect()
        self.fill_formats()
        self._show_project()

    def _lay_out(self) -> None:
        self.resize(560, 560)
        self.which.setAccessibleName("Which masks")
        self.names.setAccessibleName("File names")
        for which, words in _WHICH.items():
            self.which.addItem(words, which.value)
        self.names.addItem("As the photos are called in the data set", "path")
        self.names.addItem("By sample and view", "sample")
        self.rows.addRow("Masks", self.which)
        self.add_place("Folder", self._choose)
        self.rows.addRow("File names", self.names)
        self.rows.addRow("", self.images)
        self.rows.addRow("", self.force)
        self.finish_layout(self._forms)

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._show_format)
        self._choose.clicked.connect(self._choose_folder)
        self.start.clicked.connect(self._start)
        self.place.textChanged.connect(self._show_start)
        listen(self, self._session.project_changed, self._show_project)

    def _show_project(self) -> None:
        self._show_format()
        project = self._session.project
        if project is not None:
            self._session.jobs.run(
                "Count the masks", lambda ticket: counts(project), lane="disk", quiet=True, replaces="count masks",
                then=self._show_counts,
            )  # fmt: skip

    def _show_counts(self, found: dict[Which, int]) -> None:
        for at, (which, words) in enumerate(_WHICH.items()):
            self.which.setItemText(at, f"{words}: {found[which]:,} {'view' if found[which] == 1 else 'views'}")

    def _show_format(self) -> None:
        exporter, project = self.exporter, self._session.project
        if exporter is None:
            return
        self.problem.hide()
        self.summary.setText(exporter.info.summary)
        self.form = SettingForm(exporter.info.settings)
        self._forms.setWidget(self.form)
        self._forms.setVisible(bool(exporter.info.settings))
        if project is not None and self.place.text() == self._said_place:
            self._said_place = str(project.folder / "exports" / exporter.info.id)
            self.place.setText(self._said_place)
        self._show_start()

    def _show_start(self) -> None:
        self.start.setEnabled(self._session.project is not None and bool(self.place.text().strip()))

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "An empty folder for the masks")
        if folder:
            self.place.setText(folder)

    def _start(self) -> None:
        exporter = self.exporter
        if exporter is None:
            return
        settings = self.form.changed()
        which, by_sample = Which(str(self.which.currentData())), self.names.currentData() == "sample"
        wish = ExportWish(which, by_sample, self.images.isChecked(), settings)
        try:
            checked_settings(exporter.info, settings)
            start_export(self._session, exporter, Path(self.place.text().strip()), wish, force=self.force.isChecked())
        except Problem as problem:
            self.say(problem)
            return
        self.close()


class ImportDialog(_ExchangeDialog):
    """Chooses a format and the files to read, and starts the import as a job."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "Import", parent)
        self.how = QComboBox()
        self._file, self._folder = QPushButton("File…"), QPushButton("Folder…")
        self._lay_out()
        self._connect()
        self.fill_formats()
        self._show_start()

    def _lay_out(self) -> None:
        self.resize(560, 280)
        self.how.setAccessibleName("Where something was drawn already")
        for how, words in _HOW.items():
            self.how.addItem(words, how.value)
        self.add_place("From", self._file, self._folder)
        self.place.setPlaceholderText("A file, a folder or a zip")
        self.rows.addRow("Drawn already", self.how)
        self.finish_layout()

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._show_start)
        self.place.textChanged.connect(self._show_start)
        self._file.clicked.connect(partial(self._choose, folder=False))
        self._folder.clicked.connect(partial(self._choose, folder=True))
        self.start.clicked.connect(self._start)
        listen(self, self._session.project_changed, self._show_start)

    def _show_start(self) -> None:
        self.problem.hide()
        self.summary.setText(self.exporter.info.summary if self.exporter is not None else "")
        self.start.setEnabled(self._session.project is not None and bool(self.place.text().strip()))

    def _choose(self, *_: object, folder: bool) -> None:
        title = "Masks to import"
        chosen = (
            QFileDialog.getExistingDirectory(self, title) if folder else QFileDialog.getOpenFileName(self, title)[0]
        )
        if chosen:
            self.place.setText(chosen)

    def _start(self) -> None:
        if self.exporter is None:
            return
        try:
            path = Path(self.place.text().strip())
            start_import(self._session, self.exporter, path, How(str(self.how.currentData())))
        except Problem as problem:
            self.say(problem)
            return
        self.close()
