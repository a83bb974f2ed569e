"""A day in the Annotate workspace, with real keys and a real mouse through the real window."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from pentad.core.label_class import LabelClass
from pentad.core.mask import Mask, MaskKey
from pentad.session.view_state import Row
from pentad.ui.tile import Tile
from tests.helpers.desk import Desk
from tests.helpers.hand import Hand

NAMES = (LabelClass(1, "Scratch", "#56b4e9"), LabelClass(2, "Dent", "#e69f00"))
HERE = (0.5, 0.6)
"""The middle of the strokes, as fractions (y, x) of the large tile's picture area."""


@pytest.fixture
def painting(desk: Desk, plates: Path) -> Desk:
    """A good part of the plates, in the Annotate workspace, with two classes and the brush in the hand."""
    desk.open(plates)
    desk.show("G000")
    desk.press(Qt.Key.Key_F3)
    desk.session.annotation.set_classes(NAMES)
    desk.wait_until_settled()
    desk.press(Qt.Key.Key_B)
    desk.session.annotation.toolbox.tools["brush"].options.set("radius", 4)
    return desk


def large(desk: Desk) -> Tile:
    return desk.window.views.tiles[0]


def here(desk: Desk) -> Mask:
    """The mask of the large tile."""
    sample = desk.session.current
    assert sample is not None
    document = desk.session.annotation.documents.document(MaskKey(sample.id, large(desk).view))
    assert document is not None
    return document.mask


def stroke(desk: Desk) -> None:
    """A short stroke to the right, in the middle of the large tile."""
    port = large(desk).canvas.viewport()
    y, x = port.height() * HERE[0], port.width() * HERE[1]
    Hand(desk.qtbot, port).stroke([(x - 30, y), (x, y), (x + 30, y)])


def colour_at(tile: Tile) -> np.ndarray:
    """(3,) RGB in the middle of the stroke, as the tile shows it."""
    port = tile.canvas.viewport()
    image = port.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixel = image.pixelColor(QPoint(round(port.width() * HERE[1]), round(port.height() * HERE[0])))
    return np.array([pixel.red(), pixel.green(), pixel.blue()], int)


def _has_done(desk: Desk, steps: int) -> bool:
    return len(desk.session.annotation.history.done) == steps


def test_a_stroke_is_seen_at_once_in_every_picture_of_its_view(painting: Desk) -> None:
    same_view = [tile for tile in painting.window.views.tiles if tile.view == large(painting).view]
    before = [colour_at(tile) for tile in same_view]
    stroke(painting)
    assert {tile.row for tile in same_view} >= {Row.COMPOSITE, Row.RGB, Row.NORMAL, Row.MASK}
    for tile, old in zip(same_view, before, strict=True):
        assert np.abs(colour_at(tile) - old).max() > 20, tile.id
    assert np.count_nonzero(here(painting).labels == 1) > 50


def test_keys_switch_class_erase_and_undo(painting: Desk) -> None:
    mask = here(painting)
    painting.press(Qt.Key.Key_2)
    stroke(painting)
    assert set(np.unique(mask.labels)) == {0, 2}
    painting.press(Qt.Key.Key_E)
    stroke(painting)
    assert not mask.labels.any()
    painting.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert set(np.unique(mask.labels)) == {0, 2}
    painting.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not mask.labels.any()


