"""What a project remembers."""

import json
import shutil
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pentad.core.box import Box
from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.core.review import Dismissal, Remark, Review, Verdict
from pentad.io.results import RunWriter
from pentad.io.store import ProjectStore
from tests.helpers.parts import MADE_BY, make_prediction, make_sample

WHEN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path: Path, data: Path) -> Path:
    ProjectStore.create(tmp_path / "project", name="Pins", data=data, layout="mvn", options={"normals": "gl"}).close()
    return tmp_path / "project"


def test_a_new_project_says_what_it_is_and_has_its_folders(folder: Path, data: Path) -> None:
    with ProjectStore.open(folder) as store:
        assert (store.name, store.layout, store.options) == ("Pins", "mvn", {"normals": "gl"})
        assert store.data == data
        assert store.samples() == []
    assert all((folder / name).is_dir() for name in ("masks", "results", "cache", "journal"))
    with pytest.raises(Problem, match="already holds"):
        ProjectStore.create(folder, name="x", data=data, layout="mvn")


def test_samples_come_back_as_they_were_and_in_order(folder: Path) -> None:
    samples = [make_sample(number) for number in (3, 1, 2)]
    with ProjectStore.open(folder) as store:
        store.replace_samples(samples)
        store.add_samples([make_sample(9), make_sample(1)])
    with ProjectStore.open(folder) as store:
        assert store.samples() == [*samples, make_sample(9)]
        store.replace_samples([make_sample(4)])
        assert store.samples() == [make_sample(4)]


def test_the_latest_verdict_counts_and_the_history_stays(folder: Path) -> None:
    with ProjectStore.open(folder) as store:
        first = Review("a", Verdict.ACCEPTED, "ann", WHEN)
        second = Review("a", Verdict.REJECTED, "bob", WHEN, "scratch at the foot")
        for review in (first, second, Review("b", Verdict.NEEDS_WORK, "ann", WHEN)):
            store.review(review)
        store.replace_samples([])
        assert store.verdicts() == {"a": Verdict.REJECTED, "b": Verdict.NEEDS_WORK}
        assert store.reviews("a") == [first, second]
        assert [entry.what for entry in store.audit()][-2:] == ["reviewed", "samples listed"]
    with sqlite3.connect(folder / "project.sqlite") as connection, pytest.raises(sqlite3.Error, match="append-only"):
        connection.execute("DELETE FROM review")
    connection.close()


def test_labels_and_remarks_are_kept(folder: Path) -> None:
    labels = [LabelClass(1, "scratch", "#ff0000"), LabelClass(2, "dent", "#00ff00")]
    remark = Remark("a", "look again", "ann", WHEN, "top")
    with ProjectStore.open(folder) as store:
        store.set_labels(labels)
        store.add_remark(remark)
        assert store.labels() == labels
        assert store.remarks("a") == [remark]
        with pytest.raises(Problem, match="could not take"):
            store.set_labels([LabelClass(1, "x", "#000000"), LabelClass(2, "x", "#000000")])
        assert store.labels() == labels


def test_runs_are_listed_with_scores_that_need_no_run_file(folder: Path) -> None:
    file = folder / "results" / "first.h5"
    with RunWriter(file, MADE_BY) as writer:
        for number in range(3):
            writer.add(make_prediction(f"s{number}", number))
        writer.finish()
    with ProjectStore.open(folder) as store:
        record = store.add_run_file(file)
        file.unlink()
        assert store.runs() == [record]
        assert (record.name, record.made_by, record.samples, record.complete) == ("first", MADE_BY, 3, True)
        assert folder / record.file == file
        assert store.scores("first") == pytest.approx({f"s{n}": make_prediction("", n).score for n in range(3)})
        assert set(store.view_scores("first")["s1"]) == {"top", "north", "east", "south", "west"}
        store.remove_run("first")
        assert store.scores("first") == {}


def test_only_one_may_write_and_others_may_read(folder: Path) -> None:
    with ProjectStore.open(folder) as store:
        with pytest.raises(Problem, match="held by"):
            ProjectStore.open(folder)
        with ProjectStore.open(folder, read_only=True) as reader:
            store.review(Review("a", Verdict.ACCEPTED, "ann", WHEN))
            assert reader.verdicts() == {"a": Verdict.ACCEPTED}
            with pytest.raises(Problem, match="reading only"):
                reader.set_labels([])
    ProjectStore.open(folder).close()


def test_several_threads_may_share_a_store(folder: Path) -> None:
    with ProjectStore.open(folder) as store:
        threads = [threading.Thread(target=lambda n=n: store.add_samples([make_sample(n)])) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.samples()) == 8


def test_a_project_moved_with_its_data_still_finds_it(folder: Path, data: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.move(folder, moved)
    with ProjectStore.open(moved / "project") as store:
        with pytest.raises(Problem, match="images of Pins") as caught:
            _ = store.data
        assert "pentad project data" in caught.value.remedy
        shutil.move(data, moved)
        assert store.data == moved / "data"


def test_data_far_away_is_remembered_by_its_whole_path(tmp_path: Path) -> None:
    data = tmp_path / "disk" / "data"
    data.mkdir(parents=True)
    with ProjectStore.create(tmp_path / "a" / "project", name="x", data=data, layout="mvn") as store:
        shutil.move(store.folder, tmp_path / "b")
    with ProjectStore.open(tmp_path / "b") as store:
        assert store.data == data
        data.rename(tmp_path / "new")
        store.move_data(tmp_path / "new")
        assert store.data == tmp_path / "new"
        with pytest.raises(Problem, match="nothing at"):
            store.move_data(tmp_path / "nowhere")


def test_dismissed_contradictions_stand_until_they_are_taken_back(folder: Path) -> None:
    when = datetime(2026, 11, 22, 6, tzinfo=UTC)
    first = Dismissal("pin/test/S00001", "top", 2, Box(3, 4, 50, 60), "ada", when)
    second = Dismissal("pin/test/S00001", "top", 1, Box(3, 4, 50, 60), "ada", when)
    with ProjectStore.open(folder) as store:
        store.dismiss(first)
        store.dismiss(second)
    with ProjectStore.open(folder) as store:
        assert store.dismissals() == [first, second]
        store.restore(first)
        store.restore(first)
        assert store.dismissals() == [second]
        assert [entry.who for entry in store.audit() if entry.what == "contradiction dismissed"] == ["ada", "ada"]


def test_the_views_in_the_index_are_plain_json(folder: Path) -> None:
    with ProjectStore.open(folder) as store:
        store.add_samples([make_sample(1)])
    with sqlite3.connect(folder / "project.sqlite") as connection:
        views = json.loads(connection.execute("SELECT views FROM sample").fetchone()[0])
    connection.close()
    assert views[0][0] == "top"
    assert views[0][2]["rgb"] == "pin/test/S00001/top.png"
