"""Flood fill against connected components counted by somebody else."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage as scipy_ndimage

from pentad.annotation.edit import TILE, tiles_of
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.rule import Rule
from pentad.annotation.smart.fill import Fill, fill_options
from pentad.annotation.smart.grid import pieces
from pentad.core.arrays import Labels
from pentad.core.box import Box
from tests.annotation.smart_scenes import drag
from tests.helpers.sheet import BareSheet

# Why: the type checker does not find the functions that scipy.ndimage gathers from its modules.
ndimage: Any = scipy_ndimage

STRUCTURES = {"4": ndimage.generate_binary_structure(2, 1), "8": ndimage.generate_binary_structure(2, 2)}
small = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, 2))


def fill(**options: str | bool) -> Fill:
    tool = Fill(fill_options())
    for name, value in options.items():
        tool.options.set(name, value)
    return tool


@given(small, st.data(), st.sampled_from(["4", "8"]))
def test_it_fills_exactly_the_connected_region_of_the_label(labels: Labels, data: st.DataObject, connect: str) -> None:
    seed = data.draw(st.tuples(*(st.integers(0, side - 1) for side in labels.shape)))
    sheet = BareSheet(labels.copy(), label=3)
    drag(fill(connectivity=connect), sheet, seed)
    sheet.answer()
    parts, _ = ndimage.label(labels == labels[seed], STRUCTURES[connect])
    assert np.array_equal(sheet.mask.labels, np.where(parts == parts[seed], 3, labels))


@given(small, st.data())
def test_not_contiguous_fills_every_pixel_of_that_label(labels: Labels, data: st.DataObject) -> None:
    seed = data.draw(st.tuples(*(st.integers(0, side - 1) for side in labels.shape)))
    sheet = BareSheet(labels.copy(), label=3)
    drag(fill(contiguous=False), sheet, seed)
    sheet.answer()
    assert np.array_equal(sheet.mask.labels, np.where(labels == labels[seed], 3, labels))


def test_alt_empties_a_region_and_undo_brings_it_back() -> None:
    labels = np.zeros((40, 50), np.uint8)
    labels[5:20, 5:20] = 2
    sheet = BareSheet(labels.copy())
    drag(fill(), sheet, (10, 10), alt=True)
    sheet.answer()
    assert not sheet.mask.labels.any()
    sheet.undo_all()
    assert np.array_equal(sheet.mask.labels, labels)


def test_filling_with_what_is_there_already_is_no_edit() -> None:
    sheet = BareSheet((20, 20), label=1)
    tool = fill()
    drag(tool, sheet, (3, 3))
    sheet.answer()
    drag(tool, sheet, (3, 3))
    sheet.answer()
    assert len(sheet.edits) == 1


def test_two_quick_clicks_are_both_painted() -> None:
    labels = np.zeros((20, 30), np.uint8)
    labels[:, 10:20] = 2
    sheet, tool = BareSheet(labels, label=5), fill()
    drag(tool, sheet, (3, 3))
    drag(tool, sheet, (3, 25))
    assert tool.busy
    sheet.answer()
    assert (sheet.mask.labels[:, :10] == 5).all()
    assert (sheet.mask.labels[:, 20:] == 5).all()
    assert not tool.busy


def test_what_is_painted_meanwhile_bounds_the_region() -> None:
    sheet, tool = BareSheet((20, 30), label=5), fill()
    drag(tool, sheet, (3, 3))
    wall = np.full((20, 1), 2, np.uint8)
    sheet.mask.put(Box(0, 15, 20, 16), wall)
    sheet.answer()
    assert (sheet.mask.labels[:, :15] == 5).all()
    assert not sheet.mask.labels[:, 16:].any()


def test_escape_gives_up_what_is_on_its_way() -> None:
    sheet, tool = BareSheet((20, 30)), fill()
    drag(tool, sheet, (3, 3))
    assert tool.key(Key.CANCEL, sheet)
    sheet.answer()
    assert not sheet.edits


def test_a_question_somebody_else_ended_does_not_block_the_next() -> None:
    sheet, tool = BareSheet((20, 30)), fill()
    drag(tool, sheet, (3, 3))
    sheet.waiting[0].cancel()
    sheet.answer()
    drag(tool, sheet, (3, 3))
    sheet.answer()
    assert len(sheet.edits) == 1


def test_the_rule_limits_it() -> None:
    labels = np.zeros((20, 20), np.uint8)
    labels[5:10] = 2
    sheet = BareSheet(labels.copy(), label=1, rule=Rule(locked=frozenset({2})))
    drag(fill(), sheet, (6, 6))
    sheet.answer()
    assert not sheet.edits


def test_a_press_outside_the_image_does_nothing() -> None:
    sheet, tool = BareSheet((20, 20)), fill()
    tool.press(Pointer(-5, 3), sheet)
    tool.press(Pointer(3, 40), sheet)
    assert not sheet.waiting


@given(
    st.integers(0, 700), st.integers(0, 700), st.lists(st.tuples(st.integers(0, 599), st.integers(0, 599)), max_size=6)
)
def test_pieces_hold_every_pixel_once_and_no_empty_tile(top: int, left: int, at: list[tuple[int, int]]) -> None:
    where = np.zeros((600, 600), bool)
    for y, x in at:
        where[y : y + 3, x : x + 40] = True
        where[256 * (y // 256) : 256 * (y // 256) + x // 2, 256:512] = True
    again = np.zeros((1400, 1400), np.uint8)
    tiles = set()
    for piece in pieces(where, (top, left)):
        again[piece.box.slices] += piece.patch().where
        tiles |= set(tiles_of(piece.box))
    assert np.array_equal(again[top : top + 600, left : left + 600], where)
    assert again.sum() == where.sum()
    for row, column in tiles:
        assert again[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE].any()


def test_much_is_painted_by_a_worker_on_the_mask_as_it_is_by_then() -> None:
    sheet = BareSheet((1500, 1500), label=3)
    tool = fill()
    drag(tool, sheet, (700, 700))
    asked = sheet.waiting.popleft()
    asked.run(asked)
    assert not sheet.mask.labels.any()
    assert tool.busy
    painting = sheet.waiting[0]
    edit = sheet.draft("Brush")
    edit.stroke.put(Box(0, 0, 5, 5), np.full((5, 5), 7, np.uint8))
    painting.run(painting)
    assert (sheet.mask.labels == 3).all()
    assert [kept.name for kept in sheet.edits] == ["Fill"]
    assert not sheet.lay(edit, edit.stroke.finish())
    sheet.undo_all()
    assert not sheet.mask.labels.any()


def test_a_mask_that_changes_while_a_worker_paints_keeps_both() -> None:
    sheet = BareSheet((1500, 1500), label=3)
    drag(fill(), sheet, (700, 700))
    asked = sheet.waiting.popleft()
    asked.run(asked)
    sheet.mask.put(Box(0, 0, 10, 10), np.full((10, 10), 7, np.uint8))
    sheet.answer()
    assert (sheet.mask.labels == 3).all()
    sheet.undo_all()
    assert (sheet.mask.labels[:10, :10] == 7).all()
    assert not sheet.mask.labels[10:].any()
