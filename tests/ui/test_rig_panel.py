"""The rig in 3D: it follows the grid and the grid follows it, and where it cannot be drawn nothing else suffers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pentad.core.arrays import Doubles
from pentad.core.camera import Rig
from pentad.core.problem import Problem
from pentad.geometry.viewpoint import Viewpoint
from pentad.io.calibration import format_rig, parse_rig
from pentad.session.rig_scene import Frame
from pentad.ui.panels.rig_panel import RigPanel
from pentad.ui.scene3d import frames
from tests.helpers.desk import WAIT_MS, Desk
from tests.helpers.gantry import render_part
from tests.helpers.layouts import write_mvtec3d
from tests.helpers.tiny_dataset import VIEWS, write_tiny_dataset
from tests.helpers.tiny_rig import write_tiny_rig


@pytest.fixture
def rig(desk: Desk, tmp_path: Path) -> Iterator[RigPanel]:
    """The panel in the Research workspace, drawn."""
    desk.open(write_tiny_rig(tmp_path / "plates"))
    desk.window.arrange("research")
    wait_until_drawn(desk)
    yield desk.window.rig
    desk.window.docks["rig"].hide()


def wait_until_drawn(desk: Desk) -> None:
    panel = desk.window.rig
    desk.qtbot.waitUntil(lambda: panel.view.picture is not None or panel.view.notice.alarming, timeout=WAIT_MS)
    desk.wait_until_settled()
    QTest.qWait(250)
    desk.wait_until_settled()


def plane_of(rig: RigPanel, view: str) -> QPoint:
    """The middle of a view's image plane on the screen."""
    assert rig.scene is not None
    assert rig.view.viewpoint is not None
    frustum = next(frustum for frustum in rig.scene.frusta if frustum.name == view)
    place = rig.view.viewpoint.project(frustum.plane.reshape(-1, 3).mean(axis=0), (rig.view.height(), rig.view.width()))
    return QPoint(round(place[0]), round(place[1]))


def blue_first(colour: QColor) -> NDArray[np.int64]:
    return np.array([colour.blue(), colour.green(), colour.red()])


def test_a_window_that_shows_no_rig_draws_none(desk: Desk, tmp_path: Path) -> None:
    assert desk.window.rig.view.picture is None
    desk.open(write_tiny_rig(tmp_path / "plates"))
    assert desk.window.rig.scene is None
    assert desk.window.rig.view.frames.held == []
    assert not desk.window.panel_is_open("rig")


@pytest.mark.gl
def test_the_scene_shows_every_camera_its_photo_and_the_part(desk: Desk, rig: RigPanel) -> None:
    assert rig.scene is not None
    assert [frustum.name for frustum in rig.scene.frusta] == list(VIEWS)
    picture = rig.view.picture
    assert picture is not None
    background = blue_first(desk.theme.colour("canvas"))
    drawn = (picture.pixels[..., :3] != background).any(axis=2)
    assert 0.01 < drawn.mean() < 0.6
    assert "vtkmodules" in sys.modules
    assert "pyvista" not in sys.modules
    assert ("Software OpenGL" in rig.words.text()) == picture.by_software
    assert "Part: part.stl." in rig.words.text()


@pytest.mark.gl
def test_a_click_on_a_frustum_chooses_its_view_and_the_grid_lights_its_frustum_once(desk: Desk, rig: RigPanel) -> None:
    for view in ("top", "north", "east"):
        QTest.mouseClick(rig.view, Qt.MouseButton.LeftButton, pos=plane_of(rig, view))
        assert desk.session.view_state.look.active == view
    desk.wait_until_settled()
    rig.tools.follow.setChecked(False)
    drawn: list[object] = []
    rig.view.drawn.connect(drawn.append)
    desk.session.view_state.set(active="south")
    desk.qtbot.waitUntil(lambda: len(drawn) > 0, timeout=WAIT_MS)
    QTest.qWait(200)
    assert len(drawn) == 1
    picture = rig.view.picture
    assert picture is not None
    accent = blue_first(desk.theme.colour("accent"))
    assert (np.abs(picture.pixels[..., :3].astype(int) - accent).max(axis=2) < 12).sum() > 50


