"""What a desktop asks the running program to open: macOS sends an event where others start it with a path."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent, QGuiApplication


class FileOpening(QObject):
    """Hears of files that were double-clicked or dropped on the program's icon."""

    def __init__(self, app: QGuiApplication, open_path: Callable[[Path], object]) -> None:
        super().__init__(app)
        self._open = open_path
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if isinstance(event, QFileOpenEvent) and event.file():
            self._open(Path(event.file()))
            return True
        return super().eventFilter(watched, event)
