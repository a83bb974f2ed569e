"""A part is aligned before one's eyes: held, gone on with, stopped, looked at, branched from, compared, kept."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.surface import Surface
from pentad.sdk.testing import PatientTicket
from pentad.session.pose_run import PoseRun, RunState
from pentad.ui.panels.pose_panel import PosePanel
from pentad.ui.pose.debugger import PoseDebugger
from pentad.ui.pose.run_bar import entry
from tests.helpers.desk import WAIT_MS, Desk
from tests.helpers.gantry import VIEWS, render_part
from tests.helpers.hand import Hand
from tests.helpers.tiny_rig import write_tiny_rig

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
WINDOW = CTRL | ALT
FIRST_USE_MS = 120_000
"""The rasteriser's loops may have to be compiled."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_part(tmp_path_factory.mktemp("gantry") / "data", size=192).folder


@pytest.fixture
def at_pose(desk: Desk, folder: Path) -> Iterator[Desk]:
    """The part's sample open, set to be aligned quickly, by its top view alone."""
    desk.open(folder)
    options = desk.session.posing.options
    options.set("side", 96)
    options.set("views", "active")
    options.set("method", "ptad")
    desk.session.view_state.set(active="top")
    yield desk
    desk.session.posing.stop()


def debugger(desk: Desk) -> PoseDebugger:
    panel = desk.window.docks["pose"].widget()
    assert isinstance(panel, PosePanel)
    assert isinstance(panel.debugger, PoseDebugger)
    return panel.debugger


def shown(desk: Desk) -> PoseRun:
    run = desk.session.posing.shown
    assert run is not None
    return run


def align(desk: Desk) -> PoseRun:
    """Press the key for it and wait for the answer."""
    desk.press(Qt.Key.Key_A, WINDOW)
    desk.qtbot.waitUntil(lambda: shown(desk).over, timeout=FIRST_USE_MS)
    desk.wait_until_settled()
    assert shown(desk).problem is None, shown(desk).problem
    return shown(desk)


def press_on(desk: Desk, widget: QWidget, key: Qt.Key) -> None:
    widget.setFocus()
    desk.press(key)
    QTest.qWait(20)


def test_a_run_is_held_gone_on_with_and_stopped(at_pose: Desk) -> None:
    desk = at_pose
    desk.press(Qt.Key.Key_A, WINDOW)
    desk.qtbot.waitUntil(lambda: len(shown(desk).steps) > 2, timeout=FIRST_USE_MS)
    desk.press(Qt.Key.Key_H, WINDOW)
    assert shown(desk).state is RunState.PAUSED
    QTest.qWait(150)
    held = len(shown(desk).steps)
    QTest.qWait(200)
    assert len(shown(desk).steps) == held
    assert "Held" in debugger(desk).strip.what.text()
    assert debugger(desk).table.columnCount() >= 1, "what came so far is there to be looked at"
    desk.press(Qt.Key.Key_H, WINDOW)
    desk.qtbot.waitUntil(lambda: len(shown(desk).steps) > held, timeout=WAIT_MS)
    desk.window.actions_by_id["pose.stop"].trigger()
    desk.wait_until_settled()
    assert shown(desk).state is RunState.STOPPED
    assert f"Stopped after {len(shown(desk).steps)} iterations" in debugger(desk).strip.what.text()