def test_wheel_drag_and_key_make_the_tip_larger_by_the_same_steps(painting: Desk) -> None:
    options, port = painting.session.annotation.toolbox.tools["brush"].options, large(painting).canvas.viewport()
    middle = QPoint(port.width() // 2, port.height() // 2)
    for start, wanted in ((4.0, 4.5), (100.0, 110.0)):
        options.set("radius", start)
        painting.press(Qt.Key.Key_BracketRight)
        assert options.number("radius") == pytest.approx(wanted)
        options.set("radius", start)
        large(painting).canvas.resized.emit(0.5)
        assert options.number("radius") == start
        large(painting).canvas.resized.emit(0.5)
        assert options.number("radius") == pytest.approx(wanted)
        QTest.mousePress(port, Qt.MouseButton.RightButton, pos=middle)
        QTest.mouseMove(port, middle - QPoint(0, 12))
        QTest.mouseRelease(port, Qt.MouseButton.RightButton, pos=middle - QPoint(0, 12))
        assert options.number("radius") > wanted


def test_undo_and_redo_struck_without_a_pause_are_both_heard(painting: Desk) -> None:
    control, shift, mask = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, here(painting)
    stroke(painting)
    painted, canvas = mask.labels.copy(), large(painting).canvas
    QTest.keyClick(canvas, Qt.Key.Key_Z, control)
    assert not mask.labels.any()
    QTest.keyClick(canvas, Qt.Key.Key_Z, control | shift)
    assert np.array_equal(mask.labels, painted)
    for _ in range(5):
        QTest.keyClick(canvas, Qt.Key.Key_Z, control)
        QTest.keyClick(canvas, Qt.Key.Key_Y, control)
    assert np.array_equal(mask.labels, painted)


def test_a_key_goes_through_the_pictures_of_the_large_view(painting: Desk) -> None:
    seen = []
    for _ in range(4):
        seen.append(large(painting).row)
        painting.press(Qt.Key.Key_X)
    assert seen == [Row.COMPOSITE, Row.RGB, Row.NORMAL, Row.MASK]
    assert large(painting).row is Row.COMPOSITE
    painting.press(Qt.Key.Key_X, Qt.KeyboardModifier.AltModifier)
    assert large(painting).row is Row.MASK


def test_tab_reaches_a_small_picture_and_enter_makes_it_large(painting: Desk) -> None:
    large(painting).canvas.setFocus()
    tiles = painting.window.views.tiles
    for _ in range(5):
        painting.press(Qt.Key.Key_Tab)
    other = next(tile for tile in tiles if tile.canvas.hasFocus())
    assert other.view != large(painting).view
    assert other.property("reached")
    painting.press(Qt.Key.Key_Return)
    painting.qtbot.waitUntil(lambda: large(painting).view == other.view)


def test_another_sample_and_back_and_the_mask_is_still_there(painting: Desk) -> None:
    stroke(painting)
    painted, first = here(painting).labels.copy(), painting.session.current
    painting.press(Qt.Key.Key_PageDown)
    painting.wait_until_settled()
    assert painting.session.current is not first
    assert not here(painting).labels.any()
    painting.press(Qt.Key.Key_PageUp)
    painting.wait_until_settled()
    assert np.array_equal(here(painting).labels, painted)
    assert np.abs(colour_at(large(painting)) - [86, 180, 233]).max() < 100


def test_a_digit_in_a_text_field_is_typed_and_switches_no_class(painting: Desk) -> None:
    field = painting.window.samples.text
    field.setFocus()
    painting.press(Qt.Key.Key_2)
    assert field.text() == "2"
    assert painting.session.annotation.label == 1


def test_a_click_on_a_small_picture_makes_it_the_large_one_and_keeps_the_zoom(painting: Desk) -> None:
    views = painting.window.views
    views.zoom_by(4)
    linked = large(painting).canvas.linked
    normals = views.tile("top", Row.NORMAL)
    QTest.mouseClick(normals.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    painting.qtbot.waitUntil(lambda: large(painting).row is Row.NORMAL)
    assert large(painting) is normals
    assert large(painting).canvas.linked == linked
    east = views.tile("east", Row.COMPOSITE)
    QTest.mouseClick(east.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    painting.qtbot.waitUntil(lambda: large(painting).view == "east")
    assert large(painting).row is Row.NORMAL
    assert large(painting).canvas.linked == linked
    assert not painting.session.annotation.history.done


def test_space_lets_the_large_picture_have_everything_and_gives_it_back(painting: Desk) -> None:
    strip = painting.window.views.tiles[1]
    large(painting).canvas.setFocus()
    painting.press(Qt.Key.Key_Space)
    assert not strip.isVisible()
    painting.press(Qt.Key.Key_Space)
    assert strip.isVisible()


def test_painting_brings_back_a_mask_that_was_hidden(painting: Desk) -> None:
    painting.press(Qt.Key.Key_Q)
    hidden = colour_at(large(painting))
    stroke(painting)
    painting.wait_until_settled()
    assert np.abs(colour_at(large(painting)) - hidden).max() > 20


def test_heat_that_comes_in_gets_its_place_in_the_strip(painting: Desk) -> None:
    assert Row.HEATMAP not in {tile.row for tile in painting.window.views.tiles}
    painting.judge_all()
    heat = painting.window.views.tile("top", Row.HEATMAP)
    assert heat.canvas.stack is not None
    assert heat.canvas.stack.mask is not None


def test_leaving_the_workspace_puts_the_tool_down_and_review_is_as_before(painting: Desk) -> None:
    painting.press(Qt.Key.Key_F2)
    annotation = painting.session.annotation
    assert annotation.toolbox.taken is None
    assert not annotation.active
    assert len(painting.window.views.tiles) == 5
    port = large(painting).canvas.viewport()
    Hand(painting.qtbot, port).stroke([(40, 40), (80, 60)])
    assert not annotation.history.done


def test_a_rule_keeps_what_is_marked_already(painting: Desk) -> None:
    stroke(painting)
    before = here(painting).labels.copy()
    rule = painting.window.annotate.rule
    rule.place.setCurrentIndex(1)
    rule.place.activated.emit(1)
    assert rule.words.text() == "Tools change pixels only on background."
    painting.press(Qt.Key.Key_2)
    painting.session.annotation.toolbox.tools["brush"].options.set("radius", 8)
    stroke(painting)
    after = here(painting).labels
    assert np.array_equal(after == 1, before == 1)
    assert np.count_nonzero(after == 2) > 50
    rule.clear.click()
    assert painting.session.annotation.rule.free


def test_the_history_goes_back_and_forward_to_the_step_one_clicks(painting: Desk) -> None:
    box, mask = painting.window.annotate.history, here(painting)
    states = [mask.labels.copy()]
    for label in (1, 2, 1):
        painting.session.annotation.choose(label)
        stroke(painting)
        states.append(mask.labels.copy())
    painting.qtbot.waitUntil(lambda: box.model.rowCount() == 4)
    for row in (1, 3, 0, 2):
        box.list.clicked.emit(box.model.index(row))
        painting.qtbot.waitUntil(partial(_has_done, painting, row))
        assert np.array_equal(mask.labels, states[row])


def test_the_status_bar_says_that_strokes_are_safe_and_then_saved(painting: Desk) -> None:
    label = painting.window.status.saving
    stroke(painting)
    painting.qtbot.waitUntil(lambda: label.text() == "1 edit safe, not in the file yet")
    painting.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    painting.qtbot.waitUntil(lambda: label.text().startswith("All saved "))
    sample = painting.session.current
    assert sample is not None
    assert "mask drawn" in str(painting.window.samples.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole))
