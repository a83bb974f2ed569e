"""Path and splats in the debugger: they follow the iteration, answer clicks, and say so where nothing can be drawn."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pentad.io.traces import KeptTrace, write_trace
from pentad.session.pose_run import RunState
from pentad.ui.pose.debugger import PoseDebugger
from pentad.ui.pose.path_view import PathView
from pentad.ui.pose.splat_probe import SeenIn
from pentad.ui.pose.splat_view import SplatView
from pentad.ui.scene3d import frames
from pentad.ui.scene3d.scene_view import SceneView
from pentad.ui.splats.canvas import SplatCanvas
from tests.helpers.desk import WAIT_MS, Desk
from tests.helpers.pose_traces import circling, eye


@pytest.fixture
def debugger(desk: Desk, tmp_path: Path) -> Iterator[PoseDebugger]:
    """The debugger with a run of three views on show, and the window as large as it needs."""
    desk.window.resize(1600, 1000)
    desk.window.docks["pose"].show()
    desk.window.docks["pose"].raise_()
    desk.window.resizeDocks([desk.window.docks["pose"]], [620], Qt.Orientation.Vertical)
    open_trace(desk, tmp_path, circling(aside=("second", "third")))
    found = desk.window.findChild(PoseDebugger)
    assert found is not None
    yield found
    desk.window.docks["pose"].hide()


def open_trace(desk: Desk, folder: Path, kept: KeptTrace) -> None:
    file = folder / f"{len(list(folder.glob('*.npz')))}.npz"
    write_trace(file, kept)
    desk.session.posing.open_file(file)
    desk.wait_until_settled()


def path_of(desk: Desk, debugger: PoseDebugger) -> PathView:
    debugger.pages.turn_to("path")
    view = debugger.path.view
    desk.qtbot.waitUntil(lambda: view.picture is not None or view.notice.alarming, timeout=WAIT_MS)
    rest(desk)
    return debugger.path


def splats_of(desk: Desk, debugger: PoseDebugger) -> SplatView:
    debugger.pages.turn_to("splats")
    canvas = debugger.splats.canvas
    desk.qtbot.waitUntil(lambda: canvas.still, timeout=WAIT_MS)
    rest(desk)
    return debugger.splats


def rest(desk: Desk) -> None:
    """Until flights have landed and all is drawn."""
    QTest.qWait(450)
    desk.wait_until_settled()


def spot(view: PathView, place: np.ndarray) -> QPoint:
    """Where a place of the part's coordinates is on the screen."""
    assert view.view.viewpoint is not None
    x, y, _ = view.view.viewpoint.project(place, (view.view.height(), view.view.width()))
    return QPoint(round(x), round(y))


def test_nothing_is_drawn_in_space_before_its_page_is_turned_to(desk: Desk, debugger: PoseDebugger) -> None:
    debugger.pages.turn_to("overlay")
    assert debugger.path.view.picture is None
    assert debugger.path.view.frames.held == []
    assert debugger.splats.canvas.content is None


@pytest.mark.gl
def test_a_click_on_the_path_goes_to_its_iteration_and_the_camera_follows(desk: Desk, debugger: PoseDebugger) -> None:
    path, posing = path_of(desk, debugger), desk.session.posing
    assert path.view.picture is not None
    background = path.view.picture.pixels[0, 0]
    assert 0.01 < (path.view.picture.pixels != background).any(axis=2).mean() < 0.7
    QTest.mouseClick(path.view, Qt.MouseButton.LeftButton, pos=spot(path, eye(-40, 25)))
    assert posing.index == 0
    before = path.view.picture
    desk.qtbot.waitUntil(lambda: path.view.picture is not before, timeout=WAIT_MS)
    QTest.mouseClick(path.view, Qt.MouseButton.LeftButton, pos=spot(path, eye(50 + 40 * 5 / 11, 25)))
    assert posing.index == 17
    before = path.view.picture
    posing.look_at(3)
    desk.qtbot.waitUntil(lambda: path.view.picture is not before, timeout=WAIT_MS)
    assert "click its path" in path.words.text()


