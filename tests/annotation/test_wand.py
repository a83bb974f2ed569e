"""The magic wand against the definition of its tolerance and components counted by somebody else."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage as scipy_ndimage

from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Underlay
from pentad.annotation.smart.measure import NOWHERE, Measure
from pentad.annotation.smart.wand import Wand, wand_options
from pentad.core.arrays import Bools, Rgb
from pentad.core.box import Box
from pentad.core.sample import NormalEncoding
from pentad.geometry.normals_codec import encode_normals
from tests.annotation.smart_scenes import MIDDLE, SIZE, drag, photo, proposed, ring, sheet_over
from tests.helpers.sheet import BareSheet

# Why: the type checker does not find the functions that scipy.ndimage gathers from its modules.
ndimage: Any = scipy_ndimage

ON_RING = (150, 250)


def wand(**options: float | str | bool) -> Wand:
    tool = Wand(wand_options())
    for name, value in options.items():
        tool.options.set(name, value)
    return tool


def alike_by_definition(picture: Rgb, seed: tuple[int, int], tolerance: float) -> Bools:
    y, x = seed
    mean = picture[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(axis=0)
    alike: Bools = np.abs(picture - mean).max(axis=2) <= tolerance
    alike[seed] = True
    return alike


@pytest.mark.parametrize("contiguous", [True, False])
@pytest.mark.parametrize("tolerance", [5, 24, 60])
def test_it_paints_what_lies_within_the_tolerance_of_the_seed(tolerance: int, contiguous: bool) -> None:
    picture = photo(ring())
    sheet = sheet_over(picture)
    drag(wand(tolerance=tolerance, contiguous=contiguous), sheet, ON_RING)
    sheet.answer()
    expected = alike_by_definition(picture, ON_RING, tolerance)
    if contiguous:
        parts, _ = ndimage.label(expected)
        expected = parts == parts[ON_RING]
    assert np.array_equal(sheet.mask.labels == 1, expected)


def test_the_hole_survives() -> None:
    sheet = sheet_over(photo(ring(), noise=2))
    drag(wand(tolerance=40), sheet, ON_RING)
    sheet.answer()
    assert sheet.mask.labels[MIDDLE] == 0
    assert sheet.mask.labels[ON_RING] == 1


def test_a_drag_to_the_right_or_up_asks_for_more_and_is_remembered() -> None:
    sheet, tool = sheet_over(photo(ring()), scale=0.5), wand(tolerance=20)
    tool.press(Pointer(*ON_RING, scale=0.5), sheet)
    assert tool.preview.note == "tolerance 20"
    tool.drag(Pointer(ON_RING[0] - 60, ON_RING[1] + 60, scale=0.5), sheet)
    assert tool.preview.note == f"tolerance {20 + 60 / 600 * 255:.0f}"
    tool.drag(Pointer(ON_RING[0] + 2000, ON_RING[1], scale=0.5), sheet)
    assert tool.preview.note == "tolerance 0"
    tool.release(Pointer(ON_RING[0], ON_RING[1] + 120, scale=0.5), sheet)
    assert tool.options.number("tolerance") == pytest.approx(20 + 60 / 600 * 255)


def test_at_full_size_the_proposal_is_what_will_be_painted() -> None:
    sheet, tool = sheet_over(photo(ring())), wand(tolerance=40)
    sheet.visible = Box(40, 60, 280, 390)
    tool.press(Pointer(*ON_RING), sheet)
    sheet.answer()
    shown = proposed(tool.preview)
    tool.release(Pointer(*ON_RING), sheet)
    sheet.answer()
    parts, _ = ndimage.label(sheet.mask.labels[sheet.visible.slices])
    seen = parts == parts[ON_RING[0] - 40, ON_RING[1] - 60]
    assert shown.step == 1
    assert shown.patch.box == sheet.visible
    assert np.array_equal(shown.patch.where, seen)


def test_zoomed_out_the_proposal_is_as_coarse_as_the_screen() -> None:
    sheet, tool = sheet_over(photo(ring()), scale=0.25), wand(tolerance=40)
    tool.press(Pointer(*ON_RING, scale=0.25), sheet)
    sheet.answer()
    shown = proposed(tool.preview)
    assert (shown.step, shown.patch.where.shape) == (4, (75, 100))


def test_alt_makes_background() -> None:
    sheet = sheet_over(photo(ring()), labels=np.full(SIZE, 3, np.uint8))
    drag(wand(tolerance=60), sheet, ON_RING, alt=True)
    sheet.answer()
    assert sheet.mask.labels[ON_RING] == 0
    assert sheet.mask.labels[0, 0] == 3


def test_what_the_hand_let_go_of_is_painted_though_the_tool_is_laid_down() -> None:
    sheet, tool = sheet_over(photo(ring())), wand()
    drag(tool, sheet, ON_RING)
    tool.leave()
    sheet.answer()
    assert len(sheet.edits) == 1


def test_escape_while_dragging_paints_nothing() -> None:
    sheet, tool = sheet_over(photo(ring())), wand()
    tool.press(Pointer(*ON_RING), sheet)
    sheet.answer()
    assert tool.key(Key.CANCEL, sheet)
    tool.release(Pointer(*ON_RING), sheet)
    sheet.answer()
    assert not sheet.edits
    assert not tool.preview.shapes


def test_without_a_photo_it_says_so_once() -> None:
    sheet, tool = BareSheet(SIZE), wand()
    drag(tool, sheet, ON_RING)
    drag(tool, sheet, ON_RING)
    assert [str(problem) for problem in sheet.problems] == ["The photo is not loaded yet"]


def tilted(degrees: float) -> tuple[float, float, float]:
    return float(np.sin(np.radians(degrees))), 0.0, float(np.cos(np.radians(degrees)))


def normal_map(degrees: list[float]) -> Underlay:
    """Columns of normals tilted to the right, as they are lent: 8-bit codes, z first; the last column has none."""
    normals = np.array([[*(tilted(angle) for angle in degrees), (0, 0, 0)]] * 5, np.float32)
    codes = encode_normals(normals, NormalEncoding.OPENGL, dtype=np.uint8)
    return Underlay(np.ascontiguousarray(codes[..., ::-1]), (5, len(degrees) + 1))


def test_normals_are_compared_by_their_angle() -> None:
    angles = [0.0, 0.0, 0.0, 5.0, 15.0, 40.0, 80.0]
    beneath = normal_map(angles)
    measured = Measure.around(beneath, Source.NORMAL, (2, 1))(beneath.values)
    assert measured[2, :-1] == pytest.approx(angles, abs=0.6)  # Why 0.6: what 8 bits leave of an angle.
    assert measured[2, -1] == NOWHERE


def test_the_wand_on_a_normal_map_stops_at_its_angle() -> None:
    sheet = BareSheet((5, 8), underlays={Source.NORMAL: normal_map([0, 0, 0, 5, 15, 40, 80])})
    drag(wand(source="normal", angle=10), sheet, (2, 1))
    sheet.answer()
    assert sheet.mask.labels[2].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]


def test_the_wand_on_a_heatmap_stops_at_its_share_of_the_range() -> None:
    heat = np.tile(np.linspace(0, 2, 201, dtype=np.float32), (3, 1))
    sheet = BareSheet((3, 201), underlays={Source.HEAT: Underlay(heat, (3, 201))})
    drag(wand(source="heat", heat_tolerance=10.2), sheet, (1, 100))
    sheet.answer()
    assert np.flatnonzero(sheet.mask.labels[1]).tolist() == list(range(80, 121))
