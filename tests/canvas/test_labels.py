"""How labels look: a style for every class, outlines of one width, and strokes that redraw only what they change."""

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pentad.canvas import (
    CLASS_COLOURS,
    BaseLayer,
    Canvas,
    LabelPyramid,
    LabelStyle,
    LayerStack,
    MaskLayer,
    Pyramid,
    ViewTransform,
)
from pentad.core.arrays import Bools, Labels, Rgb
from pentad.core.box import Box
from pentad.core.mask import Mask
from tests.canvas.scenes import as_array, noise, pixels, settle, shown_canvas
from tests.canvas.test_canvas import PaintedRegions

GREY = 90
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def drawn(
    qtbot: QtBot,
    labels: Labels,
    look: ViewTransform,
    *,
    styles: tuple[LabelStyle, ...] = (),
    opacity: float = 1.0,
    outline: bool = False,
    size: int = 300,
) -> Rgb:
    """Labels over plain grey, on a square canvas."""
    canvas = shown_canvas(qtbot, size, size)
    base = BaseLayer(Pyramid.build(np.full((*labels.shape, 3), GREY, np.uint8)))
    layer = MaskLayer(LabelPyramid(Mask(labels)), styles, opacity, outline=outline)
    canvas.show_picture(LayerStack((labels.shape[0], labels.shape[1]), base, mask=layer))
    canvas.set_transform(look)
    return pixels(canvas)


def in_colour(picture: Rgb, colour: tuple[int, int, int]) -> Bools:
    found: Bools = (picture == colour).all(axis=2)
    return found


def test_every_class_is_drawn_in_its_own_style(qtbot: QtBot) -> None:
    labels = np.repeat(np.array([0, 1, 2, 3, 4, 5], np.uint8), 50)[None].repeat(300, 0)
    styles = (
        LabelStyle(1, RED),
        LabelStyle(2, GREEN, opacity=0.5),
        LabelStyle(3, BLUE, visible=False),
        LabelStyle(4, BLUE, contour=True),
    )
    picture = drawn(qtbot, labels, ViewTransform(1, 149.5, 149.5), styles=styles, opacity=0.8)
    row = picture[150].astype(int)
    assert (row[:50] == GREY).all()
    assert row[75] == pytest.approx((GREY * 0.2 + 255 * 0.8, GREY * 0.2, GREY * 0.2), abs=1)
    assert row[125] == pytest.approx((GREY * 0.6, GREY * 0.6 + 255 * 0.4, GREY * 0.6), abs=1)
    assert (row[150:200] == GREY).all()
    assert (row[200:202] == BLUE).all()
    assert (row[248:250] == BLUE).all()
    assert (row[202:248] == GREY).all()
    default = np.array(CLASS_COLOURS[4])
    assert row[275] == pytest.approx(GREY * 0.2 + default * 0.8, abs=1)


def test_classes_without_a_style_begin_again_after_the_last_colour() -> None:
    styles = MaskLayer(LabelPyramid(Mask(np.zeros((2, 2), np.uint8)))).every_style
    assert [style.index for style in styles] == list(range(256))
    assert not styles[0].visible
    assert styles[1].colour == styles[1 + len(CLASS_COLOURS)].colour == CLASS_COLOURS[0]
    assert styles[255].visible


@pytest.mark.parametrize("scale", [0.21, 0.3, 0.4, 0.9, 1.0, 1.7, 4.0, 13.0])
def test_an_outline_is_two_device_pixels_wide_at_every_zoom(qtbot: QtBot, scale: float) -> None:
    labels = np.zeros((1500, 1500), np.uint8)
    half = round(70 / scale)
    labels[750 - half : 750 + half, 750 - half : 750 + half] = 1
    picture = drawn(qtbot, labels, ViewTransform(scale, 749.5, 749.5), styles=(LabelStyle(1, RED),), outline=True)
    line = in_colour(picture, RED)
    for across in (line[150], line[:, 150]):
        starts = np.flatnonzero(np.diff(np.concatenate([[False], across, [False]]).astype(int)))
        assert (np.diff(starts)[::2] == 2).all()
        assert len(starts) == 4
        assert starts[0] == pytest.approx(150 - half * scale, abs=1 + 2 * scale)
    assert not in_colour(picture, RED)[100:200, 100:200].any()
    dark = picture[150, : np.flatnonzero(line[150])[0]].mean(axis=1)
    assert dark[-1] < GREY * 0.7
    assert (dark[:-1] == GREY).all()


