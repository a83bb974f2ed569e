"""Disks that are full or may not be written, met while painting: nothing confirmed is lost, and it is said in words."""

import threading
from pathlib import Path

import numpy as np
import pytest

from pentad.core.mask import MaskKey
from pentad.io.journal import JournalFolder
from pentad.io.masks import MaskFolder, read_mask
from pentad.sdk.testing import PatientTicket
from pentad.session.project import create_project
from pentad.session.saving import MaskDocument, Pace, SaveState
from tests.faults.painter import VIEW, paint_for
from tests.helpers.disks import fill, read_only, small_disk
from tests.helpers.painting import after, leave_as_killed, open_mask, paint
from tests.helpers.tiny_dataset import write_tiny_dataset
from tests.helpers.workroom import Workroom, open_workroom

SIZE = (300, 400)
EMPTY = np.zeros(SIZE, np.uint8)
KEY = MaskKey("plate/train/good/T000", VIEW)
PATIENT = Pace(quiet=1000, longest=1000, first_retry=1000)
PACE = Pace(quiet=0.05, longest=0.1, first_retry=0.05, longest_retry=0.2, busy=0.02)


def make_project(folder: Path, data: Path) -> Path:
    write_tiny_dataset(data, train=1, good=0, bad=0, size=SIZE)
    create_project(folder, data, ticket=PatientTicket()).close()
    return folder


def begin(room: Workroom, project: Path) -> MaskDocument:
    room.session.annotation.documents.pace = PACE
    room.open(project)
    return open_mask(room, *KEY)


def is_saved(document: MaskDocument) -> bool:
    return document.state is SaveState.SAVED


