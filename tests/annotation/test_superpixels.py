"""Superpixels: a partition into connected segments, and the tool that picks them."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage as scipy_ndimage

from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.smart.slic import Segments, superpixels
from pentad.annotation.smart.superpixels import Superpixels, superpixel_options
from pentad.core.arrays import Bools
from pentad.core.box import Box
from tests.annotation.smart_scenes import SIZE, drag, photo, proposed, ring, sheet_over
from tests.helpers.sheet import BareSheet, Question

# Why: the type checker does not find the functions that scipy.ndimage gathers from its modules.
ndimage: Any = scipy_ndimage

HERE = (150, 250)


def tool_of(size: float = 24) -> Superpixels:
    tool = Superpixels(superpixel_options())
    tool.options.set("size", size)
    return tool


def segments_of(truth: Bools, size: float, *, noise: float = 6) -> Segments:
    patience = Question("", lambda question: None)
    return superpixels(photo(truth, noise=noise), size, compactness=10, ticket=patience)


def shown_at(tool: Superpixels, sheet: BareSheet, at: tuple[float, float]) -> Bools:
    """(H, W): the segment under a point, once it is known."""
    tool.hover(Pointer(*at, scale=sheet.scale), sheet)
    sheet.answer()
    shown = proposed(tool.preview)
    found = np.zeros(SIZE, bool)
    found[shown.patch.box.slices] = shown.patch.where
    return found


@pytest.mark.parametrize("size", [6, 17, 40, 500])
def test_every_pixel_is_in_one_connected_segment_of_about_that_size(size: int) -> None:
    segments = segments_of(ring(), size, noise=15)
    assert segments.shape == SIZE
    numbers = np.unique(segments)
    for number in numbers:
        assert ndimage.label(segments == number)[1] == 1
    expected = max(1, -(-SIZE[0] // size)) * max(1, -(-SIZE[1] // size))
    assert 0.6 * expected <= len(numbers) <= expected


def test_segments_follow_the_edge() -> None:
    truth = ring()
    segments = segments_of(truth, 20)
    inside = np.bincount(segments.ravel(), truth.ravel())
    area = np.bincount(segments.ravel())
    on_both_sides = np.minimum(inside, area - inside).sum()
    assert on_both_sides < 0.03 * truth.sum()


@pytest.mark.parametrize("shape", [(1, 1), (2, 50), (50, 3)])
def test_slivers_are_cut_too(shape: tuple[int, int]) -> None:
    assert segments_of(np.zeros(shape, bool), 24).shape == shape


def test_a_click_paints_the_segment_that_was_shown() -> None:
    sheet, tool = sheet_over(photo(ring()), label=3), tool_of()
    shown = shown_at(tool, sheet, HERE)
    drag(tool, sheet, HERE)
    sheet.answer()
    assert np.array_equal(sheet.mask.labels == 3, shown)


def test_a_drag_paints_all_it_passes_over_as_one_step() -> None:
    sheet, tool = sheet_over(photo(ring())), tool_of()
    way = [(150, x) for x in np.arange(230, 275, 3.0)]
    passed = np.any([shown_at(tool, sheet, (150, x)) for x in range(230, 273)], axis=0)
    drag(tool, sheet, way[0], way[-1])
    sheet.answer()
    assert len(sheet.edits) == 1
    assert np.array_equal(sheet.mask.labels == 1, passed)


def test_alt_erases() -> None:
    sheet, tool = sheet_over(photo(ring()), labels=np.full(SIZE, 2, np.uint8)), tool_of()
    shown = shown_at(tool, sheet, HERE)
    drag(tool, sheet, HERE, alt=True)
    sheet.answer()
    assert np.array_equal(sheet.mask.labels == 0, shown)


def test_a_click_before_the_segments_are_there_is_painted_when_they_are() -> None:
    sheet, tool = sheet_over(photo(ring())), tool_of()
    drag(tool, sheet, HERE)
    drag(tool, sheet, (150, 140))
    assert tool.busy
    tool.leave()
    sheet.answer()
    assert len(sheet.edits) == 2
    assert sheet.mask.labels[HERE] == sheet.mask.labels[150, 140] == 1


def test_segments_are_found_once_for_what_is_seen() -> None:
    sheet, tool = sheet_over(photo(ring())), tool_of()
    tool.hover(Pointer(*HERE), sheet)
    tool.hover(Pointer(150, 251), sheet)
    assert len(sheet.waiting) == 1
    sheet.answer()
    tool.hover(Pointer(10, 10), sheet)
    assert not sheet.waiting
    sheet.visible = Box(50, 50, 250, 350)
    tool.hover(Pointer(150, 252), sheet)
    assert len(sheet.waiting) == 1
    sheet.answer()
    tool.options.set("size", 40)
    tool.hover(Pointer(150, 252), sheet)
    assert len(sheet.waiting) == 1


def test_the_size_is_the_screens() -> None:
    sheet, tool = sheet_over(photo(np.zeros(SIZE, bool)), scale=0.5), tool_of(16)
    shown = shown_at_half(tool, sheet)
    assert 0.5 * 32**2 < shown < 1.6 * 32**2


def shown_at_half(tool: Superpixels, sheet: BareSheet) -> int:
    """Image pixels of the segment shown at half size."""
    tool.hover(Pointer(*HERE, scale=0.5), sheet)
    sheet.answer()
    shown = proposed(tool.preview)
    assert shown.step == 2
    return int(np.count_nonzero(shown.patch.where)) * 4


def test_escape_while_dragging_paints_nothing() -> None:
    sheet, tool = sheet_over(photo(ring())), tool_of()
    tool.press(Pointer(*HERE), sheet)
    assert tool.key(Key.CANCEL, sheet)
    tool.release(Pointer(*HERE), sheet)
    sheet.answer()
    assert not sheet.edits


def test_without_a_photo_it_says_so_once() -> None:
    sheet, tool = BareSheet(SIZE), tool_of()
    for x in range(3):
        tool.hover(Pointer(5, x), sheet)
    drag(tool, sheet, HERE)
    assert [str(problem) for problem in sheet.problems] == ["The photo is not loaded yet"]
    assert not tool.busy
