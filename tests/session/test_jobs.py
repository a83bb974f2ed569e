"""The job engine keeps its promises without a window and without Qt."""

import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs, State
from pentad.session.plain_lane import Inbox, PlainLanes, run_here


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def jobs(inbox: Inbox) -> Iterator[Jobs]:
    jobs = Jobs(PlainLanes(), inbox)
    yield jobs
    jobs.close()


def test_a_result_comes_home_on_the_main_thread(jobs: Jobs, inbox: Inbox) -> None:
    seen: list[tuple[int, threading.Thread]] = []
    job = jobs.run("Add", lambda ticket: 1 + 1, lane="cpu", then=lambda r: seen.append((r, threading.current_thread())))
    inbox.run_until_settled(job, timeout=5)
    assert seen == [(2, threading.main_thread())]


def test_a_problem_is_kept_as_it_is(jobs: Jobs, inbox: Inbox) -> None:
    def work(ticket: Ticket) -> None:
        raise Problem("No lights", remedy="Name a file with --lights")

    job = jobs.run("Normals", work, lane="cpu")
    inbox.run_until_settled(job, timeout=5)
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.remedy == "Name a file with --lights"


def test_a_fault_becomes_a_problem_and_a_log_record(jobs: Jobs, inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    def work(ticket: Ticket) -> float:
        return 1 / 0

    job = jobs.run("Divide", work, lane="cpu")
    inbox.run_until_settled(job, timeout=5)
    assert job.problem is not None
    assert "ZeroDivisionError" in job.problem.why
    assert [record.message for record in caplog.records] == ["Divide failed"]
    caplog.clear()


def test_cancel_stops_at_the_next_report(jobs: Jobs, inbox: Inbox) -> None:
    steps: list[int] = []

    def work(ticket: Ticket) -> None:
        for step in range(10_000):
            ticket.report(step / 10_000)
            steps.append(step)
            time.sleep(0.001)

    job = jobs.run("Long", work, lane="cpu")
    while len(steps) < 5:
        time.sleep(0.001)
    job.cancel()
    inbox.run_until_settled(job, timeout=5)
    assert job.state is State.CANCELLED
    assert len(steps) < 10_000


def test_a_newer_request_replaces_the_older_however_late_the_older_answers(jobs: Jobs, inbox: Inbox) -> None:
    gate = threading.Event()
    answers: list[str] = []

    def slow(ticket: Ticket) -> str:
        gate.wait(5)
        return "old"

    older = jobs.run("Older", slow, lane="disk", replaces="picture", then=answers.append)
    newer = jobs.run("Newer", lambda ticket: "new", lane="disk", replaces="picture", then=answers.append)
    inbox.run_until_settled(newer, timeout=5)
    gate.set()
    inbox.run_until_settled(older, timeout=5)
    assert older.state is State.CANCELLED
    assert answers == ["new"]


def test_a_queued_job_that_is_cancelled_never_starts(jobs: Jobs, inbox: Inbox) -> None:
    gate = threading.Event()
    ran: list[str] = []
    first = jobs.run("First", lambda ticket: gate.wait(5), lane="gpu")
    second = jobs.run("Second", lambda ticket: ran.append("second"), lane="gpu")
    second.cancel()
    gate.set()
    inbox.run_until_settled(second, timeout=5)
    assert first.settled
    assert ran == []


def test_progress_melts_into_the_newest(jobs: Jobs, inbox: Inbox) -> None:
    shown: list[float] = []

    def work(ticket: Ticket) -> None:
        for step in range(10_000):
            ticket.report(step / 10_000)

    job = jobs.run("Many", work, lane="cpu")
    job.changed.connect(lambda: shown.append(job.fraction))
    time.sleep(0.2)
    inbox.run_until_settled(job, timeout=5)
    assert len(shown) < 20
    assert job.fraction == 1.0


def test_one_lane_runs_one_job_at_a_time_in_the_order_asked(jobs: Jobs, inbox: Inbox) -> None:
    order: list[int] = []

    def work_for(number: int) -> Callable[[Ticket], None]:
        return lambda ticket: order.append(number)

    several = [jobs.run(f"Job {number}", work_for(number), lane="gpu") for number in range(20)]
    inbox.run_until_settled(several[-1], timeout=5)
    assert order == list(range(20))


def test_closing_cancels_what_runs_and_refuses_what_comes_later(inbox: Inbox) -> None:
    jobs = Jobs(PlainLanes(), inbox)
    running = threading.Event()

    def work(ticket: Ticket) -> None:
        running.set()
        while True:
            ticket.report(0.5)
            time.sleep(0.001)

    job = jobs.run("Endless", work, lane="cpu")
    assert running.wait(5)
    jobs.close()
    inbox.run_until_settled(job, timeout=5)
    late: Job[int] = jobs.run("Late", lambda ticket: 1, lane="cpu")
    assert (job.state, late.state) == (State.CANCELLED, State.CANCELLED)


def test_run_here_raises_what_the_work_raised(jobs: Jobs, inbox: Inbox) -> None:
    def work(ticket: Ticket) -> int:
        raise Problem("No such file", remedy="Check the path")

    with pytest.raises(Problem, match="No such file"):
        run_here(jobs, inbox, jobs.run("Read", work, lane="disk"))


def test_ctrl_c_cancels_and_loses_no_call_that_comes_home(jobs: Jobs, inbox: Inbox) -> None:
    seen: list[str] = []

    def call() -> None:
        signal.raise_signal(signal.SIGINT)
        seen.append("whole")

    def work(ticket: Ticket) -> None:
        inbox(call)
        while True:
            ticket.check()
            time.sleep(0.001)

    before = signal.getsignal(signal.SIGINT)
    job = jobs.run("Endless", work, lane="cpu")
    with pytest.raises(KeyboardInterrupt):
        inbox.run_until_settled(job, timeout=5)
    assert (seen, job.state) == (["whole"], State.CANCELLED)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_keyboard_interrupt_sent_home_by_a_worker_process_ends_the_job(jobs: Jobs, inbox: Inbox) -> None:
    def work(ticket: Ticket) -> None:
        raise KeyboardInterrupt

    job = jobs.run("Render", work, lane="cpu")
    inbox.run_until_settled(job, timeout=5)
    assert job.state is State.CANCELLED


def test_what_nobody_waits_for_any_more_is_discarded(jobs: Jobs, inbox: Inbox) -> None:
    begun, gate, thrown = threading.Event(), threading.Event(), list[int]()

    def work(ticket: Ticket) -> int:
        begun.set()
        gate.wait(5)
        return 7

    job = jobs.run("Open", work, lane="disk", discard=thrown.append)
    begun.wait(5)
    job.cancel()
    gate.set()
    inbox.run_until_settled(job, timeout=5)
    inbox.run_until_settled(jobs.run("Open", lambda ticket: 2, lane="disk", discard=thrown.append), timeout=5)
    assert (thrown, job.state) == ([7], State.CANCELLED)
