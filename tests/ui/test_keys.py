"""Single keys act everywhere but where one types, and the window follows what is in force."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QPlainTextEdit,
    QSpinBox,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from pentad.session.keys import Scope, parsed
from pentad.ui.dialogs.key_editor import KeyField
from pentad.ui.panels.light_box import LightDome
from pentad.ui.qt_actions import QtActions
from pentad.ui.typing_guard import is_typed_into
from tests.helpers.desk import Desk, open_desk

STRONG = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
WORKSPACES = {Scope.REVIEW: "review", Scope.ANNOTATE: "annotate"}
scopes = pytest.mark.parametrize("scope", list(WORKSPACES), ids=list(WORKSPACES.values()))
Pressed = tuple[Qt.Key, Qt.KeyboardModifier]


class Muted:
    """The real window, in which actions only say that they were asked for. All of them can be done."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.fired: list[str] = []

    def single_keys(self) -> dict[Pressed, str]:
        """The keys without Ctrl and Alt that are good where one is, function keys apart, and their actions."""
        actions = self.desk.window.actions_by_id
        found: dict[Pressed, str] = {}
        for action in actions.table:
            for key in actions.keymap.keys(action.id, actions.scope):
                pressed = cast(Sequence[QKeyCombination], QKeySequence(key.key))[0]
                function = Qt.Key.Key_F1 <= pressed.key() <= Qt.Key.Key_F35
                if not function and not pressed.keyboardModifiers() & STRONG:
                    found[pressed.key(), pressed.keyboardModifiers()] = action.id
        return found

    def press(self, widget: QWidget, pressed: Pressed) -> list[str]:
        """The actions that the key set off while ``widget`` had the focus."""
        self.fired.clear()
        widget.setFocus()
        assert QApplication.focusWidget() in (widget, widget.focusProxy()), widget
        QTest.keyClick(QApplication.focusWidget() or widget, *pressed)
        return list(self.fired)


@pytest.fixture
def muted(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, plates: Path) -> Iterator[Muted]:
    heard: list[str] = []

    def enable_all(actions: QtActions) -> None:
        for action in actions.table:
            actions[action.id].setEnabled(True)

    monkeypatch.setattr(QtActions, "_run", lambda self, action, *_: heard.append(action.id))
    monkeypatch.setattr(QtActions, "refresh", enable_all)
    muted = Muted(open_desk(qtbot))
    muted.fired = heard
    muted.desk.open(plates)
    yield muted
    muted.desk.window.close()


def one_of_each_kind(window: QMainWindow) -> list[QWidget]:
    """Fields of every kind in a dock of the window, an open editor of a list's item among them."""
    combo, names, page = QComboBox(), QListWidget(), QWidget()
    combo.setEditable(True)
    item = QListWidgetItem("Scratch", names)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
    fields: list[QWidget] = [
        QLineEdit(),
        QSpinBox(),
        QDoubleSpinBox(),
        combo,
        QPlainTextEdit(),
        QTextEdit(),
        KeyField(),
    ]
    layout = QVBoxLayout(page)
    for widget in (*fields, names):
        layout.addWidget(widget)
    dock = QDockWidget("Fields", window)
    dock.setWidget(page)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    QTest.qWait(30)
    names.setFocus()
    names.editItem(item)
    return [*fields, *names.viewport().findChildren(QLineEdit)]


def fields_of(window: QWidget) -> list[QWidget]:
    """Every visible field of the window that can be typed into."""
    inner = (QAbstractSpinBox, QComboBox)
    found = [w for w in window.findChildren(QWidget) if w.isVisible() and w.isEnabled() and is_typed_into(w)]
    return [w for w in found if not isinstance(w.parent(), inner)]


@scopes
def test_no_single_key_fires_where_one_types(muted: Muted, scope: Scope) -> None:
    window = muted.desk.window
    window.arrange(WORKSPACES[scope])
    keys = muted.single_keys()
    own = fields_of(window)
    kinds = one_of_each_kind(window)
    assert len(keys) > 12
    assert len(own) >= 1
    assert len(kinds) == 8
    editor = kinds.pop()
    fired = [(type(editor).__name__, key, ids) for key in keys if is_letter(key) and (ids := muted.press(editor, key))]
    for field in (*own, *kinds):
        fired += [(type(field).__name__, key, ids) for key in keys if (ids := muted.press(field, key))]
    assert fired == []


