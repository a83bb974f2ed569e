"""A project of any earlier Pentad opens with all that people made of it, or stays as it was."""

import hashlib
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pentad.core.box import Box
from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.core.review import Dismissal, Remark, Review, Verdict
from pentad.io.results import read_prediction
from pentad.io.store import ProjectStore
from pentad.io.store_check import check
from pentad.io.store_connection import connect
from pentad.io.store_schema import MIGRATIONS, version_of
from pentad.io.traces import read_trace
from pentad.ui.first_steps import begin
from pentad.ui.settings import Settings
from tests.helpers.desk import Desk
from tests.helpers.disks import fill, small_disk
from tests.helpers.parts import MADE_BY, make_prediction
from tests.helpers.workroom import open_workroom
from tests.release.old_projects import ARCHIVES, BAD, GOOD, SIZE, UNSAVED, old_project, painted

NEWEST = len(MIGRATIONS)
VERSIONS = range(1, NEWEST + 1)
OLDER = range(1, NEWEST)
WHEN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SLOW = """
import sqlite3, sys, time
from pathlib import Path
from pentad.io.store_schema import MIGRATIONS, migrate
def slow(connection):
    connection.execute("CREATE TABLE half (made TEXT)")
    print("in the middle", flush=True)
    time.sleep(60)
file = Path(sys.argv[1])
connection = sqlite3.connect(file, isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
migrate(connection, file, migrations=(*MIGRATIONS, slow))
"""


def _version(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "project.sqlite")) as connection:
        return version_of(connection)


def _digests(folder: Path) -> dict[str, str]:
    # Why not those: SQLite makes an empty log wherever a database that had one is looked at.
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.endswith((".lock", "-shm", "-wal")))
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_every_version_there_ever_was_has_a_project_to_try() -> None:
    assert sorted(path.name for path in ARCHIVES.glob("*.zip")) == [f"version{number}.zip" for number in VERSIONS]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_people_decided_is_all_there_afterwards(tmp_path: Path, version: int) -> None:
    folder = old_project(tmp_path, version)
    assert _version(folder) == version
    with ProjectStore.open(folder) as store:
        assert store.name == f"Plates of version {version}"
        assert store.data == tmp_path / "data"
        assert store.options == {"normals": "opengl"}
        assert [sample.id for sample in store.samples()] == [GOOD, BAD]
        assert store.reviews(GOOD) == [
            Review(GOOD, Verdict.ACCEPTED, "ann", WHEN),
            Review(GOOD, Verdict.NEEDS_WORK, "bob", WHEN),
        ]
        rejected = Review(BAD, Verdict.REJECTED, "bob", WHEN, "spot at the foot")
        assert store.reviews(BAD) == [rejected]
        assert store.verdicts()["gone/S9"] is Verdict.ACCEPTED
        assert store.remarks(BAD) == [Remark(BAD, "look again, ä", "ann", WHEN, "top")]
        dent = LabelClass(7, "Dent", "#00ff00")
        if version > 1:
            dent = LabelClass(7, "Dent", "#00ff00", visible=False, locked=True, opacity=0.25, contour=True)
        assert store.labels() == [LabelClass(1, "Scratch", "#ff0000"), dent]
        assert store.dismissals() == [Dismissal(BAD, "top", 1, Box(1, 2, 3, 4), "ann", WHEN)] * (version > 2)
        (run,) = store.runs()
        assert (run.made_by, run.samples) == (MADE_BY, 2)
        assert {"samples listed", "labels set", "reviewed", "run added"} <= {entry.what for entry in store.audit()}
    assert _version(folder) == NEWEST


