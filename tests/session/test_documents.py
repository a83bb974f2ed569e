"""What is painted is on the disk at once, in its file soon, and never anybody else's."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from pentad.annotation.pointer import Pointer
from pentad.core.box import Box
from pentad.core.label_class import LabelClass
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.io.journal import JournalFolder
from pentad.io.masks import read_mask
from pentad.session.saving import MaskDocument, Pace, SaveState
from tests.helpers.disks import read_only
from tests.helpers.painting import after, leave_as_killed, open_mask, paint
from tests.helpers.tiny_dataset import SIZE, VIEWS
from tests.helpers.workroom import Workroom, open_workroom

EMPTY = np.zeros(SIZE, np.uint8)
QUICK = Pace(quiet=0.05, longest=0.3, first_retry=0.05, longest_retry=0.2, busy=0.02)
NEVER = Pace(quiet=1000, longest=1000)


def begin(room: Workroom, path: Path, pace: Pace = NEVER, name: str = "G000") -> MaskDocument:
    room.session.annotation.documents.pace = pace
    room.open(path)
    return open_mask(room, name)


def file_of(room: Workroom, document: MaskDocument) -> Path:
    return room.project.store.masks.path(*document.key)


def segments(room: Workroom, document: MaskDocument) -> list[int]:
    return list(JournalFolder(room.project.folder / "journal").segments(document.key))


def saved(document: MaskDocument) -> bool:
    return document.state is SaveState.SAVED


def whats(room: Workroom) -> list[str]:
    return [problem.what for problem in room.problems]


def test_a_stroke_is_in_the_journal_at_once_and_in_its_file_when_the_hand_rests(room: Workroom, plates: Path) -> None:
    document = begin(room, plates, QUICK)
    paint(room.session.annotation, document.key, 0)
    assert document.state is SaveState.UNSAVED
    assert len(JournalFolder(room.project.folder / "journal").read(document.key).strokes) == 1
    assert room.session.annotation.documents.unsaved == (document,)
    room.settle(until=lambda: saved(document))
    assert np.array_equal(read_mask(file_of(room, document)), after(1, EMPTY))
    assert document.saved_at is not None
    assert segments(room, document) == []
    assert room.problems == []


def test_who_never_rests_is_saved_all_the_same(room: Workroom, plates: Path) -> None:
    document = begin(room, plates, Pace(quiet=0.2, longest=0.3))
    number = 0
    end = time.monotonic() + 10
    while not file_of(room, document).exists():
        assert time.monotonic() < end
        paint(room.session.annotation, document.key, number)
        number += 1
        room.inbox.run_once(0.02)
    room.settle(until=lambda: saved(document))
    assert np.array_equal(read_mask(file_of(room, document)), after(number, EMPTY))


def test_nothing_is_saved_in_the_middle_of_a_stroke(room: Workroom, plates: Path) -> None:
    document = begin(room, plates, QUICK)
    annotation = room.session.annotation
    annotation.toolbox.take("brush")
    brush = annotation.toolbox.taken
    sheet = annotation.sheet(document.key, Box(0, 0, *SIZE), 1.0)
    assert brush is not None
    assert sheet is not None
    paint(annotation, document.key, 0)
    brush.press(Pointer(30.0, 30.0), sheet)
    room.session.open(room.sample("G001").id)
    annotation.documents.save_all()
    until = time.monotonic() + 0.5
    room.settle(until=lambda: time.monotonic() > until)
    assert not file_of(room, document).exists()
    brush.release(Pointer(30.0, 40.0), sheet)
    room.settle(until=lambda: saved(document))
    assert np.array_equal(read_mask(file_of(room, document)), document.mask.labels)


def test_another_sample_another_project_and_the_end_save_at_once(room: Workroom, plates: Path) -> None:
    document = begin(room, plates)
    paint(room.session.annotation, document.key, 0)
    room.session.open(room.sample("G001").id)
    room.settle()
    assert saved(document)
    file = file_of(room, document)
    paint(room.session.annotation, document.key, 1)
    room.session.close_project()
    assert np.array_equal(read_mask(file), after(2, EMPTY))
    again = begin(room, plates)
    assert np.array_equal(again.mask.labels, after(2, EMPTY))
    paint(room.session.annotation, again.key, 2)
    room.session.close()
    assert np.array_equal(read_mask(file), after(3, EMPTY))
    assert not list(file.parents[4].joinpath("journal").rglob("*.log"))


def test_all_five_views_of_a_sample_are_saved_when_it_is_left(room: Workroom, plates: Path) -> None:
    begin(room, plates)
    keys = [open_mask(room, "G000", view).key for view in VIEWS]
    for number, key in enumerate(keys):
        paint(room.session.annotation, key, number)
    assert len(room.session.annotation.documents.unsaved) == 5
    room.session.open(room.sample("G001").id)
    room.settle(until=lambda: not room.session.annotation.documents.unsaved)
    assert room.project.store.masks.annotated() == sorted(tuple(key) for key in keys)
    assert not list((room.project.folder / "journal").rglob("*.log"))


def test_strokes_done_while_a_save_runs_are_not_lost_by_it(room: Workroom, plates: Path) -> None:
    document = begin(room, plates)
    annotation = room.session.annotation
    gate = threading.Event()
    room.session.jobs.run("Hold the lane", lambda ticket: gate.wait(), lane="save")
    paint(annotation, document.key, 0)
    annotation.documents.save_all()
    assert document.saving is not None
    paint(annotation, document.key, 1)
    assert segments(room, document) == [1, 2]
    gate.set()
    room.settle()
    assert document.state is SaveState.UNSAVED
    assert np.array_equal(read_mask(file_of(room, document)), after(1, EMPTY))
    assert segments(room, document) == [2]
    story = JournalFolder(room.project.folder / "journal").read(document.key)
    later = story.since(document.mark)
    assert later is not None
    assert len(later.strokes) == 1
    assert annotation.documents.flush()
    assert np.array_equal(read_mask(file_of(room, document)), after(2, EMPTY))


def test_undo_opens_a_mask_that_was_put_away_and_survives_its_save(room: Workroom, plates: Path) -> None:
    document = begin(room, plates)
    annotation = room.session.annotation
    annotation.documents.room = EMPTY.nbytes * 2
    key = document.key
    for number in range(2):
        paint(annotation, key, number)
    for name in ("G001", "G002", "S000"):
        open_mask(room, name)
    assert annotation.documents.document(key) is None
    annotation.undo()
    room.settle()
    again = annotation.documents.document(key)
    assert again is not None
    assert again is not document
    assert np.array_equal(again.mask.labels, after(1, EMPTY))
    assert room.session.current is not None
    assert room.session.current.id == key.sample
    annotation.redo()
    assert np.array_equal(again.mask.labels, after(2, EMPTY))


def test_what_is_not_saved_is_never_put_away(room: Workroom, plates: Path) -> None:
    document = begin(room, plates)
    annotation = room.session.annotation
    annotation.documents.room = 0
    gate = threading.Event()
    room.session.jobs.run("Hold the lane", lambda ticket: gate.wait(), lane="save")
    paint(annotation, document.key, 0)
    sample = room.sample("G001")
    room.session.open(sample.id)
    annotation.documents.open(sample, "top")
    room.settle(until=lambda: annotation.documents.document(MaskKey(sample.id, "top")) is not None)
    assert annotation.documents.document(document.key) is document
    gate.set()
    room.settle()
    room.session.open(room.sample("G002").id)
    assert annotation.documents.document(document.key) is None
    assert annotation.documents.document(MaskKey(sample.id, "top")) is None


def test_what_could_not_be_saved_is_never_put_away(room: Workroom, plates: Path) -> None:
    document = begin(room, plates, Pace(quiet=0.05, longest=0.1, first_retry=1000))
    annotation = room.session.annotation
    annotation.documents.room = 0
    paint(annotation, document.key, 0)
    with read_only(room.project.folder / "masks"):
        room.settle(until=lambda: document.state is SaveState.FAILED)
        open_mask(room, "G001")
        annotation.documents.open(room.sample("G001"), VIEWS[1])
        room.settle()
        assert document.saving is None
        assert annotation.documents.document(document.key) is document


def test_no_mask_is_opened_before_the_strokes_of_last_time_are_back(
    room: Workroom, plates: Path, tmp_path: Path
) -> None:
    document = begin(room, plates)
    paint(room.session.annotation, document.key, 0)
    left, gate = leave_as_killed(room, tmp_path / "left"), threading.Event()
    with open_workroom() as again:
        jobs, documents = again.session.jobs, again.session.annotation.documents
        jobs.run("Hold the lane", lambda ticket: gate.wait(), lane="save")
        again.session.open_project(left)
        again.settle(until=lambda: again.session.project is not None)
        documents.open(again.sample("G000"), VIEWS[0])
        waited = [jobs.run(f"Two are read at once: {turn}", lambda ticket: None, lane="disk") for turn in range(4)]
        again.settle(until=lambda: all(job.settled for job in waited))
        early = documents.document(document.key)
        gate.set()
        assert early is None
        again.settle()
        found = documents.document(document.key)
        assert found is not None
        assert found.segment == 0
        assert np.array_equal(found.mask.labels, after(1, EMPTY))


def test_a_change_that_comes_too_late_is_not_in_the_history(room: Workroom, plates: Path) -> None:
    document = begin(room, plates)
    annotation = room.session.annotation
    sheet = annotation.sheet(document.key, document.mask.box, 1.0)
    assert sheet is not None
    stroke = sheet.stroke("Brush")
    stroke.put(Box(0, 0, 5, 5), np.ones((5, 5), np.uint8))
    annotation.documents.use(None)
    with pytest.raises(Problem, match="came too late"):
        sheet.commit(stroke)
    assert annotation.history.done == ()


def test_a_data_sets_own_mask_is_begun_from_and_left_alone(room: Workroom, plates: Path) -> None:
    document = begin(room, plates, name="S000")
    ground = document.mask.labels.copy()
    assert ground.any()
    assert not document.drawn
    before = {path: path.read_bytes() for path in plates.rglob("*mask.png")}
    paint(room.session.annotation, document.key, 3)
    room.session.close_project()
    again = begin(room, plates, name="S000")
    assert again.drawn
    assert not np.array_equal(again.mask.labels, ground)
    assert {path: path.read_bytes() for path in plates.rglob("*mask.png")} == before


def test_what_a_killed_session_left_is_recovered_and_said_once(room: Workroom, plates: Path) -> None:
    left = begin(room, plates, name="S000")
    for number in range(5):
        paint(room.session.annotation, left.key, number)
    folder = leave_as_killed(room, plates.parent / "left")
    with open_workroom() as next_day:
        again = begin(next_day, folder, name="S000")
        assert np.array_equal(again.mask.labels, left.mask.labels)
        assert saved(again)
        (said,) = next_day.problems
        assert said.what == "5 strokes not yet saved when Pentad ended are back"
        assert f"{left.key.sample} top (5 strokes, 2" in said.why
        assert not list((folder / "journal").rglob("*.log"))
        assert np.array_equal(read_mask(file_of(next_day, again)), left.mask.labels)
    with open_workroom() as day_after:
        begin(day_after, folder)
        assert day_after.problems == []


def test_a_reader_sees_the_strokes_and_recovers_nothing(room: Workroom, plates: Path) -> None:
    document = begin(room, plates)
    paint(room.session.annotation, document.key, 0)
    with open_workroom() as other:
        reader = begin(other, room.project.folder)
        assert np.array_equal(reader.mask.labels, after(1, EMPTY))
        assert len(other.problems) == 1
        annotation = other.session.annotation
        for _ in range(5):
            assert annotation.sheet(reader.key, Box(0, 0, *SIZE), 1.0) is None
        assert whats(other)[1:] == ["Nothing can be painted"]
    assert segments(room, document) == [1]
    assert not file_of(room, document).exists()
    paint(room.session.annotation, document.key, 1)
    assert room.session.annotation.documents.flush()
    assert np.array_equal(read_mask(file_of(room, document)), after(2, EMPTY))


def test_classes_are_kept_in_the_project_once_they_are_left_alone(
    room: Workroom, plates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pentad.session.label_set.PAUSE_S", 0.05)
    annotation = room.session.annotation
    room.open(plates)
    assert room.project.store.labels() == []
    scratch = LabelClass(2, "Scratch", "#00ff00", opacity=0.5)
    for opacity in (0.1, 0.2, 0.3, 0.5):
        annotation.set_classes((LabelClass(2, "Scratch", "#00ff00", opacity=opacity),))
    room.settle(until=lambda: room.project.store.labels() == [scratch])
    assert [entry.what for entry in room.project.store.audit()].count("labels set") == 1
    annotation.set_classes((scratch, LabelClass(3, "Dent", "#0000ff", locked=True)))
    room.session.close_project()
    room.open(plates)
    assert [known.name for known in annotation.classes] == ["Scratch", "Dent"]
    assert annotation.classes[1].locked
