"""A project's database that is missing, damaged, foreign, newer, older, or on a disk that will not."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.core.review import Review, Verdict
from pentad.io.results import RunWriter
from pentad.io.store import ProjectStore
from pentad.io.store_check import check
from pentad.io.store_connection import connect
from pentad.io.store_schema import MIGRATIONS, migrate, version_of
from tests.helpers.disks import fill, small_disk
from tests.helpers.parts import MADE_BY, make_prediction, make_sample

_JUDGE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pentad.core.review import Review, Verdict
from pentad.io.store import ProjectStore
store = ProjectStore.open(Path(sys.argv[1]))
for number in range(100000):
    store.review(Review(f"s{number}", Verdict.ACCEPTED, "ann", datetime.now(UTC)))
    print(number, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    with ProjectStore.create(tmp_path / "project", name="Pins", data=tmp_path / "data", layout="mvn") as store:
        store.add_samples(make_sample(number) for number in range(200))
    return tmp_path / "project"


def test_no_project_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no project in"):
        ProjectStore.open(tmp_path)
    with pytest.raises(Problem, match="no project in"):
        check(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + bytes(5000)])
def test_a_file_that_is_no_database_is_left_as_it_is(folder: Path, damage: bytes) -> None:
    file = folder / "project.sqlite"
    file.write_bytes(damage)
    for read_only in (False, True):
        with pytest.raises(Problem, match=r"project\.sqlite"):
            ProjectStore.open(folder, read_only=read_only)
    assert file.read_bytes() == damage
    with pytest.raises(Problem, match="already holds"):
        ProjectStore.create(folder, name="x", data=folder, layout="mvn")


def test_a_database_overwritten_in_the_middle_is_a_problem_and_check_names_it(folder: Path) -> None:
    file = folder / "project.sqlite"
    content = bytearray(file.read_bytes())
    for start in range(8192, len(content), 4096):
        content[start : start + 2000] = b"\xa5" * 2000
    file.write_bytes(content)
    with pytest.raises(Problem, match="damaged") as caught, ProjectStore.open(folder) as store:
        store.samples()
    assert "masks and results" in caught.value.remedy
    with pytest.raises(Problem, match="damaged"):
        check(folder)


def test_another_programs_or_a_newer_database_is_refused_unchanged(folder: Path) -> None:
    file = folder / "project.sqlite"
    for statement, words in (("PRAGMA user_version = 99", "newer"), ("PRAGMA application_id = 7", "no project")):
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(statement)
        with pytest.raises(Problem, match=words):
            ProjectStore.open(folder)
    with closing(sqlite3.connect(file)) as connection:
        assert version_of(connection) == 99


def test_an_older_database_is_brought_up_with_a_copy_kept_or_not_at_all(folder: Path) -> None:
    def second(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sample ADD COLUMN lot TEXT")

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE sample ADD COLUMN lost TEXT")
        raise ZeroDivisionError

    file, newest = folder / "project.sqlite", len(MIGRATIONS)
    with closing(connect(file)) as connection:
        with pytest.raises(ZeroDivisionError):
            migrate(connection, file, migrations=(*MIGRATIONS, broken))
        assert version_of(connection) == newest
        migrate(connection, file, migrations=(*MIGRATIONS, second))
        assert version_of(connection) == newest + 1
        columns = [row[1] for row in connection.execute("PRAGMA table_info(sample)")]
    assert "lot" in columns
    assert "lost" not in columns
    with closing(sqlite3.connect(folder / f"project.version{newest}.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM sample").fetchone() == (200,)


def test_the_classes_of_the_first_format_are_kept_and_shown_plainly(tmp_path: Path) -> None:
    file = tmp_path / "project.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        migrate(connection, file, migrations=MIGRATIONS[:1])
        connection.execute("INSERT INTO label_class VALUES (3, 'Scratch', '#ff0000')")
        connection.execute("INSERT INTO project VALUES (1, 'old', '.', 'mvn', '{}', '2026-01-01')")
    with ProjectStore.open(tmp_path) as store:
        assert store.labels() == [LabelClass(3, "Scratch", "#ff0000")]
        shown = LabelClass(3, "Scratch", "#ff0000", visible=False, locked=True, opacity=0.25, contour=True)
        store.set_labels([shown])
        assert store.labels() == [shown]


def test_every_verdict_that_was_confirmed_survives_a_kill(folder: Path) -> None:
    for round in range(3):
        with subprocess.Popen([sys.executable, "-c", _JUDGE, str(folder)], stdout=subprocess.PIPE) as judge:
            assert judge.stdout is not None
            first = judge.stdout.readline()
            time.sleep(0.1 + 0.05 * round)
            judge.send_signal(signal.SIGKILL)
            confirmed = (first + judge.stdout.read()).split(b"\n")[:-1]
        with ProjectStore.open(folder) as store:
            assert set(store.verdicts()) >= {f"s{int(number)}" for number in confirmed}
            assert len(store.samples()) == 200


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=3000) as disk:
        with ProjectStore.create(disk / "project", name="x", data=disk, layout="mvn") as store:
            store.add_samples([make_sample(1)])
            filler = fill(disk, leave=20_000)
            with pytest.raises(Problem, match="full") as caught:
                store.add_samples(make_sample(number) for number in range(2, 400))
            assert "Nothing was lost" in caught.value.remedy
            assert store.samples() == [make_sample(1)]
            filler.unlink()
            store.review(Review("a", Verdict.ACCEPTED, "ann", datetime.now(UTC)))
        fill(disk)
        with pytest.raises(Problem):
            ProjectStore.create(disk / "second", name="x", data=disk, layout="mvn")


def test_a_read_only_disk_can_still_be_looked_at(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=3000) as disk:
        with ProjectStore.create(disk / "project", name="x", data=disk, layout="mvn") as store:
            store.add_samples([make_sample(1)])
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(Problem, match="read-only"):
            ProjectStore.open(disk / "project")
        with ProjectStore.open(disk / "project", read_only=True) as store:
            assert store.samples() == [make_sample(1)]
            assert store.data == disk


def test_check_names_what_is_wrong_and_changes_nothing(folder: Path) -> None:
    good, bad = folder / "results" / "good.h5", folder / "results" / "bad.h5"
    with ProjectStore.open(folder) as store:
        for file in (good, bad):
            with RunWriter(file, MADE_BY) as writer:
                writer.add(make_prediction("s", 1))
                writer.finish()
            store.add_run_file(file)
        store.masks.path("s", "top").parent.mkdir()
        store.masks.path("s", "top").write_bytes(b"no png")
    bad.write_bytes(bad.read_bytes()[:3000])
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.suffix != ".sqlite-shm"}
    report = check(folder)
    assert (report.samples, report.images, report.runs, report.masks) == (200, 1000, 2, 1)
    whats = " ".join(problem.what for problem in report.problems)
    assert len(report.problems) == 3
    assert all(name in whats for name in ("bad.h5", "top.png", "files of the data set are missing"))
    assert before.items() <= {path: path.stat().st_mtime_ns for path in folder.rglob("*")}.items()


def test_a_log_left_by_a_database_moved_away_does_not_leak_into_a_new_one(folder: Path) -> None:
    log = folder / "project.sqlite-wal"
    store = ProjectStore.open(folder)
    store.review(Review("a", Verdict.REJECTED, "ann", datetime.now(UTC)))
    kept = log.read_bytes()
    store.close()
    os.rename(folder / "project.sqlite", folder / "away.sqlite")
    log.write_bytes(kept)
    with ProjectStore.create(folder, name="new", data=folder, layout="mvn") as store:
        assert store.verdicts() == {}
        assert store.samples() == []
