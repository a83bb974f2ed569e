"""A pose run is watched, held, stopped, branched from, kept and opened again."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseStart, PoseStep, PoseTrace
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.io.traces import write_trace
from pentad.sdk import AlignerInfo, Look, PoseRequest, Rendering, Ticket, Value, Watch
from pentad.sdk.testing import PatientTicket
from pentad.session.pose_run import PoseRun, RunState, Subject
from pentad.session.posing import Posing
from pentad.session.project import create_project
from tests.helpers.disks import fill, small_disk
from tests.helpers.pose_traces import circling
from tests.helpers.workroom import Workroom, open_workroom

CAMERA = Camera("a", np.array([[50.0, 0, 9.5], [0, 50, 7.5], [0, 0, 1]]), np.eye(4), (16, 20))
MESH = Mesh(np.eye(3), np.array([[0, 1, 2]], np.int32))


class Slow:
    """An aligner that shifts its part by a millimetre an iteration, and waits to be told to go on."""

    info = AlignerInfo("slow", "Slow", "for tests", ("lm",))

    def __init__(self, *, iterations: int = 5, fault: Problem | None = None) -> None:
        self.iterations, self.fault = iterations, fault
        self.may = threading.Semaphore(0)
        self.requests: list[PoseRequest] = []

    def splat(self, mesh: Mesh, settings: Mapping[str, Value], ticket: Ticket) -> SplatCloud:
        raise NotImplementedError

    def render(
        self, mesh: Mesh, camera: Camera, pose: Doubles, settings: Mapping[str, Value], ticket: Ticket
    ) -> Rendering:
        raise NotImplementedError

    def align(self, request: PoseRequest, settings: Mapping[str, Value], ticket: Ticket, *, watch: Watch) -> PoseTrace:
        self.requests.append(request)
        start = PoseStart(tuple(look.camera for look in request.looks), tuple(look.mask for look in request.looks), ())
        watch(start)
        pose = np.eye(4) if request.begin is None else request.begin.copy()
        steps = []
        for k in range(self.iterations):
            while not self.may.acquire(timeout=0.02):
                ticket.check()
            ticket.report(k / self.iterations)
            if self.fault is not None and k == 2:
                raise self.fault
            pose = pose.copy()
            pose[0, 3] += 1
            step = PoseStep(pose, 1 / (k + 1), 0.5, 0, 1, np.zeros(6), 1.0, 0.1, (np.zeros((16, 20), np.int8),))
            steps.append(step)
            watch(step)
        return PoseTrace(
            "lm", dict(settings), start.cameras, start.masks, (), (), tuple(steps), len(steps) - 1, (),
            np.ones(6), np.eye(6), 5, 0.1,
        )  # fmt: skip


def subject(ticket: Ticket) -> Subject:
    photo = np.full((16, 20, 3), 90, np.uint8)
    return Subject(MESH, (Look(CAMERA, np.ones((16, 20), np.float32)),), (photo,), {"sample": "one"})


def begin(posing: Posing, aligner: Slow, **more: object) -> PoseRun:
    run: Callable[..., PoseRun] = posing.begin
    return run("Align one", subject, lambda: aligner, {"method": "lm"}, **more)


def test_steps_are_seen_as_they_come_and_the_answer_at_the_end(room: Workroom) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    run = begin(posing, aligner)
    aligner.may.release(2)
    room.settle(until=lambda: len(run.steps) == 2)
    assert posing.index == 1
    assert posing.step is run.steps[1]
    aligner.may.release(3)
    room.settle(until=lambda: run.state is RunState.DONE)
    assert run.trace is not None
    assert run.trace.pose[0, 3] == 5
    assert run.kept is not None
    assert run.kept.photos[0].shape == (16, 20, 3)
    assert posing.at_work is None
    posing.look_at(1)
    assert posing.step is run.steps[1]


def test_a_held_run_stands_still_and_goes_on(room: Workroom) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    run = begin(posing, aligner)
    aligner.may.release(1)
    room.settle(until=lambda: len(run.steps) == 1)
    posing.pause()
    assert run.state is RunState.PAUSED
    aligner.may.release(4)
    held_until = time.monotonic() + 0.3
    room.settle(until=lambda: time.monotonic() > held_until)
    assert len(run.steps) <= 2
    posing.resume()
    room.settle(until=lambda: run.state is RunState.DONE)
    assert len(run.steps) == 5


@pytest.mark.parametrize("held", [False, True])
def test_a_stopped_run_keeps_its_steps(room: Workroom, tmp_path: Path, held: bool) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    run = begin(posing, aligner)
    aligner.may.release(3)
    room.settle(until=lambda: len(run.steps) == 3)
    if held:
        posing.pause()
    posing.stop()
    assert run.state is RunState.STOPPED
    room.settle(until=lambda: not room.session.jobs.unsettled)
    assert run.state is RunState.STOPPED
    assert run.trace is not None
    assert run.trace.ambiguous
    assert run.trace.best == 2  # the least loss so far
    assert posing.save_file(run, tmp_path / "a.npz") is not None
    room.settle(until=lambda: run.file is not None)
    posing.open_file(tmp_path / "a.npz")
    room.settle(until=lambda: len(posing.runs) == 2)
    assert posing.shown is posing.runs[1]
    assert len(posing.runs[1].steps) == 3


def test_a_branch_begins_where_one_looked(room: Workroom) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    first = begin(posing, aligner)
    aligner.may.release(5)
    room.settle(until=lambda: first.over)
    posing.look_at(1)
    assert posing.step is not None
    second = begin(posing, aligner, pose=posing.step.pose)
    aligner.may.release(5)
    room.settle(until=lambda: second.over)
    np.testing.assert_array_equal(second.steps[0].pose[:3, 3], [3, 0, 0])
    posing.compare(first)
    assert posing.compared is first
    posing.drop(first)
    assert posing.compared is None
    posing.drop(second)
    assert posing.shown is None
    assert posing.step is None


def test_a_fault_is_said_on_the_run(room: Workroom) -> None:
    posing = Posing(room.session.jobs)
    aligner = Slow(fault=Problem("The part is out of the picture", remedy="Check the camera."))
    run = begin(posing, aligner)
    aligner.may.release(5)
    room.settle(until=lambda: run.over)
    assert run.state is RunState.FAILED
    assert run.problem is not None
    assert run.problem.what == "The part is out of the picture"
    assert run.trace is None
    assert posing.save_file(run, Path("none.npz")) is None


def test_a_newer_run_ends_the_older(room: Workroom) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    first = begin(posing, aligner)
    aligner.may.release(1)
    room.settle(until=lambda: len(first.steps) == 1)
    second = begin(posing, aligner)
    assert first.state is RunState.STOPPED
    aligner.may.release(9)
    room.settle(until=lambda: second.state is RunState.DONE)
    assert len(first.steps) <= 2


def test_what_is_no_trace_is_noticed(room: Workroom, tmp_path: Path) -> None:
    posing = Posing(room.session.jobs)
    heard: list[Problem] = []
    posing.noticed.connect(heard.append)
    (tmp_path / "a.npz").write_bytes(b"nothing")
    posing.open_file(tmp_path / "a.npz")
    room.settle(until=lambda: bool(heard))
    assert "no pose trace" in heard[0].what


def test_runs_that_end_together_are_kept_in_files_of_their_own(room: Workroom, plates: Path, tmp_path: Path) -> None:
    create_project(tmp_path / "project", plates, ticket=PatientTicket()).close()
    room.open(tmp_path / "project")
    posing, aligner = room.session.posing, Slow()
    runs = []
    for _ in range(3):
        runs.append(begin(posing, aligner))
        aligner.may.release(5)
        room.settle(until=lambda: runs[-1].state is RunState.DONE)
    room.settle()
    assert [run.file.name for run in runs if run.file is not None] == ["001-lm.npz", "002-lm.npz", "003-lm.npz"]
    assert [file.name for file in posing.files("one")] == ["001-lm.npz", "002-lm.npz", "003-lm.npz"]


def test_a_trace_asked_for_in_another_project_is_not_shown_in_this_one(
    room: Workroom, plates: Path, tmp_path: Path
) -> None:
    create_project(tmp_path / "project", plates, ticket=PatientTicket()).close()
    room.open(tmp_path / "project")
    posing = room.session.posing
    write_trace(tmp_path / "a.npz", circling())
    posing.open_file(tmp_path / "a.npz")
    posing.use(None)
    room.settle()
    assert posing.runs == []


def test_a_stopped_run_grows_no_further(room: Workroom) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    run = begin(posing, aligner)
    aligner.may.release(3)
    room.settle(until=lambda: len(run.steps) == 3)
    aligner.may.release(1)
    time.sleep(0.2)  # the fourth is on its way and not read yet
    posing.stop()
    room.settle()
    assert run.trace is not None
    assert len(run.steps) == len(run.trace.steps) == 3


def test_a_full_disk_leaves_the_run_and_says_so(room: Workroom, tmp_path: Path) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    heard: list[Problem] = []
    posing.noticed.connect(heard.append)
    run = begin(posing, aligner)
    aligner.may.release(5)
    room.settle(until=lambda: run.over)
    with small_disk(tmp_path / "disk", kilobytes=64) as disk:
        filler = fill(disk)
        posing.save_file(run, disk / "a.npz")
        room.settle()
        assert "full" in str(heard[0])
        assert list(disk.iterdir()) == [filler]
        assert run.file is None
        filler.unlink()
        posing.save_file(run, disk / "a.npz")
        room.settle()
        assert run.file == disk / "a.npz"


def test_what_is_shown_is_not_what_it_is_compared_with(room: Workroom, tmp_path: Path) -> None:
    posing = Posing(room.session.jobs)
    write_trace(tmp_path / "a.npz", circling())
    for _ in range(2):
        posing.open_file(tmp_path / "a.npz")
        room.settle()
    first, second = posing.runs
    assert posing.shown is second
    posing.compare(second)
    assert posing.compared is None
    posing.compare(first)
    posing.show(first)
    assert posing.compared is None


def test_runs_in_files_make_room_for_newer_ones_unless_somebody_looks_at_them(
    room: Workroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posing = Posing(room.session.jobs)
    for number in range(3):
        write_trace(tmp_path / f"{number}.npz", circling(iterations=5))
        posing.open_file(tmp_path / f"{number}.npz")
        room.settle(until=lambda: not room.session.jobs.unsettled)
    each = posing.runs[0].nbytes
    assert each > 0
    posing.compare(posing.runs[0])
    monkeypatch.setattr("pentad.session.posing.MOST_BYTES", 3 * each)
    posing.open_file(tmp_path / "0.npz")
    room.settle(until=lambda: not room.session.jobs.unsettled)
    assert [run.name for run in posing.runs] == ["1", "3", "4"]
    assert posing.compared is posing.runs[0]


def test_a_reference_that_was_chosen_is_asked_for(room: Workroom) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    run = begin(posing, aligner, reference=7)
    aligner.may.release(5)
    room.settle(until=lambda: run.over)
    assert aligner.requests[0].reference == 7
    assert aligner.requests[0].begin is None


def test_another_project_ends_the_run_and_its_worker(room: Workroom) -> None:
    posing, aligner = Posing(room.session.jobs), Slow()
    run = begin(posing, aligner)
    aligner.may.release(1)
    room.settle(until=lambda: len(run.steps) == 1)
    posing.pause()
    posing.use(None)
    assert run.state is RunState.STOPPED
    assert (posing.runs, posing.shown, posing.index) == ([], None, -1)
    room.settle(until=lambda: not room.session.jobs.unsettled)


def test_a_project_that_somebody_else_writes_gets_no_traces(room: Workroom, plates: Path, tmp_path: Path) -> None:
    create_project(tmp_path / "project", plates, ticket=PatientTicket()).close()
    with open_workroom() as other:
        other.open(tmp_path / "project")
        room.open(tmp_path / "project")
        assert room.project.store.read_only
        posing, aligner = room.session.posing, Slow()
        run = begin(posing, aligner)
        aligner.may.release(5)
        room.settle(until=lambda: run.state is RunState.DONE)
        room.settle()
        assert run.file is None
        assert other.session.posing.files("one") == []
