"""What is on the screen, pixel by pixel, against numpy."""

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pentad.canvas import (
    BaseLayer,
    Canvas,
    HeatLayer,
    HeatMapName,
    HeatStyle,
    LabelPyramid,
    LabelStyle,
    LayerStack,
    MaskLayer,
    Pyramid,
    ViewTransform,
    heat_table,
)
from pentad.core.arrays import Doubles, Floats, Labels, Rgb
from pentad.core.heatmap import Heatmap
from pentad.core.mask import Mask
from tests.canvas.scenes import clouds, noise, pixels, plain, shown_canvas

RED = (255, 0, 0)


def masked(rgb: Rgb, labels: Labels, *, opacity: float = 0.5, outline: bool = False) -> LayerStack:
    layer = MaskLayer(LabelPyramid(Mask(labels)), (LabelStyle(1, RED),), opacity, outline=outline)
    return LayerStack((rgb.shape[0], rgb.shape[1]), BaseLayer(Pyramid.build(rgb)), mask=layer)


def heated(rgb: Rgb, values: Floats, *, opacity: float = 0.6, threshold: float | None = None) -> LayerStack:
    layer = HeatLayer(Heatmap(values, 0, 1), 0, 1, HeatMapName.VIRIDIS, opacity, 0.0, threshold)
    return LayerStack((rgb.shape[0], rgb.shape[1]), BaseLayer(Pyramid.build(rgb)), layer)


def worst(drawn: Rgb, expected: Rgb | Floats | Doubles) -> int:
    return int(np.abs(drawn.astype(int) - np.rint(expected).astype(int)).max())


def test_at_one_to_one_every_image_pixel_is_one_screen_pixel(qtbot: QtBot) -> None:
    canvas, rgb = shown_canvas(qtbot, 100, 120), noise(400, 500)
    canvas.show_picture(plain(rgb))
    canvas.set_transform(ViewTransform(1.0, 199.5, 299.5))
    assert np.array_equal(pixels(canvas), rgb[150:250, 240:360])


@pytest.mark.parametrize("scale", [2, 5, 9])
def test_zoomed_in_every_image_pixel_is_a_sharp_square(qtbot: QtBot, scale: int) -> None:
    canvas, rgb = shown_canvas(qtbot, 90, 180), noise(400, 500)
    canvas.show_picture(plain(rgb))
    canvas.set_transform(ViewTransform(scale, 90 / scale / 2 - 0.5, 180 / scale / 2 - 0.5))
    expected = rgb.repeat(scale, 0).repeat(scale, 1)[:90, :180]
    assert np.array_equal(pixels(canvas), expected)


def test_a_grid_parts_the_pixels_from_sixteen_to_one(qtbot: QtBot) -> None:
    canvas, rgb = shown_canvas(qtbot, 96, 160), noise(100, 100)
    canvas.show_picture(plain(rgb))
    for scale in (8, 16):
        canvas.set_transform(ViewTransform(scale, 96 / scale / 2 - 0.5, 160 / scale / 2 - 0.5))
        sharp = rgb.repeat(scale, 0).repeat(scale, 1)[:96, :160]
        different = (pixels(canvas) != sharp).any(axis=2)
        if scale == 8:
            assert not different.any()
        else:
            inside = np.add.outer(np.arange(96) % 16 > 0, np.zeros(160, bool)) & (np.arange(160) % 16 > 0)
            assert not different[inside].any()
            assert different[~inside].mean() > 0.9


def test_around_the_image_there_is_the_ground_colour_and_nothing_else(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 100, 300)
    canvas.show_picture(plain(np.full((50, 50, 3), 77, np.uint8)))
    drawn = pixels(canvas)
    ground = canvas.palette().base().color()
    assert (drawn[:, 100:200] == 77).all()
    assert (drawn[:, :100] == (ground.red(), ground.green(), ground.blue())).all()
    assert (drawn[:, 200:] == (ground.red(), ground.green(), ground.blue())).all()


