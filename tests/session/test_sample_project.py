"""The first run fills itself, goes on wherever it was left, and does nothing twice."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pentad.core.sample import Sample
from pentad.io.results import RunFile
from pentad.sdk.testing import PatientTicket
from pentad.session import sample_project
from pentad.session.jobs import Job, State
from pentad.session.sample_project import open_sample_project, recipes_for, render_parts, start_sample_project
from tests.helpers.workroom import Workroom, open_workroom

PARTS = 4


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four parts of 96 pixels, judged by the brightness model."""
    monkeypatch.setattr(sample_project, "PARTS", PARTS)
    monkeypatch.setattr(sample_project, "MODEL", "bright")
    monkeypatch.setattr(sample_project, "SETTINGS", {})
    monkeypatch.setattr(sample_project, "render_parts", partial(sample_project.render_parts, size=96))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample project whose parts are there, and nothing else."""
    folder = tmp_path_factory.mktemp("parts") / "sample"
    open_sample_project(folder, ticket=PatientTicket()).close()
    render_parts(folder, recipes_for([], PARTS), ticket=PatientTicket(), size=96)
    return folder


@pytest.fixture
def photographed(parts: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(parts, tmp_path / "photographed")
    return tmp_path / "photographed"


def fill(room: Workroom, folder: Path) -> list[str]:
    """Let the first run come to its end; gives the titles of the jobs that did something."""
    titles: list[str] = []

    def started(job: Job[object]) -> None:
        if not job.quiet:
            titles.append(job.title)

    room.session.jobs.started.connect(started)
    start_sample_project(room.session, folder)
    room.settle()
    room.session.jobs.started.disconnect(started)
    return titles


def is_full(room: Workroom) -> bool:
    with RunFile.open(room.project.run_file(room.project.store.runs()[-1].name)) as run:
        return set(run.samples) == {sample.id for sample in room.project.samples} and len(run.samples) == PARTS


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_parts_come_up_one_by_one_then_a_model_then_heatmaps(tmp_path: Path) -> None:
    with open_workroom() as room:
        grown: list[int] = []
        room.session.samples_changed.connect(lambda: grown.append(len(room.session.visible)))
        titles = fill(room, tmp_path / "sample")
        assert [title.split()[0] for title in titles] == ["Open", "Photograph", "Train", "Detect"]
        assert list(dict.fromkeys(grown))[-PARTS:] == [1, 2, 3, 4]
        assert room.session.prediction is not None
        assert is_full(room)
        assert room.problems == []
    made = contents(tmp_path / "sample/data")
    with open_workroom() as again:
        titles = fill(again, tmp_path / "sample")
        assert [title.split()[0] for title in titles] == ["Open", "Photograph"]
        assert again.session.prediction is not None
        assert len(again.session.visible) == PARTS
    assert contents(tmp_path / "sample/data") == made


def leave_when_two_parts_are_there(room: Workroom) -> None:
    room.settle(until=lambda: len(room.session.visible) == 2)


def leave_when_training_begins(room: Workroom) -> None:
    room.settle(until=lambda: any(job.title.startswith("Train") for job in room.session.jobs.unsettled))


def leave_when_the_model_is_there(room: Workroom) -> None:
    room.settle(until=lambda: any(job.title.startswith("Detect") for job in room.session.jobs.unsettled))


def leave_when_two_parts_are_judged(room: Workroom) -> None:
    room.settle(until=lambda: len(room.session.results.scores) == 2)


def go_on(folder: Path) -> None:
    """Open it again, and see that it comes to its end without making a part twice."""
    made = {path: content for path, content in contents(folder / "data").items() if ".making-" not in str(path)}
    with open_workroom() as later:
        fill(later, folder)
        assert is_full(later)
        assert later.problems == []
    now = contents(folder / "data")
    assert {path: now[path] for path in made} == made


@pytest.mark.parametrize(
    "leave", [leave_when_training_begins, leave_when_the_model_is_there, leave_when_two_parts_are_judged]
)
def test_left_while_it_learns_or_judges_it_goes_on(leave: Callable[[Workroom], None], photographed: Path) -> None:
    with open_workroom() as room:
        start_sample_project(room.session, photographed)
        leave(room)
    go_on(photographed)


def test_left_while_parts_are_photographed_it_goes_on(tmp_path: Path) -> None:
    with open_workroom() as room:
        start_sample_project(room.session, tmp_path / "sample")
        leave_when_two_parts_are_there(room)
    go_on(tmp_path / "sample")


def test_another_project_opened_meanwhile_is_left_alone(room: Workroom, plates: Path, tmp_path: Path) -> None:
    start_sample_project(room.session, tmp_path / "sample")
    leave_when_two_parts_are_there(room)
    room.open(plates)
    assert [sample.category for sample in room.session.visible] == ["plate"] * 10
    assert room.session.results.run is None
    assert room.session.jobs.unsettled == ()


def test_without_its_model_the_parts_stay_and_the_reason_is_told(
    room: Workroom, photographed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_project, "MODEL", "gone")
    fill(room, photographed)
    assert [str(problem) for problem in room.problems] == ["No model is called 'gone'"]
    assert len(room.session.visible) == PARTS


def test_after_a_cancelled_training_nothing_is_judged(room: Workroom, photographed: Path) -> None:
    jobs: list[Job[object]] = []
    room.session.jobs.started.connect(jobs.append)
    start_sample_project(room.session, photographed)
    leave_when_training_begins(room)
    jobs[-1].cancel()
    room.settle()
    assert [job.state for job in jobs if job.title.startswith("Train")] == [State.CANCELLED]
    assert not any(job.title.startswith("Detect") for job in jobs)
    shown: list[Sample] = room.session.visible
    assert len(shown) == PARTS
