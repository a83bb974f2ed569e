"""What following a run in space costs the window's own thread: five cameras, short and long runs, path and splats."""

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pentad.io.traces import write_trace
from pentad.ui.pose.debugger import PoseDebugger
from pentad.ui.pose.looking import look_of
from pentad.ui.pose.path_scene import trails
from tests.helpers.desk import WAIT_MS, Desk, open_desk
from tests.helpers.pose_traces import circling

LIMIT_MS = 5.0
VIEWS = ("second", "third", "fourth", "fifth")


def follow(desk: Desk, debugger: PoseDebugger, page: str) -> list[float]:
    """Milliseconds of the window's thread at each iteration of the run on show, one after the other."""
    posing = desk.session.posing
    shown = {"path": debugger.path, "splats": debugger.splats}[page]
    debugger.pages.turn_to(page)
    desk.qtbot.waitUntil(lambda: shown.drawing_s > 0, timeout=4 * WAIT_MS)
    desk.wait_until_settled()
    spent = []
    assert posing.shown is not None
    for index in range(0, len(posing.shown.steps), max(1, len(posing.shown.steps) // 100)):
        posing.cursor = index
        look = look_of(posing)
        begun = time.thread_time()
        shown.show_look(look)
        spent.append(1e3 * (time.thread_time() - begun))
        QTest.qWait(5)
    return spent


@pytest.mark.benchmark
@pytest.mark.gl
def test_an_iteration_in_space_costs_the_window_hardly_anything(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = open_desk(qtbot)
    desk.window.resize(1900, 1100)
    desk.window.toggle_panel("pose")
    QTest.qWait(50)
    said, worst = [], 0.0
    for iterations in (75, 750):
        kept = circling(iterations=iterations, aside=VIEWS)
        write_trace(tmp_path / f"{iterations}.npz", kept)
        desk.session.posing.open_file(tmp_path / f"{iterations}.npz")
        desk.wait_until_settled()
        debugger = desk.window.findChild(PoseDebugger)
        assert debugger is not None
        for page in ("path", "splats"):
            spent = follow(desk, debugger, page)
            worst = max(worst, float(np.percentile(spent, 95)))
            said.append(
                f"{page}, {2 * iterations} iterations: {np.median(spent):.2f} ms of the window's thread at each, "
                f"95 % under {np.percentile(spent, 95):.2f} ms, at most {max(spent):.1f} ms"
            )
        begun = time.thread_time()
        trails(kept.trace.steps, kept.trace.cameras[0])
        said[-2] += f"; {1e3 * (time.thread_time() - begun):.2f} ms where a new one has come"
    with capsys.disabled():
        print("", *said, sep="\n")
    assert worst < LIMIT_MS
    desk.session.posing.use(None)
    desk.window.close()
