"""An inspector's morning, through the real window: open, detect, look closely, decide."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from pentad.canvas.canvas import Canvas
from pentad.canvas.transform import ViewTransform
from pentad.core.review import Verdict
from pentad.session.view_state import MapStyle, Row
from tests.helpers.bright_model import CELLS
from tests.helpers.desk import Desk
from tests.helpers.tiny_dataset import SIZE, VIEWS, photo

SEED_OF_FIRST_SPOT = 7


def _pixels(canvas: Canvas) -> NDArray[np.float64]:
    """(h, w, 3) RGB of what the canvas shows, one device pixel each."""
    image = canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(float)


def _inferno(fraction: NDArray[np.float64]) -> NDArray[np.float64]:
    codes = np.clip(fraction * 255, 0, 255).astype(np.uint8)
    colours: NDArray[np.float64] = cv2.applyColorMap(codes, cv2.COLORMAP_INFERNO)[..., ::-1].astype(float)
    return colours


def _expected_composite(view: str) -> NDArray[np.float64]:
    """The photo under an inferno veil of 0.6, fading in over the first quarter of 0.3 to 0.9, computed by hand."""
    rgb = photo(SEED_OF_FIRST_SPOT, view, defect=True).astype(float)
    small = cv2.resize(rgb.mean(axis=2) / 255, CELLS[::-1], interpolation=cv2.INTER_AREA)
    heat = (cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_LINEAR) - 0.3) / 0.6
    opacity = 0.6 * np.clip(heat / 0.25, 0, 1)[..., None]
    mixed: NDArray[np.float64] = rgb * (1 - opacity) + _inferno(heat) * opacity
    return mixed


def test_detection_in_a_thread_puts_the_heat_over_the_views(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.session.view_state.set(mask_style=MapStyle.OFF)
    desk.judge_all()
    desk.show("S000")
    for view in VIEWS:
        canvas = desk.window.views.tile(view, Row.COMPOSITE).canvas
        canvas.set_transform(ViewTransform(1.0, (SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2))
        shown = _pixels(canvas)
        top, left = (shown.shape[0] - SIZE[0]) // 2, (shown.shape[1] - SIZE[1]) // 2
        picture = shown[top : top + SIZE[0], left : left + SIZE[1]]
        expected = _expected_composite(view)
        assert np.abs(picture - expected).mean() < 2.5
        assert np.corrcoef(picture.ravel(), expected.ravel())[0, 1] > 0.99


def test_a_part_is_accepted_rejected_and_passed_on_with_one_key_each(desk: Desk, plates: Path) -> None:
    project = desk.open(plates)
    first, second = (sample.id for sample in desk.session.visible[:2])
    desk.window.views.tile("top", Row.COMPOSITE).canvas.setFocus()
    desk.press(Qt.Key.Key_A)
    desk.press(Qt.Key.Key_N)
    desk.press(Qt.Key.Key_R)
    assert project.store.verdicts() == {first: Verdict.ACCEPTED, second: Verdict.REJECTED}


def test_keys_go_to_the_filter_while_one_types_there(desk: Desk, plates: Path) -> None:
    project = desk.open(plates)
    field: QLineEdit = desk.window.samples.text
    field.setFocus()
    QTest.keyClicks(field, "raw spot")
    QTest.qWait(20)
    assert field.text() == "raw spot"
    assert project.store.verdicts() == {}


def test_the_first_key_of_the_day_decides_and_is_not_typed(desk: Desk, plates: Path) -> None:
    project = desk.open(plates)
    first = desk.session.visible[0].id
    desk.press(Qt.Key.Key_W)
    assert project.store.verdicts() == {first: Verdict.NEEDS_WORK}
    assert desk.window.samples.text.text() == ""


def test_a_sample_is_found_and_the_keys_come_back_with_enter(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(desk.window.samples.text, "G001")
    desk.press(Qt.Key.Key_Return)
    desk.qtbot.waitUntil(lambda: desk.window.samples.model.rowCount() == 1)
    assert desk.window.samples.list.hasFocus()


def test_filter_and_sort_narrow_the_list(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.judge_all()
    panel = desk.window.samples
    QTest.keyClicks(panel.text, "spot")
    panel.order_box.setCurrentIndex(1)
    desk.qtbot.waitUntil(lambda: panel.model.rowCount() == 3)
    scores = [desk.session.results.scores[panel.model.sample_at(row).id] for row in range(3)]
    assert scores == sorted(scores, reverse=True)


def test_a_tile_fills_the_grid_with_space_and_comes_back(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    views = desk.window.views
    tile = views.tile("east", Row.COMPOSITE)
    before = tile.geometry()
    QTest.mouseClick(tile.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 60))
    desk.press(Qt.Key.Key_Space)
    assert [t.view for t in views.tiles if t.isVisible()] == ["east"]
    assert tile.width() == views.viewport().width()
    desk.press(Qt.Key.Key_Space)
    assert all(t.isVisible() for t in views.tiles)
    assert tile.geometry() == before


def test_zooming_one_view_zooms_the_others_unless_unlinked(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    views = desk.window.views
    top, west = views.tile("top", Row.COMPOSITE).canvas, views.tile("west", Row.COMPOSITE).canvas
    top.setFocus()
    desk.press(Qt.Key.Key_Plus)
    assert west.linked == top.linked
    desk.press(Qt.Key.Key_L)
    desk.press(Qt.Key.Key_Plus)
    assert west.linked != top.linked


def test_the_hottest_view_comes_to_the_front(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.judge_all()
    desk.show("S000")
    prediction = desk.session.prediction
    assert prediction is not None
    desk.window.views.tile("west", Row.COMPOSITE).canvas.setFocus()
    desk.press(Qt.Key.Key_H)
    hottest = max(prediction.views, key=lambda name: prediction.views[name].score)
    assert desk.session.view_state.look.maximised == f"{hottest}/composite"


def test_a_broken_view_says_so_in_its_place_while_four_open(desk: Desk, plates: Path) -> None:
    broken = plates / "plate/test/spot/S001/north_rgb.png"
    broken.write_bytes(broken.read_bytes()[:200])
    desk.open(plates)
    desk.show("S001")
    stacks = {tile.view: tile.canvas.stack for tile in desk.window.views.tiles}
    assert [view for view, stack in stacks.items() if stack is None] == ["north"]


def test_the_pixel_under_the_pointer_is_read_out(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.judge_all()
    desk.show("S000")
    said: list[str] = []
    desk.window.views.pointed.connect(said.append)
    canvas = desk.window.views.tile("top", Row.COMPOSITE).canvas
    transform = canvas.view_transform
    assert transform is not None
    canvas.hovered.emit((20.0, 30.0))
    red, green, blue = (int(value) for value in photo(SEED_OF_FIRST_SPOT, "top", defect=True)[20, 30])
    assert said[-1].startswith(f"top   y 20  x 30    RGB {red:3d} {green:3d} {blue:3d}    heat 0.")
    assert said[-1].endswith("mask background")


@pytest.mark.parametrize("style", [MapStyle.CONTOUR, MapStyle.OFF])
def test_heat_can_be_a_line_or_nothing(desk: Desk, plates: Path, style: MapStyle) -> None:
    desk.open(plates)
    desk.judge_all()
    desk.show("S000")
    canvas = desk.window.views.tile("top", Row.COMPOSITE).canvas
    filled = _pixels(canvas)
    desk.session.view_state.set(heat_style=style)
    QTest.qWait(30)
    assert np.abs(_pixels(canvas) - filled).mean() > 1