@pytest.mark.parametrize("version", VERSIONS)
def test_masks_and_strokes_that_were_never_saved_are_there_afterwards(tmp_path: Path, version: int) -> None:
    folder = old_project(tmp_path, version)
    with open_workroom() as room:
        room.session.open_project(folder)
        room.settle()
        masks = room.project.store.masks
        assert any("4 strokes" in problem.what for problem in room.problems)
        wanted = {
            (BAD, "top"): painted(np.zeros(SIZE, np.uint8), (Box(2, 3, 10, 12), 1)),
            (GOOD, "east"): painted(np.zeros(SIZE, np.uint8), (Box(0, 0, 5, 5), 7), *UNSAVED),
            (GOOD, "north"): painted(np.zeros(SIZE, np.uint8), *UNSAVED),
        }
        for key, labels in wanted.items():
            found = masks.read(*key)
            assert found is not None, key
            assert np.array_equal(found, labels), key
    assert [path for path in (folder / "journal").rglob("*") if path.is_file()] == []
    assert check(folder).problems == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_runs_and_poses_are_read_as_they_were_written(tmp_path: Path, version: int) -> None:
    folder = old_project(tmp_path, version)
    made, found = make_prediction(GOOD, 3), read_prediction(folder / "results" / "cprn-1.h5", GOOD)
    assert found is not None
    for view, judged in made.views.items():
        assert np.allclose(found.views[view].heatmap.values, judged.heatmap.values, atol=1e-3)
    traces = list((folder / "poses").rglob("*.npz"))
    assert len(traces) == (version > 2)
    for trace in traces:
        assert len(read_trace(trace).trace.steps) == 6


@pytest.mark.parametrize("version", OLDER)
def test_a_copy_of_the_old_database_is_kept_and_never_written_over(tmp_path: Path, version: int) -> None:
    folder = old_project(tmp_path, version)
    old = (folder / "project.sqlite").read_bytes()
    ProjectStore.open(folder).close()
    copies = sorted(folder.glob("project.version*.sqlite"))
    assert [path.name for path in copies] == [f"project.version{version}.sqlite"]
    (folder / "project.sqlite").write_bytes(old)
    ProjectStore.open(folder).close()
    assert (folder / f"project.version{version}-2.sqlite").exists()
    with closing(sqlite3.connect(copies[0])) as copy, closing(sqlite3.connect(tmp_path / "old.sqlite")) as before:
        (tmp_path / "old.sqlite").write_bytes(old)
        assert list(copy.iterdump()) == list(before.iterdump())
        assert version_of(copy) == version


@pytest.mark.parametrize("version", OLDER)
def test_looking_at_an_older_project_writes_nothing(tmp_path: Path, version: int) -> None:
    folder = old_project(tmp_path, version)
    before = _digests(folder)
    with ProjectStore.open(folder, read_only=True) as store:
        assert store.verdicts()[BAD] is Verdict.REJECTED
        assert len(store.labels()) == 2
        with pytest.raises(Problem, match="reading only"):
            store.review(Review(BAD, Verdict.ACCEPTED, "eve", WHEN))
    assert check(folder).samples == 2
    assert _digests(folder) == before


@pytest.mark.parametrize("version", VERSIONS)
def test_a_migration_that_is_killed_leaves_the_old_project_whole(tmp_path: Path, version: int) -> None:
    folder = old_project(tmp_path, version)
    file = folder / "project.sqlite"
    with subprocess.Popen([sys.executable, "-c", SLOW, str(file)], stdout=subprocess.PIPE) as halfway:
        assert halfway.stdout is not None
        assert halfway.stdout.readline() == b"in the middle\n"
        halfway.send_signal(signal.SIGKILL)
    with closing(sqlite3.connect(file)) as connection:
        assert version_of(connection) == version
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "half" not in tables
    assert ("dismissed" in tables) == (version > 2)
    with ProjectStore.open(folder) as store:
        assert store.verdicts()[BAD] is Verdict.REJECTED


def test_a_full_disk_leaves_the_old_project_as_it_was(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=600) as disk:
        folder = old_project(disk, 1)
        before = (folder / "project.sqlite").read_bytes()
        fill(disk)
        with pytest.raises(Problem, match="disk is full"):
            ProjectStore.open(folder)
        assert (folder / "project.sqlite").read_bytes() == before
        assert list(folder.glob("project.version*")) == []


