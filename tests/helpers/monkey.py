"""A hand that does anything at all, by real events, and a witness who remembers every stroke that was acknowledged."""

import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenuBar, QWidget
from shiboken6 import isValid

from pentad.annotation.edit import MaskEdit
from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.io.kept_masks import KeptMasks
from pentad.session.documents import SaveState
from pentad.session.modelling import start_detection, start_training
from pentad.session.session import Session
from pentad.ui.actions import WORKSPACES
from tests.helpers.desk import Desk

SKIPPED = frozenset({"project.quit", "project.open", "project.open-zip", "project.sample", "help.log"})
"""What ends the story, asks for a file of this computer, or takes minutes."""
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
MODIFIERS = (Qt.KeyboardModifier(0), Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)
Place = tuple[Path, MaskKey]
"""(project folder, mask)."""


class Witness:
    """Knows what every mask has to look like, from what was laid into it while it was open."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.known: dict[Place, Labels] = {}
        self._begun: dict[Place, Labels] = {}
        """As the data set has it."""
        self.excused: set[Place] = set()
        """Whose file was thrown away by somebody, and that were not saved since."""
        self._being_saved: set[Place] = set()
        """Of these, those of which a save has begun since."""
        self.strokes = 0
        session.annotation.laid.connect(self._on_laid)
        session.annotation.documents.opened.connect(self._on_opened)
        session.annotation.documents.changed.connect(self._on_changed)

    @property
    def folder(self) -> Path:
        assert self._session.project is not None
        return self._session.project.folder

    def throw_masks_away(self) -> None:
        """As somebody does who cleans up the disk while Pentad runs."""
        self.excused |= {place for place in self.known if place[0] == self.folder}
        self._being_saved.clear()
        shutil.rmtree(self.folder / "masks", ignore_errors=True)

    def check_as_killed(self, copy: Path) -> None:
        """Every stroke would be there if Pentad were killed now."""
        # Why: a file that is replaced while others are copied makes what no kill leaves behind.
        if all(document.saving is None for document in self._session.annotation.documents.unsaved):
            shutil.copytree(self.folder, copy)
            self.check(self.folder, copy)

    def check(self, folder: Path, copy: Path) -> int:
        """Every stroke is in ``copy`` of the project ``folder``; how many masks were looked at."""
        kept, places = KeptMasks(copy), [place for place in self.known if place[0] == folder]
        for place in places:
            if place not in self.excused:
                labels = self.known[place]
                found = kept.find(place[1], self._begun[place].copy).labels
                assert np.array_equal(found, labels), f"{place[1]} lost {np.count_nonzero(found != labels)} pixels"
        return len(places)

    def _on_laid(self, edit: MaskEdit) -> None:
        document = self._session.annotation.documents.document(edit.key)
        assert document is not None
        assert document.unwritten is None, "the journal did not take a stroke"
        self.strokes += 1
        self.known[self.folder, edit.key] = document.mask.labels.copy()

    def _on_opened(self, key: MaskKey) -> None:
        document, place = self._session.annotation.documents.document(key), (self.folder, key)
        assert document is not None, self._session.annotation.documents.problem(key)
        if place in self.known and place not in self.excused:
            assert np.array_equal(document.mask.labels, self.known[place]), f"{key} was read back otherwise"
        elif place in self.known:
            self.known[place] = document.mask.labels.copy()
        self._begun.setdefault(place, document.mask.labels.copy())

    def _on_changed(self, key: MaskKey) -> None:
        document, place = self._session.annotation.documents.document(key), (self.folder, key)
        if document is not None and place in self.excused and document.state is SaveState.SAVING:
            self._being_saved.add(place)
        elif document is not None and place in self._being_saved and document.state is SaveState.SAVED:
            self._being_saved.discard(place)
            self.excused.discard(place)


class Monkey:
    """Acts on a desk, one act after the other, the same for the same seed as far as threads let it."""

    def __init__(self, desk: Desk, data: list[Path], seed: int) -> None:
        self._desk, self._data, self._random = desk, data, random.Random(seed)
        self._session, self._window = desk.session, desk.window
        self.witness = Witness(desk.session)
        self.diary: list[str] = []
        acts: list[tuple[int, Callable[[], object]]] = [
            (14, self.get_to_work), (30, self.stroke), (8, self.interrupted_stroke), (10, self.click),
            (4, self.double_click),
            (4, self.spin_wheel), (16, self.press_action_key), (4, self.press_any_key), (8, self.take_tool),
            (4, self.switch_workspace), (8, self.step_sample), (10, self.undo_and_redo), (2, self.resize),
            (3, self.drag_dock), (3, self.open_data), (1, self.close_project), (1, self.throw_masks_away),
            (1, self.judge), (3, self.close_dialogs), (3, self.choose_view), (2, self.save),
        ]  # fmt: skip
        self._acts = [act for weight, act in acts for _ in range(weight)]

    def act(self) -> None:
        """Do something."""
        act = self._random.choice(self._acts)
        self.diary.append(act.__name__)
        act()
        self._desk.qtbot.wait(self._random.choice((0, 0, 1, 5, 20)))

    def stroke(self) -> None:
        """In the large picture, most often with a tool in the hand."""
        if self._begin_stroke():
            self._end_stroke()

    def interrupted_stroke(self) -> None:
        """Something else happens while the button is down."""
        if self._begin_stroke():
            between = self._random.choice(
                (self.press_action_key, self.take_tool, self.step_sample, self.undo_and_redo, self.switch_workspace,
                 self.close_project, self.open_data, self.throw_masks_away, self.resize, self.spin_wheel, self.save)
            )  # fmt: skip
            self.diary.append(f"- {between.__name__}")
            between()
            self._desk.qtbot.wait(self._random.choice((0, 1, 20)))
            self._end_stroke()

    def click(self) -> None:
        if (target := self._somewhere()) is not None:
            widget, at = target
            self._mouse(widget, QEvent.Type.MouseButtonPress, at, LEFT)
            self._mouse(widget, QEvent.Type.MouseButtonRelease, at, LEFT)

    def double_click(self) -> None:
        if (target := self._somewhere()) is not None:
            QTest.mouseDClick(target[0], LEFT, pos=target[1])

    def spin_wheel(self) -> None:
        if (target := self._somewhere()) is None:
            return
        widget, at = target
        modifiers = self._random.choice(MODIFIERS)
        for _ in range(self._random.randint(1, 12)):
            turned, point = QPoint(0, self._random.choice((-120, 120))), QPointF(at)
            there = QPointF(widget.mapToGlobal(at))
            phase = Qt.ScrollPhase.NoScrollPhase
            QApplication.sendEvent(widget, QWheelEvent(point, there, QPoint(), turned, NONE, modifiers, phase, False))

    def press_action_key(self) -> None:
        """Of an action there is, good here or not."""
        table = self._window.actions_by_id
        action = self._random.choice([action for action in table.table if action.id not in SKIPPED and action.keys])
        self.diary.append(f"  {action.id}")
        QTest.keySequence(self._focus(), QKeySequence(self._random.choice(action.keys).rpartition(":")[2]))

    def press_any_key(self) -> None:
        key = self._random.choice([*range(0x20, 0x60), Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_Return])
        QTest.keyClick(self._focus(), Qt.Key(key))

    def get_to_work(self) -> None:
        """So that there is something to break."""
        annotation = self._session.annotation
        if self._session.project is None:
            self.open_data()
        if not annotation.active:
            self._window.arrange("annotate")
        for _ in range(100):
            if annotation.sheet_here() is not None:
                break
            self._desk.qtbot.wait(10)
        if not annotation.toolbox.busy:
            annotation.toolbox.take(self._random.choice(("brush", "eraser", "lasso", "fill", "rectangle")))

    def take_tool(self) -> None:
        annotation = self._session.annotation
        if annotation.active:
            annotation.toolbox.take(self._random.choice(list(annotation.toolbox.tools)))
            annotation.choose(self._random.choice(annotation.classes).index)

    def switch_workspace(self) -> None:
        self._window.arrange(self._random.choice((*WORKSPACES, "annotate", "annotate")))

    def step_sample(self) -> None:
        self._session.step(self._random.choice((-1, 1)))

    def choose_view(self) -> None:
        if self._session.current is not None:
            self._session.view_state.set(active=self._random.choice(self._session.current.views).name)

    def undo_and_redo(self) -> None:
        for _ in range(self._random.randint(1, 8)):
            key = self._random.choice((Qt.Key.Key_Z, Qt.Key.Key_Z, Qt.Key.Key_Y))
            QTest.keyClick(self._focus(), key, Qt.KeyboardModifier.ControlModifier)

    def resize(self) -> None:
        self._window.resize(self._random.randint(700, 1800), self._random.randint(500, 1100))

    def drag_dock(self) -> None:
        dock, floats = self._random.choice(list(self._window.docks.values())), self._random.random() < 0.5
        self._random.choice((partial(dock.setFloating, floats), dock.show, dock.close))()

    def open_data(self) -> None:
        self._session.open_project(self._random.choice(self._data))

    def close_project(self) -> None:
        self._session.close_project()

    def throw_masks_away(self) -> None:
        if self._session.project is not None:
            self.witness.throw_masks_away()

    def judge(self) -> None:
        """Train, or let what is trained judge, while everything goes on."""
        project = self._session.project
        if project is not None and project.models:
            start_detection(self._session, project.models[0])
        elif project is not None:
            start_training(self._session, "bright")

    def save(self) -> None:
        self._session.annotation.documents.save_all()

    def close_dialogs(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.close()
        if (popup := QApplication.activePopupWidget()) is not None:
            popup.close()

    def _begin_stroke(self) -> bool:
        tiles = self._window.views.tiles
        if not tiles:
            return False
        self._port = tiles[0].canvas.viewport()
        size = self._port.size()
        x, y = self._random.random() * size.width(), self._random.random() * size.height()
        self._way = [(x, y)]
        for _ in range(self._random.randint(1, 12)):
            x, y = x + self._random.gauss(0, 30), y + self._random.gauss(0, 30)
            self._way.append((x, y))
        self._mouse(self._port, QEvent.Type.MouseButtonPress, self._point(0), LEFT)
        for number in range(1, len(self._way)):
            self._mouse(self._port, QEvent.Type.MouseMove, self._point(number), NONE, held=LEFT)
        return True

    def _end_stroke(self) -> None:
        if isValid(self._port):
            self._mouse(self._port, QEvent.Type.MouseButtonRelease, self._point(-1), LEFT)
        if self._random.random() < 0.3:
            QTest.keyClick(self._focus(), Qt.Key.Key_Return)

    def _point(self, number: int) -> QPoint:
        return QPointF(*self._way[number]).toPoint()

    def _mouse(
        self, widget: QWidget, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, *, held: Qt.MouseButton = NONE
    ) -> None:
        held = LEFT if kind == QEvent.Type.MouseButtonPress else held
        there = QPointF(widget.mapToGlobal(at))
        QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), there, button, held, MODIFIERS[0]))

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or self._window

    def _somewhere(self) -> tuple[QWidget, QPoint] | None:
        """A widget of the window and a point of it; not where a menu or a dialog that asks for files would open."""
        at = QPoint(self._random.randrange(self._window.width()), self._random.randrange(self._window.height()))
        widget = self._window.childAt(at)
        if widget is None or isinstance(widget, QMenuBar | QMainWindow) or self._opens_files(widget):
            return None
        return widget, widget.mapFrom(self._window, at)

    def _opens_files(self, widget: QWidget) -> bool:
        words = (widget.property("text") or "", widget.accessibleName(), widget.toolTip())
        return any("open" in str(word).lower() or "sample project" in str(word).lower() for word in words)
