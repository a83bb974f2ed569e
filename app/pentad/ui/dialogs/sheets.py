"""Pages to read: the manual, and the log."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QTextBrowser, QVBoxLayout, QWidget

from pentad.core.resource import resource

LOG_TAIL = 200_000
PAGE = 720
MANUAL_PAGE, BACKBONES_PAGE = "manual.md", "backbones.md"


class ManualSheet(QDialog):
    """The user manual, open at one of its pages."""

    def __init__(self, parent: QWidget, *, page: str = MANUAL_PAGE) -> None:
        super().__init__(parent)
        self.setWindowTitle("Using Pentad")
        self.page = ManualPage()
        self.page.show_page(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page)
        self.resize(820, 760)


class ManualPage(QTextBrowser):
    """Shows the manual's pictures no wider than a page, and its other pages where they are linked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)

    def show_page(self, name: str) -> None:
        """The page of this file name, from its beginning."""
        self.setMarkdown(resource("manual", name).read_text("utf-8"))
        self.document().setDocumentMargin(24)

    def _follow(self, link: QUrl) -> None:
        name = Path(link.path()).name
        if link.isRelative() and name.endswith(".md") and resource("manual", name).is_file():
            self.show_page(name)
        elif not link.isRelative():
            QDesktopServices.openUrl(link)

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: N802 (Qt's name)
        file = resource("manual") / Path(QUrl(name).path()).name
        picture = QImage(str(file))
        if picture.isNull():
            return super().loadResource(type, name)
        return picture.scaledToWidth(min(picture.width(), PAGE), Qt.TransformationMode.SmoothTransformation)


class LogSheet(QDialog):
    """The end of the log, to be read and copied."""

    def __init__(self, file: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Log: {file}")
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        text.setPlainText(_tail(file))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(text)
        self.resize(860, 520)


def _tail(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - LOG_TAIL))
            return stream.read().decode("utf-8", "replace") or "Nothing has been written down yet."
    except OSError as error:
        return f"The log cannot be read: {error.strerror}"
