"""What goes wrong is said where it happened; widgets come and go; leaving is clean at any time."""

import time
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.session.jobs import State
from pentad.session.view_state import Row
from pentad.ui.five_views import FiveViews
from pentad.ui.panels.evaluation import EvaluationPanel
from pentad.ui.panels.inspector import InspectorPanel
from pentad.ui.panels.jobs import JobsPanel
from pentad.ui.panels.samples import SamplesPanel
from tests.helpers.desk import Desk, open_desk


def test_a_jobs_error_stays_in_the_jobs_panel_with_its_remedy(desk: Desk) -> None:
    def work(ticket: Ticket) -> None:
        raise Problem("The lamp is off", "no light came in", remedy="Switch it on")

    desk.session.jobs.run("Photograph", work, lane="cpu")
    desk.wait_until_settled()
    (row,) = desk.window.jobs.rows
    assert row.job.state is State.FAILED
    assert [str(problem) for problem in desk.window.notices.problems] == ["The lamp is off: no light came in"]
    row.button.click()
    desk.qtbot.waitUntil(lambda: desk.window.jobs.rows == [])


def test_a_failing_listener_is_noticed_and_the_others_still_hear(
    desk: Desk, plates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from pentad.ui import excepthook
    from pentad.ui.bridge import listen

    heard: list[str] = []

    def fails() -> None:
        raise RuntimeError("a listener broke")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.excepthook", None)
        patch.setattr("threading.excepthook", None)
        excepthook.install(desk.window.notices.add, desk.deliver)
        listen(desk.window, desk.session.project_changed, fails)
        listen(desk.window, desk.session.project_changed, lambda: heard.append("still here"))
        desk.open(plates)
    assert heard == ["still here"]
    assert "RuntimeError: a listener broke" in str(desk.window.notices.problems[-1])


def test_any_panel_can_be_thrown_away_and_made_again_from_the_session(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.judge_all()
    desk.show("S000")
    session, window = desk.session, desk.window
    views = FiveViews(session, window.pictures)
    panels = [
        views,
        SamplesPanel(session, window.thumbnails, desk.theme),
        InspectorPanel(session, desk.theme),
        JobsPanel(session.jobs),
        EvaluationPanel(session),
    ]
    for panel in panels:
        desk.qtbot.addWidget(panel)
        panel.resize(500, 400)
        panel.show()
    QTest.qWait(30)
    shown = [tile.canvas.stack for tile in window.views.tiles]
    assert [tile.canvas.stack for tile in views.tiles] == shown
    for panel in panels:
        panel.deleteLater()
    QTest.qWait(30)
    desk.show("S001")
    session.view_state.set(rows=(Row.RGB, Row.MASK))
    QTest.qWait(30)
    assert len(window.views.tiles) == 10


def test_closing_the_window_during_a_job_ends_cleanly(qtbot: QtBot, plates: Path) -> None:
    desk = open_desk(qtbot)
    desk.open(plates)
    steps: list[int] = []

    def work(ticket: Ticket) -> None:
        for step in range(100_000):
            ticket.report(step / 100_000, f"step {step}")
            steps.append(step)
            time.sleep(0.001)

    job = desk.session.jobs.run("Endless", work, lane="gpu")
    qtbot.waitUntil(lambda: len(steps) > 5)
    desk.window.close()
    done = len(steps)
    QTest.qWait(50)
    assert len(steps) == done
    assert job.state is State.CANCELLED
    assert desk.session.project is None


def test_the_window_opens_over_a_broken_settings_file(qtbot: QtBot, own_home: Path) -> None:
    file = own_home / "settings" / "window.ini"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x00\xff[window\ngeometry=@ByteArray(nonsense\ndocks=\x01\n")
    desk = open_desk(qtbot)
    assert desk.window.isVisible()
    desk.window.close()


def test_the_next_start_finds_window_and_project_as_they_were_left(qtbot: QtBot, plates: Path) -> None:
    desk = open_desk(qtbot)
    project = desk.open(plates)
    desk.window.toggle_panel("inspector")
    desk.session.view_state.set(rows=(Row.COMPOSITE, Row.MASK), colours="viridis", maximised="top/mask")
    desk.window.close()
    again = open_desk(qtbot)
    assert not again.window.panel_is_open("inspector")
    look = again.session.view_state.look
    assert (look.rows, look.colours, look.maximised) == ((Row.COMPOSITE, Row.MASK), "viridis", None)
    assert again.settings.text("project/last", "") == str(project.folder)
    again.window.close()
