"""What a tool has in hand is drawn over the picture, on any ground, at any zoom, and leaves no trace."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF
from pytestqt.qtbot import QtBot

from pentad.annotation.preview import NOTHING, BrushTip, Handles, Path, Preview, Proposal
from pentad.annotation.region import Patch
from pentad.canvas import BaseLayer, Canvas, LabelPyramid, LayerStack, MaskLayer, Pyramid, Viewport, ViewTransform
from pentad.canvas.look import Look
from pentad.canvas.preview_picture import PreviewPicture
from pentad.core.arrays import Bools, Rgb
from pentad.core.box import Box
from pentad.core.mask import Mask
from tests.canvas.scenes import pixels, settle, shown_canvas
from tests.canvas.test_canvas import PaintedRegions, move_pointer
from tests.canvas.test_labels import on_screen

SIZE = (600, 600)
GREEN = (0, 200, 0)


def over(qtbot: QtBot, ground: int, look: ViewTransform) -> Canvas:
    canvas = shown_canvas(qtbot, 300, 300)
    mask = MaskLayer(LabelPyramid(Mask(np.zeros(SIZE, np.uint8))))
    base = BaseLayer(Pyramid.build(np.full((*SIZE, 3), ground, np.uint8)))
    canvas.show_picture(LayerStack(SIZE, base, mask=mask))
    canvas.set_transform(look)
    settle()
    return canvas


def touched(canvas: Canvas, ground: int) -> Bools:
    found: Bools = (pixels(canvas) != ground).any(axis=2)
    return found


def loud(picture: Rgb, ground: int) -> Bools:
    """Pixels that nobody overlooks on this ground."""
    found: Bools = np.abs(picture.astype(int) - ground).max(axis=2) > 90
    return found


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize(("scale", "radius"), [(0.5, 100.0), (1.0, 37.5), (4.0, 20.0)])
def test_a_round_tip_is_a_circle_of_its_radius_on_any_ground(
    qtbot: QtBot, ground: int, scale: float, radius: float
) -> None:
    canvas = over(qtbot, ground, ViewTransform(scale, 299.5, 299.5))
    canvas.show_preview(Preview((BrushTip((299.5, 299.5), radius),)), GREEN)
    rows, columns = np.nonzero(loud(pixels(canvas), ground))
    away = np.hypot(rows - 149.5, columns - 149.5)
    assert away.min() > radius * scale - 2
    assert away.max() < radius * scale + 3
    assert len(np.unique(np.degrees(np.arctan2(rows - 149.5, columns - 149.5)) // 4)) == 90


def test_a_square_tip_is_a_square(qtbot: QtBot) -> None:
    canvas = over(qtbot, 128, ViewTransform(2, 299.5, 299.5))
    canvas.show_preview(Preview((BrushTip((299.5, 299.5), 40, square=True),)), GREEN)
    rows, columns = np.nonzero(touched(canvas, 128))
    away = np.maximum(np.abs(rows - 149.5), np.abs(columns - 149.5))
    assert away.min() > 78
    assert away.max() < 83
    assert len(rows) >= 4 * 160


def test_a_path_runs_through_its_points_and_a_proposed_one_is_dashed(qtbot: QtBot) -> None:
    corners = ((200.0, 200.0), (200.0, 400.0), (400.0, 400.0))
    solid, dashed = (
        Preview((Path(corners, closed=True),)),
        Preview((Path(corners, closed=True, dashed=True),)),
    )
    canvas = over(qtbot, 0, ViewTransform(1, 299.5, 299.5))
    canvas.show_preview(solid, GREEN)
    line = loud(pixels(canvas), 0)
    assert line[48:53, 51:249].any(axis=0).all()
    assert line[51:249, 248:253].any(axis=1).all()
    assert all(line[50 + i - 2 : 50 + i + 3, 50 + i].any() for i in range(2, 198)), "the closing side"
    assert not line[60:90, 120:240].any()
    canvas.show_preview(dashed, GREEN)
    broken = loud(pixels(canvas), 0)[48:53, 60:240].any(axis=0)
    assert 0.3 < broken.mean() < 0.8


@pytest.mark.parametrize("scale", [0.5, 8.0])
def test_handles_are_as_large_at_every_zoom_and_the_hot_one_is_coloured(qtbot: QtBot, scale: float) -> None:
    canvas = over(qtbot, 100, ViewTransform(scale, 299.5, 299.5))
    points = ((299.5, 299.5 - 60 / scale), (299.5, 299.5 + 60 / scale))
    canvas.show_preview(Preview((Handles(points, hot=1),)), GREEN)
    rows, columns = np.nonzero(touched(canvas, 100))
    left = columns[columns < 150]
    assert rows.max() - rows.min() + 1 == left.max() - left.min() + 1 == 8
    picture = pixels(canvas).astype(int)
    assert picture[150, 90].min() > 180
    assert picture[150, 210, 1] > picture[150, 210, 0] + 100


@pytest.mark.parametrize("step", [1, 4])
def test_proposed_pixels_are_a_veil_over_exactly_those(qtbot: QtBot, step: int) -> None:
    where = np.random.default_rng(0).random((20, 30)) < 0.5
    patch = Patch(Box(70, 65, 90, 95), where)
    canvas = over(qtbot, 100, ViewTransform(1, 70.0 * step + 80 + 0.5, 65.0 * step + 80 + 0.5))
    look = canvas.view_transform
    assert look is not None
    canvas.show_preview(Preview((Proposal(patch, 1, step),)), GREEN)
    expected = np.zeros(SIZE, bool)
    expected[70 * step : 90 * step, 65 * step : 95 * step] = where.repeat(step, 0).repeat(step, 1)
    top, left = round(look.centre_y - 149.5), round(look.centre_x - 149.5)
    assert np.array_equal(touched(canvas, 100), expected[top : top + 300, left : left + 300])


def test_the_note_stands_beside_the_pointer_and_only_there(qtbot: QtBot) -> None:
    canvas = over(qtbot, 100, ViewTransform(1, 299.5, 299.5))
    move_pointer(canvas, QPoint(100, 100))
    canvas.show_preview(Preview(note="tolerance 12"), GREEN)
    rows, columns = np.nonzero(touched(canvas, 100))
    assert 105 < rows.min() < 120
    assert 110 < columns.min() < 125
    assert rows.max() < 145
    assert columns.max() < 230
    canvas.show_preview(NOTHING, GREEN)
    canvas.viewport().event(QEvent(QEvent.Type.Leave))
    canvas.hand_at = None
    canvas.show_preview(Preview(note="tolerance 12"), GREEN)
    assert not touched(canvas, 100).any()


def test_a_long_note_near_the_far_edge_begins_in_the_picture(qtbot: QtBot) -> None:
    look = Look(ViewTransform(1, 149.5, 149.5), Viewport(300, 300))
    note = PreviewPicture(Preview(note="m" * 24), GREEN, QPointF(250, 100))
    assert note.box(look).x0 >= -1


EVERYTHING = Preview(
    (
        Path(((250.0, 250.0), (250.0, 340.0), (330.0, 290.0)), closed=True),
        Handles(((250.0, 250.0), (330.0, 290.0)), hot=0),
        BrushTip((300.0, 310.0), 42.0),
        Proposal(Patch(Box(260, 260, 290, 330), np.ones((30, 70), bool)), 1),
    ),
    note="12 px",
)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.3])
def test_a_preview_repaints_its_own_place_and_leaves_no_trace(qtbot: QtBot, scale: float) -> None:
    canvas = over(qtbot, 100, ViewTransform(scale, 299.5, 299.5))
    clean = on_screen(canvas)
    move_pointer(canvas, QPoint(160, 150))
    painted = PaintedRegions(canvas)
    canvas.show_preview(EVERYTHING, GREEN)
    settle()
    shown = on_screen(canvas)
    assert (shown != clean).any()
    assert painted.region.boundingRect().height() < 100 * scale + 60
    canvas.viewport().update()
    settle()
    assert np.array_equal(on_screen(canvas), shown), "drawn in part as drawn whole"
    canvas.show_preview(NOTHING, GREEN)
    settle()
    assert np.array_equal(on_screen(canvas), clean)


def test_a_preview_stays_on_its_pixels_when_one_zooms_and_pans(qtbot: QtBot) -> None:
    canvas = over(qtbot, 100, ViewTransform(1, 299.5, 299.5))
    canvas.show_preview(Preview((BrushTip((299.5, 299.5), 30),)), GREEN)
    canvas.set_transform(ViewTransform(3, 299.5, 309.5))
    rows, columns = np.nonzero(touched(canvas, 100))
    assert rows.mean() == pytest.approx(149.5, abs=1)
    assert columns.mean() == pytest.approx(119.5, abs=1)
    assert columns.max() - columns.min() == pytest.approx(180, abs=6)


def test_showing_the_same_preview_again_paints_nothing(qtbot: QtBot) -> None:
    canvas = over(qtbot, 100, ViewTransform(1, 299.5, 299.5))
    canvas.show_preview(EVERYTHING, GREEN)
    settle()
    painted = PaintedRegions(canvas)
    canvas.show_preview(EVERYTHING, GREEN)
    settle()
    assert painted.region.isEmpty()
