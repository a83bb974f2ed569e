"""Threshold to mask against the closed form of its range, and islands counted by somebody else."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage as scipy_ndimage

from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Underlay
from pentad.annotation.smart.threshold import Threshold, threshold_options
from pentad.core.arrays import Bools, Floats
from tests.annotation.smart_scenes import SIZE, drag, photo, proposed, ring, sheet_over
from tests.annotation.test_wand import normal_map
from tests.helpers.sheet import BareSheet

# Why: the type checker does not find the functions that scipy.ndimage gathers from its modules.
ndimage: Any = scipy_ndimage

PICTURE = photo(ring(), noise=25)
BRIGHTNESS = PICTURE.astype(float).sum(axis=2) / 3


def threshold(**options: float | str | bool) -> Threshold:
    tool = Threshold(threshold_options())
    for name, value in options.items():
        tool.options.set(name, value)
    return tool


def heat_sheet(heat: Floats, size: tuple[int, int], *, line: float | None = None) -> BareSheet:
    return BareSheet(size, underlays={Source.HEAT: Underlay(heat, size, threshold=line)})


def entered(tool: Threshold, sheet: BareSheet) -> Bools:
    """Where the mask carries the class after Enter."""
    assert tool.key(Key.COMMIT, sheet)
    sheet.answer()
    found: Bools = sheet.mask.labels == sheet.label
    return found


def test_enter_paints_all_that_is_as_bright() -> None:
    sheet = sheet_over(PICTURE, label=4)
    assert np.array_equal(entered(threshold(intensity_low=120), sheet), BRIGHTNESS >= 120)


def test_a_range_has_two_ends() -> None:
    tool = threshold(intensity_low=90, intensity_high=130, only_above=False)
    assert np.array_equal(entered(tool, sheet_over(PICTURE)), (BRIGHTNESS >= 90) & (BRIGHTNESS <= 130))


def test_small_islands_are_dropped_and_holes_stay() -> None:
    above = BRIGHTNESS >= 120
    parts, count = ndimage.label(above, np.ones((3, 3)))
    areas = ndimage.sum_labels(above, parts, np.arange(count + 1))
    found = entered(threshold(intensity_low=120, least=30), sheet_over(PICTURE))
    assert np.array_equal(found, (areas >= 30)[parts] & above)
    assert ndimage.label(~found)[1] > 1


def test_a_dragged_box_bounds_it() -> None:
    sheet, tool = sheet_over(PICTURE), threshold(intensity_low=120)
    drag(tool, sheet, (100, 150), (180, 260))
    expected = np.zeros(SIZE, bool)
    expected[100:181, 150:261] = BRIGHTNESS[100:181, 150:261] >= 120
    assert np.array_equal(entered(tool, sheet), expected)
    assert not tool.busy


def test_a_box_dragged_with_alt_makes_background() -> None:
    sheet = sheet_over(PICTURE, labels=np.ones(SIZE, np.uint8))
    tool = threshold(intensity_low=120)
    drag(tool, sheet, (0, 0), (299, 399), alt=True)
    assert np.array_equal(entered(tool, sheet), BRIGHTNESS < 120)


def test_escape_lets_go_of_the_box() -> None:
    sheet, tool = sheet_over(PICTURE), threshold(intensity_low=120)
    drag(tool, sheet, (100, 150), (180, 260))
    assert tool.busy
    assert tool.key(Key.CANCEL, sheet)
    assert not tool.busy
    assert np.array_equal(entered(tool, sheet), BRIGHTNESS >= 120)


def test_the_proposal_follows_the_options_without_another_question() -> None:
    sheet, tool = sheet_over(PICTURE), threshold()
    tool.hover(Pointer(5, 5), sheet)
    sheet.answer()
    for low in (80, 120, 160):
        tool.options.set("intensity_low", low)
        assert np.array_equal(proposed(tool.preview).patch.where, BRIGHTNESS.astype(np.float32) >= low)
    assert not sheet.waiting
    assert "pixels in sight" in tool.preview.note


def test_the_proposal_stays_while_the_hand_goes_to_the_settings() -> None:
    sheet, tool = sheet_over(PICTURE), threshold(intensity_low=80)
    tool.hover(Pointer(5, 5), sheet)
    sheet.answer()
    tool.out()
    tool.options.set("intensity_low", 120)
    assert np.array_equal(proposed(tool.preview).patch.where, BRIGHTNESS.astype(np.float32) >= 120)


def test_hovering_asks_once_for_what_is_seen() -> None:
    sheet, tool = sheet_over(PICTURE), threshold()
    for x in range(5):
        tool.hover(Pointer(5, x), sheet)
    assert len(sheet.waiting) == 1


def test_another_view_under_the_hand_is_measured_anew() -> None:
    one, tool = sheet_over(PICTURE), threshold(intensity_low=120)
    other = sheet_over(photo(~ring(), noise=25))
    other.key = one.key._replace(view="left")
    tool.hover(Pointer(5, 5), one)
    one.answer()
    first = proposed(tool.preview)
    tool.hover(Pointer(5, 5), other)
    other.answer()
    assert not np.array_equal(proposed(tool.preview).patch.where, first.patch.where)


@pytest.mark.parametrize(("low", "expected"), [(10, [0, 0, 1, 1, 0]), (30, [0, 0, 0, 1, 0])])
def test_tilt_is_the_angle_to_the_camera_and_no_normal_is_never_tilted(low: float, expected: list[int]) -> None:
    sheet = BareSheet((5, 5), underlays={Source.NORMAL: normal_map([0, 5, 20, 50])})
    assert entered(threshold(source="normal", tilt_low=low), sheet)[2].tolist() == [bool(one) for one in expected]


def test_heat_begins_in_the_middle_of_its_range() -> None:
    heat = np.tile(np.linspace(2, 6, 201, dtype=np.float32), (3, 1))
    found = entered(threshold(source="heat"), heat_sheet(heat, (3, 201)))
    assert np.flatnonzero(found[1]).tolist() == list(range(100, 201))


def test_heat_begins_at_the_threshold_of_its_run_until_somebody_chooses() -> None:
    heat = np.tile(np.linspace(2, 6, 201, dtype=np.float32), (3, 1))
    sheet, tool = heat_sheet(heat, (3, 201), line=5.001), threshold(source="heat")
    tool.hover(Pointer(1, 1), sheet)
    sheet.answer()
    assert tool.preview.note.startswith("heat from 5.001")
    tool.options.set("heat_low", 25)
    tool.leave()
    tool.hover(Pointer(1, 1), sheet)
    sheet.answer()
    assert tool.preview.note.startswith("heat from 3,") or tool.preview.note.startswith("heat from 3 ")


def test_a_coarse_heatmap_gives_a_smooth_edge_at_full_size() -> None:
    y, x = np.mgrid[:30, :40] * 10.0 + 4.5
    heat = (100 - np.hypot(y - 150, x - 200)).astype(np.float32)
    sheet = heat_sheet(heat, SIZE, line=40.0)
    tool = threshold(source="heat")
    tool.hover(Pointer(1, 1), sheet)
    sheet.answer()
    yy, xx = np.mgrid[: SIZE[0], : SIZE[1]]
    far = np.hypot(yy - 150, xx - 200)
    found = entered(tool, sheet)
    assert found[far < 58].all()
    assert not found[far > 61].any()


def test_without_a_source_nothing_is_shown_and_it_says_so_once() -> None:
    sheet, tool = sheet_over(PICTURE), threshold(source="heat")
    for x in range(3):
        tool.hover(Pointer(5, x), sheet)
    assert not tool.key(Key.COMMIT, sheet)
    assert [str(problem) for problem in sheet.problems] == ["The heatmap is not loaded yet"]