def _made_newer(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "project.sqlite")) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
        connection.execute("CREATE TABLE from_the_future (wonder TEXT)")
        connection.commit()
    return folder


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_project_is_refused_with_both_versions_and_not_touched(tmp_path: Path, read_only: bool) -> None:
    folder = _made_newer(old_project(tmp_path, NEWEST))
    before = _digests(folder)
    with pytest.raises(Problem, match="newer Pentad") as caught:
        ProjectStore.open(folder, read_only=read_only)
    assert f"format is {NEWEST + 1}" in caught.value.why
    assert f"up to {NEWEST}" in caught.value.why
    assert "update" in caught.value.remedy
    assert _digests(folder) == before


def test_a_newer_project_whose_program_died_is_refused_before_its_log_is_played(tmp_path: Path) -> None:
    folder = old_project(tmp_path, NEWEST)
    with closing(sqlite3.connect(folder / "project.sqlite")) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute(f"PRAGMA user_version = {NEWEST + 1}")
        writer.commit()
        shutil.copytree(folder, tmp_path / "died")
    with pytest.raises(Problem, match="newer Pentad"):
        connect(tmp_path / "died" / "project.sqlite")


def test_the_session_stays_with_what_it_has_where_a_newer_project_is_asked_for(tmp_path: Path) -> None:
    here, newer = old_project(tmp_path / "a", 2), _made_newer(old_project(tmp_path / "b", NEWEST))
    with open_workroom() as room:
        room.session.open_project(here)
        room.settle()
        asked = room.session.open_project(newer)
        room.settle()
        assert asked.problem is not None
        assert "newer Pentad" in asked.problem.what
        assert room.project.folder == here
        assert room.session.current is not None


def test_a_newer_model_or_run_is_refused_with_both_versions(tmp_path: Path) -> None:
    import h5py

    from pentad.io.run_file import RunFile
    from pentad.sdk.model_folder import CARD, read_card

    folder = old_project(tmp_path, 1)
    run = folder / "results" / "cprn-1.h5"
    with h5py.File(run, "r+") as file:
        file.attrs["version"] = 7
    with pytest.raises(Problem, match="newer Pentad") as caught:
        RunFile.open(run)
    assert "format is 7" in caught.value.why
    (tmp_path / CARD).write_text(json.dumps({"format": 9, "model": "cprn"}))
    with pytest.raises(Problem, match="newer Pentad") as caught:
        read_card(tmp_path)
    assert "format is 9" in caught.value.why
    with h5py.File(run, "r+") as file:
        del file.attrs["version"]
    with pytest.raises(Problem, match="damaged"):
        RunFile.open(run)


@pytest.mark.parametrize(
    "words",
    [
        ("info", "{}"),
        ("project", "check", "{}"),
        ("project", "data", "{}", "--data", "{}"),
        ("export", "{}", "--format", "coco", "--out", "out"),
        ("train", "cprn", "--data", "{}", "--out", "out"),
    ],
)
def test_every_command_refuses_a_newer_project_in_words(
    tmp_path: Path, words: tuple[str, ...], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pentad.cli import main

    monkeypatch.chdir(tmp_path)
    folder = _made_newer(old_project(tmp_path, NEWEST))
    before = _digests(folder)
    assert main([word.format(folder) for word in words]) == 2
    said = capfd.readouterr().err
    assert f"format is {NEWEST + 1}" in said
    assert "remedy: " in said
    assert "Traceback" not in said
    assert _digests(folder) == before
    assert not (tmp_path / "out").exists()


def test_a_window_that_had_it_open_last_starts_and_says_so(desk: Desk, tmp_path: Path) -> None:
    folder = _made_newer(old_project(tmp_path, NEWEST))
    store = Settings(tmp_path / "window.ini")
    store.put("project/last", str(folder))
    begin(desk.window, store, None, watched=False)
    desk.wait_until_settled()
    assert desk.window.isVisible()
    assert desk.session.project is None
    assert any("newer Pentad" in problem.what for problem in desk.window.notices.problems)
