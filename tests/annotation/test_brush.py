"""What brush and eraser do with a hand."""

from itertools import pairwise

import numpy as np
import pytest

from pentad.annotation.brush import Brush, brushes
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, BrushTip, Path, Point
from pentad.annotation.region import Spans
from pentad.annotation.rule import Rule
from pentad.annotation.sweep import Dab, capsule, sweep
from pentad.annotation.tool import Tool
from pentad.core.arrays import Bools
from pentad.core.mask import MaskKey
from tests.helpers.sheet import BareSheet


@pytest.fixture
def sheet() -> BareSheet:
    return BareSheet((80, 120), label=3)


@pytest.fixture
def brush() -> Tool:
    return brushes()[0]


@pytest.fixture
def eraser() -> Tool:
    return brushes()[1]


def union(sheet: BareSheet, *pieces: Spans) -> Bools:
    where = np.zeros(sheet.mask.labels.shape, bool)
    for piece in pieces:
        patch = piece.inside(sheet.mask.box).patch()
        where[patch.box.slices] |= patch.where
    return where


def draw(tool: Tool, sheet: BareSheet, *way: Pointer) -> None:
    tool.press(way[0], sheet)
    for at in way[1:]:
        tool.drag(at, sheet)
    tool.release(way[-1], sheet)


def test_a_click_paints_one_disc(brush: Tool, sheet: BareSheet) -> None:
    brush.options.set("radius", 6.5)
    draw(brush, sheet, Pointer(30.2, 40.7))
    disc = union(sheet, capsule((30.2, 40.7), (30.2, 40.7), 6.5))
    assert np.array_equal(sheet.mask.labels, 3 * disc)
    assert [edit.name for edit in sheet.edits] == ["Brush"]


def test_the_smallest_tip_never_clicks_in_vain(brush: Tool, sheet: BareSheet) -> None:
    brush.options.set("radius", 0.5)
    draw(brush, sheet, Pointer(30.49, 40.49))
    assert np.argwhere(sheet.mask.labels).tolist() == [[30, 40]]


def test_a_stroke_is_the_union_of_its_moves_and_one_step_back(brush: Tool, sheet: BareSheet) -> None:
    way: list[Point] = [(-20.0, 10.3), (40.1, 60.0), (40.1, 119.5), (70.0, 300.0)]
    brush.options.set("radius", 4.0)
    draw(brush, sheet, *(Pointer(y, x) for y, x in way))
    painted = union(sheet, *(capsule(start, end, 4.0) for start, end in pairwise(way)))
    assert np.array_equal(sheet.mask.labels == 3, painted)
    assert len(sheet.history.done) == 1
    sheet.undo_all()
    assert not sheet.mask.labels.any()


def test_shift_draws_a_straight_line_from_the_last_stroke(brush: Tool, sheet: BareSheet) -> None:
    brush.options.set("radius", 3.0)
    draw(brush, sheet, Pointer(10.0, 10.0))
    draw(brush, sheet, Pointer(50.0, 90.0, add=True))
    assert np.array_equal(sheet.mask.labels == 3, union(sheet, capsule((10.0, 10.0), (50.0, 90.0), 3.0)))
    other = BareSheet((80, 120), key=MaskKey("S1", "left"))
    draw(brush, other, Pointer(50.0, 90.0, add=True))
    assert np.array_equal(other.mask.labels > 0, union(other, capsule((50.0, 90.0), (50.0, 90.0), 3.0)))


def test_shift_shows_the_line_before_it_is_drawn(brush: Tool, sheet: BareSheet) -> None:
    draw(brush, sheet, Pointer(10.0, 10.0))
    brush.hover(Pointer(50.0, 90.0, add=True), sheet)
    assert Path(((10.0, 10.0), (50.0, 90.0)), dashed=True) in brush.preview.shapes


def test_ctrl_keeps_the_hand_to_the_direction_it_set_out_in(brush: Tool, sheet: BareSheet) -> None:
    brush.options.set("radius", 2.0)
    draw(brush, sheet, Pointer(20.0, 20.0, square=True), *(Pointer(y, x, square=True) for y, x in [(21, 40), (33, 70)]))
    assert np.array_equal(sheet.mask.labels == 3, union(sheet, capsule((20.0, 20.0), (20.0, 70.0), 2.0)))


def test_alt_turns_a_brush_into_an_eraser_and_back(brush: Tool, eraser: Tool, sheet: BareSheet) -> None:
    sheet.mask.put(sheet.mask.box, np.full((80, 120), 7, np.uint8))
    draw(brush, sheet, Pointer(20.0, 20.0, subtract=True), Pointer(20.0, 30.0))
    draw(eraser, sheet, Pointer(60.0, 60.0, subtract=True))
    draw(eraser, sheet, Pointer(60.0, 100.0))
    assert [sheet.mask.labels[at] for at in ((20, 30), (60, 60), (60, 100), (0, 0))] == [0, 3, 0, 7]