@scopes
def test_every_single_key_fires_from_pictures_lists_and_bars(muted: Muted, scope: Scope) -> None:
    window = muted.desk.window
    window.arrange(WORKSPACES[scope])
    QTest.qWait(20)
    canvas = window.views.tiles[0].canvas
    lists = [view for view in window.findChildren(QAbstractItemView) if view.isVisible() and view.isEnabled()]
    lists = [view for view in lists if view.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert window.samples.list in lists
    wrong = []
    for key, id in muted.single_keys().items():
        # Why: Space held over a picture moves it; the picture itself maximises when Space is let go.
        places = [place for place in (canvas, *lists) if place is not canvas or key[0] is not Qt.Key.Key_Space]
        wrong += [(place, key, fired) for place in places if (fired := muted.press(place, key)) != [id]]
    assert wrong == []


def test_a_click_on_the_tool_bar_leaves_the_keys_alone(muted: Muted) -> None:
    window = muted.desk.window
    window.views.tiles[0].canvas.setFocus()
    button = next(b for b in window.findChildren(QToolButton) if b.defaultAction() is window.actions_by_id["look.fit"])
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    muted.fired.clear()
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_A)
    assert muted.fired == ["review.accept"]


def test_a_letter_without_an_action_does_not_open_another_sample(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.show("S001")
    desk.window.samples.list.setFocus()
    for key in (Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_G):
        desk.window.actions_by_id.keymap.bind("review.previous", ())
        desk.press(key)
    assert desk.session.current is desk.sample("S001")


def test_enter_and_escape_end_the_typing(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    box = QSpinBox()
    dock = QDockWidget("Fields", desk.window)
    dock.setWidget(box)
    desk.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    for ending in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_7)
        desk.press(ending)
        assert not box.hasFocus()
    assert box.value() == 77


def test_arrows_move_the_lamp_and_not_to_the_next_sample(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    first, lamp = desk.session.current, desk.session.view_state.look.lamp
    dome = desk.window.findChildren(LightDome)[0]
    QTest.keyClick(dome, Qt.Key.Key_Right)
    assert desk.session.current is first
    assert desk.session.view_state.look.lamp != lamp


def test_every_action_has_a_key(desk: Desk) -> None:
    actions = desk.window.actions_by_id
    assert [action.id for action in actions.table if not actions.keymap.keys(action.id)] == []


def test_tips_and_menus_show_the_keys_in_force(desk: Desk) -> None:
    actions = desk.window.actions_by_id
    base, brush = actions["look.base"], actions["tool.brush"]
    assert ([s.toString() for s in base.shortcuts()], brush.shortcuts()) == (["B"], [])
    desk.window.arrange("annotate")
    assert [s.toString() for s in base.shortcuts()] == ["Shift+B"]
    assert brush.toolTip().startswith("Brush  (B)\n")
    actions.keymap.bind("tool.brush", parsed(["annotate:J"]))
    assert brush.toolTip().startswith("Brush  (J)\n")
    assert [s.toString() for s in brush.shortcuts()] == ["J"]


def test_undo_says_what_it_takes_back(desk: Desk) -> None:
    class Edit:
        name, nbytes = "Brush", 1

        def undo(self) -> None: ...
        def redo(self) -> None: ...

    desk.session.annotation.history.add(Edit())
    QTest.qWait(10)
    assert desk.window.actions_by_id["edit.undo"].text() == "Undo Brush"
    desk.session.annotation.history.undo()
    QTest.qWait(10)
    assert desk.window.actions_by_id["edit.undo"].text() == "Undo"
    assert desk.window.actions_by_id["edit.redo"].text() == "Redo Brush"


def is_letter(pressed: Pressed) -> bool:
    """Whether the key leaves an item's editor open."""
    return Qt.Key.Key_A <= pressed[0] <= Qt.Key.Key_Z
