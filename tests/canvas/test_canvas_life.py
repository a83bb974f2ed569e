"""Canvases come and go, screens differ, drawing fails: nothing is left behind and nothing falls over."""

import gc
import os
import subprocess
import sys
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from pentad.canvas import BaseLayer, Canvas, LabelPyramid, LabelStyle, LayerStack, MaskLayer, Pyramid
from pentad.canvas.look import Look
from pentad.canvas.picture import StackPicture
from pentad.core.box import Box
from pentad.core.mask import Mask
from tests.canvas.scenes import noise, pixels, plain, settle, shown_canvas


def in_a_process_of_its_own(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_thirty_canvases_come_and_go_and_leave_nothing(qtbot: QtBot) -> None:
    mask = Mask(np.ones((100, 100), np.uint8))
    stack = LayerStack((100, 100), BaseLayer(Pyramid.build(noise(100, 100))), mask=MaskLayer(LabelPyramid(mask)))
    gone = []
    for _ in range(30):
        canvas = Canvas()
        canvas.show_picture(stack)
        canvas.show()
        settle()
        canvas.grab()
        gone.append(weakref.ref(canvas))
        canvas.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert len(mask.changed) == 1, "the pyramid alone still follows its mask"
        mask.put(Box(0, 0, 5, 5), np.zeros((5, 5), np.uint8))
    del canvas
    gc.collect()
    assert [ref() for ref in gone if ref() is not None] == []


def test_a_canvas_nobody_holds_goes_by_itself_though_the_mask_lives_on() -> None:
    mask = Mask(np.ones((100, 100), np.uint8))
    canvas = Canvas()
    canvas.show_picture(LayerStack((100, 100), mask=MaskLayer(LabelPyramid(mask))))
    ref = weakref.ref(canvas)
    del canvas
    gc.collect()
    assert ref() is None
    mask.put(Box(0, 0, 5, 5), np.zeros((5, 5), np.uint8))


def test_a_canvas_listens_only_to_the_mask_it_shows(qtbot: QtBot) -> None:
    masks = [Mask(np.ones((50, 50), np.uint8)) for _ in range(2)]
    canvas = shown_canvas(qtbot, 50, 50)
    pyramids = [LabelPyramid(mask) for mask in masks]
    for pyramid in pyramids:
        canvas.show_picture(LayerStack((50, 50), mask=MaskLayer(pyramid)))
    assert [len(mask.changed) for mask in masks] == [1, 2]
    canvas.show_waiting("")
    assert [len(mask.changed) for mask in masks] == [1, 1]


def test_a_failing_drawing_is_told_once_and_not_repeated(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def fail(self: StackPicture, painter: QPainter, look: Look) -> None:
        tries.append(painter)
        raise ValueError("a drawing fault")

    canvas = shown_canvas(qtbot, 200, 300)
    monkeypatch.setattr(StackPicture, "draw_beneath", fail)
    with qtbot.captureExceptions() as raised:
        canvas.show_picture(plain(noise(100, 100)))
        canvas.viewport().update()
        qtbot.waitUntil(lambda: canvas.stack is None)
        for _ in range(5):
            canvas.viewport().update()
            settle()
    assert len(tries) == 1
    assert len(raised) == 1
    monkeypatch.undo()
    canvas.show_picture(plain(noise(100, 100)))
    assert canvas.stack is not None


SCALED = """
import numpy as np
from PySide6.QtWidgets import QApplication
app = QApplication([])
from pentad.canvas import Caption, ViewTransform
from tests.canvas.scenes import noise, pixels, plain
from pentad.canvas import Canvas
canvas, rgb = Canvas(), noise(400, 500)
ratio = canvas.devicePixelRatioF()
canvas.resize(120, 100)
canvas.show()
app.processEvents()
canvas.show_picture(plain(rgb))
height, width = round(100 * ratio), round(120 * ratio)
for scale in (1, 3):
    canvas.set_transform(ViewTransform(scale, height / scale / 2 + 9.5, width / scale / 2 + 19.5))
    expected = rgb.repeat(scale, 0).repeat(scale, 1)[10 * scale :][:height, 20 * scale : 20 * scale + width]
    assert np.array_equal(pixels(canvas), expected), scale
for logical in ((0, 0), (33, 77), (99, 119)):
    from PySide6.QtCore import QPointF
    y, x = canvas.image_point(QPointF(logical[1], logical[0]))
    assert abs(y - (logical[0] * ratio / 3 - 0.5 + 10)) < 1e-6, (y, logical)
    assert abs(x - (logical[1] * ratio / 3 - 0.5 + 20)) < 1e-6, (x, logical)
canvas.show_caption(Caption("view", "rgb", "0.5", 0.5, 0.4))
assert len(np.unique(pixels(canvas)[: round(22 * ratio)].reshape(-1, 3), axis=0)) > 5
print(ratio)
"""


@pytest.mark.parametrize("ratio", ["1.25", "1.5", "2"])
def test_one_to_one_means_device_pixels_on_a_scaled_screen(ratio: str) -> None:
    assert float(in_a_process_of_its_own(SCALED, QT_SCALE_FACTOR=ratio)) == float(ratio)


def test_a_canvas_brings_no_opengl_and_no_plotting_library() -> None:
    code = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from pentad.canvas import Canvas
canvas = Canvas()
canvas.show()
app.processEvents()
print([name for name in sys.modules if any(word in name for word in ("OpenGL", "vispy", "matplotlib", "pyqtgraph"))])
"""
    assert in_a_process_of_its_own(code).strip() == "[]"


def test_labels_that_changed_while_nobody_looked_are_drawn_right_afterwards(qtbot: QtBot) -> None:
    mask = Mask(np.zeros((400, 400), np.uint8))
    stack = LayerStack((400, 400), mask=MaskLayer(LabelPyramid(mask), (LabelStyle(1, (255, 0, 0)),), 1.0))
    canvas = shown_canvas(qtbot, 100, 100)
    canvas.show_picture(stack)
    canvas.show_waiting("")
    mask.put(Box(0, 0, 400, 200), np.ones((400, 200), np.uint8))
    canvas.show_picture(stack)
    red = (pixels(canvas) == (255, 0, 0)).all(axis=2)
    assert red[:, :50].all()
    assert not red[:, 50:].any()


def test_a_label_pyramid_nobody_holds_stops_following_its_mask() -> None:
    mask = Mask(np.zeros((10, 10), np.uint8))
    pyramid = LabelPyramid(mask)
    assert len(mask.changed) == 1
    del pyramid
    gc.collect()
    mask.put(Box(0, 0, 1, 1), np.ones((1, 1), np.uint8))
    assert len(mask.changed) == 0
