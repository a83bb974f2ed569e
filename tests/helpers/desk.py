"""The whole window over a real session, as a person finds it, with the brightness model installed."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pentad.core.sample import Sample
from pentad.sdk.folders import settings_folder
from pentad.session.jobs import Jobs
from pentad.session.modelling import start_detection, start_training
from pentad.session.models import Models
from pentad.session.project import Project
from pentad.session.session import Session
from pentad.ui.bridge import MainThread
from pentad.ui.main import application
from pentad.ui.main_window import MainWindow
from pentad.ui.qthread_lane import QThreadLanes
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme
from pentad.ui.typing_guard import TypingGuard
from tests.helpers.bright_model import bright_models

WAIT_MS = 15_000


@dataclass(frozen=True, eq=False)
class Desk:
    """What a test holds: the window, the session beneath, and how to wait for it."""

    qtbot: QtBot
    session: Session
    window: MainWindow
    theme: Theme
    settings: Settings
    deliver: MainThread

    def settled(self) -> bool:
        return not self.session.jobs.unsettled

    def wait_until_settled(self) -> None:
        """Until no job waits or runs and the window has drawn what came."""
        self.qtbot.waitUntil(self.settled, timeout=WAIT_MS)
        QTest.qWait(30)

    def open(self, path: Path) -> Project:
        """Open a project or a data set as File > Open does, and wait for its first sample's pictures."""
        self.session.open_project(path)
        self.qtbot.waitUntil(lambda: self.session.current is not None, timeout=WAIT_MS)
        self.wait_until_settled()
        assert self.session.project is not None
        return self.session.project

    def judge_all(self) -> None:
        """Train the brightness model and let it judge every sample."""
        start_training(self.session, "bright")
        self.wait_until_settled()
        assert self.session.project is not None
        start_detection(self.session, self.session.project.models[0])
        self.wait_until_settled()

    def sample(self, name: str) -> Sample:
        """The sample whose id ends with ``name``."""
        assert self.session.project is not None
        return next(sample for sample in self.session.project.samples if sample.id.endswith(name))

    def show(self, name: str) -> None:
        """Put that sample on the views and wait for its pictures and heatmaps."""
        self.session.open(self.sample(name).id)
        self.wait_until_settled()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, where the focus is."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        QTest.qWait(10)


def open_desk(qtbot: QtBot, *, models: Models | None = None) -> Desk:
    """Build everything as ``pentad.ui.main`` does and wait until the window is on screen."""
    app, deliver = application(), MainThread()
    session = Session(Jobs(QThreadLanes(), deliver), models or bright_models(), who="inspector")
    settings = Settings(settings_folder() / "window.ini")
    theme = Theme(app, "dark")
    window = MainWindow(session, theme, settings)
    window.resize(1500, 900)
    TypingGuard(window)
    qtbot.addWidget(window)
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    return Desk(qtbot, session, window, theme, settings, deliver)
