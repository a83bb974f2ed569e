"""The boxes beside the picture one annotates, each on its own."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from pentad.annotation.options import Choice, Flag, Number, Options
from pentad.annotation.rule import Rule, Source
from pentad.core.box import Box
from pentad.core.label_class import LabelClass
from pentad.core.mask import MaskKey
from pentad.geometry.measuring import Measured
from pentad.session.areas import Area
from pentad.ui.arranging import GAP, arrange_close_up
from pentad.ui.option_memory import OptionMemory
from pentad.ui.panels.classes_box import free_colour, in_words
from pentad.ui.panels.rule_box import rule_in_words
from pentad.ui.panels.tool_options import NumberField, OptionsForm
from pentad.ui.save_state import save_words
from pentad.ui.segments import Segments
from pentad.ui.settings import Settings
from tests.helpers.desk import WAIT_MS, Desk
from tests.helpers.tiny_rig import write_tiny_rig

CLASSES = (LabelClass(1, "Scratch", "#56b4e9"), LabelClass(3, "Dent", "#e69f00"))


def options() -> Options:
    return Options(
        "test",
        [
            Number("radius", "Radius", 12, 0.5, 400, "px", 0.5, growing=True),
            Choice("shape", "Shape", "round", (("round", "Round"), ("square", "Square"))),
            Flag("soft", "Soft", False),
        ],
    )


@given(st.integers(0, 12), st.integers(300, 3000), st.integers(250, 2000), st.floats(0.5, 2.0))
def test_a_close_up_lies_in_its_room_and_no_two_tiles_overlap(
    small: int, width: int, height: int, aspect: float
) -> None:
    near = arrange_close_up(small, (width, height), caption=22, aspect=aspect)
    cells = [near.large, *near.strip]
    assert len(cells) == small + 1
    for cell in cells:
        assert cell.x >= 0 <= cell.y
        assert cell.x + cell.width <= width + GAP
        assert cell.y + cell.height <= height + GAP
    for number, one in enumerate(cells):
        for other in cells[number + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_a_form_shows_options_and_sets_them(qtbot: QtBot) -> None:
    declared = options()
    form = OptionsForm(declared)
    qtbot.addWidget(form)
    radius, shape = form.fields["radius"], form.fields["shape"]
    assert isinstance(radius, NumberField)
    assert isinstance(shape, Segments)
    declared.set("radius", 40)
    assert radius.spin.value() == 40
    radius.spin.setValue(7.5)
    assert declared.number("radius") == 7.5
    radius.slider.setValue(radius.slider.maximum())
    assert declared.number("radius") == 400
    radius.slider.setValue(0)
    assert declared.number("radius") == 0.5
    square = shape.findChildren(QPushButton)[-1]
    QTest.mouseClick(square, Qt.MouseButton.LeftButton)
    assert declared.text("shape") == "square"


def test_a_form_shows_only_the_options_that_count(qtbot: QtBot) -> None:
    source = Choice("source", "Look at", "a", (("a", "A"), ("b", "B")))
    declared = Options("tool", [source, *(Number(f"of_{one}", one, 1, 0, 9, when=("source", one)) for one in "ab")])
    form = OptionsForm(declared)
    qtbot.addWidget(form)
    assert not form.fields["of_a"].isHidden()
    assert form.fields["of_b"].isHidden()
    declared.set("source", "b")
    assert form.fields["of_a"].isHidden()
    assert not form.fields["of_b"].isHidden()


def test_what_was_set_is_set_again_next_time(tmp_path: Path, qtbot: QtBot) -> None:
    settings, owner = Settings(tmp_path / "a.ini"), OptionsForm(options())
    qtbot.addWidget(owner)
    first = options()
    OptionMemory([first], settings, owner)
    first.set("radius", 33)
    first.set("soft", True)
    second = options()
    OptionMemory([second], settings, owner)
    assert (second.number("radius"), second.flag("soft"), second.text("shape")) == (33, True, "round")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(), ""),
        (Rule(only=frozenset({0})), "only on background"),
        (Rule(only=frozenset({0, 3})), "only on background, Dent"),
        (Rule(only=frozenset()), "nowhere: no class is chosen"),
        (Rule(source=Source.RGB, low=40, high=255), "only at intensity 40 to 255"),
        (
            Rule(only=frozenset({0}), source=Source.HEAT, low=0.5, high=1),
            "only on background, heat 0.500 to 1.000",
        ),
    ],
)
def test_a_rule_is_said_in_words(rule: Rule, words: str) -> None:
    assert rule_in_words(rule, CLASSES) == words


def test_areas_have_a_unit_and_say_why_there_is_none() -> None:
    assert in_words(Area(12340, 3.21)).words == "12,340 px · 3.21 mm²"
    assert in_words(Area(5, None, "this view has no calibrated camera")).tip == (
        "no mm²: this view has no calibrated camera"
    )
    on_part = in_words(Area(12340, 3.21), Measured(3.4132, 0.1199, "mm²"))
    assert on_part.words == "12,340 px · 3.41 ± 0.12 mm²"
    assert on_part.tip == "on the part's surface, ± a pixel all along the outline; 3.21 mm² on the plane of the board"


def test_the_parts_own_surface_is_told_when_the_hand_rests(desk: Desk, tmp_path: Path) -> None:
    desk.open(write_tiny_rig(tmp_path / "plates"))
    desk.window.arrange("annotate")
    desk.session.view_state.set(active="top")
    desk.wait_until_settled()
    assert desk.session.current is not None
    sheet = desk.session.annotation.sheet(MaskKey(desk.session.current.id, "top"), Box(0, 0, 1, 1), 1.0)
    assert sheet is not None
    stroke = sheet.stroke("Draw")
    stroke.put(Box(28, 40, 36, 56), np.full((8, 16), 1, np.uint8))
    sheet.commit(stroke)
    model = desk.window.annotate.classes.model

    def told() -> str:
        return str(model.data(model.index(0), Qt.ItemDataRole.ToolTipRole))

    desk.qtbot.waitUntil(lambda: "128 px" in told() and "±" in told(), timeout=WAIT_MS)
    assert "on the part's surface, ± a pixel all along the outline" in told()
    assert "mm² on the plane of the board" in told()


def test_a_new_class_gets_a_colour_no_other_has() -> None:
    assert free_colour(CLASSES, 2) not in {known.colour for known in CLASSES}


def test_nothing_is_said_of_saving_before_anything_was_painted() -> None:
    assert save_words((), (), None, read_only=False).text == ""
    assert save_words((), (), None, read_only=True).text == "Read only"


def test_a_class_is_added_named_hidden_and_removed(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_F3)
    annotation, box = desk.session.annotation, desk.window.annotate.classes
    annotation.set_classes(CLASSES)
    box.add.click()
    assert annotation.label == 2
    editor = next(field for field in box.list.findChildren(QLineEdit) if field.isVisible())
    editor.selectAll()
    QTest.keyClicks(editor, "Burr 7")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    names = ["Scratch", "Burr 7", "Dent"]
    desk.qtbot.waitUntil(lambda: [known.name for known in annotation.classes] == names)
    assert annotation.label == 2
    row = box.list.visualRect(box.model.index(1))
    eye = QPoint(row.right() - 42, row.center().y())
    QTest.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=eye)
    assert not annotation.classes[1].visible
    box.remove.click()
    assert [known.index for known in annotation.classes] == [1, 3]
    QTest.qWait(20)
    desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [known.name for known in annotation.classes] == names


def test_255_classes_are_listed_without_a_stop(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_F3)
    many = tuple(LabelClass(index, f"Class {index}", "#56b4e9") for index in range(1, 256))
    desk.session.annotation.set_classes(many)
    box = desk.window.annotate.classes
    assert box.model.rowCount() == 255
    assert not box.add.isEnabled()
    desk.session.annotation.choose(200)
    assert box.list.visualRect(box.list.currentIndex()).intersects(box.list.viewport().rect())
