"""What Pentad is: its version and build, and the parts others made, each with its licence to read."""

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pentad import __version__
from pentad.core.wording import counted
from pentad.io.third_party import ThirdParty, third_party
from pentad.sdk import Ticket
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.row_table import RowTable

WHAT = "A desktop workbench for five-view industrial inspection and annotation. Apache License 2.0."
HEADS = ("Part", "Version", "Licence")
_SIGN = 48


class AboutSheet(QDialog):
    """Name, version and build to copy into a report, and the licences of all parts, found by a few letters."""

    def __init__(self, session: Session, icon: QIcon, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Pentad")
        self._session, self._parts = session, tuple[ThirdParty, ...]()
        self.build, self.copy = QLabel(build_words()), QPushButton("Copy")
        self.heading, self.search = QLabel("Made of"), QLineEdit()
        self.table, self.text = RowTable(HEADS, "Parts"), QPlainTextEdit()
        self._sign = QLabel()
        self._sign.setPixmap(icon.pixmap(QSize(_SIGN, _SIGN), self.devicePixelRatio()))
        self._lay_out()
        self._connect()
        # Why a job: without a release's list, a hundred packages are looked through.
        looking = session.jobs.run("List the parts", _look, lane="disk", quiet=True)
        listen(self, looking.succeeded, self.show_parts)

    def _lay_out(self) -> None:
        self.resize(880, 620)
        self.build.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy.setToolTip("Version and build, for a report")
        self.copy.setAutoDefault(False)
        self.heading.setProperty("role", "heading")
        self.search.setPlaceholderText("Find a part or a licence")
        self.search.setAccessibleName("Find a part or a licence")
        self.search.setClearButtonEnabled(True)
        self.text.setReadOnly(True)
        self.text.setPlaceholderText("The licence of the part that is chosen")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setWordWrap(False)
        halves = QSplitter()
        halves.addWidget(self.table)
        halves.addWidget(self.text)
        halves.setSizes([400, 480])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(self._head())
        layout.addWidget(self.heading)
        layout.addWidget(self.search)
        layout.addWidget(halves, 1)

    def _head(self) -> QHBoxLayout:
        title, what = QLabel("Pentad"), QLabel(WHAT)
        title.setProperty("role", "title")
        what.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (title, what, self.build):
            words.addWidget(label)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        head.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _connect(self) -> None:
        self.copy.clicked.connect(self._copy)
        self.search.textChanged.connect(self._narrow)
        self.table.itemSelectionChanged.connect(self._show_text)

    def show_parts(self, parts: Sequence[ThirdParty]) -> None:
        """List these; the first is chosen."""
        self._parts = tuple(parts)
        self.table.setRowCount(len(self._parts))
        for row, part in enumerate(self._parts):
            for column, words in enumerate((part.name, part.version, part.licence)):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                self.table.setItem(row, column, item)
        self._narrow(self.search.text())

    def _narrow(self, words: str) -> None:
        wanted = words.lower().split()
        shown = [all(word in _haystack(part) for word in wanted) for part in self._parts]
        for row, show in enumerate(shown):
            self.table.setRowHidden(row, not show)
        if self._chosen is None:
            self.table.clearSelection()
            self.table.selectRow(shown.index(True) if True in shown else -1)
            self._show_text()
        found = counted(sum(shown), "part")
        self.heading.setText(f"Made of {found}" if not wanted else f"{found} of {len(self._parts)}")

    @property
    def _chosen(self) -> ThirdParty | None:
        """The part of the row that is selected and to be seen."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        return next((self._parts[row] for row in rows if not self.table.isRowHidden(row)), None)

    def _show_text(self) -> None:
        part = self._chosen
        self.text.setPlainText(_page(part) if part is not None else "")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"Pentad {__version__}\n{self.build.text()}")
        self.copy.setText("Copied")


def build_words() -> str:
    """Which Pentad this is, on what it runs."""
    made = "run from its source"
    if getattr(sys, "frozen", False):
        day = datetime.fromtimestamp(Path(sys.executable).stat().st_mtime, UTC)
        made = f"installed program of {day:%Y-%m-%d}"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"Version {__version__}, {made}\nPython {platform.python_version()}, Qt {qVersion()}, {system}"


def _look(ticket: Ticket) -> list[ThirdParty]:
    ticket.check()
    return third_party()


def _haystack(part: ThirdParty) -> str:
    return f"{part.name} {part.version} {part.licence} {part.note}".lower()


def _page(part: ThirdParty) -> str:
    head = [f"{part.name} {part.version}", part.licence, *filter(None, (part.home, part.note))]
    return "\n".join(head) + "\n\n" + (part.text or "No licence text came with it.")
