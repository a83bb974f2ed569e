"""Somebody makes the keys their own, through the real window, and finds them again."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pentad.core.sample import Modality
from pentad.session.keys import Scope
from pentad.ui.dialogs.keys import KeySheet
from tests.helpers.desk import Desk, open_desk


def key_sheet(desk: Desk) -> KeySheet:
    """The page, opened by its key."""
    desk.press(Qt.Key.Key_Question)
    sheet = desk.window.findChildren(KeySheet)[-1]
    QTest.qWaitForWindowExposed(sheet)
    return sheet


def press_for(sheet: KeySheet, id: str, key: Qt.Key) -> None:
    """Find the action, click its key, press another, as a person does."""
    action = sheet.table[id]
    sheet.text.clear()
    QTest.keyClicks(sheet.text, action.title)
    item = sheet.item(id)
    sheet.tree.scrollToItem(item)
    sheet.tree.setCurrentItem(item)
    place = sheet.tree.visualItemRect(item).center()
    place.setX(sheet.tree.header().sectionViewportPosition(1) + 5)
    QTest.mouseClick(sheet.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    field = sheet.editor.fields[0]
    assert sheet.focusWidget() is field
    QTest.keyClick(field, key)


def taken(desk: Desk) -> str | None:
    tool = desk.session.annotation.toolbox.taken
    return tool.id if tool is not None else None


def test_another_key_for_the_brush_holds_at_once_and_in_the_next_window(qtbot: QtBot, plates: Path) -> None:
    desk = open_desk(qtbot)
    desk.open(plates)
    desk.press(Qt.Key.Key_F3)
    sheet = key_sheet(desk)
    press_for(sheet, "tool.brush", Qt.Key.Key_U)
    assert not sheet.question.isVisible()
    sheet.close()
    desk.window.activateWindow()
    desk.press(Qt.Key.Key_B)
    assert taken(desk) is None
    desk.press(Qt.Key.Key_U)
    assert taken(desk) == "brush"
    desk.window.close()
    again = open_desk(qtbot)
    again.open(plates)
    assert again.window.is_arranged("annotate")
    again.press(Qt.Key.Key_U)
    assert taken(again) == "brush"
    again.window.close()


def test_a_key_that_is_taken_is_named_and_left_or_taken_over(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.window.arrange("annotate")
    sheet = key_sheet(desk)
    press_for(sheet, "tool.brush", Qt.Key.Key_E)
    assert sheet.question.isVisible()
    assert sheet.question.words.text() == "E is the key of Eraser in Annotate."
    QTest.mouseClick(sheet.question.no, Qt.MouseButton.LeftButton)
    assert not sheet.question.isVisible()
    assert sheet.editor.fields[0].keySequence().toString() == "B"
    desk.press(Qt.Key.Key_E)
    assert taken(desk) == "eraser"
    press_for(sheet, "tool.brush", Qt.Key.Key_E)
    QTest.mouseClick(sheet.question.yes, Qt.MouseButton.LeftButton)
    sheet.close()
    desk.window.activateWindow()
    desk.press(Qt.Key.Key_E)
    assert taken(desk) == "brush"
    assert desk.window.actions_by_id["tool.eraser"].shortcuts() == []


def test_resetting_brings_keys_back_from_whoever_took_them(desk: Desk) -> None:
    sheet = key_sheet(desk)
    keymap = desk.window.actions_by_id.keymap
    press_for(sheet, "tool.brush", Qt.Key.Key_U)
    press_for(sheet, "tool.wand", Qt.Key.Key_B)
    sheet.choose("tool.brush")
    QTest.mouseClick(sheet.editor.reset, Qt.MouseButton.LeftButton)
    assert sheet.question.words.text() == "B is the key of Magic wand in Annotate."
    QTest.mouseClick(sheet.question.yes, Qt.MouseButton.LeftButton)
    assert [str(key) for key in keymap.keys("tool.brush")] == ["annotate:B"]
    assert keymap.keys("tool.wand") == ()
    QTest.mouseClick(sheet.reset_all, Qt.MouseButton.LeftButton)
    QTest.mouseClick(sheet.question.yes, Qt.MouseButton.LeftButton)
    assert not any(keymap.is_changed(action.id) for action in sheet.table)


def test_escape_leaves_a_key_as_it_was_and_tab_is_no_key(desk: Desk) -> None:
    sheet = key_sheet(desk)
    press_for(sheet, "tool.brush", Qt.Key.Key_Escape)
    press_for(sheet, "tool.brush", Qt.Key.Key_Tab)
    assert sheet.isVisible()
    assert [str(key) for key in desk.window.actions_by_id.keymap.keys("tool.brush")] == ["annotate:B"]


def test_b_means_normals_in_review_and_the_brush_in_annotate(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_B)
    assert desk.session.view_state.look.base is Modality.NORMAL
    desk.press(Qt.Key.Key_F3)
    desk.press(Qt.Key.Key_B)
    assert (taken(desk), desk.session.view_state.look.base) == ("brush", Modality.NORMAL)
    desk.press(Qt.Key.Key_F2)
    desk.press(Qt.Key.Key_B)
    assert (taken(desk), desk.session.view_state.look.base) == (None, Modality.RGB)


def test_a_polygon_is_drawn_corrected_finished_and_taken_back_by_keys(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_F3)
    desk.wait_until_settled()
    annotation, actions = desk.session.annotation, desk.window.actions_by_id
    sheet = annotation.sheet_here()
    assert sheet is not None
    before = sheet.mask.labels.copy()
    desk.press(Qt.Key.Key_P)
    assert not actions["tool.cancel"].isEnabled()
    port = desk.window.views.tiles[0].canvas.viewport()
    for x, y in ((200, 100), (500, 120), (480, 300), (260, 330), (700, 390)):
        QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        QTest.qWait(10)
    assert actions["tool.cancel"].isEnabled()
    desk.press(Qt.Key.Key_Backspace)
    desk.press(Qt.Key.Key_Return)
    assert np.count_nonzero(sheet.mask.labels != before) > 50
    QTest.qWait(10)
    assert actions["edit.undo"].text() == "Undo Polygon"
    desk.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.wait_until_settled()
    assert not actions["project.save"].isEnabled()
    desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(sheet.mask.labels, before)
    assert actions["edit.redo"].text() == "Redo Polygon"


def test_escape_gives_up_what_is_under_way(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_F3)
    desk.wait_until_settled()
    desk.press(Qt.Key.Key_P)
    port = desk.window.views.tiles[0].canvas.viewport()
    for x, y in ((200, 100), (500, 120), (480, 300)):
        QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        QTest.qWait(10)
    desk.press(Qt.Key.Key_Escape)
    tool = desk.session.annotation.toolbox.taken
    assert tool is not None
    assert (tool.id, tool.busy) == ("polygon", False)
    assert desk.session.annotation.history.done == ()


def test_a_key_may_be_added_where_the_action_has_none(desk: Desk) -> None:
    sheet, keymap = key_sheet(desk), desk.window.actions_by_id.keymap
    sheet.choose("tool.brush")
    sheet.editor.take_focus(Scope.REVIEW)
    QTest.keyClick(sheet.editor.fields[-1], Qt.Key.Key_X)
    assert [str(key) for key in keymap.keys("tool.brush")] == ["annotate:B", "review:X"]


class Words(HTMLParser):
    """The cells of a page, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []

    def handle_data(self, data: str) -> None:
        self.cells.append(data)


