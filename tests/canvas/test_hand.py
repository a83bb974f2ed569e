"""What a hand does on a canvas comes out as gestures, and every gesture that begins ends once."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pentad.annotation.pointer import Pointer
from pentad.canvas import BaseLayer, Canvas, LabelPyramid, LayerStack, MaskLayer, Pyramid, ViewTransform
from pentad.core.mask import Mask
from tests.canvas.scenes import noise, plain, settle, shown_canvas
from tests.canvas.test_canvas import turn_wheel
from tests.canvas.test_canvas_life import in_a_process_of_its_own

NONE, LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.NoButton,
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
MOVE, PRESS, RELEASE, TWICE = (
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
)


class Heard:
    """Everything a canvas says of the hand, in order."""

    def __init__(self, canvas: Canvas) -> None:
        self.words: list[str] = []
        self.points: list[Pointer | None] = []
        self.sizes: list[float] = []
        for word in ("pressed", "dragged", "released", "doubled", "passed"):
            getattr(canvas, word).connect(self._hear(word))
        canvas.resized.connect(self.sizes.append)

    def _hear(self, word: str) -> Callable[[Pointer | None], None]:
        def hear(point: Pointer | None) -> None:
            self.words.append(word)
            self.points.append(point)

        return hear


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    shown = shown_canvas(qtbot, 200, 200)
    shown.show_picture(plain(noise(1000, 1000)))
    shown.set_transform(ViewTransform(1.0, 499.5, 499.5))
    shown.set_pointing(pointing=True)
    return shown


def mouse(
    canvas: Canvas,
    kind: QEvent.Type,
    at: tuple[float, float],
    button: Qt.MouseButton = NONE,
    *,
    held: Qt.MouseButton = NONE,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """(x, y) of the viewport; ``held`` are the buttons down after the event."""
    place = QPointF(*at)
    event = QMouseEvent(kind, place, QPointF(canvas.viewport().mapToGlobal(place)), button, held, keys)
    QApplication.sendEvent(canvas.viewport(), event)


def pen_device(kind: QPointingDevice.PointerType) -> QPointingDevice:
    can = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
    return QPointingDevice("pen", 7, QInputDevice.DeviceType.Stylus, kind, can, 1, 3)


def pen(
    canvas: Canvas,
    kind: QEvent.Type,
    at: tuple[float, float],
    *,
    pressure: float = 0.0,
    button: Qt.MouseButton = NONE,
    held: Qt.MouseButton = NONE,
    rubber: bool = False,
) -> bool:
    """Whether the canvas took the pen's event; what it does not take comes again as a mouse's."""
    device = pen_device(QPointingDevice.PointerType.Eraser if rubber else QPointingDevice.PointerType.Pen)
    place = QPointF(*at)
    event = QTabletEvent(
        kind,
        device,
        place,
        QPointF(canvas.viewport().mapToGlobal(place)),
        pressure,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        Qt.KeyboardModifier.NoModifier,
        button,
        held,
    )
    QApplication.sendEvent(canvas.viewport(), event)
    return event.isAccepted()


def test_a_stroke_is_told_from_press_to_release_with_its_modifiers(canvas: Canvas) -> None:
    heard = Heard(canvas)
    mouse(canvas, MOVE, (10, 10))
    mouse(canvas, PRESS, (10, 20), LEFT, held=LEFT)
    mouse(canvas, MOVE, (30, 40), held=LEFT, keys=Qt.KeyboardModifier.ShiftModifier)
    mouse(canvas, MOVE, (30, 40), held=LEFT, keys=Qt.KeyboardModifier.AltModifier)
    mouse(canvas, RELEASE, (230, 240), LEFT, keys=Qt.KeyboardModifier.ControlModifier)
    mouse(canvas, MOVE, (30, 40))
    assert heard.words == ["passed", "pressed", "dragged", "dragged", "released", "passed"]
    pressed, first, second, released = heard.points[1:5]
    assert pressed == Pointer(420, 410)
    assert first == Pointer(440, 430, add=True)
    assert second == Pointer(440, 430, subtract=True)
    assert released == Pointer(640, 630, square=True)


@pytest.mark.parametrize("scale", [0.25, 1.0, 8.0])
def test_the_pointer_is_the_middle_of_the_device_pixel_under_it(canvas: Canvas, scale: float) -> None:
    heard = Heard(canvas)
    canvas.set_transform(ViewTransform(scale, 500, 500))
    shown = canvas.view_transform
    assert shown is not None
    mouse(canvas, PRESS, (60, 140), LEFT, held=LEFT)
    (at,) = heard.points
    assert at is not None
    assert at.scale == scale
    assert abs(at.y - (shown.centre_y + 40.5 / scale)) <= 0.5 / scale + 1e-9
    assert canvas.image_point(QPointF(60.5, 140.5)) == pytest.approx((at.y, at.x))


ROUND_TRIP = """
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
app = QApplication([])
from tests.canvas.scenes import noise, pixels, plain
from pentad.canvas import Canvas, ViewTransform
canvas = Canvas()
canvas.resize(240, 200)
canvas.show()
app.processEvents()
rgb = noise(400, 500)
canvas.show_picture(plain(rgb))
canvas.set_pointing(pointing=True)
ratio, heard = canvas.devicePixelRatioF(), []
canvas.passed.connect(heard.append)
for scale in (1.0, 3.0):
    canvas.set_transform(ViewTransform(scale, 200.3, 240.7))
    drawn = pixels(canvas)
    for row, column in ((0, 0), (31, 101), (199, 239), (120, 7)):
        # The device pixel in row and column, at its corner as a mouse reports it.
        at = QPointF(column / ratio, row / ratio)
        none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        app.sendEvent(canvas.viewport(), QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, keys))
        y, x = round(heard[-1].y), round(heard[-1].x)
        assert tuple(drawn[row, column]) == tuple(rgb[y, x]), (scale, row, column)
        assert heard[-1].scale == scale / ratio