def test_a_run_is_scrubbed_by_keys_branched_from_and_compared(at_pose: Desk) -> None:
    desk, posing = at_pose, at_pose.session.posing
    run = align(desk)
    bench, sample = debugger(desk), desk.session.current
    assert posing.index == run.best
    press_on(desk, bench.overlay.large, Qt.Key.Key_Home)
    assert posing.index == 0
    for widget in (bench.overlay.large, bench.scrubber.slider, bench.references.bars, bench.table):
        press_on(desk, widget, Qt.Key.Key_Right)
    assert posing.index == 4
    press_on(desk, bench.overlay.large, Qt.Key.Key_Left)
    assert posing.index == 3
    assert desk.session.current is sample, "the keys belong to the debugger while it has the focus"
    assert bench.scrubber.words.text().startswith(f"Iteration 4 of {len(run.steps)}")
    bench.scrubber.play.click()
    desk.qtbot.waitUntil(lambda: posing.index > 5, timeout=WAIT_MS)
    bench.scrubber.play.click()
    posing.look_at(3)
    QTest.qWait(20)
    press_on(desk, bench.table, Qt.Key.Key_Left)
    bench.table.setFocus()
    desk.press(Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text().splitlines()[0] == "\tIt. 3\tAnswer\tDifference"
    posing.options.set("method", "lm")
    desk.press(Qt.Key.Key_B, WINDOW)
    desk.qtbot.waitUntil(lambda: shown(desk).over, timeout=FIRST_USE_MS)
    desk.wait_until_settled()
    branch = shown(desk)
    assert branch is not run
    assert branch.origin == "from 3 of run 1"
    assert branch.trace is not None
    assert branch.trace.candidates[0].reference == -1
    assert branch.trace.iou > 0.9
    desk.window.actions_by_id["pose.compare"].trigger()
    press_on(desk, bench.overlay.large, Qt.Key.Key_End)
    assert bench.overlay.beside.isVisible()
    assert bench.table.columnCount() == 3
    assert f"{len(run.steps)} of {len(run.steps)}" in bench.overlay.beside.caption_words
    press_on(desk, bench.overlay.large, Qt.Key.Key_Home)
    assert f"run 1, 1 of {len(run.steps)}" in bench.overlay.beside.caption_words


def test_the_depth_of_a_pose_is_that_of_the_mesh_itself(at_pose: Desk) -> None:
    desk = at_pose
    run, bench = align(desk), debugger(desk)
    bench.pages.turn_to("maps")
    desk.qtbot.waitUntil(lambda: bench.maps.tiles.shown[0].values is not None, timeout=FIRST_USE_MS)
    plate = bench.maps.tiles.shown[0]
    assert (plate.unit, plate.title) == ("mm", f"Depth of top, iteration {run.best + 1}")
    assert run.start is not None
    assert run.mesh is not None
    assert plate.values is not None
    part = Surface.of(run.mesh.vertices, run.mesh.faces).placed(run.steps[run.best].pose)
    drawn = DepthRaster.render(part, run.start.cameras[0], step=1, ticket=PatientTicket()).values
    both = np.isfinite(plate.values) & np.isfinite(drawn)
    assert both.sum() > 0.9 * np.isfinite(drawn).sum()
    assert np.median(np.abs(plate.values - drawn)[both]) < 0.5


def test_a_hand_wipes_zooms_and_picks(at_pose: Desk) -> None:
    desk, posing = at_pose, at_pose.session.posing
    posing.options.set("views", "all")
    desk.press(Qt.Key.Key_A, WINDOW)
    desk.qtbot.waitUntil(lambda: len(shown(desk).steps) > 8, timeout=FIRST_USE_MS)
    posing.stop()
    desk.wait_until_settled()
    run, bench = shown(desk), debugger(desk)
    large = bench.overlay.large
    press_on(desk, large, Qt.Key.Key_End)
    assert [tile.stack is not None for tile in bench.overlay.small] == [True] * len(VIEWS)
    at, middle = large.wipe_at, large.viewport().height() / 2
    assert at is not None
    Hand(desk.qtbot, large.viewport()).stroke([(at, middle), (at - 20, middle), (at - 40, middle)])
    assert large.wipe_at == pytest.approx(at - 40, abs=2 * large.pixel_scale)
    assert desk.settings.number("pose/share", 0.5) == pytest.approx(large.share)
    large.zoom_by(2.0)
    assert all(tile.linked == large.linked for tile in bench.overlay.small)
    small = bench.overlay.small[1]
    Hand(desk.qtbot, small.viewport()).click((20, 20))
    assert run.start is not None
    assert bench.overlay.large.caption_words.startswith(run.start.cameras[1].name)
    bars = bench.references.bars
    assert run.start.references
    place = next(x for x in range(bars.width()) if bars.bar_at(QPointF(x, 40)) == 2)
    Hand(desk.qtbot, bars).click((place + 2, 40))
    assert shown(desk) is not run
    assert shown(desk).origin == "from reference 2"
    posing.stop()
    desk.wait_until_settled()


def test_a_run_is_kept_saved_opened_again_and_dropped(
    at_pose: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, posing = at_pose, at_pose.session.posing
    run = align(desk)
    bench, file = debugger(desk), tmp_path / "mine.npz"
    assert run.file is not None, "a project keeps its traces by itself"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    bench.bar.save.click()
    desk.wait_until_settled()
    assert file.is_file()
    desk.window.actions_by_id["pose.drop"].trigger()
    assert posing.runs == []
    assert bench.empty.isVisible()
    bench.bar.fill_kept()
    kept = [action for action in bench.bar.kept.actions() if action.text()]
    assert kept[-1].text() == "Open file…"
    assert len(kept) > 1
    kept[0].trigger()
    desk.wait_until_settled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    kept[-1].trigger()
    desk.wait_until_settled()
    assert [len(each.steps) for each in posing.runs] == [len(run.steps)] * 2
    assert bench.bar.runs.currentText() == entry(shown(desk))
    assert "mine.npz" in entry(shown(desk))
    assert len({entry(each) for each in posing.runs}) == 2, "two runs are told apart by their names"


def test_a_sample_without_a_mesh_says_so_in_the_panel(desk: Desk, tmp_path: Path) -> None:
    desk.open(write_tiny_rig(tmp_path, mesh=False))
    desk.press(Qt.Key.Key_A, WINDOW)
    desk.qtbot.waitUntil(lambda: shown(desk).over, timeout=WAIT_MS)
    strip = debugger(desk).strip
    assert shown(desk).state is RunState.FAILED
    assert "has no mesh to align" in strip.what.text()
    assert "mesh" in strip.why.text()
    assert strip.isVisible()
    assert strip.again.isVisible()
