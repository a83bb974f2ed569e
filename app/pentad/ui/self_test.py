"""The program tries itself: a person's first minutes, by keys and mouse in the real window, and what came of them."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.sdk.atomic import make_folder, write_bytes
from pentad.session.view_state import Row
from pentad.ui.bridge import listen
from pentad.ui.dialogs.detecting import DetectionDialog
from pentad.ui.main_window import MainWindow
from pentad.ui.scene3d.scene_view import LOADING

log = logging.getLogger(__name__)
REPORT = "report.json"
LOOK_MS = 50
_CONTROL = Qt.KeyboardModifier.ControlModifier
_PLAIN = Qt.KeyboardModifier.NoModifier
_PATIENCE_MS = 5_000
_STROKE = 12
"""Moves of the mouse between pressing and letting go."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What the story waits for before it goes on, and for how many seconds at most."""

    what: str
    until: Callable[[], bool]
    seconds: float


@dataclass(slots=True)
class Found:
    """What is written down."""

    platform: str
    first_paint: float | None = None
    """Seconds since 1970, so that whoever started the program can tell how long that took."""
    models: dict[str, str] = field(default_factory=dict)
    """By id, and why one failed."""
    steps: dict[str, float] = field(default_factory=dict)
    """What was waited for, in order, and the seconds it took."""
    notices: list[str] = field(default_factory=list)
    """The Problems that a person would have read."""
    detection: str = "not tried"
    three_dimensions: str = "not tried"
    failed: str = ""
    """What never came; empty where all did."""