@pytest.mark.gl
def test_a_drag_turns_the_scene_and_a_double_click_looks_through_a_camera(desk: Desk, rig: RigPanel) -> None:
    before = rig.view.viewpoint
    assert before is not None
    middle = rig.view.rect().center()
    QTest.mousePress(rig.view, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 9):
        QTest.mouseMove(rig.view, middle + QPoint(10 * step, 5 * step))
    QTest.mouseRelease(rig.view, Qt.MouseButton.LeftButton, pos=middle + QPoint(80, 40))
    desk.wait_until_settled()
    after = rig.view.viewpoint
    assert after is not None
    assert after.distance == pytest.approx(before.distance)
    assert np.linalg.norm(after.eye - before.eye) > 20
    assert desk.session.view_state.look.active is None
    assert rig.view.picture is not None
    assert rig.view.picture.viewpoint is after
    rig.overview()
    QTest.qWait(600)
    QTest.mouseDClick(rig.view, Qt.MouseButton.LeftButton, pos=plane_of(rig, "east"))
    assert rig.scene is not None
    camera = rig.scene.cameras["east"]
    desk.qtbot.waitUntil(lambda: np.allclose(eye(rig), camera.centre), timeout=WAIT_MS)
    assert desk.session.view_state.look.active == "east"


@pytest.mark.gl
def test_a_view_chosen_in_the_grid_is_flown_to_and_one_chosen_here_is_not(desk: Desk, rig: RigPanel) -> None:
    overview = eye(rig)
    QTest.mouseClick(rig.view, Qt.MouseButton.LeftButton, pos=plane_of(rig, "north"))
    QTest.qWait(500)
    assert np.array_equal(eye(rig), overview)
    desk.session.view_state.set(active="east")
    assert rig.scene is not None
    camera = rig.scene.cameras["east"]
    desk.qtbot.waitUntil(lambda: np.allclose(eye(rig), camera.centre), timeout=WAIT_MS)


@pytest.mark.gl
def test_a_part_in_metres_is_asked_about_and_taken_as_one_says(desk: Desk, rig: RigPanel, tmp_path: Path) -> None:
    assert not rig.unit.isVisible()
    small = trimesh.creation.box((0.02, 0.008, 0.006))
    small.export(tmp_path / "metres.stl")
    desk.session.rig.load_part(tmp_path / "metres.stl")
    desk.qtbot.waitUntil(rig.unit.isVisible, timeout=WAIT_MS)
    assert rig.unit.question.text().startswith("metres.stl would be 0.0224 mm across")
    QTest.mouseClick(rig.unit.take, Qt.MouseButton.LeftButton)
    desk.wait_until_settled()
    part = desk.session.rig.part
    assert part is not None
    assert np.allclose(np.ptp(part.surface.bounds, axis=0), (20, 8, 6), atol=1e-3)
    assert not rig.unit.isVisible()
    desk.session.rig.load_part(tmp_path / "metres.stl")
    desk.qtbot.waitUntil(rig.unit.isVisible, timeout=WAIT_MS)
    QTest.mouseClick(rig.unit.keep, Qt.MouseButton.LeftButton)
    rig.overview()
    desk.wait_until_settled()
    assert not rig.unit.isVisible()


@pytest.mark.gl
def test_what_was_noticed_in_the_calibration_is_said_quietly_below(desk: Desk, rig: RigPanel, tmp_path: Path) -> None:
    first, second = "north", "east"  # Why these: the gantry's lenses are shifted as far as the published ones.
    what = f"The principal point of {first} lies outside its image (and 1 more)."
    assert rig.words.text().endswith(f"Noticed in the calibration: {what}")
    assert all(f"<p>The principal point of {name} lies" in rig.words.toolTip() for name in (first, second))
    assert "Use it as it is if the calibration is meant so" in rig.words.toolTip()
    folder = write_tiny_rig(tmp_path / "straight")
    cameras = parse_rig((folder / "rig.toml").read_text("utf-8"), folder).cameras
    principal = np.array([*reversed(cameras[0].size), 2]) / 2
    straight = (replace(each, matrix=np.column_stack([each.matrix[:, :2], principal])) for each in cameras)
    (folder / "rig.toml").write_text(format_rig(Rig(tuple(straight))), "utf-8")
    desk.open(folder)
    wait_until_drawn(desk)
    assert "Noticed" not in rig.words.text()
    assert rig.words.toolTip() == ""


def eye(rig: RigPanel) -> Doubles:
    assert rig.view.viewpoint is not None
    return rig.view.viewpoint.eye