@pytest.mark.parametrize("height", [60, 97, 150, 333])
def test_the_outline_of_a_scratch_one_pixel_thin_is_unbroken_at_any_small_size(qtbot: QtBot, height: int) -> None:
    labels = np.zeros((1000, 1000), np.uint8)
    cv2.line(labels, (0, 100), (999, 700), 1, 1)
    whole = ViewTransform(height / 1000, 499.5, 499.5)
    picture = drawn(qtbot, labels, whole, styles=(LabelStyle(1, RED),), outline=True, size=height)
    assert in_colour(picture, RED).any(axis=0).all()


def brute_force_outline(labels: Labels, scale: int) -> Bools:
    """Device pixels within two of another label, walked one by one; outside the image there is background."""
    large = np.pad(labels.repeat(scale, 0).repeat(scale, 1), 2)
    found = np.zeros((labels.shape[0] * scale, labels.shape[1] * scale), bool)
    for y, x in np.argwhere(large):
        around = large[y - 2 : y + 3, x - 2 : x + 3]
        found[y - 2, x - 2] = (around != large[y, x]).any()
    return found


@pytest.mark.parametrize("scale", [1, 3])
def test_outlines_are_the_pixels_within_two_of_another_label(qtbot: QtBot, scale: int) -> None:
    labels = np.random.default_rng(5).integers(0, 3, (6, 6), dtype=np.uint8).repeat(10, 0).repeat(10, 1)
    styles = (LabelStyle(1, RED), LabelStyle(2, RED))
    look = ViewTransform(scale, 29.5, 29.5)
    picture = drawn(qtbot, labels, look, styles=styles, outline=True, size=60 * scale)
    assert np.array_equal(in_colour(picture, RED), brute_force_outline(labels, scale))


STYLES = (
    LabelStyle(1, RED),
    LabelStyle(2, GREEN, contour=True),
    LabelStyle(3, BLUE, visible=False),
    LabelStyle(4, (9, 99, 199), opacity=0.3),
)


def on_screen(canvas: Canvas) -> Rgb:
    return as_array(canvas.screen().grabWindow(canvas.winId()).toImage())


@pytest.mark.parametrize("outline", [False, True])
@pytest.mark.parametrize("scale", [0.21, 0.5, 1.0, 1.31, 5.0])
def test_a_hundred_changes_leave_the_screen_as_if_it_were_drawn_at_once(
    qtbot: QtBot, scale: float, outline: bool
) -> None:
    size, rng = (901, 1203), np.random.default_rng(3)
    mask, base = Mask(np.zeros(size, np.uint8)), BaseLayer(Pyramid.build(noise(*size)))
    stack = LayerStack(size, base, mask=MaskLayer(LabelPyramid(mask), STYLES, 0.5, outline=outline))
    canvas = shown_canvas(qtbot, 300, 300)
    canvas.show_picture(stack)
    canvas.set_transform(ViewTransform(scale, 700, 900))
    settle()
    for count in range(100):
        y, x, radius = int(rng.integers(560, 901)), int(rng.integers(760, 1203)), int(rng.integers(1, 60))
        box = Box(y - radius, x - radius, y + radius, x + radius) & mask.box
        dab = cv2.circle(mask.labels.copy(), (x, y), radius, int(rng.integers(0, 6)), -1)
        mask.put(box, dab[box.slices].astype(np.uint8))
        if count % 3 == 0:
            settle()
    settle()
    seen = on_screen(canvas)
    fresh = shown_canvas(qtbot, 300, 300)
    fresh.show_picture(stack)
    fresh.set_linked(canvas.linked)
    assert np.array_equal(seen, pixels(fresh))


def test_a_change_that_changes_nothing_paints_nothing(qtbot: QtBot) -> None:
    mask = Mask(np.ones((300, 300), np.uint8))
    canvas = shown_canvas(qtbot, 300, 300)
    canvas.show_picture(LayerStack((300, 300), mask=MaskLayer(LabelPyramid(mask))))
    settle()
    painted = PaintedRegions(canvas)
    mask.put(Box(10, 10, 200, 200), np.ones((190, 190), np.uint8))
    settle()
    assert painted.region.isEmpty()
