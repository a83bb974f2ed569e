"""What a person does to a canvas, and what the canvas does then."""

import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPaintEvent, QRegion, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pentad.canvas import (
    BaseLayer,
    Canvas,
    LabelPyramid,
    LayerStack,
    LinkedTransform,
    MaskLayer,
    Pyramid,
    ViewTransform,
)
from pentad.core.box import Box
from pentad.core.mask import Mask
from tests.canvas.scenes import as_array, noise, pixels, plain, settle, shown_canvas


class PaintedRegions(QObject):
    """Which parts of a widget were asked to paint."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.region = QRegion()
        canvas.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False


def turn_wheel(
    canvas: Canvas,
    position: QPointF,
    eighths: int,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    glob = QPointF(canvas.viewport().mapToGlobal(position.toPoint()))
    buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(position, glob, QPoint(), QPoint(0, eighths), buttons, keys, phase, False)
    QApplication.sendEvent(canvas.viewport(), event)


def move_pointer(canvas: Canvas, position: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    place = QPointF(position)
    glob = QPointF(canvas.viewport().mapToGlobal(position))
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(canvas.viewport(), QMouseEvent(QEvent.Type.MouseMove, place, glob, none, held, keys))


def test_the_wheel_zooms_about_the_cursor_and_says_so(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 200, 200)
    canvas.show_picture(plain(noise(1000, 1000)))
    cursor = QPointF(60, 140)
    before = canvas.image_point(cursor)
    with qtbot.waitSignal(canvas.transform_changed) as news:
        turn_wheel(canvas, cursor, 480)
    assert news.args == [canvas.linked]
    assert canvas.linked.zoom == pytest.approx(4)
    assert canvas.image_point(cursor) == pytest.approx(before, abs=1.0)


def test_dragging_moves_the_picture_with_the_pointer(qtbot: QtBot) -> None:
    canvas, rgb = shown_canvas(qtbot, 200, 200), noise(1000, 1000)
    canvas.show_picture(plain(rgb))
    canvas.set_transform(ViewTransform(1.0, 499.5, 499.5))
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
        before = pixels(canvas)
        QTest.mousePress(canvas.viewport(), button, pos=QPoint(100, 100))
        move_pointer(canvas, QPoint(110, 125), button)
        move_pointer(canvas, QPoint(120, 130), button)
        QTest.mouseRelease(canvas.viewport(), button, pos=QPoint(120, 130))
        assert np.array_equal(pixels(canvas)[30:, 20:], before[:-30, :-20])


def test_setting_where_one_looks_announces_nothing(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 200, 200)
    canvas.show_picture(plain(noise(1000, 1000)))
    with qtbot.assertNotEmitted(canvas.transform_changed):
        canvas.set_transform(ViewTransform(2.0, 400, 400))
        canvas.set_linked(LinkedTransform(3, 0.4, 0.4))
        canvas.resize(300, 250)


def test_linked_canvases_of_different_images_show_the_same_share(qtbot: QtBot) -> None:
    one, other = shown_canvas(qtbot, 200, 300), shown_canvas(qtbot, 150, 150)
    one.show_picture(plain(noise(600, 900)))
    other.show_picture(plain(noise(300, 450)))
    one.transform_changed.connect(other.set_linked)
    other.transform_changed.connect(one.set_linked)
    one.zoom_by(5, QPointF(30, 150))
    here, there = one.view_transform, other.view_transform
    assert here is not None
    assert there is not None
    assert (here.centre_y + 0.5) / 600 == pytest.approx((there.centre_y + 0.5) / 300)
    assert (here.centre_x + 0.5) / 900 == pytest.approx((there.centre_x + 0.5) / 450)
    assert here.scale / (200 / 600) == pytest.approx(there.scale / (150 / 450)) == pytest.approx(5)


def test_fit_stays_fit_when_the_window_grows(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 200, 300)
    canvas.show_picture(plain(noise(600, 900)))
    canvas.zoom_to(3)
    canvas.fit()
    canvas.resize(600, 500)
    transform = canvas.view_transform
    assert transform is not None
    assert transform.scale == pytest.approx(600 / 900)


def test_the_point_under_the_pointer_is_told_and_then_that_it_left(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 100, 300)
    canvas.show_picture(plain(noise(100, 100)))
    heard: list[tuple[float, float] | None] = []
    canvas.hovered.connect(heard.append)
    move_pointer(canvas, QPoint(110, 20))
    assert heard[-1] == pytest.approx((19.5, 9.5))
    move_pointer(canvas, QPoint(50, 20))
    assert heard[-1] is None
    move_pointer(canvas, QPoint(110, 20))
    QApplication.sendEvent(canvas.viewport(), QEvent(QEvent.Type.Leave))
    assert heard[-1] is None


def test_space_or_a_double_click_asks_for_the_whole_window(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 200, 200)
    canvas.show_picture(plain(noise(500, 500)))
    with qtbot.waitSignal(canvas.maximise_requested):
        QTest.keyClick(canvas, Qt.Key.Key_Space)
    with qtbot.waitSignal(canvas.maximise_requested):
        QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))


def test_space_held_while_dragging_only_pans(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 200, 200)
    canvas.show_picture(plain(noise(500, 500)))
    canvas.zoom_to(2)
    before = canvas.linked
    with qtbot.assertNotEmitted(canvas.maximise_requested):
        QTest.keyPress(canvas, Qt.Key.Key_Space)
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
        move_pointer(canvas, QPoint(120, 120), Qt.MouseButton.LeftButton)
        QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(120, 120))
        QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.linked != before


@pytest.mark.parametrize("outline", [False, True])
@pytest.mark.parametrize("scale", [0.2, 1.0, 6.0])
def test_a_change_of_labels_repaints_its_box_and_no_more(qtbot: QtBot, scale: float, outline: bool) -> None:
    rgb, mask = noise(1000, 1500), Mask(np.zeros((1000, 1500), np.uint8))
    canvas = shown_canvas(qtbot, 400, 400)
    layer = MaskLayer(LabelPyramid(mask), outline=outline)
    canvas.show_picture(LayerStack((1000, 1500), BaseLayer(Pyramid.build(rgb)), mask=layer))
    canvas.set_transform(ViewTransform(scale, 500, 700))
    settle()
    painted = PaintedRegions(canvas)
    box = Box(480, 690, 510, 730)
    mask.put(box, np.ones(box.shape, np.uint8))
    qtbot.waitUntil(lambda: not painted.region.isEmpty())
    settle()
    area = painted.region.boundingRect()
    assert area.width() <= (40 + 2 / scale) * scale + 26
    assert area.height() <= (30 + 2 / scale) * scale + 26
    on_screen = canvas.screen().grabWindow(canvas.winId())
    fresh = shown_canvas(qtbot, 400, 400)
    fresh.show_picture(LayerStack((1000, 1500), BaseLayer(Pyramid.build(rgb)), mask=layer))
    fresh.set_linked(canvas.linked)
    assert np.array_equal(as_array(on_screen.toImage()), pixels(fresh))


def test_showing_the_same_again_paints_nothing(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 100, 100)
    stack = plain(noise(50, 50))
    canvas.show_picture(stack)
    settle()
    painted = PaintedRegions(canvas)
    canvas.show_picture(LayerStack(stack.size, stack.base))
    canvas.set_linked(canvas.linked)
    settle()
    assert painted.region.isEmpty()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be dropped from Python 3.12 on")
def test_qt_keeps_its_hands_off_none(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 64, 64)
    canvas.show_picture(plain(noise(200, 200)))
    canvas.zoom_to(2)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for step in range(5_000):
        canvas.pan_by(3 * (-1) ** step, 0)
        canvas.viewport().update()
        canvas.hovered.emit(None)
        canvas.maximise_requested.emit()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert abs(after[0] - before[0]) < 2_000
    assert abs(after[1] - before[1]) < 2_000
