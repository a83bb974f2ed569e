"""The rig is edited in its window: a station, a wrong image size, a camera placed by pairs."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from pentad.annotation.probe import Place as Spot
from pentad.core.camera import Rig
from pentad.core.mask import MaskKey
from pentad.geometry.projection import project
from pentad.geometry.resizing import in_millimetres, scaled
from pentad.io.calibration import format_rig, read_rig
from pentad.ui.dialogs.rig_editor import RigEditor
from tests.helpers.desk import Desk
from tests.helpers.tiny_dataset import VIEWS
from tests.helpers.tiny_rig import PART_MM, write_tiny_rig

LAST = VIEWS[-1]


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """Plates of five views whose last has no camera, and whose third is calibrated for images eight times as large."""
    data = write_tiny_rig(tmp_path / "plates")
    cameras = list(read_rig(data / "rig.toml").rig.cameras[:-1])
    cameras[2] = scaled(cameras[2], factor=8.0)
    (data / "rig.toml").write_text(format_rig(Rig(tuple(cameras))), "utf-8")
    return data


def opened(desk: Desk, plates: Path) -> RigEditor:
    desk.open(plates)
    desk.press(Qt.Key.Key_F12, Qt.KeyboardModifier.AltModifier)
    editor = desk.window.findChild(RigEditor)
    assert editor is not None
    desk.wait_until_settled()
    assert editor.editing is not None
    return editor


def choose(editor: RigEditor, name: str) -> None:
    names = [editor.cameras.item(n).data(Qt.ItemDataRole.UserRole) for n in range(editor.cameras.count())]
    editor.cameras.setCurrentRow(names.index(name))


def click(button: QPushButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_station_is_turned_compared_saved_and_taken_back(desk: Desk, plates: Path) -> None:
    editor = opened(desk, plates)
    choose(editor, VIEWS[1])
    assert not editor.buttons["save"].isEnabled()
    before = editor.station["turn"].value()
    editor.station["turn"].setValue(15.0)
    editor.station["z"].setValue(2.5)
    texts = [item.text() for column in range(3) if (item := editor.numbers.item(2, column)) is not None]
    assert texts == ["Board turned", "-", "15.000°, face down"]  # published boards have their z away from the camera
    click(editor.buttons["discard"])
    assert editor.station["turn"].value() == before
    editor.station["turn"].setValue(-4.0)
    click(editor.buttons["save"])
    desk.wait_until_settled()
    reading = desk.session.rig.reading
    assert reading is not None
    turn = reading.rig.camera(VIEWS[1]).station
    assert np.degrees(np.arctan2(turn[1, 0], turn[0, 0])) == pytest.approx(-4.0)
    assert "in force" in editor.words.text()


def test_another_image_size_waits_for_a_choice(desk: Desk, plates: Path) -> None:
    editor = opened(desk, plates)
    choose(editor, VIEWS[0])
    assert not editor.buttons["scale"].isEnabled()
    choose(editor, VIEWS[2])
    assert "Say how" in editor.photos.text()
    click(editor.buttons["scale"])
    assert editor.editing is not None
    camera = editor.editing.camera(VIEWS[2])
    assert camera is not None
    assert camera.size == (64, 96)
    assert camera.resized is not None
    assert not editor.buttons["scale"].isEnabled()
    assert "as calibrated" in editor.photos.text()


def test_two_clicks_of_the_probe_make_a_pair(desk: Desk, plates: Path) -> None:
    editor = opened(desk, plates)
    choose(editor, LAST)
    session = desk.session
    assert session.current is not None
    session.rig.ask(session.current)
    desk.wait_until_settled()
    camera = editor.editing.camera(VIEWS[0]) if editor.editing is not None else None
    assert camera is not None
    place = np.array([2.0, 1.0, PART_MM[2]])
    x, y = project(camera, place)
    probe = session.annotation.toolbox.probe
    sample = session.current.id
    click(editor.pairs.from_probe)
    assert editor.pairs.table.rowCount() == 0
    probe.pins = (Spot(MaskKey(sample, VIEWS[0]), float(y), float(x)), Spot(MaskKey(sample, LAST), 11.0, 22.5))
    click(editor.pairs.from_probe)
    desk.wait_until_settled()
    (pair,), _ = editor.pairs.read()
    assert pair.pixel == (22.5, 11.0)
    assert pair.point_mm == pytest.approx(tuple(place), abs=2e-3)


def test_a_view_without_a_camera_is_placed_by_typed_pairs(desk: Desk, plates: Path) -> None:
    editor = opened(desk, plates)
    choose(editor, LAST)
    assert "not placed" in editor.cameras.item(len(VIEWS) - 1).text()
    assert editor.editing is not None
    truth = editor.editing.camera(VIEWS[3])
    assert truth is not None
    click(editor.pairs.go)
    assert "four pairs" in editor.words.text()
    points = np.array([[x, y, z] for x in (-15.0, -5.0, 5.0, 15.0) for y in (-7.0, 0.0, 7.0) for z in (0.0, 8.0)])
    for pixel, point in zip(project(truth, points), points, strict=True):
        editor.pairs.append([f"{pixel[0]:.5f}", f"{pixel[1]:.5f}", *(f"{value:g}" for value in point)])
    editor.pairs.like.setCurrentText(VIEWS[3])
    click(editor.pairs.go)
    assert "is placed by 24 pairs" in editor.words.text()
    placed = editor.editing.camera(LAST)
    assert placed is not None
    assert placed.centre == pytest.approx(truth.centre, abs=0.1)
    assert "not placed" not in editor.cameras.item(len(VIEWS) - 1).text()
    item = editor.pairs.table.item(0, 5)
    assert item is not None
    assert float(item.text()) < 0.01
    corner = editor.pairs.table.item(0, 2)
    assert corner is not None
    corner.setText("-14")
    assert item.text() == ""
    editor.pairs.append(["1", "two", "3", "4", "5"])
    click(editor.pairs.go)
    assert "not complete" in editor.words.text()


def test_edits_are_not_lost_by_a_key_and_there_is_one_editor(desk: Desk, plates: Path) -> None:
    editor = opened(desk, plates)
    choose(editor, VIEWS[1])
    editor.station["turn"].setValue(15.0)
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.isVisible()
    assert "not saved" in editor.words.text()
    desk.press(Qt.Key.Key_F12, Qt.KeyboardModifier.AltModifier)
    assert desk.window.findChildren(RigEditor) == [editor]
    editor.station["turn"].setValue(16.0)
    click(editor.buttons["close"])
    assert editor.isVisible()
    click(editor.buttons["close"])
    assert not editor.isVisible()


def test_an_editor_ends_with_its_project(desk: Desk, plates: Path) -> None:
    editor = opened(desk, plates)
    choose(editor, VIEWS[1])
    editor.station["turn"].setValue(15.0)
    desk.session.close_project()
    assert not editor.isVisible()


def test_metres_are_asked_about_beside_the_notes(desk: Desk, plates: Path) -> None:
    rig = read_rig(plates / "rig.toml").rig
    metres = tuple(in_millimetres(each, unit_mm=0.001) for each in rig.cameras)
    (plates / "rig.toml").write_text(format_rig(Rig(metres)), "utf-8")
    editor = opened(desk, plates)
    whole = editor.whole
    assert "metres" in whole.words.text()
    assert (whole.unit.value(), whole.unit.text()) == (1000.0, "1000 mm")
    assert "principal point" in whole.notes.toPlainText()
    assert "not millimetres" not in whole.notes.toPlainText()
    click(whole.convert)
    assert whole.words.isHidden()
    assert not whole.convert.isEnabled()
    choose(editor, VIEWS[0])
    item = editor.numbers.item(0, 2)
    assert item is not None
    assert item.text() == ", ".join(f"{x:.2f}" for x in rig.cameras[0].centre + 0.0)
    assert editor.buttons["save"].isEnabled()


def test_only_lenses_that_fit_the_photos_are_offered(desk: Desk, plates: Path) -> None:
    editor = opened(desk, plates)
    choose(editor, LAST)
    assert [editor.pairs.like.itemText(n) for n in range(editor.pairs.like.count())] == [VIEWS[0], VIEWS[1], VIEWS[3]]
    assert "other image size" in editor.cameras.item(2).text()