@pytest.mark.gl
def test_a_click_on_a_reference_offers_to_align_from_it(desk: Desk, debugger: PoseDebugger) -> None:
    path, posing = path_of(desk, debugger), desk.session.posing
    assert path.start.isHidden()
    assert path.stand is not None
    plane = next(each for each in path.stand.references if each.name == "reference 15").plane
    QTest.mouseClick(path.view, Qt.MouseButton.LeftButton, pos=spot(path, plane.reshape(-1, 3).mean(axis=0)))
    assert path.start.isVisible()
    assert "Reference 15: 19.00 px" in path.words.text()
    path.start.click()
    run = posing.at_work
    assert run is not None
    assert run.origin == "from reference 15"
    posing.stop()
    desk.wait_until_settled()


@pytest.mark.gl
def test_a_click_on_another_camera_makes_it_the_one_that_is_followed(desk: Desk, debugger: PoseDebugger) -> None:
    path = path_of(desk, debugger)
    assert path.followed(desk.session.posing.runs[0]).name == "first"
    path._on_chosen("camera third")
    rest(desk)
    assert path.followed(desk.session.posing.runs[0]).name == "third"
    assert "third goes about it" in path.words.text()
    path.look_through()
    rest(desk)
    assert path.view.viewpoint is not None
    assert path.view.viewpoint.eye == pytest.approx(eye(150, 25), abs=1e-3)


@pytest.mark.gl
def test_the_run_beside_has_its_own_path_and_a_snapshot_is_saved(
    desk: Desk, debugger: PoseDebugger, tmp_path: Path
) -> None:
    path = path_of(desk, debugger)
    open_trace(desk, tmp_path, circling(iterations=5))
    desk.session.posing.compare(desk.session.posing.runs[0])
    rest(desk)
    green = desk.theme.colour("good")
    picture = path.view.picture
    assert picture is not None
    there = np.abs(picture.pixels[..., :3].astype(int) - [green.blue(), green.green(), green.red()]).max(axis=2) < 12
    assert there.sum() > 20
    path.save_snapshot(tmp_path / "path")
    assert (tmp_path / "path.png").stat().st_size > 2000


@pytest.mark.gl
def test_a_click_on_the_splats_tells_what_is_there_and_every_view_its_pixel(
    desk: Desk, debugger: PoseDebugger, qtbot: QtBot
) -> None:
    splats = splats_of(desk, debugger)
    marked: dict[str, tuple[float, float]] = {}
    lines: list[tuple[SeenIn, ...]] = []
    splats.sight_marked.connect(lambda views: marked.update({each.view: tuple(each.pixel) for each in views}))
    splats.sight_marked.connect(lines.append)
    assert splats.panel.isHidden()
    QTest.mouseClick(splats.canvas, Qt.MouseButton.LeftButton, pos=splats.canvas.rect().center())
    qtbot.waitUntil(splats.panel.isVisible, timeout=WAIT_MS)
    assert splats.canvas.camera is not None, "a click does not leave the camera"
    assert splats.panel.hits.rowCount() > 1
    assert "Splat" in splats.panel.words.text()
    assert set(marked) == {"first", "second", "third"}
    # The middle of the canvas is the middle of the image; the splat there is within a few pixels of it.
    assert marked["first"] == pytest.approx((59.5, 79.5), abs=4)
    assert lines[-1][1].line.shape[1] == 2
    items = [splats.panel.hits.item(row, 3) for row in range(splats.panel.hits.rowCount())]
    weights = [float(item.text()) for item in items if item is not None]
    assert 0.9 < sum(weights) <= 1.0 + 1e-3
    chosen = splats.panel.words.text()
    row = (int(np.argmax(weights)) + 1) % len(weights)
    splats.panel.hits.cellClicked.emit(row, 0)
    assert splats.panel.words.text() != chosen
    before = marked["first"]
    desk.session.posing.look_at(0)
    qtbot.waitUntil(lambda: marked["first"] != before, timeout=WAIT_MS)


