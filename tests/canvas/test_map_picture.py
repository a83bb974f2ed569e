"""A map of values in the picture's place: each value in its colour, pixel by pixel."""

import numpy as np
import pytest
from PySide6.QtGui import QPalette
from pytestqt.qtbot import QtBot

from pentad.canvas import HeatMapName, LayerStack, ViewTransform, heat_table
from pentad.canvas.caption import Caption, CaptionStrip, Scale
from pentad.canvas.layers import MapLayer
from pentad.core.arrays import Floats, Rgb
from pentad.geometry.value_pyramid import ValuePyramid
from tests.canvas.scenes import pixels, settle, shown_canvas


def mapped(values: Floats, size: tuple[int, int], low: float, high: float, colours: HeatMapName) -> LayerStack:
    return LayerStack(size, map=MapLayer(ValuePyramid.of(values, size), low, high, colours))


def in_colours(values: Floats, low: float, high: float, colours: HeatMapName) -> Rgb:
    steps = np.clip(np.rint((values - low) / (high - low) * 255), 0, 255).astype(int)
    return np.asarray(heat_table(colours)[steps], np.uint8)


@pytest.mark.parametrize("colours", [HeatMapName.VIRIDIS, HeatMapName.DIVERGING])
def test_at_one_to_one_every_value_has_its_colour_and_those_beyond_the_ends_the_ends_own(
    qtbot: QtBot, colours: HeatMapName
) -> None:
    values = np.random.default_rng(0).normal(size=(100, 120)).astype(np.float32)
    canvas = shown_canvas(qtbot, 100, 120)
    canvas.show_picture(mapped(values, (100, 120), -1.5, 1.5, colours))
    canvas.set_transform(ViewTransform(1.0, 49.5, 59.5))
    assert np.abs(pixels(canvas).astype(int) - in_colours(values, -1.5, 1.5, colours)).max() <= 6


def test_zoomed_in_values_are_sharp_squares(qtbot: QtBot) -> None:
    values = np.random.default_rng(1).random((50, 50)).astype(np.float32)
    canvas = shown_canvas(qtbot, 60, 60)
    canvas.show_picture(mapped(values, (50, 50), 0, 1, HeatMapName.MAGMA))
    canvas.set_transform(ViewTransform(6.0, 4.5, 4.5))
    expected = in_colours(values[:10, :10], 0, 1, HeatMapName.MAGMA).repeat(6, 0).repeat(6, 1)
    assert np.abs(pixels(canvas).astype(int) - expected).max() <= 6


def test_where_nothing_is_known_the_ground_is_seen(qtbot: QtBot) -> None:
    values = np.full((60, 60), 0.5, np.float32)
    values[10:50, 10:50] = np.nan
    canvas = shown_canvas(qtbot, 60, 60)
    canvas.show_picture(mapped(values, (60, 60), 0, 1, HeatMapName.VIRIDIS))
    canvas.set_transform(ViewTransform(1.0, 29.5, 29.5))
    ground = canvas.palette().color(QPalette.ColorRole.Base)
    drawn = pixels(canvas)
    assert (drawn[12:48, 12:48] == [ground.red(), ground.green(), ground.blue()]).all()
    assert np.abs(drawn[:8].astype(int) - heat_table(HeatMapName.VIRIDIS)[128]).max() <= 2


def test_a_map_with_fewer_values_than_the_photo_lies_where_the_photo_does(qtbot: QtBot) -> None:
    values = np.zeros((20, 20), np.float32)
    values[10:] = 1
    canvas = shown_canvas(qtbot, 80, 80)
    canvas.show_picture(mapped(values, (80, 80), 0, 1, HeatMapName.VIRIDIS))
    canvas.set_transform(ViewTransform(1.0, 39.5, 39.5))
    drawn, table = pixels(canvas).astype(int), heat_table(HeatMapName.VIRIDIS).astype(int)
    assert np.abs(drawn[:36] - table[0]).max() <= 2
    assert np.abs(drawn[44:] - table[255]).max() <= 2


def test_a_caption_draws_its_scale_where_there_is_room_and_says_it_to_screen_readers(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 60, 400)
    strip = CaptionStrip(canvas)
    for width, there in ((400, True), (110, False)):
        strip.resize(width, 22)
        strip.show_caption(Caption("top", "Slope", scale=Scale(HeatMapName.VIRIDIS, "0", f"{width}°")))
        settle()
        yellow = heat_table(HeatMapName.VIRIDIS)[250].astype(int)
        seen = bool((np.abs(pixels(strip).astype(int) - yellow).max(axis=2) < 12).any())
        assert seen is there
        assert f"from 0 to {width}°" in strip.accessibleName()
