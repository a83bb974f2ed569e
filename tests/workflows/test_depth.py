"""A generator is trained while one looks on, makes the depth of a sample, and the depth is looked at."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pentad.canvas.colours import HeatMapName
from pentad.io.view_pixels import load_view
from pentad.session.modelling import start_training
from pentad.session.view_state import DepthKind, Row
from pentad.ui.dialogs.depth import DepthDialog
from pentad.ui.dialogs.training import TrainingDialog
from pentad.ui.panels.depth_box import DepthBox
from pentad.ui.panels.training_panel import TrainingPanel
from tests.helpers.depth_model import STEPS, depth_models, drawn
from tests.helpers.desk import WAIT_MS, Desk, open_desk

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    """The window, with a model installed that makes depth."""
    desk = open_desk(qtbot, models=depth_models())
    yield desk
    desk.window.close()


@pytest.fixture
def studio(desk: Desk, plates: Path) -> Desk:
    """The plates are open and the generator is trained."""
    desk.open(plates)
    start_training(desk.session, "grey")
    desk.wait_until_settled()
    return desk


def make(desk: Desk, *, seed: float = 0, samples: float = 1) -> None:
    """As a person does: the key, the form, the button."""
    desk.press(Qt.Key.Key_D, CTRL | SHIFT)
    desk.qtbot.waitUntil(lambda: bool(desk.window.findChildren(DepthDialog)), timeout=WAIT_MS)
    dialog = desk.window.findChildren(DepthDialog)[-1]
    for id, value in (("seed", seed), ("samples", samples)):
        dialog.options.options.set(id, value)
    assert dialog.model.currentText() == "grey-plate"
    QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    desk.wait_until_settled()


def test_enter_in_the_form_makes_the_depth(studio: Desk) -> None:
    studio.press(Qt.Key.Key_D, CTRL | SHIFT)
    studio.qtbot.waitUntil(lambda: bool(studio.window.findChildren(DepthDialog)), timeout=WAIT_MS)
    dialog = studio.window.findChildren(DepthDialog)[-1]
    started: list[bool] = []
    dialog.start.clicked.connect(lambda: started.append(True))
    QTest.keyClick(dialog.model, Qt.Key.Key_Return)
    studio.wait_until_settled()
    assert started


def test_one_looks_on_while_a_model_is_trained(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    (panel,) = desk.window.findChildren(TrainingPanel)
    assert not panel.isVisible()
    desk.window.actions_by_id["models.train"].trigger()
    (dialog,) = desk.window.findChildren(TrainingDialog)
    dialog.model.setCurrentIndex(dialog.model.findData("grey"))
    QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert panel.isVisible()
    desk.wait_until_settled()
    desk.qtbot.waitUntil(lambda: "grey" in panel.plots, timeout=WAIT_MS)
    desk.qtbot.waitUntil(lambda: f"{STEPS} of {STEPS}" in panel.words.text(), timeout=WAIT_MS)
    QTest.qWait(300)
    plot = panel.plots["grey"]
    assert set(plot.lines) == {"loss", "depth"}
    x, y = plot.lines["loss"].getData()
    assert x.tolist() == [1, 2, 3, 4]
    assert np.allclose(np.power(10, y), [1, 0.5, 0.25, 0.125])
    assert [plate.title for plate in panel.maps.shown] == ["Depth"]
    assert "Done" in panel.words.text()


def test_a_training_that_fails_says_why_where_one_looks(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    for file in plates.glob("plate/train/good/*/*_rgb.png"):
        file.write_bytes(b"nonsense")
    desk.window.toggle_panel("training")
    start_training(desk.session, "grey")
    desk.wait_until_settled()
    (panel,) = desk.window.findChildren(TrainingPanel)
    assert "No view of 'plate' can be read" in panel.words.text()


def test_depth_is_made_by_key_and_form_and_shows_in_its_row(studio: Desk) -> None:
    studio.show("S000")
    assert Row.DEPTH not in studio.session.view_state.look.rows
    make(studio, seed=3)
    tile = studio.window.views.tile("top", Row.DEPTH)
    studio.qtbot.waitUntil(lambda: tile.canvas.stack is not None, timeout=WAIT_MS)
    assert tile.canvas.stack is not None
    layer = tile.canvas.stack.map
    assert layer is not None
    project, sample = studio.session.project, studio.session.current
    assert project is not None
    assert sample is not None
    expected = drawn(load_view(project.tree, sample.view("top"), 128), 3)
    assert np.array_equal(layer.pyramid.levels[0], expected)
    assert layer.colours is HeatMapName.VIRIDIS
    said: list[str] = []
    studio.window.views.pointed.connect(said.append)
    canvas = tile.canvas
    QTest.mouseMove(canvas.viewport(), canvas.viewport().rect().center())
    studio.qtbot.waitUntil(lambda: any("depth generated" in words for words in said), timeout=WAIT_MS)
    assert next(words for words in said if "depth generated" in words).count("mm") == 1


def test_what_is_shown_of_depth_is_chosen_in_the_inspector(studio: Desk) -> None:
    studio.show("S000")
    make(studio, samples=4)
    (box,) = studio.window.docks["inspector"].findChildren(DepthBox)
    assert "seed 0, mean of 4 samples" in box.words.text()
    box.shown.setCurrentIndex(box.shown.findData(DepthKind.SPREAD.value))
    box.shown.activated.emit(box.shown.currentIndex())
    studio.wait_until_settled()
    tile = studio.window.views.tile("east", Row.DEPTH)
    assert tile.canvas.stack is not None
    layer = tile.canvas.stack.map
    assert layer is not None
    assert layer.low == 0
    box.shown.setCurrentIndex(box.shown.findData(DepthKind.TRUE.value))
    box.shown.activated.emit(box.shown.currentIndex())
    studio.wait_until_settled()
    assert tile.canvas.stack is None
    assert "No true depth" in box.words.text()
    make(studio, seed=8)
    assert box.files.count() == 2
    assert "seed 8" in box.words.text()
    box.files.setCurrentIndex(1)
    box.files.activated.emit(1)
    studio.wait_until_settled()
    assert "seed 0" in box.words.text()


def test_where_there_is_no_depth_the_row_says_how_to_get_it_and_annotating_hides_it(studio: Desk) -> None:
    studio.show("G000")
    studio.press(Qt.Key.Key_6, CTRL)
    studio.wait_until_settled()
    tile = studio.window.views.tile("top", Row.DEPTH)
    assert tile.canvas.stack is None
    assert "Make depth" in tile.canvas._notice.what
    studio.press(Qt.Key.Key_F3)
    studio.wait_until_settled()
    assert Row.DEPTH not in {each.row for each in studio.window.views.tiles}
    make(studio)
    assert Row.DEPTH in {each.row for each in studio.window.views.tiles}
    studio.session.view_state.set(paint_row=Row.DEPTH)
    studio.wait_until_settled()
    assert studio.window.views.tile("top", Row.DEPTH).canvas.stack is not None


def test_without_a_generator_the_form_says_what_to_do(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.window.actions_by_id["models.depth"].trigger()
    (dialog,) = desk.window.findChildren(DepthDialog)
    assert not dialog.start.isEnabled()
    start_training(desk.session, "grey")
    desk.wait_until_settled()
    assert dialog.start.isEnabled()