print(ratio)
"""


@pytest.mark.parametrize("ratio", ["1", "1.5", "2"])
def test_the_pixel_under_the_pointer_is_the_one_drawn_there(ratio: str) -> None:
    assert float(in_a_process_of_its_own(ROUND_TRIP, QT_SCALE_FACTOR=ratio)) == float(ratio)


def test_a_second_button_in_mid_stroke_means_nothing(canvas: Canvas) -> None:
    heard, before = Heard(canvas), canvas.linked
    mouse(canvas, PRESS, (50, 50), LEFT, held=LEFT)
    for button in (RIGHT, MIDDLE):
        mouse(canvas, PRESS, (50, 50), button, held=LEFT | button)
        mouse(canvas, MOVE, (70, 60), held=LEFT | button)
        mouse(canvas, RELEASE, (70, 60), button, held=LEFT)
    mouse(canvas, RELEASE, (90, 90), LEFT)
    assert heard.words == ["pressed", "dragged", "dragged", "released"]
    assert canvas.linked == before
    assert heard.sizes == []


def lose_focus(canvas: Canvas) -> None:
    QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))


def deactivate(canvas: Canvas) -> None:
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.WindowDeactivate))


def lose_the_release(canvas: Canvas) -> None:
    mouse(canvas, MOVE, (60, 60), held=NONE)


def show_another_mask(canvas: Canvas) -> None:
    labels = np.zeros((1000, 1000), np.uint8)
    canvas.show_picture(LayerStack((1000, 1000), mask=MaskLayer(LabelPyramid(Mask(labels)))))


@pytest.mark.parametrize(
    "interrupt",
    [
        lose_focus,
        deactivate,
        lose_the_release,
        show_another_mask,
        lambda canvas: canvas.hide(),
        lambda canvas: canvas.set_pointing(pointing=False),
        lambda canvas: canvas.show_waiting("Loading…"),
    ],
)
def test_a_stroke_that_is_interrupted_ends_once_where_the_hand_was(
    canvas: Canvas, interrupt: Callable[[Canvas], None]
) -> None:
    labels = np.zeros((1000, 1000), np.uint8)
    stack = LayerStack(
        (1000, 1000), BaseLayer(Pyramid.build(noise(1000, 1000))), mask=MaskLayer(LabelPyramid(Mask(labels)))
    )
    canvas.show_picture(stack)
    heard = Heard(canvas)
    mouse(canvas, PRESS, (50, 50), LEFT, held=LEFT)
    mouse(canvas, MOVE, (60, 60), held=LEFT)
    interrupt(canvas)
    assert heard.words[:3] == ["pressed", "dragged", "released"]
    assert heard.points[2] == heard.points[1]
    mouse(canvas, RELEASE, (60, 60), LEFT)
    assert heard.words.count("released") == 1


def test_a_press_after_a_lost_release_begins_a_stroke_of_its_own(canvas: Canvas) -> None:
    heard = Heard(canvas)
    mouse(canvas, PRESS, (50, 50), LEFT, held=LEFT)
    mouse(canvas, PRESS, (60, 60), LEFT, held=LEFT)
    mouse(canvas, RELEASE, (60, 60), LEFT)
    assert heard.words == ["pressed", "released", "pressed", "released"]


def test_the_second_of_two_quick_presses_is_a_gesture_too(canvas: Canvas) -> None:
    heard = Heard(canvas)
    mouse(canvas, PRESS, (50, 50), LEFT, held=LEFT)
    mouse(canvas, RELEASE, (50, 50), LEFT)
    mouse(canvas, TWICE, (50, 50), LEFT, held=LEFT)
    mouse(canvas, MOVE, (80, 50), held=LEFT)
    mouse(canvas, RELEASE, (80, 50), LEFT)
    assert heard.words == ["pressed", "released", "doubled", "dragged", "released"]


@pytest.mark.parametrize("button", [MIDDLE, LEFT])
def test_the_middle_button_or_space_moves_the_picture_while_a_tool_is_taken(
    qtbot: QtBot, canvas: Canvas, button: Qt.MouseButton
) -> None:
    heard, before = Heard(canvas), canvas.view_transform
    if button == LEFT:
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
    mouse(canvas, PRESS, (50, 50), button, held=button)
    mouse(canvas, MOVE, (60, 70), held=button)
    mouse(canvas, RELEASE, (60, 70), button)
    assert heard.words == []
    after = canvas.view_transform
    assert before is not None
    assert after is not None
    assert (after.centre_y, after.centre_x) == (before.centre_y - 20, before.centre_x - 10)


def test_the_wheel_with_ctrl_or_shift_and_the_right_button_ask_for_another_size(canvas: Canvas) -> None:
    heard, before = Heard(canvas), canvas.linked
    for keys in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier):
        turn_wheel(canvas, QPointF(50, 50), -240, keys)
    assert heard.sizes == [-2, -2]
    mouse(canvas, MOVE, (50, 50))
    mouse(canvas, PRESS, (50, 50), RIGHT, held=RIGHT)
    mouse(canvas, MOVE, (90, 26), held=RIGHT)
    mouse(canvas, RELEASE, (90, 26), RIGHT)
    assert heard.sizes[2:] == [2]
    assert heard.words == ["passed", "passed"]
    assert heard.points[0] == heard.points[1], "the tip stays where it was when the size changes"
    assert canvas.linked == before
    canvas.set_pointing(pointing=False)
    turn_wheel(canvas, QPointF(50, 50), 240, Qt.KeyboardModifier.ControlModifier)
    assert canvas.linked != before


def test_a_pen_tells_its_pressure_and_which_end_it_is(canvas: Canvas) -> None:
    heard = Heard(canvas)
    assert pen(canvas, QEvent.Type.TabletMove, (10.25, 10.5))
    assert pen(canvas, QEvent.Type.TabletPress, (10.25, 10.5), pressure=0.25, button=LEFT, held=LEFT)
    mouse(canvas, PRESS, (10, 10), LEFT, held=LEFT)
    assert pen(canvas, QEvent.Type.TabletMove, (20.75, 10.5), pressure=0.5, held=LEFT)
    mouse(canvas, MOVE, (20, 10), held=LEFT)
    assert pen(canvas, QEvent.Type.TabletRelease, (20.75, 10.5), button=LEFT)
    assert heard.words == ["passed", "pressed", "dragged", "released"]
    pressed, dragged = heard.points[1:3]
    assert pressed == Pointer(410.0, 409.75, pressure=0.25)
    assert dragged == Pointer(410.0, 420.25, pressure=0.5)
    assert pen(canvas, QEvent.Type.TabletPress, (90, 90), pressure=1, button=LEFT, held=LEFT, rubber=True)
    assert heard.points[-1] is not None
    assert heard.points[-1].subtract
    assert pen(canvas, QEvent.Type.TabletRelease, (90, 90), button=LEFT, rubber=True)


def test_two_quick_taps_of_a_pen_are_a_double_one(canvas: Canvas) -> None:
    heard = Heard(canvas)
    for _ in range(2):
        pen(canvas, QEvent.Type.TabletPress, (90, 90), pressure=1, button=LEFT, held=LEFT)
        pen(canvas, QEvent.Type.TabletRelease, (90, 90), button=LEFT)
    assert heard.words == ["pressed", "released", "doubled", "released"]


def test_without_a_tool_the_pen_is_left_to_be_a_mouse(canvas: Canvas) -> None:
    canvas.set_pointing(pointing=False)
    heard = Heard(canvas)
    assert not pen(canvas, QEvent.Type.TabletPress, (90, 90), pressure=1, button=LEFT, held=LEFT)
    assert not pen(canvas, QEvent.Type.TabletMove, (95, 95), pressure=1, held=LEFT)
    assert heard.words == []


def test_nothing_is_pressed_where_there_is_no_picture(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 100, 100)
    canvas.show_waiting("Loading…")
    canvas.set_pointing(pointing=True)
    heard = Heard(canvas)
    mouse(canvas, PRESS, (50, 50), LEFT, held=LEFT)
    mouse(canvas, MOVE, (60, 60), held=LEFT)
    mouse(canvas, RELEASE, (60, 60), LEFT)
    assert heard.words == []
    settle()
    assert canvas.viewport().rect().contains(QPoint(50, 50))
