"""GrabCut on scenes whose truth is known."""

import cv2
import numpy as np
import pytest

from pentad.annotation.pointer import Key
from pentad.annotation.preview import Path
from pentad.annotation.sheet import Underlay
from pentad.annotation.smart.grabcut import GrabCut, grabcut_options
from pentad.annotation.smart.grid import Grid, spread
from pentad.annotation.smart.refining import refined
from pentad.core.arrays import Bools
from pentad.core.box import Box
from tests.annotation.smart_scenes import MIDDLE, SIZE, drag, photo, proposed, ring, sheet_over
from tests.helpers.sheet import BareSheet
from tests.helpers.silhouettes import overlap

AROUND = ((60, 110), (240, 290))


def grabcut() -> GrabCut:
    return GrabCut(grabcut_options())


def cut(sheet: BareSheet, tool: GrabCut | None = None) -> Bools:
    """The mask after a box around the ring and Enter."""
    tool = tool or grabcut()
    drag(tool, sheet, *AROUND)
    sheet.answer()
    assert tool.key(Key.COMMIT, sheet)
    sheet.answer()
    painted: Bools = sheet.mask.labels == sheet.label
    return painted


def test_a_box_cuts_the_object_out_and_its_hole_survives() -> None:
    painted = cut(sheet_over(photo(ring()), label=2))
    assert overlap(painted, ring()) > 0.98
    assert not painted[MIDDLE]


def test_a_large_image_is_cut_as_finely_as_a_small_one() -> None:
    small = ring((300, 400)).astype(np.uint8)
    truth = cv2.resize(small, (1600, 1200), interpolation=cv2.INTER_NEAREST).astype(bool)
    sheet, tool = sheet_over(photo(truth), scale=0.3), grabcut()
    drag(tool, sheet, (240, 440), (960, 1160))
    sheet.answer()
    assert proposed(tool.preview).step == 3
    tool.key(Key.COMMIT, sheet)
    assert overlap(sheet.mask.labels == 1, truth) > 0.99


def test_the_same_hand_gives_the_same_mask() -> None:
    picture = photo(ring(), noise=40)
    first = cut(sheet_over(picture))
    cv2.setRNGSeed(77)
    assert np.array_equal(first, cut(sheet_over(picture)))


def test_a_stroke_says_what_is_surely_object_and_alt_what_is_surely_not() -> None:
    sheet, tool = sheet_over(photo(ring())), grabcut()
    drag(tool, sheet, *AROUND)
    sheet.answer()
    drag(tool, sheet, MIDDLE, (150, 210))
    drag(tool, sheet, (80, 180), (80, 220), alt=True)
    sheet.answer()
    tool.key(Key.COMMIT, sheet)
    assert (sheet.mask.labels[150, 200:211] == 1).all()
    assert not sheet.mask.labels[80, 180:221].any()


def test_backspace_takes_strokes_back_and_then_the_box() -> None:
    sheet, tool = sheet_over(photo(ring())), grabcut()
    drag(tool, sheet, *AROUND)
    drag(tool, sheet, MIDDLE, (150, 210))
    assert sum(isinstance(shape, Path) for shape in tool.preview.shapes) == 2
    assert tool.key(Key.BACK, sheet)
    sheet.answer()
    assert np.array_equal(proposed(tool.preview).patch.where.sum(), np.count_nonzero(cut(sheet_over(photo(ring())))))
    assert tool.key(Key.BACK, sheet)
    assert not tool.busy


def test_a_stroke_may_reach_out_of_the_box() -> None:
    sheet, tool = sheet_over(photo(ring())), grabcut()
    drag(tool, sheet, (60, 110), (150, 290))
    sheet.answer()
    drag(tool, sheet, (140, 255), (225, 205))
    sheet.answer()
    tool.key(Key.COMMIT, sheet)
    assert overlap(sheet.mask.labels == 1, ring()) > 0.95


def test_enter_before_the_answer_paints_when_it_comes() -> None:
    sheet, tool = sheet_over(photo(ring())), grabcut()
    drag(tool, sheet, *AROUND)
    tool.key(Key.COMMIT, sheet)
    assert tool.busy
    tool.leave()
    sheet.answer()
    assert overlap(sheet.mask.labels == 1, ring()) > 0.98


def test_escape_paints_nothing() -> None:
    sheet, tool = sheet_over(photo(ring())), grabcut()
    drag(tool, sheet, *AROUND)
    sheet.answer()
    assert tool.key(Key.CANCEL, sheet)
    assert not tool.key(Key.COMMIT, sheet)
    sheet.answer()
    assert not sheet.edits
    assert not tool.preview.shapes


@pytest.mark.parametrize("way", [[(50, 50)], [(50, 50), (50, 120)], [(-30, -30), (-10, -5)], [(310, 0), (500, 300)]])
def test_a_box_of_nothing_is_told_and_forgotten(way: list[tuple[float, float]]) -> None:
    sheet, tool = sheet_over(photo(ring())), grabcut()
    drag(tool, sheet, *way)
    assert [str(problem) for problem in sheet.problems] == ["The box is too small to cut anything out"]
    assert not tool.busy


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 5), (7, 400)])
def test_tiny_images_end_in_a_word_or_a_mask(size: tuple[int, int]) -> None:
    sheet, tool = sheet_over(photo(np.zeros(size, bool)), scale=20.0), grabcut()
    drag(tool, sheet, (0, 0), (size[0] - 1, size[1] - 1))
    sheet.answer()
    tool.key(Key.COMMIT, sheet)
    sheet.answer()


def test_a_picture_of_one_colour_and_a_box_around_everything_do_no_harm() -> None:
    sheet, tool = sheet_over(np.full((*SIZE, 3), 128, np.uint8)), grabcut()
    drag(tool, sheet, (-20, -20), (500, 500))
    sheet.answer()
    drag(tool, sheet, (0, 0), (299, 399), alt=True)
    sheet.answer()
    tool.key(Key.COMMIT, sheet)


def test_everything_marked_as_background_leaves_nothing_to_tell_apart() -> None:
    sheet, tool = sheet_over(photo(ring())), grabcut()
    tool.options.set("radius", 50)
    drag(tool, sheet, *AROUND)
    drag(tool, sheet, *[(y, x) for y in (80, 150, 220) for x in (100, 300)], alt=True)
    sheet.answer()
    assert [problem.what for problem in sheet.problems] == ["Object and background cannot be told apart here"]


def test_refining_finds_the_edge_that_coarse_cells_miss() -> None:
    truth = ring()
    beneath = Underlay(photo(truth), SIZE)
    grid = Grid.over(Box(0, 0, *SIZE), SIZE, most=SIZE[0] * SIZE[1] // 64)
    shares = truth.reshape(SIZE[0], SIZE[1])[: 8 * (SIZE[0] // 8)].reshape(-1, 8, SIZE[1] // 8, 8).mean(axis=(1, 3))
    cells = np.zeros(grid.shape, bool)
    cells[: shares.shape[0]] = shares > 0.5

    class Patience:
        def check(self) -> None: ...

        def report(self, fraction: float, message: str = "") -> None: ...

    assert grid.step == 8
    assert overlap(spread(cells.astype(np.uint8), grid.step, grid.box.shape).astype(bool), truth) < 0.95
    assert overlap(refined(cells, grid, beneath, Patience()), truth) > 0.99
