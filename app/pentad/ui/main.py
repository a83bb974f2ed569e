"""The window's start: first something to see, then everything else."""

import argparse
import logging
import os
import signal
import sys
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from pentad.sdk.folders import settings_folder
from pentad.session.jobs import Jobs
from pentad.session.models import Models
from pentad.session.session import Session
from pentad.ui import excepthook
from pentad.ui.bridge import MainThread
from pentad.ui.file_opening import FileOpening
from pentad.ui.first_steps import begin
from pentad.ui.garbage import MainThreadCollector
from pentad.ui.log import start_log
from pentad.ui.main_window import MainWindow
from pentad.ui.qthread_lane import QThreadLanes
from pentad.ui.screenshots import Screenshots
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme
from pentad.ui.typing_guard import TypingGuard

if TYPE_CHECKING:
    from pentad.ui.self_test import SelfTest


_AT_REST_MS = 3000
_PATIENCE_MS = 5000


@dataclass(frozen=True, slots=True)
class Options:
    """What the window is asked to do when it opens."""

    path: Path | None = None
    screenshots: Path | None = None
    self_test: Path | None = None


def run_window(arguments: list[str]) -> int:
    """Open the window and stay until it is closed; gives the exit code."""
    options = read_options(arguments)
    start_log()
    app = application()
    deliver = MainThread()
    lanes = QThreadLanes(patience_ms=_PATIENCE_MS)
    session = Session(Jobs(lanes, deliver), Models.installed())
    excepthook.install(session.noticed.emit, deliver)
    settings = Settings(settings_folder() / "window.ini")
    theme = Theme(app, settings.text("window/theme", "dark"))
    window = MainWindow(session, theme, settings)
    window.show()
    if settings.problem is not None:
        session.noticed.emit(settings.problem)
    guard, collector, ticking = TypingGuard(app), MainThreadCollector(app), let_python_hear_signals(app)
    # Why only there: a filter for the whole program sees every event, and elsewhere none of these comes.
    opening = FileOpening(app, session.open_project) if sys.platform == "darwin" else None
    shots = Screenshots(window, options.screenshots) if options.screenshots is not None else None
    trial = _self_test(window, options.self_test) if options.self_test is not None else None
    watched = shots is None and trial is None
    QTimer.singleShot(0, window, partial(begin, window, settings, options.path, watched=watched))
    QTimer.singleShot(_AT_REST_MS, window, partial(get_plots_ready, session.jobs))
    try:
        code = app.exec()
        code = 1 if trial is not None and trial.failed else code
    finally:
        session.close()
        del guard, collector, ticking, opening, shots, trial
    if lanes.stuck:
        leave_at_once(code)
    return code


def leave_at_once(code: int) -> NoReturn:
    """End the program without the workers that do not end; everything a person made is saved by now."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # Why: a program of a menu has none on some systems.
            stream.flush()
    os._exit(code)


def get_plots_ready(jobs: Jobs) -> None:
    """Load in the background what draws curves, a quarter of a second that the first panel with one would hold up."""
    jobs.run("Getting plots ready", lambda ticket: import_module("pyqtgraph"), lane="prefetch", quiet=True)


def _self_test(window: MainWindow, folder: Path) -> "SelfTest":
    from pentad.ui.self_test import SelfTest  # Why: it brings Qt's test library, which no start needs.

    return SelfTest(window, folder)


def read_options(arguments: list[str]) -> Options:
    """From the command line and the environment."""
    parser = argparse.ArgumentParser("pentad", description="Opens the window.")
    parser.add_argument("path", nargs="?", type=Path, help="a project, a data set folder or a zip")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="save pictures of the window there, then close")
    tried = "paint, save, detect and look in 3D by keys and mouse, write what came of it there, then quit"
    parser.add_argument("--self-test", type=Path, metavar="DIR", help=tried)
    parsed = parser.parse_args(arguments)
    wanted = os.environ.get("PENTAD_SCREENSHOTS")
    return Options(parsed.path, parsed.screenshots or (Path(wanted) if wanted else None), parsed.self_test)


def application() -> QApplication:
    """The one QApplication, named, with numbers written alike everywhere."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Pentad")
    app.setDesktopFileName("pentad")
    # Why: a decimal comma in one field and a point in the report beside it would be read as two numbers.
    QLocale.setDefault(QLocale.c())
    return app


def let_python_hear_signals(app: QApplication) -> QTimer:
    """Ctrl-C in the terminal, or a polite kill, closes the window; Python only hears it when it runs now and then."""
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda *_: app.closeAllWindows())
    timer = QTimer(app, interval=300)
    timer.timeout.connect(lambda: None)
    timer.start()
    return timer