def test_the_sheet_is_saved_as_a_page_and_as_pdf(desk: Desk, tmp_path: Path) -> None:
    sheet = key_sheet(desk)
    press_for(sheet, "tool.brush", Qt.Key.Key_Less)
    for name in ("keys.html", "keys.pdf"):
        sheet.save_to(tmp_path / name)
    words = Words()
    words.feed((tmp_path / "keys.html").read_text("utf-8"))
    assert words.cells[words.cells.index("Brush") - 1] == "<"
    assert (tmp_path / "keys.pdf").read_bytes().startswith(b"%PDF")


def test_a_sheet_that_cannot_be_saved_says_why(desk: Desk, tmp_path: Path) -> None:
    sheet = key_sheet(desk)
    sheet.save_to(tmp_path / "no such folder" / "keys.pdf")
    assert sheet.question.isVisible()
    assert "keys.pdf" in sheet.question.words.text()


@pytest.mark.parametrize(
    ("typed", "found"), [("brush", "tool.brush"), ("ctrl+z", "edit.undo"), ("help f1", "help.manual")]
)
def test_actions_are_found_by_name_menu_and_key(desk: Desk, typed: str, found: str) -> None:
    sheet = key_sheet(desk)
    QTest.keyClicks(sheet.text, typed)
    shown = [a.id for a in sheet.table if not sheet.item(a.id).isHidden()]
    assert found in shown
    assert len(shown) < 6