def test_a_locked_class_is_said_once_for_each_press(brush: Tool, eraser: Tool, sheet: BareSheet) -> None:
    sheet.rule = Rule(locked=frozenset({3}))
    draw(brush, sheet, Pointer(20.0, 20.0), Pointer(20.0, 50.0), Pointer(50.0, 50.0))
    assert [problem.what for problem in sheet.problems] == ["The chosen class is locked"]
    assert not sheet.mask.labels.any()
    draw(eraser, sheet, Pointer(20.0, 20.0))
    assert len(sheet.problems) == 1


def test_the_rule_holds_pixel_by_pixel(brush: Tool, sheet: BareSheet) -> None:
    labels = np.arange(80 * 120, dtype=np.uint32).reshape(80, 120).astype(np.uint8) % 5
    sheet.mask.put(sheet.mask.box, labels)
    sheet.rule = Rule(only=frozenset({0, 1}), locked=frozenset({1}))
    draw(brush, sheet, Pointer(40.0, 40.0), Pointer(45.0, 60.0))
    reached = union(sheet, capsule((40.0, 40.0), (45.0, 60.0), 12.0))
    assert np.array_equal(sheet.mask.labels, np.where(reached & (labels == 0), 3, labels))


def test_pressure_thins_the_line_down_to_a_limit(brush: Tool, sheet: BareSheet) -> None:
    brush.options.set("radius", 10.0)
    brush.options.set("least", 20.0)
    draw(brush, sheet, Pointer(40.0, 20.0, pressure=1.0), Pointer(40.0, 80.0, pressure=0.0))
    assert np.array_equal(sheet.mask.labels == 3, union(sheet, sweep(Dab((40.0, 20.0), 10.0), Dab((40.0, 80.0), 2.0))))
    brush.options.set("pressure", False)
    sheet.undo_all()
    draw(brush, sheet, Pointer(40.0, 20.0, pressure=1.0), Pointer(40.0, 80.0, pressure=0.0))
    assert np.array_equal(sheet.mask.labels == 3, union(sheet, capsule((40.0, 20.0), (40.0, 80.0), 10.0)))


def test_a_pen_that_is_lifted_does_not_thin_the_end(brush: Tool, sheet: BareSheet) -> None:
    brush.press(Pointer(40.0, 20.0, pressure=0.8), sheet)
    brush.release(Pointer(40.0, 60.0, pressure=0.0), sheet)
    radius = 12 * (0.2 + 0.8 * 0.8)
    assert np.array_equal(sheet.mask.labels == 3, union(sheet, capsule((40.0, 20.0), (40.0, 60.0), radius)))


def test_a_size_on_screen_covers_more_pixels_from_further_away(brush: Tool, sheet: BareSheet) -> None:
    brush.options.set("unit", "screen")
    brush.options.set("radius", 10.0)
    brush.hover(Pointer(40.0, 40.0, scale=0.5), sheet)
    assert brush.preview.shapes == (BrushTip((40.0, 40.0), 20.0),)


def test_a_square_tip_paints_squares(brush: Tool, sheet: BareSheet) -> None:
    brush.options.set("shape", "square")
    brush.options.set("radius", 5.0)
    draw(brush, sheet, Pointer(20.0, 20.0))
    assert np.argwhere(sheet.mask.labels).min(axis=0).tolist() == [15, 15]
    assert np.count_nonzero(sheet.mask.labels) == 121


def test_leaving_or_escape_gives_the_stroke_up(brush: Tool, sheet: BareSheet) -> None:
    for give_up in (brush.leave, lambda: brush.key(Key.CANCEL, sheet)):
        brush.press(Pointer(20.0, 20.0), sheet)
        brush.drag(Pointer(30.0, 60.0), sheet)
        assert brush.busy
        assert sheet.mask.labels.any()
        give_up()
        assert not brush.busy
        assert not sheet.mask.labels.any()
        assert brush.preview is NOTHING
    brush.release(Pointer(30.0, 60.0), sheet)
    assert sheet.edits == []


def test_a_stroke_belongs_to_the_sheet_it_began_on(sheet: BareSheet) -> None:
    other = BareSheet((80, 120), key=MaskKey("S1", "left"))
    brush = brushes()[0]
    assert isinstance(brush, Brush)
    brush.press(Pointer(20.0, 20.0), sheet)
    brush.drag(Pointer(20.0, 60.0), other)
    brush.press(Pointer(70.0, 60.0), other)
    brush.release(Pointer(20.0, 90.0), other)
    assert np.array_equal(sheet.mask.labels == 3, union(sheet, capsule((20.0, 20.0), (20.0, 90.0), 12.0)))
    assert not other.mask.labels.any()
