"""The queue of contradictions over simulated parts, whose masks are true in every view."""

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pentad.annotation.contradictions import Contradiction
from pentad.core.mask import MaskKey
from pentad.core.sample import Split
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import write_dataset
from pentad.io import rasters
from pentad.sdk.testing import PatientTicket
from pentad.session.browsing import Filter, Show
from pentad.session.contradiction_actions import go_to
from pentad.session.contradictions import Contradictions
from pentad.session.jobs import State
from pentad.session.modelling import start_detection, start_training
from pentad.session.results import fetch
from pentad.session.rig_editing import RigEditing, Station
from tests.helpers.workroom import Workroom

KINDS = 6
"""Defects of a part with pins, one of each."""


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One part with each defect, and a good one."""
    folder = tmp_path_factory.mktemp("gantry") / "parts"
    recipe = Recipe("pin_connector", 0, 1, KINDS)
    write_dataset(folder, [recipe], seed=1, size=480, ticket=PatientTicket(), processes=2)
    return folder


@pytest.fixture
def data(parts: Path, tmp_path: Path) -> Path:
    """A copy that may be spoiled."""
    return Path(shutil.copytree(parts, tmp_path / "parts"))


def searched(room: Workroom, data: Path) -> Contradictions:
    room.open(data)
    queue = room.session.contradictions
    job = queue.search()
    assert job is not None
    room.result(job)
    return queue


def test_true_masks_contradict_each_other_hardly_anywhere(room: Workroom, parts: Path) -> None:
    queue = searched(room, parts)
    assert queue.compared >= KINDS
    assert queue.problems == {}
    assert len(queue.queue) <= 1
    assert room.problems == []


def spoil(data: Path, kind: str, view: str) -> str:
    """Delete one view's marks; the sample's id."""
    (mask,) = data.glob(f"*/*/{kind}/*/{view}_mask.png")
    mask.unlink()
    return mask.parent.relative_to(data).as_posix()


def test_the_marks_that_are_missing_in_one_view_are_what_is_found_and_what_is_hidden_is_not(
    room: Workroom, data: Path
) -> None:
    sample = spoil(data, "bent_pin", "top")
    truth = {path.name for path in data.glob("*/*/scratch/*/*_mask.png")}
    assert 1 <= len(truth) < 5  # the scratch is on one side and hidden from the others
    queue = searched(room, data)
    assert len([one for one in queue.queue if one.sample != sample]) <= 1
    assert {one.to_view for one in queue.queue if one.sample == sample} == {"top"}
    weights = [one.weight for one in queue.queue]
    assert weights == sorted(weights, reverse=True)


def overlap(one: Contradiction, truth: Path) -> float:
    """How much of the place lies on the mask that was deleted, give or take two pixels."""
    mask = cv2.dilate(np.asarray(cv2.imread(str(truth), cv2.IMREAD_GRAYSCALE)), np.ones((5, 5), np.uint8))
    cells = np.argwhere(one.place.where) + np.array([one.place.box.y0, one.place.box.x0])
    return float((mask[tuple(cells.T)] > 0).mean())


@pytest.mark.parametrize(("kind", "view"), [("foreign_body", "top"), ("foreign_body", "back")])
def test_the_place_is_where_the_truth_marks_the_defect(
    room: Workroom, parts: Path, data: Path, kind: str, view: str
) -> None:
    sample = spoil(data, kind, view)
    here = [one for one in searched(room, data).queue if one.sample == sample]
    assert {one.to_view for one in here} == {view}
    assert overlap(here[0], parts / sample / f"{view}_mask.png") > 0.9


def test_dismissed_places_stay_dismissed_until_they_are_taken_back(room: Workroom, data: Path) -> None:
    sample = spoil(data, "bent_pin", "top")
    queue = searched(room, data)
    wrong = [one for one in queue.queue if one.sample == sample]
    for one in wrong:
        queue.dismiss(one)
    assert sample not in queue.samples
    folder = room.project.folder
    room.session.close_project()
    queue = searched(room, folder)
    assert sample not in {one.sample for one in queue.queue}
    queue.show_dismissed(shown=True)
    again = [one for one in queue.queue if one.sample == sample]
    assert len(again) == len(wrong)
    queue.restore(again[0])
    queue.show_dismissed(shown=False)
    assert sample in queue.samples


def test_marking_the_place_takes_it_off_the_queue_once_it_is_saved(room: Workroom, data: Path) -> None:
    sample = spoil(data, "foreign_body", "top")
    queue = searched(room, data)
    room.session.set_filter(Filter(show=Show.CONTRADICTED))
    assert sample in {one.id for one in room.session.visible}
    (wrong,) = [one for one in queue.queue if one.sample == sample]
    go_to(room.session, wrong)
    assert room.session.current is room.sample(sample)
    assert room.session.view_state.look.active == "top"
    documents = room.session.annotation.documents
    documents.open(room.sample(sample), "top")
    room.settle()
    annotation = room.session.annotation
    draft = annotation.draft(MaskKey(sample, "top"), "Brush")
    assert draft is not None
    draft.stroke.paint(wrong.place, 1)
    assert annotation.lay(draft, draft.stroke.finish())
    documents.save_all()
    room.settle()
    assert sample not in queue.samples
    assert queue.here is None
    assert sample not in {one.id for one in room.session.visible}


def test_a_second_search_reads_no_mask_again(room: Workroom, parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = searched(room, parts)
    before = queue.queue

    def read(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(rasters, "read_mask", read)
    job = queue.search()
    assert job is not None
    room.result(job)
    assert queue.queue == before


def test_a_broken_mask_or_mesh_is_said_and_the_rest_is_compared(room: Workroom, data: Path) -> None:
    sample = spoil(data, "bent_pin", "top")
    (torn,) = data.glob("*/*/stain/*/right_mask.png")
    torn.write_bytes(torn.read_bytes()[:50])
    (mesh,) = data.glob("*/*/dent/*/truth/part.stl")
    mesh.write_bytes(b"solid nothing")
    queue = searched(room, data)
    assert sample in queue.samples
    assert {name.split("/")[2] for name in queue.problems} == {"stain", "dent"}


def test_an_edited_rig_is_searched_anew_and_sees_other_places(room: Workroom, data: Path) -> None:
    sample = spoil(data, "foreign_body", "top")
    queue = searched(room, data)
    rig = room.session.rig
    rig.ask(None)
    room.settle()
    (before,) = [one for one in queue.queue if one.sample == sample]
    assert rig.reading is not None
    editing = RigEditing(room.project, rig.reading, rig.reading)
    top = Station.of(rig.reading.rig.camera("top"))
    x, y, z = top.shift_mm
    editing.set_station("top", Station(top.turn_deg, (x + 2.0, y, z)))
    editing.save()
    rig.read_again()
    room.settle()
    (after,) = [one for one in queue.queue if one.sample == sample and one.to_view == "top"]
    assert abs(after.where.y0 - before.where.y0) + abs(after.where.x0 - before.where.x0) > 5


def test_the_tolerance_of_what_travels_holds_for_what_contradicts_too(room: Workroom, data: Path) -> None:
    sample = spoil(data, "foreign_body", "top")
    queue = searched(room, data)

    def seen() -> int:
        return sum(one.visible_area_px for one in queue.queue if one.sample == sample)

    strict = seen()
    room.session.transfer.options.set("tolerance", 5.0)
    assert queue.searching
    # A second change gives the search of the first one up.
    room.session.transfer.options.set("tolerance", 10.0)
    assert len([job for job in room.session.jobs.unsettled if job.wanted]) == 1
    room.settle()
    assert seen() > strict
    room.session.transfer.options.set("tolerance", 0.2)
    room.settle()
    assert seen() == strict


def test_a_search_that_is_stopped_keeps_what_it_found(room: Workroom, parts: Path) -> None:
    room.open(parts)
    queue = room.session.contradictions
    job = queue.search()
    assert job is not None
    room.settle(until=lambda: queue.compared >= 2)
    job.cancel()
    room.settle()
    assert job.state is State.CANCELLED
    assert not queue.searching
    found = queue.compared
    assert 2 <= found < KINDS + 1
    job = queue.search()
    assert job is not None
    room.result(job)
    assert queue.compared >= KINDS


def test_the_heat_of_a_run_ranks_the_queue_as_it_comes(room: Workroom, data: Path) -> None:
    sample = spoil(data, "foreign_body", "top")
    queue = searched(room, data)
    (before,) = [one for one in queue.queue if one.sample == sample]
    assert before.heat_max is None
    room.project.samples[:] = [
        replace(one, split=Split.TRAIN if one.good else one.split) for one in room.project.samples
    ]
    room.result(start_training(room.session, "bright"))
    room.result(start_detection(room.session, room.project.models[0], [room.sample(sample[-5:])]))
    (after,) = [one for one in queue.queue if one.sample == sample]
    run = room.session.results.run
    prediction = fetch(run, sample) if run is not None else None
    assert prediction is not None
    values = prediction.views["top"].heatmap.values
    assert after.heat_max is not None
    assert after.heat_max <= values.max()
    assert after.heat_rank is not None
    assert after.weight == pytest.approx(before.weight * (1 + 4 * after.heat_rank))
    others = [one for one in queue.queue if one.sample != sample]
    assert all(one.heat_max is None for one in others)


def test_without_a_rig_one_is_told(room: Workroom, plates: Path) -> None:
    room.open(plates)
    job = room.session.contradictions.search()
    assert job is not None
    room.settle()
    assert job.problem is not None
    assert "rig" in str(job.problem)
