"""The window's lanes keep the same promises as the plain ones, on QThreads."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from pytestqt.qtbot import QtBot

from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs, State
from pentad.ui.bridge import MainThread
from pentad.ui.qthread_lane import QThreadLanes


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs(QThreadLanes(), MainThread())
    yield jobs
    jobs.close()


def test_work_runs_on_a_qthread_and_its_answer_comes_home(jobs: Jobs, qtbot: QtBot) -> None:
    home: list[QThread] = []
    app = QCoreApplication.instance()
    assert app is not None
    job = jobs.run(
        "Where am I",
        lambda ticket: QThread.currentThread().objectName(),
        lane="gpu",
        then=lambda name: home.append(QThread.currentThread()),
    )
    qtbot.waitUntil(lambda: job.settled)
    assert job.result == "gpu-0"
    assert home == [app.thread()]


def test_a_lane_of_one_keeps_the_order_and_a_lane_of_two_works_twice_at_once(jobs: Jobs, qtbot: QtBot) -> None:
    order: list[int] = []
    meeting = threading.Barrier(2, timeout=10)

    def note(number: int) -> Job[None]:
        return jobs.run(f"Job {number}", lambda ticket: order.append(number), lane="gpu")

    ordered = [note(number) for number in range(20)]
    together = [jobs.run("Meet", lambda ticket: meeting.wait(), lane="disk") for _ in range(2)]
    qtbot.waitUntil(lambda: all(job.settled for job in ordered) and all(job.settled for job in together))
    assert order == list(range(20))
    assert [job.state for job in together] == [State.DONE, State.DONE]


def test_closing_waits_for_what_runs_and_drops_what_waits(qtbot: QtBot) -> None:
    jobs = Jobs(QThreadLanes(), MainThread())
    running, ran = threading.Event(), []

    def endless(ticket: Ticket) -> None:
        running.set()
        while True:
            ticket.check()
            time.sleep(0.001)

    jobs.run("Endless", endless, lane="gpu")
    waiting = jobs.run("Waiting", lambda ticket: ran.append(1), lane="gpu")
    assert running.wait(5)
    jobs.close()
    assert ran == []
    assert not waiting.wanted


_STUCK = """
import sys, threading, time
from PySide6.QtCore import QCoreApplication
from pentad.ui.main import leave_at_once
from pentad.ui.qthread_lane import QThreadLanes
app, lanes = QCoreApplication([]), QThreadLanes(patience_ms=100)
begun = threading.Event()
def deaf():
    begun.set()
    time.sleep(600)
lanes.submit("gpu", deaf)
begun.wait()
lanes.close()
print(*lanes.stuck)
leave_at_once(3)
"""


def test_the_program_leaves_without_a_worker_that_hears_nothing() -> None:
    """As one that loads a library: it is neither waited for without end nor ended by force."""
    left = subprocess.run([sys.executable, "-c", _STUCK], check=False, capture_output=True, text=True, timeout=60)
    assert (left.returncode, left.stdout) == (3, "gpu-0\n")
    assert "Fatal" not in left.stderr
