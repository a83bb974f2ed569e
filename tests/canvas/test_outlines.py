"""Lines around things, against walking every pixel."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pentad.canvas import BaseLayer, LabelPyramid, LayerStack, MaskLayer, Pyramid, ViewTransform
from pentad.canvas.outlines import iso_lines, path_of
from pentad.core.box import Box
from pentad.core.mask import Mask
from tests.canvas.scenes import pixels, settle, shown_canvas


@pytest.mark.parametrize(("level", "count"), [(0.5, 2), (2.0, 0), (-1.0, 1)])
def test_there_is_one_closed_line_around_each_hot_place(level: float, count: int) -> None:
    y, x = np.mgrid[0:60, 0:90]
    values = np.maximum(np.exp(-((y - 20) ** 2 + (x - 20) ** 2) / 50), np.exp(-((y - 40) ** 2 + (x - 70) ** 2) / 50))
    lines = iso_lines(values.astype(np.float32), level)
    assert len(lines) == count
    for line in lines:
        assert np.abs(line[0] - line[-1]).max() < 0.01
    if level == 0.5:
        centre = next(line for line in lines if line[:, 0].mean() < 0.5).mean(axis=0)
        assert centre == pytest.approx((20.5 / 90, 20.5 / 60), abs=0.005)


def test_a_path_has_the_very_points_it_was_made_of() -> None:
    lines = [np.array([[0.5, 1], [2, 3], [4, 5.25]]), np.array([[7.0, 8], [9, 10]])]
    path = path_of(lines)
    points = [(path.elementAt(i).x, path.elementAt(i).y, path.elementAt(i).isMoveTo()) for i in range(7)]
    assert points[:4] == [(0.5, 1, True), (2, 3, False), (4, 5.25, False), (0.5, 1, False)]
    assert points[4:] == [(7, 8, True), (9, 10, False), (7, 8, False)]
    assert path_of([]).isEmpty()


def test_an_outline_crosses_tiles_without_a_seam_and_follows_changes(qtbot: QtBot) -> None:
    mask = Mask(np.zeros((1100, 1100), np.uint8))
    base = BaseLayer(Pyramid.build(np.full((1100, 1100, 3), 90, np.uint8)))
    canvas = shown_canvas(qtbot, 200, 200)
    canvas.show_picture(LayerStack((1100, 1100), base, mask=MaskLayer(LabelPyramid(mask), outline=True)))
    canvas.set_transform(ViewTransform(1.0, 511.5, 511.5))
    settle()
    for inset in (50, 80, 20):
        mask.put(Box(0, 0, 1100, 1100), np.zeros((1100, 1100), np.uint8))
        settle()
        mask.put(Box(412 + inset, 412 + inset, 612 - inset, 612 - inset), np.ones((200 - 2 * inset,) * 2, np.uint8))
        touched = (pixels(canvas) != 90).any(axis=2)
        assert touched[inset, inset : 200 - inset].all()
        assert touched[inset : 200 - inset, 199 - inset].all()
        assert not touched[inset + 4 : 196 - inset, inset + 4 : 196 - inset].any()