class SelfTest(QObject):
    """Opens pictures, paints, saves, detects and looks in 3D, each by the keys and clicks a person uses, and quits."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__(window)
        make_folder(folder)
        self._window, self._session, self._folder = window, window.session, folder
        self.found = Found(QGuiApplication.platformName())
        self.patience = 1.0
        """The share of its time that each step is given."""
        self._story = self._first_minutes()
        self._wait: Wait | None = None
        self._since = time.monotonic()
        listen(window, window.session.noticed, self._on_noticed)
        window.installEventFilter(self)
        window.update()  # Why: one that stands on screen already is not painted again by itself.
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @property
    def failed(self) -> bool:
        return bool(self.found.failed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Paint and self.found.first_paint is None:
            QTimer.singleShot(0, self, self._on_painted)
        return super().eventFilter(watched, event)

    def _on_painted(self) -> None:
        if self.found.first_paint is None:
            self.found.first_paint = time.time()

    def _on_noticed(self, problem: Problem) -> None:
        self.found.notices.append(f"{problem} ({problem.remedy})")

    # How the story is told.

    def _look(self) -> None:
        wait, waited = self._wait, time.monotonic() - self._since
        if wait is not None and not wait.until():
            if waited > wait.seconds * self.patience:
                self.found.failed = f"{wait.what}: not within {wait.seconds * self.patience:.0f} s"
                self._end()
            return
        if wait is not None:
            self.found.steps[wait.what] = round(waited, 2)
        self._wait, self._since = next(self._story, None), time.monotonic()
        if self._wait is None:
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        # Why first, and why besides the key: a program that cannot write or does not hear must end all the same.
        QTimer.singleShot(_PATIENCE_MS, self._window, self._window.close)
        self._picture("end")
        found = {name: getattr(self.found, name) for name in Found.__slots__}
        write_bytes(self._folder / REPORT, json.dumps({"ok": not self.failed, **found}, indent=1).encode())
        self._press(Qt.Key.Key_Q, _CONTROL)

    # The story.

    def _first_minutes(self) -> Iterator[Wait]:
        session, found = self._session, self.found
        yield Wait("the window is painted", lambda: found.first_paint is not None, 30)
        for listed in session.models.listed:
            found.models[listed.id] = "" if listed.problem is None else f"{listed.problem} ({listed.problem.remedy})"
        yield Wait("a part is on screen", self._part_is_shown, 300)
        self._picture("review")
        yield from self._paint_and_save()
        yield from self._detect()
        yield from self._look_around()

    def _paint_and_save(self) -> Iterator[Wait]:
        documents = self._session.annotation.documents
        yield from self._pressed(Qt.Key.Key_F3)
        yield Wait("the part's masks are open", lambda: documents.document(self._key()) is not None, 60)
        yield Wait("the window is at rest", self._is_at_rest, 120)
        document = documents.document(self._key())
        assert document is not None
        before = document.edits
        canvas = self._window.views.tile(self._key().view, Row.COMPOSITE).canvas.viewport()
        # Why first the eraser: where the same stroke lies already, another one changes nothing.
        for key, tool in ((Qt.Key.Key_E, "eraser"), (Qt.Key.Key_B, "brush")):
            yield from self._pressed(key)
            yield Wait(f"the {tool} is in the hand", partial(self._holds, tool), 20)
            before = document.edits
            self._stroke(canvas)
        yield Wait("the stroke is in the mask", lambda: document.edits > before, 20)
        self._picture("annotate")
        yield from self._pressed(Qt.Key.Key_S, _CONTROL)
        yield Wait("everything is saved", lambda: not documents.unsaved and not documents.unwritten, 30)

    def _detect(self) -> Iterator[Wait]:
        session = self._session
        yield from self._pressed(Qt.Key.Key_F2)
        if session.project is None or not session.project.models:
            self.found.detection = "no trained model in the project"
            return
        yield from self._pressed(Qt.Key.Key_D, _CONTROL)
        yield Wait("the detection is asked about", lambda: self._dialog() is not None, 20)
        dialog = self._dialog()
        if dialog is not None:
            dialog.samples.setFocus()
            QTest.keyClick(dialog.samples, Qt.Key.Key_End)
            QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        yield Wait("the part is judged", lambda: session.prediction is not None and self._is_at_rest(), 300)
        prediction = session.prediction
        self.found.detection = "" if prediction is None else f"{session.project.models[0].name}: {prediction.score:.4f}"
        self._picture("detection")

    def _look_around(self) -> Iterator[Wait]:
        yield from self._pressed(Qt.Key.Key_F4)
        view = self._window.rig.view

        def answered() -> bool:
            words = "" if view.notice == LOADING else view.notice.what
            return view.picture is not None or view.notice.alarming or bool(self._is_at_rest() and words)

        yield Wait("the 3D view answers", answered, 120)
        notice = view.notice
        words = ": ".join(part for part in (notice.what, notice.why) if part)
        self.found.three_dimensions = "drawn" if view.picture is not None else words
        self._picture("research")

    # What a hand does, and what an eye sees.

    def _pressed(self, key: Qt.Key, modifier: Qt.KeyboardModifier = _PLAIN) -> Iterator[Wait]:
        yield Wait("the window has the keyboard", self._has_keyboard, 30)
        self._press(key, modifier)

    def _has_keyboard(self) -> bool:
        if not self._window.isActiveWindow():
            # Why: a window manager does so when a window opens or a dialog closes, and there may be none.
            self._window.activateWindow()
            return False
        return True

    def _press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = _PLAIN) -> None:
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifier)

    def _stroke(self, area: QWidget) -> None:
        button, middle = Qt.MouseButton.LeftButton, QPoint(area.width() // 2, area.height() // 2)
        reach = min(area.width(), area.height()) // 6
        way = [middle + QPoint(reach * (2 * step - _STROKE) // _STROKE, step) for step in range(_STROKE + 1)]
        QTest.mousePress(area, button, _PLAIN, way[0])
        for place in way[1:]:
            QTest.mouseMove(area, place)
        QTest.mouseRelease(area, button, _PLAIN, way[-1])

    def _part_is_shown(self) -> bool:
        return self._session.current is not None and any(t.canvas.stack is not None for t in self._window.views.tiles)

    def _is_at_rest(self) -> bool:
        return not self._session.jobs.unsettled

    def _holds(self, tool: str) -> bool:
        taken = self._session.annotation.toolbox.taken
        return taken is not None and taken.id == tool

    def _key(self) -> MaskKey:
        """The mask that is painted: of the first view on screen."""
        sample = self._session.current
        assert isinstance(sample, Sample)
        return MaskKey(sample.id, self._session.view_state.look.active or sample.views[0].name)

    def _dialog(self) -> DetectionDialog | None:
        windows = QApplication.topLevelWidgets()
        return next((w for w in windows if isinstance(w, DetectionDialog) and w.isVisible()), None)

    def _picture(self, name: str) -> None:
        if not self._window.grab().save(str(self._folder / f"{name}.png")):
            log.warning("%s.png could not be written", name)