def test_a_full_disk_is_said_at_once_and_everything_is_written_when_there_is_room(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with small_disk(tmp_path / "disk", kilobytes=3000) as disk, open_workroom() as room:
        document = begin(room, make_project(disk / "project", data))
        annotation = room.session.annotation
        for number in range(3):
            paint(annotation, KEY, number)
        room.settle(until=lambda: is_saved(document))
        filler = fill(disk)
        paint(annotation, KEY, 3)
        assert document.unwritten is not None
        assert annotation.documents.unwritten == (document,)
        (said,) = room.problems
        assert f"The last stroke on {document.name} is not on the disk yet" in said.what
        assert "top.00000" in said.what
        assert said.why == "the disk is full"
        assert "Free some space" in said.remedy
        assert "leave Pentad open" in said.remedy
        paint(annotation, KEY, 4)
        room.settle(until=lambda: document.failures >= 3)
        assert document.state is SaveState.FAILED
        assert len(room.problems) == 1
        assert np.array_equal(read_mask(room.project.store.masks.path(*KEY)), after(3, EMPTY))
        filler.unlink()
        room.settle(until=lambda: is_saved(document))
        assert np.array_equal(read_mask(room.project.store.masks.path(*KEY)), after(5, EMPTY))
        assert [problem.what for problem in room.problems[1:]] == [f"The mask of {document.name} is saved again"]
        assert list(JournalFolder(disk / "project/journal").segments(KEY)) == []


def test_who_leaves_with_strokes_that_are_nowhere_is_stopped_once(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=3000) as disk, open_workroom() as room:
        project = make_project(disk / "project", tmp_path / "data")
        begin(room, project)
        filler = fill(disk)
        paint(room.session.annotation, KEY, 0)
        room.session.close_project()
        assert room.session.project is not None
        said = room.problems[-1]
        assert said.what == f"Not closed yet: strokes on {KEY.sample} top are nowhere on the disk"
        assert "the disk is full" in said.why
        assert "Close once more to leave without them" in said.remedy
        filler.unlink()
        room.session.close_project()
        assert room.session.project is None
        assert np.array_equal(read_mask(project / "masks" / f"{KEY.sample}/{VIEW}.png"), after(1, EMPTY))
        begin(room, project)
        fill(disk)
        paint(room.session.annotation, KEY, 1)
        room.session.close_project()
        assert room.session.project is not None
        room.session.close_project()
        assert room.session.project is None


def test_a_disk_with_room_for_strokes_but_not_for_masks_keeps_the_strokes(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=3000) as disk, open_workroom() as room:
        document = begin(room, make_project(disk / "project", tmp_path / "data"))
        paint(room.session.annotation, KEY, 0)
        room.settle(until=lambda: is_saved(document))
        paint(room.session.annotation, KEY, 1)
        fill(disk)
        room.settle(until=lambda: document.failures > 0)
        assert document.unwritten is None
        (said,) = room.problems
        assert f"The mask of {document.name} is not saved yet" in said.what
        assert str(disk / "project/masks") in said.what
        assert said.why == "the disk is full"
        assert "Every stroke is in the journal" in said.remedy
        left = leave_as_killed(room, tmp_path / "left")
        with open_workroom() as next_day:
            assert np.array_equal(begin(next_day, left).mask.labels, after(2, EMPTY))


def test_a_file_size_limit_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", tmp_path / "data")
    painted = paint_for(1.0, project, 0, kilobytes=1)
    assert painted.acknowledged == list(range(len(painted.acknowledged)))
    assert painted.acknowledged
    words = "\n".join(painted.said)
    assert str(project) in words
    assert "the file would be larger than is allowed" in words
    assert "Raise the file size limit" in words
    assert len(painted.said) < 10
    with open_workroom() as room:
        found = begin(room, project).mask.labels
        count = len(painted.acknowledged)
        assert np.array_equal(found, after(count, EMPTY)) or np.array_equal(found, after(count + 1, EMPTY))


@pytest.mark.parametrize("part", ["masks", "journal"])
def test_a_folder_turned_read_only_is_named_and_tried_again(part: str, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", tmp_path / "data")
    with open_workroom() as room:
        document = begin(room, project)
        annotation = room.session.annotation
        with read_only(project / part):
            paint(annotation, KEY, 0)
            room.settle(until=lambda: bool(room.problems))
            (said,) = room.problems
            assert str(project / part) in said.what
            assert said.why in ("the disk is read-only", "writing there is not allowed")
            assert "tried again by itself" in said.remedy
            if part == "masks":
                room.settle(until=lambda: document.failures >= 2)
                assert document.unwritten is None
                left = leave_as_killed(room, tmp_path / "left")
                assert len(room.problems) == 1
        room.settle(until=lambda: is_saved(document))
        assert np.array_equal(read_mask(project / "masks" / f"{KEY.sample}/{VIEW}.png"), after(1, EMPTY))
        assert len(room.problems) == 2
    if part == "masks":
        with open_workroom() as room:
            assert np.array_equal(begin(room, left).mask.labels, after(1, EMPTY))


def test_the_first_stroke_the_disk_takes_again_brings_along_those_it_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", tmp_path / "data")
    with open_workroom() as room:
        begin(room, project)
        room.session.annotation.documents.pace = PATIENT
        room.open(project)
        with read_only(project / "journal"):
            paint(room.session.annotation, KEY, 0)
        paint(room.session.annotation, KEY, 1)
        left = leave_as_killed(room, tmp_path / "left")
    with open_workroom() as room:
        assert np.array_equal(begin(room, left).mask.labels, after(2, EMPTY))


def test_strokes_the_journal_refused_are_in_it_although_a_save_of_them_has_begun(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", tmp_path / "data")
    gate = threading.Event()
    with open_workroom() as room:
        document = begin(room, project)
        annotation = room.session.annotation
        with read_only(project / "journal"):
            paint(annotation, KEY, 0)
            room.session.jobs.run("Hold the lane", lambda ticket: gate.wait(), lane="save")
            annotation.documents.save_all()
        paint(annotation, KEY, 1)
        left = leave_as_killed(room, tmp_path / "left")
        begun, unwritten = document.saving, document.unwritten
        gate.set()
        assert begun is not None
        assert unwritten is None
    with open_workroom() as room:
        assert np.array_equal(begin(room, left).mask.labels, after(2, EMPTY))


def test_a_project_that_may_not_be_written_can_still_be_looked_at(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", tmp_path / "data")
    with open_workroom() as room:
        begin(room, project)
        paint(room.session.annotation, KEY, 0)
    with open_workroom() as room:
        with read_only(project):
            document = begin(room, project)
            (said,) = room.problems
            assert said.what == "data is open for reading only"
            assert str(project) in said.why
            assert "open it again to paint" in said.remedy
            assert np.array_equal(document.mask.labels, after(1, EMPTY))
            assert room.session.annotation.sheet(KEY, document.mask.box, 1.0) is None
        begin(room, project)
        assert paint(room.session.annotation, KEY, 1) is not None


def test_what_cannot_be_recovered_yet_is_shown_and_saved_as_soon_as_it_can(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", tmp_path / "data")
    with open_workroom() as room:
        begin(room, project)
        room.session.annotation.documents.pace = PATIENT
        room.open(project)
        paint(room.session.annotation, KEY, 0)
        left = leave_as_killed(room, tmp_path / "left")
    with open_workroom() as room:
        with read_only(left / "masks"):
            document = begin(room, left)
            assert np.array_equal(document.mask.labels, after(1, EMPTY))
            assert "could not be put into their file yet" in room.problems[0].what
            assert "They stay in the journal" in room.problems[0].remedy
            assert not is_saved(document)
        room.settle(until=lambda: is_saved(document))
        assert MaskFolder(left / "masks").exists(*KEY)