@pytest.mark.gl
def test_as_published_says_so_and_in_the_rig_heat_lies_on_the_part(desk: Desk, rig: RigPanel) -> None:
    rig.tools.frame.chosen.emit(Frame.PUBLISHED.value)
    desk.wait_until_settled()
    assert rig.scene is not None
    assert rig.scene.frame is Frame.PUBLISHED
    assert rig.words.text().startswith("As published")
    rig.tools.frame.chosen.emit(Frame.RIG.value)
    desk.judge_all()
    desk.show("S001")
    rig.look_from("part")
    QTest.qWait(600)
    desk.wait_until_settled()
    assert rig.view.picture is not None
    colours = rig.view.picture.pixels[..., :3].astype(int)
    assert ((colours.max(axis=2) - colours.min(axis=2)) > 60).mean() > 0.02


@pytest.mark.gl
def test_another_part_is_shown_while_heat_lies_on_the_one_before(desk: Desk, rig: RigPanel, tmp_path: Path) -> None:
    desk.judge_all()
    desk.show("S001")
    said: list[object] = []
    rig.view.frames.failed.connect(said.append)
    for name in ("ball", "box"):
        solid = trimesh.creation.icosphere(3, 9.0) if name == "ball" else trimesh.creation.box((18, 9, 5))
        solid.export(tmp_path / f"{name}.stl")
        desk.session.rig.load_part(tmp_path / f"{name}.stl")
        desk.wait_until_settled()
        QTest.qWait(100)
        desk.wait_until_settled()
        assert f"Part: {name}.stl." in rig.words.text()
    assert said == []


@pytest.mark.gl
def test_a_snapshot_is_a_png_of_what_is_seen(desk: Desk, rig: RigPanel, tmp_path: Path) -> None:
    rig.save_snapshot(tmp_path / "rig")
    saved = cv2.imread(str(tmp_path / "rig.png"))
    assert saved is not None
    assert saved.shape[:2] == (rig.view.height(), rig.view.width())
    assert saved.std() > 3
    heard: list[Problem] = []
    desk.session.noticed.connect(heard.append)
    rig.save_snapshot(tmp_path / "nowhere" / "rig.png")
    assert ["could not be saved" in problem.what for problem in heard] == [True]


@pytest.mark.gl
def test_fifty_samples_leave_nothing_behind_and_a_closed_stage_is_built_again(desk: Desk, rig: RigPanel) -> None:
    held = rig.view.frames.held
    counts = []
    for turn in range(50):
        desk.session.open(desk.sample(("S000", "S001")[turn % 2]).id)
        desk.qtbot.waitUntil(desk.settled, timeout=WAIT_MS)
        QTest.qWait(5)
        counts.append((held[0].actors, held[0].textures))
    desk.wait_until_settled()
    assert len(held) == 1
    assert held[0].actors < 25
    assert held[0].textures == 5
    assert max(counts) <= (24, 5)
    rig.view.close_stage()
    desk.wait_until_settled()
    assert rig.view.frames.held == []
    drawn: list[object] = []
    rig.view.drawn.connect(drawn.append)
    rig.overview()
    desk.qtbot.waitUntil(lambda: len(drawn) > 0, timeout=WAIT_MS)


