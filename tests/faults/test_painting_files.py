"""Files deleted, replaced and damaged beneath a painting hand, two processes, a clock that jumps back."""

import itertools
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import numpy as np
import pytest

from pentad.core.arrays import Labels
from pentad.io.journal import JournalFolder
from pentad.io.masks import encode_mask, read_mask
from pentad.io.store_check import check
from pentad.session import documents
from pentad.session.saving import MaskDocument, Pace
from tests.faults.painter import killed, painting
from tests.faults.test_painting_disks import EMPTY, KEY, SIZE, make_project
from tests.helpers.painting import after, label_of, leave_as_killed, open_mask, paint, spot_of
from tests.helpers.workroom import Workroom, open_workroom

NEVER = Pace(quiet=1000, longest=1000)
THEIRS = np.eye(*SIZE, dtype=np.uint8)


def begin(room: Workroom, project: Path) -> MaskDocument:
    room.session.annotation.documents.pace = NEVER
    room.open(project)
    return open_mask(room, *KEY)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project", tmp_path / "data")


@pytest.fixture
def file(project: Path) -> Path:
    return project / "masks" / KEY.sample / "top.png"


def strokes(room: Workroom, *numbers: int) -> None:
    for number in numbers:
        paint(room.session.annotation, KEY, number)


def test_a_file_deleted_beneath_us_is_written_anew_and_said(project: Path, file: Path) -> None:
    with open_workroom() as room:
        begin(room, project)
        strokes(room, 0)
        assert room.session.annotation.documents.flush()
        file.unlink()
        strokes(room, 1)
        assert room.session.annotation.documents.flush()
        assert np.array_equal(read_mask(file), after(2, EMPTY))
        (said,) = room.problems
        assert said.what == f"{file} was deleted by another program"
        assert "written anew" in said.remedy


def test_a_file_replaced_beneath_us_is_kept_beside_ours(project: Path, file: Path) -> None:
    with open_workroom() as room:
        begin(room, project)
        for number in range(2):
            strokes(room, number)
            assert room.session.annotation.documents.flush()
            file.write_bytes(encode_mask(THEIRS + np.uint8(number)))
        strokes(room, 2)
        assert room.session.annotation.documents.flush()
        assert np.array_equal(read_mask(file), after(3, EMPTY))
        for number in range(2):
            beside = file.with_name(f"top.theirs-{number + 1}.png")
            assert np.array_equal(read_mask(beside), THEIRS + np.uint8(number))
            assert room.problems[number].what == f"{file} was changed by another program"
            assert str(beside) in room.problems[number].remedy
        assert room.project.store.masks.annotated() == [(KEY.sample, "top")]


