"""Intelligent scissors: the line keeps to edges, and closing it fills what it encloses."""

import numpy as np
import pytest

from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import Handles, Path
from pentad.annotation.smart.scissors import Scissors, scissors_options
from pentad.core.arrays import Bools, Rgb
from pentad.core.box import Box
from tests.annotation.smart_scenes import SIZE, photo, sheet_over
from tests.helpers.sheet import BareSheet
from tests.helpers.silhouettes import overlap

RADIUS = 80
MIDDLE = (150.0, 200.0)


def disc(size: tuple[int, int] = SIZE, radius: float = RADIUS) -> Bools:
    y, x = np.mgrid[: size[0], : size[1]]
    found: Bools = np.hypot(y - size[0] / 2, x - size[1] / 2) <= radius
    return found


PICTURE: Rgb = photo(disc(), noise=3)


def scissors() -> Scissors:
    return Scissors(scissors_options())


def on_edge(degrees: float, radius: float = RADIUS, middle: tuple[float, float] = MIDDLE) -> tuple[float, float]:
    turn = np.radians(degrees)
    return middle[0] + radius * float(np.sin(turn)), middle[1] + radius * float(np.cos(turn))


def click(tool: Scissors, sheet: BareSheet, at: tuple[float, float]) -> None:
    point = Pointer(*at, scale=sheet.scale)
    tool.hover(point, sheet)
    tool.press(point, sheet)
    tool.release(point, sheet)


def lines(tool: Scissors) -> list[Path]:
    return [shape for shape in tool.preview.shapes if isinstance(shape, Path)]


def test_between_clicks_the_line_keeps_to_the_edge() -> None:
    sheet, tool = sheet_over(PICTURE), scissors()
    for degrees in (0, 90, 180):
        click(tool, sheet, on_edge(degrees))
        sheet.answer()
    points = np.array(lines(tool)[0].points)
    far = np.hypot(points[:, 0] - MIDDLE[0], points[:, 1] - MIDDLE[1])
    assert len(points) > RADIUS * 2
    assert np.abs(far - RADIUS).max() < 1.5
    assert np.median(np.abs(far - RADIUS)) < 1


def test_hovering_shows_the_way_that_a_click_would_take() -> None:
    sheet, tool = sheet_over(PICTURE), scissors()
    click(tool, sheet, on_edge(0))
    sheet.answer()
    tool.hover(Pointer(*on_edge(80)), sheet)
    shown = lines(tool)[1]
    assert shown.dashed
    click(tool, sheet, on_edge(80))
    assert lines(tool)[0].points == shown.points


@pytest.mark.parametrize("way", ["enter", "double", "first"])
def test_closing_fills_what_the_line_encloses(way: str) -> None:
    sheet, tool = sheet_over(PICTURE, label=2), scissors()
    for degrees in (0, 120, 240):
        click(tool, sheet, on_edge(degrees))
        sheet.answer()
    if way == "enter":
        assert tool.key(Key.COMMIT, sheet)
    elif way == "double":
        tool.double(Pointer(*on_edge(240)), sheet)
    else:
        tool.hover(Pointer(*on_edge(2)), sheet)
        assert [shape.hot for shape in tool.preview.shapes if isinstance(shape, Handles)] == [0]
        click(tool, sheet, on_edge(2))
    sheet.answer()
    assert len(sheet.edits) == 1
    assert overlap(sheet.mask.labels == 2, disc()) > 0.98
    assert not tool.busy


def test_clicks_faster_than_the_answers_still_follow_the_edge() -> None:
    sheet, tool = sheet_over(PICTURE), scissors()
    for degrees in (0, 90, 180, 270):
        click(tool, sheet, on_edge(degrees))
    tool.key(Key.COMMIT, sheet)
    tool.leave()
    sheet.answer()
    assert overlap(sheet.mask.labels == 1, disc()) > 0.98


def test_zoomed_out_the_edge_is_still_found_at_full_size() -> None:
    truth = disc((1200, 1600), 320)
    sheet, tool = sheet_over(photo(truth, noise=3), scale=0.2), scissors()
    for degrees in (10, 130, 250):
        click(tool, sheet, on_edge(degrees, 320, (600, 800)))
        sheet.answer()
    tool.key(Key.COMMIT, sheet)
    sheet.answer()
    assert overlap(sheet.mask.labels == 1, truth) > 0.99


def test_backspace_takes_points_back_one_by_one() -> None:
    sheet, tool = sheet_over(PICTURE), scissors()
    for degrees in (0, 40, 80):
        click(tool, sheet, on_edge(degrees))
        sheet.answer()
    for left in (2, 1, 0):
        assert tool.key(Key.BACK, sheet)
        sheet.answer()
        handles = [shape for shape in tool.preview.shapes if isinstance(shape, Handles)]
        assert sum(len(shape.points) for shape in handles) == left
    assert not tool.busy
    assert not tool.key(Key.BACK, sheet)


def test_two_points_enclose_nothing_and_enter_leaves_them_be() -> None:
    sheet, tool = sheet_over(PICTURE), scissors()
    click(tool, sheet, on_edge(0))
    click(tool, sheet, on_edge(90))
    assert tool.key(Key.COMMIT, sheet)
    tool.double(Pointer(*on_edge(90)), sheet)
    sheet.answer()
    assert tool.busy
    assert not sheet.edits


def test_panning_between_clicks_keeps_the_line() -> None:
    sheet, tool = sheet_over(PICTURE), scissors()
    sheet.visible = Box(60, 190, 240, 300)
    click(tool, sheet, on_edge(0))
    sheet.answer()
    click(tool, sheet, on_edge(90))
    sheet.answer()
    sheet.visible = Box(60, 100, 240, 210)
    click(tool, sheet, on_edge(180))
    sheet.answer()
    points = np.array(lines(tool)[0].points)
    far = np.hypot(points[:, 0] - MIDDLE[0], points[:, 1] - MIDDLE[1])
    assert np.percentile(np.abs(far - RADIUS), 95) < 2


def test_clicks_outside_the_image_are_ignored() -> None:
    sheet, tool = sheet_over(PICTURE), scissors()
    click(tool, sheet, (-5, 20))
    assert not tool.busy
    click(tool, sheet, on_edge(0))
    sheet.answer()
    tool.hover(Pointer(-50, 700), sheet)
    click(tool, sheet, (-50, 700))
    assert len(lines(tool)[0].points) == 1
