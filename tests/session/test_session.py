"""A person's session over one project, without a window: look, sort, judge, compute, leave, come back."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from pentad.core.prediction import Prediction
from pentad.core.problem import Problem
from pentad.core.review import Verdict
from pentad.io.store import ProjectStore
from pentad.sdk import Ticket
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.folders import data_folder
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from pentad.session.browsing import Filter, Order, Show
from pentad.session.jobs import State
from pentad.session.modelling import start_detection, start_evaluation, start_training
from pentad.session.project import Project, create_project, open_any
from pentad.session.results import ShownRun
from tests.helpers.layouts import zipped
from tests.helpers.tiny_dataset import write_tiny_dataset
from tests.helpers.workroom import Workroom, open_workroom


def judge_all(room: Workroom) -> ShownRun:
    room.result(start_training(room.session, "bright"))
    room.result(start_detection(room.session, room.project.models[0]))
    run = room.session.results.run
    assert run is not None
    return run


def names(room: Workroom) -> list[str]:
    return [sample.id[-4:] for sample in room.session.visible]


def test_a_data_sets_project_lies_in_the_users_folder_and_is_found_again(room: Workroom, plates: Path) -> None:
    project = room.open(plates)
    assert project.folder.is_relative_to(data_folder())
    assert names(room) == ["G000", "G001", "G002", "S000", "S001", "S002", "T000", "T001", "T002", "T003"]
    assert room.session.current is not None
    room.session.close_project()
    shutil.rmtree(plates / "plate/train")
    assert room.open(plates).folder == project.folder
    assert len(room.session.visible) == 10, "an index is not read from the images again"


def test_the_project_that_is_open_can_be_opened_again(room: Workroom, plates: Path) -> None:
    project = room.open(plates)
    assert room.open(plates) is project
    assert room.open(project.folder) is project
    room.session.judge(Verdict.ACCEPTED)


def test_the_list_is_filtered_sorted_and_walked(room: Workroom, plates: Path) -> None:
    room.open(plates)
    judge_all(room)
    room.session.set_filter(Filter(order=Order.SCORE))
    assert set(names(room)[:3]) == {"S000", "S001", "S002"}
    scores = [room.session.results.scores[sample.id] for sample in room.session.visible]
    assert scores == sorted(scores, reverse=True)
    room.session.set_filter(Filter(show=Show.FLAGGED))
    assert set(names(room)) == {"S000", "S001", "S002"}
    room.session.open(room.sample("S000").id)
    room.session.step(1)
    assert room.session.current == room.sample("S001")
    room.session.step(5)
    assert room.session.current == room.sample("S002")
    room.session.step(-1, wanted=lambda sample: sample.id.endswith("S000"))
    assert room.session.current == room.sample("S000")


def test_a_judgement_outlives_the_session(plates: Path) -> None:
    with open_workroom() as room:
        room.open(plates)
        room.session.open(room.sample("S001").id)
        room.session.judge(Verdict.REJECTED, "a bright spot")
    with open_workroom() as later:
        later.open(plates)
        sample = later.sample("S001")
        assert later.session.verdict(sample.id) is Verdict.REJECTED
        (review,) = later.project.store.reviews(sample.id)
        assert (review.who, review.remark) == ("inspector", "a bright spot")
        later.session.set_filter(Filter(show=Show.UNREVIEWED))
        assert len(names(later)) == 9


def test_predictions_come_in_while_the_run_is_made_the_part_on_screen_first_and_stay_after_it(
    room: Workroom, plates: Path
) -> None:
    room.open(plates)
    room.session.open(room.sample("S000").id)
    heard: list[str] = []
    room.session.results.arrived.connect(heard.append)
    run = judge_all(room)
    others = sorted(sample.id[-4:] for sample in room.project.samples if not sample.id.endswith("S000"))
    assert [id[-4:] for id in heard[:10]] == ["S000", *others]
    assert len(room.session.results.scores) == 10
    prediction = room.session.prediction
    assert prediction is not None
    assert prediction.sample.endswith("S000")
    assert prediction.score == room.session.results.scores[prediction.sample]
    room.result(start_evaluation(room.session))
    assert room.session.results.evaluation is not None
    room.session.close_project()
    room.open(plates)
    assert room.session.results.run == run
    room.session.open(room.sample("S002").id)
    room.settle(until=lambda: room.session.prediction is not None)


def test_a_later_run_takes_the_earlier_ones_place(room: Workroom, plates: Path) -> None:
    room.open(plates)
    first = judge_all(room)
    folder = room.project.models[0]
    shutil.copytree(folder, folder.with_name("bright-second"))
    room.result(start_detection(room.session, folder.with_name("bright-second"), room.project.samples[:2]))
    second = room.session.results.run
    assert second is not None
    assert second.file != first.file
    assert len(room.session.results.scores) == 2
    room.session.show_run(first.file)
    assert len(room.session.results.scores) == 10
    with pytest.raises(Problem, match="not a run of this project"):
        room.session.show_run(plates / "other.h5")


def test_a_prediction_of_a_run_that_is_no_longer_shown_is_dropped(room: Workroom, plates: Path) -> None:
    room.open(plates)
    run = judge_all(room)
    scores = dict(room.session.results.scores)
    room.session.results.show(run, scores)
    room.session.results.show(None, {})
    room.settle()
    assert room.session.prediction is None
    assert room.session.results.scores == {}


def test_closing_during_a_detection_keeps_what_was_judged_and_bothers_nobody(room: Workroom, plates: Path) -> None:
    project = room.open(plates)
    room.result(start_training(room.session, "bright"))
    seen: list[str] = []

    def close(sample: str) -> None:
        seen.append(sample)
        if len(seen) == 2:
            room.session.close_project()

    room.session.results.arrived.connect(close)
    job = start_detection(room.session, project.models[0])
    room.settle()
    assert job.state is State.CANCELLED
    assert room.problems == []
    assert room.session.results.scores == {}
    room.open(plates)
    report = room.result(start_detection(room.session, room.project.models[0]))
    assert len(room.session.results.scores) == 10
    assert report.images <= 40


def test_an_opening_that_is_overtaken_gives_its_lock_back(room: Workroom, plates: Path, tmp_path: Path) -> None:
    other = write_tiny_dataset(tmp_path / "other", train=1, good=1, bad=0)
    slow, fast = room.session.open_project(plates), room.session.open_project(other)
    room.settle()
    assert (slow.state, fast.state) == (State.CANCELLED, State.DONE)
    assert len(room.project.samples) == 2
    open_any(plates, ticket=PatientTicket()).close()


def test_a_project_opened_too_late_is_closed_again(room: Workroom, plates: Path) -> None:
    gate = threading.Event()

    def work(ticket: Ticket) -> Project:
        project = open_any(plates, ticket=ticket)
        gate.set()
        return project

    job = room.session.jobs.run("Open", work, lane="disk", discard=room.session.put_away)
    gate.wait()
    job.cancel()
    room.settle()
    assert job.state is State.CANCELLED
    open_any(plates, ticket=PatientTicket()).close()


def test_a_project_stopped_while_it_is_made_leaves_none_behind(plates: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        create_project(tmp_path / "project", plates, ticket=ImpatientTicket(1))
    project = create_project(tmp_path / "project", plates, ticket=PatientTicket())
    assert len(project.samples) == 10
    project.close()


def test_a_zip_is_a_data_set_too(room: Workroom, plates: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.zip"
    zipped(plates, packed)
    shutil.rmtree(plates)
    room.open(packed)
    judge_all(room)
    assert len(room.session.results.scores) == 10
    assert room.problems == []


def test_a_moved_data_folder_is_a_problem_that_holds_no_lock(room: Workroom, plates: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere/project"
    create_project(folder, plates, ticket=PatientTicket()).close()
    shutil.move(plates, tmp_path / "moved")
    job = room.session.open_project(folder)
    room.settle()
    assert job.problem is not None
    assert str(plates) in str(job.problem)
    assert "pentad project data" in job.problem.remedy
    with ProjectStore.open(folder) as store:
        store.move_data(tmp_path / "moved")
    assert len(room.open(folder).samples) == 10


@pytest.mark.parametrize("kind", ["missing", "text", "empty folder", "broken zip", "broken project"])
def test_rubbish_is_a_problem_and_the_open_project_stays(
    kind: str, room: Workroom, plates: Path, tmp_path: Path
) -> None:
    project = room.open(plates)
    path = tmp_path / "rubbish"
    if kind == "text":
        path.write_text("hello")
    elif kind == "broken zip":
        path = path.with_suffix(".zip")
        path.write_bytes(b"PK\x03\x04 and no more")
    elif kind != "missing":
        path.mkdir()
        if kind == "broken project":
            (path / "project.sqlite").write_bytes(b"SQLite format 3\0 but no more")
    job = room.session.open_project(path)
    room.settle()
    assert job.problem is not None
    assert "rubbish" in str(job.problem)
    assert job.problem.remedy
    assert room.session.project is project


def test_a_project_that_another_program_writes_is_open_for_reading_only(room: Workroom, plates: Path) -> None:
    with open_workroom() as other:
        folder = other.open(plates).folder
        assert len(room.open(folder).samples) == 10
        (said,) = room.problems
        assert "open for reading only" in said.what
        assert f"process {os.getpid()}" in said.why
        room.session.judge(Verdict.REJECTED)
        assert room.problems[-1].what == "No verdict can be given"
        assert room.project.store.verdicts() == {}
        with pytest.raises(Problem, match="reading only"):
            room.project.store.add_samples([])
    assert not room.open(folder).store.read_only
    room.session.judge(Verdict.REJECTED)
    assert len(room.project.store.verdicts()) == 1


def test_bad_files_of_a_detection_are_noticed_but_not_by_the_hundred(plates: Path, tmp_path: Path) -> None:
    many = write_tiny_dataset(tmp_path / "many", train=1, good=6, bad=0, size=(24, 32))
    for photo in many.glob("plate/test/good/*/*_rgb.png"):
        if not photo.name.startswith("top"):
            photo.write_bytes(b"no image")
    with open_workroom() as room:
        room.open(many)
        judge_all(room)
        assert len(room.problems) == 20
        assert all("_rgb.png" in str(problem) and problem.remedy for problem in room.problems)
        assert len(room.session.results.scores) == 7
        assert isinstance(room.session.prediction, Prediction)
