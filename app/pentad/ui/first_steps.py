"""What the window opens with: what was asked for, else the last project, else the sample project."""

from pathlib import Path

from pentad.session.project import is_project
from pentad.ui.main_window import MainWindow
from pentad.ui.settings import Settings


def begin(window: MainWindow, settings: Settings, path: Path | None) -> None:
    """Open ``path``, or what was open last, or the sample project on the first start."""
    last = settings.text("project/last", "")
    if path is not None:
        window.session.open_project(path)
    elif last and is_project(Path(last)):
        window.session.open_project(Path(last))