def test_without_opengl_the_panel_says_so_and_the_rest_goes_on(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = Problem("3D views cannot be drawn here", "OpenGL does not start", remedy="Install a driver.")
    monkeypatch.setattr(frames, "missing_opengl", lambda: why)
    desk.open(write_tiny_rig(tmp_path / "plates"))
    desk.window.arrange("research")
    wait_until_drawn(desk)
    view = desk.window.rig.view
    assert (view.notice.what, view.notice.remedy) == (why.what, why.remedy)
    assert view.picture is None
    desk.session.view_state.set(active="east")
    desk.show("S001")
    assert view.notice.alarming
    assert desk.window.views.tiles[0].canvas.stack is not None


def test_a_platform_without_opengl_is_told_before_vtk_is_asked(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr("PySide6.QtGui.QGuiApplication.platformName", lambda: "offscreen")
    problem = frames.missing_opengl()
    assert problem is not None
    assert "'offscreen'" in problem.why
    assert problem.remedy


STAGE = """
from pentad.core.camera import Rig
from pentad.core.problem import Problem
from pentad.sdk.testing import PatientTicket
from pentad.ui.scene3d.stage import Stage
try:
    print(Stage(PatientTicket()).renderer)
except Problem as problem:
    print(problem)
"""


def said_of_a_stage(environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", STAGE], env=environment, capture_output=True, text=True, check=True)
    assert "Warning" not in done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="how OpenGL is taken away here")
def test_where_no_driver_answers_vtk_is_left_alone_before_it_ends_the_program() -> None:
    gone = {"DISPLAY", "WAYLAND_DISPLAY"}
    environment = {name: value for name, value in os.environ.items() if name not in gone}
    environment |= {"__EGL_VENDOR_LIBRARY_DIRS": "nowhere", "LIBGL_DRIVERS_PATH": "nowhere"}
    assert "there is no OpenGL" in said_of_a_stage(environment)


@pytest.mark.gl
@pytest.mark.parametrize("version", ["2.1", "3.1"])
def test_an_old_opengl_is_told_of_before_drawing_with_it_ends_the_program(version: str) -> None:
    said = said_of_a_stage(os.environ | {"LIBGL_ALWAYS_SOFTWARE": "1", "MESA_GL_VERSION_OVERRIDE": version})
    if "OpenGL" not in said:
        pytest.skip(f"{said.strip()} cannot be told to be old")
    assert "there is no OpenGL 3.2" in said


def test_without_a_rig_the_panel_says_how_to_get_one(desk: Desk, tmp_path: Path) -> None:
    desk.open(write_tiny_dataset(tmp_path / "plates"))
    desk.window.arrange("research")
    wait_until_drawn(desk)
    assert desk.window.rig.view.notice.what == "No calibrated cameras"
    assert not desk.window.rig.tools.isEnabled()


@pytest.mark.gl
def test_points_of_a_sensor_are_shown_where_there_is_no_rig_and_can_be_left_out(desk: Desk, tmp_path: Path) -> None:
    write_mvtec3d(tmp_path / "set")
    desk.open(tmp_path / "set")
    desk.window.arrange("research")
    wait_until_drawn(desk)
    rig = desk.window.rig
    assert rig.scene is not None
    assert rig.scene.cameras == {}
    assert "No calibrated cameras" in rig.words.text()
    assert "Points: 176." in rig.words.text()
    rig.fly()
    rig.look_from("part")
    desk.wait_until_settled()
    rig.tools._on_content("points", False)
    desk.qtbot.waitUntil(lambda: rig.view.notice.alarming, timeout=WAIT_MS)
    assert rig.view.notice.what == "No calibrated cameras"


@pytest.mark.gl
def test_what_cannot_be_drawn_is_a_problem_and_showing_the_panel_again_tries_anew(desk: Desk, rig: RigPanel) -> None:
    good = rig.view.viewpoint
    assert good is not None
    broken = Viewpoint(good.eye * np.nan, good.target, good.up)
    rig.view.look(broken, at_once=True)
    desk.qtbot.waitUntil(lambda: rig.view.notice.alarming, timeout=WAIT_MS)
    desk.window.docks["rig"].hide()
    desk.window.docks["rig"].show()
    rig.view.look(good, at_once=True)
    desk.qtbot.waitUntil(lambda: rig.view.picture is not None, timeout=WAIT_MS)


@pytest.mark.gl
def test_a_views_depth_stands_in_the_scene_as_a_relief(desk: Desk, tmp_path: Path) -> None:
    part = render_part(tmp_path / "data", size=240)
    desk.open(part.folder)
    desk.window.arrange("research")
    wait_until_drawn(desk)
    rig = desk.window.rig
    rig.look_from("part")
    rig.tools.entries["relief"].setChecked(True)
    wait_until_drawn(desk)
    assert "Relief of top: true depth." in rig.words.text()
    assert not rig.tools.shown.part
    assert not rig.tools.shown.points
    rig.tools.entries["every_relief"].setChecked(True)
    wait_until_drawn(desk)
    assert "Relief of top, front, right, back, left: true depth." in rig.words.text()
    assert not rig.tools.shown.relief
    assert not rig.tools.shown.part
    assert rig.view.picture is not None
    background = blue_first(desk.theme.colour("canvas"))
    assert ((rig.view.picture.pixels[..., :3] != background).any(axis=2)).mean() > 0.02
    rig.tools.entries["every_relief"].setChecked(False)
    assert rig.tools.shown.part
    desk.window.docks["rig"].hide()