@pytest.mark.parametrize("theirs", [True, False], ids=["replaced", "deleted"])
def test_a_file_changed_between_a_kill_and_the_restart_costs_neither_side(theirs: bool, tmp_path: Path) -> None:
    with open_workroom() as room:
        begin(room, make_project(tmp_path / "project", tmp_path / "data"))
        strokes(room, 0)
        assert room.session.annotation.documents.flush()
        strokes(room, 1, 2)
        left = leave_as_killed(room, tmp_path / "left")
    file = left / "masks" / KEY.sample / "top.png"
    if theirs:
        file.write_bytes(encode_mask(THEIRS))
    else:
        file.unlink()
    with open_workroom() as room:
        assert np.array_equal(begin(room, left).mask.labels, after(3, EMPTY))
        assert np.array_equal(read_mask(file), after(3, EMPTY))
        words = " ".join(str(problem) for problem in room.problems)
        assert "2 strokes not yet saved" in words
        assert f"{file} was {'changed' if theirs else 'deleted'} by another program" in words
    if theirs:
        assert np.array_equal(read_mask(file.with_name("top.theirs-1.png")), THEIRS)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip(data: bytes) -> bytes:
    bad = bytearray(data)
    bad[len(data) // 2] ^= 16
    return bytes(bad)


@pytest.mark.parametrize("harm", [_cut, _flip, lambda data: b""], ids=["cut", "bit-flipped", "empty"])
def test_a_damaged_mask_is_put_back_from_its_copy(harm: Callable[[bytes], bytes], project: Path, file: Path) -> None:
    with open_workroom() as room:
        begin(room, project)
        strokes(room, 0, 1)
    file.write_bytes(harmed := harm(file.read_bytes()))
    assert any("cannot be read as a mask" in problem.what for problem in check(project).problems)
    with open_workroom() as room:
        assert np.array_equal(begin(room, project).mask.labels, after(2, EMPTY))
        (said,) = room.problems
        assert "was damaged and has been put back from its copy" in said.what
        assert str(file) in said.why
        aside = file.with_name("top.damaged-1.png")
        assert str(aside) in said.remedy
        assert aside.read_bytes() == harmed
        assert np.array_equal(read_mask(file), after(2, EMPTY))


def test_a_damaged_mask_with_strokes_in_its_journal_loses_neither(project: Path, tmp_path: Path) -> None:
    with open_workroom() as room:
        begin(room, project)
        strokes(room, 0)
        assert room.session.annotation.documents.flush()
        strokes(room, 1)
        left = leave_as_killed(room, tmp_path / "left")
    file = left / "masks" / KEY.sample / "top.png"
    file.write_bytes(_cut(file.read_bytes()))
    with open_workroom() as room:
        assert np.array_equal(begin(room, left).mask.labels, after(2, EMPTY))
        words = " ".join(problem.what for problem in room.problems)
        assert "1 stroke not yet saved" in words
        assert "put back from its copy" in words
        assert np.array_equal(read_mask(file), after(2, EMPTY))


def test_a_damaged_mask_without_a_copy_is_a_problem_in_its_place_with_a_remedy(project: Path, file: Path) -> None:
    with open_workroom() as room:
        begin(room, project)
        strokes(room, 0)
    file.write_bytes(harmed := _cut(file.read_bytes()))
    file.with_name(".top.copy.png").unlink()
    with open_workroom() as room:
        room.open(project)
        kept = room.session.annotation.documents
        kept.open(room.sample(KEY.sample), "top")
        room.settle()
        assert kept.document(KEY) is None
        problem = kept.problem(KEY)
        assert problem is not None
        assert str(file) in problem.what
        assert "Put back a copy of it, or delete it to draw anew" in problem.remedy
        assert file.read_bytes() == harmed
        file.unlink()
        kept.open(room.sample(KEY.sample), "top")
        room.settle()
        assert kept.document(KEY) is not None


def last_segment(project: Path) -> Path:
    return list(JournalFolder(project / "journal").segments(KEY).values())[-1]


@pytest.mark.parametrize("bytes_lost", [1, 13, 60])
def test_a_truncated_journal_keeps_all_but_its_last_stroke(bytes_lost: int, project: Path, tmp_path: Path) -> None:
    with open_workroom() as room:
        begin(room, project)
        strokes(room, 0, 1, 2)
        left = leave_as_killed(room, tmp_path / "left")
    segment = last_segment(left)
    os.truncate(segment, segment.stat().st_size - bytes_lost)
    with open_workroom() as room:
        assert np.array_equal(begin(room, left).mask.labels, after(2, EMPTY))
        (said,) = room.problems
        assert "2 strokes not yet saved" in said.what
        assert f"{KEY.sample} top" in said.why
        assert "the last one unfinished" in said.why


def test_a_flipped_bit_in_a_journal_costs_one_stroke_and_is_said(project: Path, tmp_path: Path) -> None:
    with open_workroom() as room:
        begin(room, project)
        strokes(room, 0, 1, 2, 3)
        left = leave_as_killed(room, tmp_path / "left")
    segment = last_segment(left)
    data = bytearray(segment.read_bytes())
    third = [place for place in range(len(data)) if data[place : place + 4] == b"STRK"][3]
    data[third + 40] ^= 1
    segment.write_bytes(data)
    assert any("not in its mask yet" in str(problem) for problem in check(left).problems)
    with open_workroom() as room:
        found = begin(room, left).mask.labels
        (said,) = room.problems
        assert "3 strokes not yet saved" in said.what
        assert "1 damaged record" in said.why
        assert "look the masks over" in said.remedy
        assert len(list(segment.parent.glob("*.damaged"))) == 1
    # Tiles are whole: where a later stroke touched the same tiles nothing is missing at all.
    missing = found != after(4, EMPTY)
    box = spot_of(2, SIZE)
    outside = missing.copy()
    outside[box.slices] = False
    assert not outside.any()
    before = painted(0, 1, 3)
    assert np.array_equal(found[missing], before[missing])


def painted(*numbers: int) -> Labels:
    labels = EMPTY.copy()
    for number in numbers:
        labels[spot_of(number, SIZE).slices] = label_of(number)
    return labels


def test_a_second_process_reads_what_the_first_paints_until_that_is_gone(project: Path) -> None:
    with painting(project, 0) as painter, open_workroom() as room:
        reader = begin(room, project)
        assert reader.mask.labels.shape == SIZE
        (said,) = room.problems
        assert said.what == "data is open for reading only"
        assert f"process {painter.pid}" in said.why
        assert "Close it there" in said.remedy
        assert room.session.annotation.sheet(KEY, reader.mask.box, 1.0) is None
        assert room.problems[-1].what == "Nothing can be painted"
        before = {path.name for path in (project / "journal").rglob("*.damaged")}
        time.sleep(0.2)
        done = killed(painter)
        assert not before
        document = begin(room, project)
        count = len(done.acknowledged)
        labels = document.mask.labels
        assert np.array_equal(labels, after(count, EMPTY)) or np.array_equal(labels, after(count + 1, EMPTY))
        assert not room.session.annotation.documents.read_only
        assert paint(room.session.annotation, KEY, count + 1) is not None


class _Backwards(datetime):
    """A clock that is an hour earlier whenever somebody looks."""

    _hours = itertools.count()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Backwards":
        return cls.fromtimestamp(datetime(2026, 11, 20, tzinfo=UTC).timestamp(), tz) - timedelta(hours=next(cls._hours))


def test_a_clock_that_jumps_back_reorders_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pentad.io.journal", "pentad.session.saving"):
        monkeypatch.setattr(f"{module}.datetime", _Backwards)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 1e8)
    with open_workroom() as room:
        begin(room, project)
        for number in range(4):
            strokes(room, number)
            if number == 1:
                assert room.session.annotation.documents.flush()
        left = leave_as_killed(room, tmp_path / "left")
    for age, path in enumerate(sorted(left.rglob("*.*"))):
        os.utime(path, (1e9 - age * 1e5,) * 2)
    with open_workroom() as room:
        assert np.array_equal(begin(room, left).mask.labels, after(4, EMPTY))
        (said,) = room.problems
        assert "2 strokes not yet saved" in said.what
        strokes(room, 4)
    assert np.array_equal(read_mask(left / "masks" / KEY.sample / "top.png"), after(5, EMPTY))


def test_leaving_waits_for_a_slow_disk_but_not_for_ever(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PATIENCE_S", 0.1)
    with open_workroom() as room:
        begin(room, project)
        strokes(room, 0)
        begun = time.monotonic()
        room.session.jobs.run("Hold the lane", lambda ticket: time.sleep(1.0), lane="save")
        assert not room.session.annotation.documents.flush(0.1)
        assert time.monotonic() - begun < 0.6