def test_a_click_on_a_view_marks_what_is_there_in_all_of_them_and_the_marks_follow_the_part(
    desk: Desk, debugger: PoseDebugger, qtbot: QtBot, tmp_path: Path
) -> None:
    """No splat needs to be on screen for it, and no OpenGL."""
    debugger.pages.turn_to("overlay")
    heard: list[tuple[SeenIn, ...]] = []
    debugger.splats.sight_marked.connect(heard.append)
    before = [tile.grab().toImage() for tile in debugger.overlay.small]
    tile = debugger.overlay.large
    beside_the_wipe = tile.viewport().rect().center() + QPoint(20, 5)
    asked = tile.image_point(QPointF(beside_the_wipe))
    QTest.mouseClick(tile.viewport(), Qt.MouseButton.LeftButton, pos=beside_the_wipe)
    qtbot.waitUntil(lambda: bool(heard), timeout=WAIT_MS)
    first, second, _ = heard[-1]
    assert first.pixel == pytest.approx(asked, abs=4)
    assert np.isfinite(second.pixel).all()
    # The splat lies on its own line of sight, up to its width.
    start, end = second.line
    way = (end - start) / np.linalg.norm(end - start)
    apart = second.pixel - start
    assert abs(way[0] * apart[1] - way[1] * apart[0]) < 4
    rest(desk)
    assert all(tile.grab().toImage() != old for tile, old in zip(debugger.overlay.small, before, strict=True))
    desk.session.posing.look_at(0)
    qtbot.waitUntil(lambda: not np.array_equal(heard[-1][0].pixel, first.pixel), timeout=WAIT_MS)
    open_trace(desk, tmp_path, circling())
    assert heard[-1] == ()


@pytest.mark.gl
def test_splats_are_looked_at_through_the_camera_until_a_hand_turns_them(desk: Desk, debugger: PoseDebugger) -> None:
    splats = splats_of(desk, debugger)
    through = splats.canvas.picture
    assert through is not None
    assert splats.canvas.camera is not None
    # What is covered is what the camera saw of the part: the query's mask, on larger pixels.
    run = desk.session.posing.runs[0]
    assert run.start is not None
    covered = (through.pixels[..., :3] != through.pixels[0, 0, :3]).any(axis=2)
    zoom = min(covered.shape[0] / 120, covered.shape[1] / 160)
    assert covered.sum() / zoom**2 == pytest.approx(float(run.start.masks[0].sum()), rel=0.1)
    splats.tools.where.chosen.emit("free")
    rest(desk)
    assert splats.canvas.camera is None
    splats.tools.where.chosen.emit("camera")
    rest(desk)
    assert splats.canvas.camera is not None
    splats.tools.points.click()
    splats.tools.scale.setValue(50)
    splats.tools.show_colour("depth")
    rest(desk)
    assert splats.canvas.content is not None
    assert (splats.canvas.content.dots, splats.canvas.content.grow) == (True, 0.5)
    assert splats.canvas.content.colouring == "depth"


def test_without_opengl_both_pages_say_so_and_the_rest_goes_on(
    desk: Desk, debugger: PoseDebugger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_WITHOUT", frozenset({"xcb", "offscreen"}))
    views: tuple[tuple[str, SceneView | SplatCanvas], ...]
    views = (("path", debugger.path.view), ("splats", debugger.splats.canvas))
    for page, view in views:
        debugger.pages.turn_to(page)
        rest(desk)
        assert view.notice.alarming
        assert "OpenGL" in view.notice.why
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    debugger.pages.turn_to("overlay")
    desk.session.posing.look_at(2)
    rest(desk)
    assert desk.session.posing.index == 2
    assert desk.session.posing.runs[0].state is RunState.DONE
