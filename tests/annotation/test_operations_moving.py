"""Regions are moved, removed, put back and pasted bit for bit, with their holes and islands."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pentad.annotation.cutout import Cutout
from pentad.annotation.moving import Move, move_tool
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, Path, Proposal
from pentad.annotation.rule import Rule
from pentad.core.arrays import Labels
from pentad.core.box import Box
from tests.helpers.sheet import BareSheet


def ring() -> Labels:
    """A ring with an island in it, and a crumb of another class in its hole."""
    labels = np.zeros((60, 80), np.uint8)
    labels[10:30, 10:40] = 1
    labels[14:26, 14:36] = 0
    labels[19:21, 24:26] = 2
    return labels


def drag(tool: Move, sheet: BareSheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    tool.press(Pointer(*start), sheet)
    tool.drag(Pointer(*end), sheet)
    tool.release(Pointer(*end), sheet)


def test_a_region_is_dragged_with_its_hole_and_leaves_background() -> None:
    sheet, tool = BareSheet(ring()), move_tool()
    drag(tool, sheet, (12, 12), (22.4, 31.6))
    assert tool.busy
    assert not (sheet.mask.labels == 1).any()
    tool.key(Key.COMMIT, sheet)
    expected = np.where(ring() == 1, 0, ring())
    expected[20:40, 30:60][ring()[10:30, 10:40] == 1] = 1
    assert np.array_equal(sheet.mask.labels, expected)
    assert [edit.name for edit in sheet.edits] == ["Move region"]
    sheet.undo_all()
    assert np.array_equal(sheet.mask.labels, ring())


def test_escape_puts_it_back_and_delete_removes_it() -> None:
    sheet, tool = BareSheet(ring()), move_tool()
    drag(tool, sheet, (12, 12), (40, 50))
    tool.nudge(-3, 2)
    assert tool.key(Key.CANCEL, sheet)
    assert np.array_equal(sheet.mask.labels, ring())
    assert not sheet.edits
    assert not tool.busy
    drag(tool, sheet, (12, 12), (40, 50))
    assert tool.key(Key.BACK, sheet)
    assert np.array_equal(sheet.mask.labels, np.where(ring() == 1, 0, ring()))
    assert [edit.name for edit in sheet.edits] == ["Delete region"]


def test_shift_takes_more_regions_and_a_click_outside_lays_all_down() -> None:
    sheet, tool = BareSheet(ring()), move_tool()
    tool.press(Pointer(12, 12), sheet)
    tool.release(Pointer(12, 12), sheet)
    tool.press(Pointer(20, 25, add=True), sheet)
    tool.release(Pointer(20, 25, add=True), sheet)
    assert not sheet.mask.labels.any()
    tool.nudge(5, 7)
    tool.press(Pointer(55, 75), sheet)
    tool.release(Pointer(55, 75), sheet)
    assert np.array_equal(sheet.mask.labels, np.roll(ring(), (5, 7), (0, 1)))
    assert not tool.busy


def test_hovering_outlines_the_region_and_its_hole() -> None:
    sheet, tool = BareSheet(ring()), move_tool()
    tool.hover(Pointer(12, 12), sheet)
    lines = [shape for shape in tool.preview.shapes if isinstance(shape, Path)]
    assert len(lines) == 2
    assert set(lines[0].points) == {(9.5, 9.5), (9.5, 39.5), (29.5, 39.5), (29.5, 9.5)}
    assert set(lines[1].points) == {(13.5, 13.5), (13.5, 35.5), (25.5, 35.5), (25.5, 13.5)}
    pointed = tool.pointed(sheet)
    assert pointed is not None
    assert pointed.box == Box(10, 10, 30, 40)
    tool.hover(Pointer(50, 70), sheet)
    assert tool.preview == NOTHING
    drag(tool, sheet, (20, 25), (45, 60))
    (label,) = {shape.label for shape in tool.preview.shapes if isinstance(shape, Proposal)}
    assert label == 2


def test_locked_classes_stay_where_they_are_and_are_not_covered() -> None:
    sheet, tool = BareSheet(ring(), rule=Rule(locked=frozenset({2}))), move_tool()
    drag(tool, sheet, (20, 25), (45, 60))
    assert not tool.busy
    assert len(sheet.problems) == 1
    drag(tool, sheet, (12, 12), (19, 24))
    tool.commit()
    assert np.array_equal(sheet.mask.labels == 2, ring() == 2)


def test_what_the_rule_lets_nowhere_down_goes_back() -> None:
    sheet, tool = BareSheet(ring(), rule=Rule(only=frozenset({1}))), move_tool()
    drag(tool, sheet, (12, 12), (40, 50))
    tool.commit()
    assert np.array_equal(sheet.mask.labels, ring())
    assert len(sheet.problems) == 1
    assert not sheet.edits


def test_a_release_without_a_press_and_a_drag_over_nothing_do_nothing() -> None:
    sheet, tool = BareSheet(ring()), move_tool()
    tool.release(Pointer(3, 3), sheet)
    drag(tool, sheet, (3, 3), (30, 30))
    drag(tool, sheet, (-20, 400), (30, 30))
    tool.commit()
    tool.nudge(1, 1)
    tool.remove()
    tool.leave()
    assert np.array_equal(sheet.mask.labels, ring())
    assert not sheet.edits


masks = arrays(np.uint8, (20, 24), elements=st.integers(0, 3))


@settings(max_examples=60, deadline=None)
@given(masks, masks, st.integers(-30, 30), st.integers(-30, 30))
def test_what_is_pasted_covers_its_pixels_and_no_others(below: Labels, piece: Labels, y: int, x: int) -> None:
    sheet, tool = BareSheet(below), move_tool()
    tool.take_up(Cutout(Box(y, x, y + 20, x + 24), piece), sheet, "Paste")
    tool.key(Key.COMMIT, sheet)
    full = np.zeros((100, 100), np.uint8)
    full[40 + y : 60 + y, 40 + x : 64 + x] = piece
    over = full[40:60, 40:64]
    assert np.array_equal(sheet.mask.labels, np.where(over > 0, over, below))
    sheet.undo_all()
    assert np.array_equal(sheet.mask.labels, below)


@settings(max_examples=60, deadline=None)
@given(
    masks,
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 23), st.integers(-9, 9), st.integers(-9, 9)), max_size=6),
)
def test_moving_there_and_back_and_undo_restore_the_pixels(
    labels: Labels, moves: list[tuple[int, int, int, int]]
) -> None:
    sheet, tool = BareSheet(labels), move_tool()
    for y, x, dy, dx in moves:
        tool.press(Pointer(y, x), sheet)
        tool.release(Pointer(y, x), sheet)
        before = sheet.mask.labels.copy()
        floating = tool.floating
        tool.nudge(dy, dx)
        tool.nudge(-dy, -dx)
        if floating is not None:
            assert tool.floating is not None
            assert np.array_equal(sheet.mask.labels, before)
            tool.nudge(dy, dx)
        tool.commit()
    sheet.undo_all()
    assert np.array_equal(sheet.mask.labels, labels)


def test_a_piece_for_another_size_is_scaled_by_the_nearest_pixel() -> None:
    piece = Cutout(Box(10, 10, 30, 40), ring()[10:30, 10:40])
    assert piece.scaled((60, 80), (60, 80)) is piece
    double = piece.scaled((60, 80), (120, 160))
    assert double.box == Box(20, 20, 60, 80)
    assert np.array_equal(double.labels, np.kron(piece.labels, np.ones((2, 2), np.uint8)))
    assert np.array_equal(double.scaled((120, 160), (60, 80)).labels, piece.labels)
    assert Cutout(Box(0, 0, 1, 1), np.ones((1, 1), np.uint8)).scaled((100, 100), (10, 10)).box == Box(0, 0, 1, 1)