def test_a_small_picture_is_close_to_its_area_mean(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 125, 100)
    smooth = clouds(1000, 800)
    canvas.show_picture(plain(smooth))
    for height in (125, 170, 240):
        canvas.resize(height * 8 // 10, height)
        expected = cv2.resize(smooth, (height * 8 // 10, height), interpolation=cv2.INTER_AREA)
        assert worst(pixels(canvas), expected.astype(np.uint8)) <= 3


@pytest.mark.parametrize("height", [60, 97, 150, 333])
def test_a_thin_scratch_stays_an_unbroken_line_at_any_small_size(qtbot: QtBot, height: int) -> None:
    rgb = np.full((1000, 1000, 3), 40, np.uint8)
    cv2.line(rgb, (0, 100), (999, 700), (255, 255, 255), 1)
    canvas = shown_canvas(qtbot, height, height)
    canvas.show_picture(plain(rgb))
    brightest = pixels(canvas)[..., 1].max(axis=0)
    assert (brightest[2:-2] > 40 + 0.2 * 215 * height / 1000).all()


def test_a_label_one_pixel_thin_stays_an_unbroken_line_at_any_small_size(qtbot: QtBot) -> None:
    labels = np.zeros((1000, 1000), np.uint8)
    cv2.line(labels, (0, 100), (999, 700), 1, 1)
    canvas = shown_canvas(qtbot, 60, 60)
    canvas.show_picture(masked(np.zeros((1000, 1000, 3), np.uint8), labels, opacity=1))
    for height in (60, 97, 150, 333):
        canvas.resize(height, height)
        assert (pixels(canvas)[..., 0].max(axis=0) == 255).all()


@pytest.mark.parametrize("opacity", [0.25, 0.5, 1.0])
def test_labels_are_blended_over_the_picture(qtbot: QtBot, opacity: float) -> None:
    rgb, labels = noise(90, 110), (noise(90, 110, 1)[..., 0] % 3 == 0).astype(np.uint8)
    canvas = shown_canvas(qtbot, 90, 110)
    canvas.show_picture(masked(rgb, labels, opacity=opacity))
    part = labels[..., None] * round(255 * opacity) / 255
    assert worst(pixels(canvas), rgb * (1 - part) + np.array(RED) * part) <= 1


def test_a_mask_of_half_the_size_is_stretched_over_the_image(qtbot: QtBot) -> None:
    labels = (noise(45, 55, 1)[..., 0] % 2).astype(np.uint8)
    canvas = shown_canvas(qtbot, 90, 110)
    canvas.show_picture(masked(np.zeros((90, 110, 3), np.uint8), labels, opacity=1))
    assert np.array_equal(pixels(canvas)[..., 0], 255 * labels.repeat(2, 0).repeat(2, 1))


def test_heat_is_interpolated_coloured_and_blended_over_the_picture(qtbot: QtBot) -> None:
    rgb, values = noise(512, 512), np.random.default_rng(2).random((8, 8), dtype=np.float32)
    canvas = shown_canvas(qtbot, 512, 512)
    canvas.show_picture(heated(rgb, values))
    fine = cv2.resize(values, (512, 512), interpolation=cv2.INTER_LINEAR)
    colours = heat_table(HeatMapName.VIRIDIS)[np.rint(fine * 255).astype(int)]
    assert worst(pixels(canvas), rgb * 0.4 + colours * 0.6) <= 2


def test_heat_cells_cover_the_image_edge_to_edge(qtbot: QtBot) -> None:
    values = np.zeros((2, 2), np.float32)
    values[:, 1] = 1
    canvas = shown_canvas(qtbot, 200, 400)
    canvas.show_picture(heated(np.zeros((200, 400, 3), np.uint8), values, opacity=1, threshold=0.5))
    coloured = pixels(canvas)[100].any(axis=1)
    assert not coloured[:198].any()
    assert coloured[202:].all()


def test_heat_under_the_threshold_leaves_the_picture_untouched(qtbot: QtBot) -> None:
    rgb = noise(512, 512)
    values = np.repeat(np.array([[0.1] * 4 + [0.9] * 4], np.float32), 8, axis=0)
    canvas = shown_canvas(qtbot, 512, 512)
    canvas.show_picture(heated(rgb, values, threshold=0.5))
    drawn = pixels(canvas)
    assert np.array_equal(drawn[:, :250], rgb[:, :250])
    assert (drawn[:, 262:] != rgb[:, 262:]).any(axis=2).mean() > 0.95


def test_a_heat_contour_runs_along_its_threshold(qtbot: QtBot) -> None:
    y, x = np.mgrid[0:64, 0:64].astype(np.float32)
    values = (1 - np.hypot(y - 31.5, x - 31.5) / 64).astype(np.float32)
    layer = HeatLayer(Heatmap(values, 0, 1), 0, 1, threshold=0.75, style=HeatStyle.CONTOUR)
    canvas = shown_canvas(qtbot, 640, 640)
    canvas.show_picture(LayerStack((640, 640), BaseLayer(Pyramid.build(np.full((640, 640, 3), 90, np.uint8))), layer))
    rows, columns = np.nonzero((pixels(canvas) != 90).any(axis=2))
    radius = np.hypot(rows - 319.5, columns - 319.5)
    assert radius.min() > 156
    assert radius.max() < 164
    assert len(np.unique(np.rint(np.degrees(np.arctan2(rows - 319.5, columns - 319.5))))) >= 360


def test_an_outline_runs_along_the_pixel_edges_of_its_label(qtbot: QtBot) -> None:
    labels = np.zeros((40, 40), np.uint8)
    labels[10:20, 15:30] = 1
    canvas = shown_canvas(qtbot, 400, 400)
    canvas.show_picture(masked(np.full((40, 40, 3), 90, np.uint8), labels, outline=True))
    touched = (pixels(canvas) != 90).any(axis=2)
    expected = np.zeros((400, 400), bool)
    expected[97:203, 147:303] = True
    expected[103:197, 153:297] = False
    assert not (touched & ~expected).any()
    assert touched[100, 150:300].all()
    assert touched[100:200, 300].all()


def test_gamma_and_gain_change_the_picture_by_their_formula(qtbot: QtBot) -> None:
    canvas, rgb = shown_canvas(qtbot, 90, 110), noise(90, 110)
    canvas.show_picture(LayerStack((90, 110), BaseLayer(Pyramid.build(rgb), gamma=2.2, gain=1.3)))
    assert worst(pixels(canvas), np.clip(255 * 1.3 * (rgb / 255) ** (1 / 2.2), 0, 255)) <= 1


def test_the_full_picture_takes_the_reduced_one_s_place_without_moving(qtbot: QtBot) -> None:
    smooth = clouds(800, 800)
    reduced = cv2.resize(smooth, (100, 100), interpolation=cv2.INTER_AREA).astype(np.uint8)
    canvas = shown_canvas(qtbot, 200, 200)
    canvas.show_picture(LayerStack((800, 800), BaseLayer(Pyramid.build(reduced, size=(800, 800)))))
    canvas.set_transform(ViewTransform(1.0, 300, 500))
    before, first = canvas.linked, pixels(canvas)
    canvas.show_picture(plain(smooth))
    assert canvas.linked == before
    assert np.array_equal(pixels(canvas), smooth[200:400, 400:600])
    assert worst(first, smooth[200:400, 400:600]) <= 3


def test_pixels_stay_alive_when_only_the_canvas_holds_them(qtbot: QtBot) -> None:
    canvas: Canvas = shown_canvas(qtbot, 300, 300)
    canvas.show_picture(masked(noise(300, 300), np.ones((300, 300), np.uint8), opacity=0.5))
    first = pixels(canvas)
    _rubble = [noise(300, 300, seed) for seed in range(40)]
    assert np.array_equal(pixels(canvas), first)


def test_a_fine_heatmap_looks_the_same_however_one_came_there(qtbot: QtBot) -> None:
    values = cv2.resize(np.random.default_rng(3).random((30, 40), dtype=np.float32), (1600, 1200)).astype(np.float32)
    stack = LayerStack((1200, 1600), heat=HeatLayer(Heatmap(values, 0, 1), 0, 1))
    panned, fresh = shown_canvas(qtbot, 120, 160), shown_canvas(qtbot, 120, 160)
    panned.show_picture(stack)
    for scale, y, x in ((4.0, 500.0, 600.0), (4.0, 520.5, 590.5), (4.0, 900.0, 1200.0), (0.5, 500.0, 500.0)):
        look = ViewTransform(scale, y, x)
        panned.set_transform(look)
        pixels(panned)
        fresh.show_waiting("")
        fresh.show_picture(stack)
        fresh.set_transform(look)
        assert worst(pixels(panned), pixels(fresh)) <= 1
