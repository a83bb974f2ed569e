"""Marks carried between the views of a rendered part: what is proposed, taken over, taken back, and why nothing is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pentad.annotation.edit import Stroke
from pentad.annotation.marked import marked_after, marked_in, patch_of
from pentad.annotation.rule import Rule
from pentad.annotation.sheet import Sheet
from pentad.core.arrays import Bools, Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.label_class import LabelClass
from pentad.core.mask import Mask, MaskKey
from pentad.core.patch import Patch
from pentad.gantry.station import VIEWS
from pentad.session.documents import MaskDocument
from pentad.session.part_depths import ROOM, PartInRig
from pentad.session.transfer import Transfer
from tests.helpers.gantry import RenderedPart
from tests.helpers.silhouettes import overlap
from tests.helpers.workroom import Workroom, open_workroom

RADIUS_MM = 2.5


@pytest.fixture
def room(part: RenderedPart) -> Iterator[Workroom]:
    with open_workroom() as room:
        begin(room, part.folder)
        yield room


def begin(room: Workroom, folder: Path) -> None:
    """Annotate the first sample, all of its masks at hand, the first view under the hand."""
    room.open(folder)
    session = room.session
    session.annotation.set_active(True)
    sample = session.current
    assert sample is not None
    for view in sample.views:
        session.annotation.documents.open(sample, view.name)
    room.settle()
    here = sample.views[0].name
    session.annotation.sheet_here = lambda: session.annotation.sheet(MaskKey(sample.id, here), Box(0, 0, 1, 1), 1.0)


def document(room: Workroom, view: str) -> MaskDocument:
    sample = room.session.current
    assert sample is not None
    found = room.session.annotation.documents.document(MaskKey(sample.id, view))
    assert found is not None
    return found


def sheet(room: Workroom, view: str = "top") -> Sheet:
    mask = document(room, view)
    found = room.session.annotation.sheet(mask.key, mask.mask.box, 1.0)
    assert found is not None
    return found


def mark(room: Workroom, where: Bools, *, view: str = "top", label: int = 1) -> None:
    """One stroke over these pixels."""
    stroke = sheet(room, view).stroke("Brush")
    stroke.paint(Patch(Box(0, 0, *where.shape), where), label)
    sheet(room, view).commit(stroke)
    room.settle()


def labels(room: Workroom) -> dict[str, Labels]:
    return {view: document(room, view).mask.labels.copy() for view in VIEWS}


def middle(part: RenderedPart) -> np.ndarray:
    """A place of the part's upper side that the top view shows in the middle of its picture."""
    points = part.points("top")
    height, width = points.shape[:2]
    rows, columns = np.nonzero(np.isfinite(points[..., 0]))
    nearest = np.argmin((rows - height * 0.45) ** 2 + (columns - width * 0.45) ** 2)
    return np.asarray(points[rows[nearest], columns[nearest]])


def transfer(room: Workroom) -> Transfer:
    return room.session.transfer


def test_what_is_accepted_lies_where_the_renderer_saw_those_places(room: Workroom, part: RenderedPart) -> None:
    spot = middle(part)
    mark(room, part.ball("top", spot, RADIUS_MM))
    before = labels(room)
    assert transfer(room).is_proposed()
    transfer(room).accept()
    room.settle()
    compared = 0
    for view in VIEWS[1:]:
        both = part.seen_in(view, "top")
        truth, got = part.ball(view, spot, RADIUS_MM) & both, (document(room, view).mask.labels == 1) & both
        if truth.sum() < 200:
            continue
        share = overlap(truth, got)
        print(f"{view}: IoU {share:.3f} on {truth.sum()} px that both views show")
        assert share >= 0.9, view
        compared += 1
    assert compared >= 2
    assert np.array_equal(before["top"], document(room, "top").mask.labels)
    names = [edit.name for edit in room.session.annotation.history.done]
    assert names[0] == "Brush"
    assert set(names[1:]) == {"Carried from top"}
    while len(room.session.annotation.history.done) > 1:
        room.session.annotation.undo()
    assert all(np.array_equal(now, before[view]) for view, now in labels(room).items())
    assert not room.problems


def test_a_stroke_under_way_is_proposed_and_goes_when_it_is_given_up(room: Workroom, part: RenderedPart) -> None:
    here = sheet(room)
    stroke = here.stroke("Brush")
    where = part.ball("top", middle(part), RADIUS_MM)
    stroke.paint(Patch(Box(0, 0, *where.shape), where), 1)
    room.settle()
    proposed = [view for view in VIEWS if transfer(room).proposals(view)]
    assert proposed == list(VIEWS[1:])
    assert transfer(room).words_on("front") == "proposed from top"
    assert transfer(room).overlay("front").shapes
    assert not transfer(room).overlay("top").shapes
    stroke.cancel()
    room.settle()
    assert not transfer(room).is_proposed()


def test_undo_takes_the_proposal_back_with_the_stroke(room: Workroom, part: RenderedPart) -> None:
    mark(room, part.ball("top", middle(part), RADIUS_MM))
    assert transfer(room).is_proposed()
    room.session.annotation.undo()
    room.settle()
    assert not transfer(room).is_proposed()


def test_what_was_decided_on_is_proposed_no_more_and_what_comes_later_is(room: Workroom, part: RenderedPart) -> None:
    spot = middle(part)
    mark(room, part.ball("top", spot, RADIUS_MM))
    transfer(room).reject("front")
    room.settle()
    assert not transfer(room).is_proposed("front")
    assert transfer(room).is_proposed("back")
    transfer(room).accept("back")
    room.settle()
    assert not transfer(room).is_proposed("back")
    assert transfer(room).is_proposed("left")
    changed = [view for view in VIEWS if document(room, view).mask.version]
    assert changed == ["top", "back"]
    transfer(room).reject()
    assert not transfer(room).is_proposed()
    mark(room, part.ball("top", spot + np.array([4.0, 0, 0]), 1.5))
    assert transfer(room).is_proposed("front")


def test_rule_and_locks_hold_for_what_is_carried(room: Workroom, part: RenderedPart) -> None:
    annotation, spot = room.session.annotation, middle(part)
    annotation.set_classes((LabelClass(1, "Scratch", "#ff0000"), LabelClass(2, "Dent", "#00ff00")))
    mark(room, part.ball("front", spot, RADIUS_MM / 2), view="front", label=2)
    kept = document(room, "front").mask.labels == 2
    assert kept.any()
    annotation.set_rule(Rule(only=frozenset({0})))
    transfer(room).reject()
    mark(room, part.ball("top", spot, RADIUS_MM))
    transfer(room).accept("front")
    room.settle()
    assert np.array_equal(document(room, "front").mask.labels == 2, kept)
    assert (document(room, "front").mask.labels == 1).any()
    mark(room, part.ball("top", spot, RADIUS_MM * 1.2))
    annotation.set_classes((LabelClass(1, "Scratch", "#ff0000", locked=True), LabelClass(2, "Dent", "#00ff00")))
    before = labels(room)
    transfer(room).accept()
    room.settle()
    assert all(np.array_equal(now, before[view]) for view, now in labels(room).items())
    assert "locked" in str(room.problems[-1])


def test_the_loops_are_made_ready_once_before_any_depth_is_drawn(part: RenderedPart) -> None:
    with open_workroom() as room:
        titles: list[str] = []
        room.session.jobs.started.connect(lambda job: titles.append(job.title))
        begin(room, part.folder)
        assert transfer(room).words.startswith("Paint: ")
        ready = titles.index("Getting ready to carry marks")
        assert not any(title.startswith("Depth of") for title in titles[:ready])
        assert any(title.startswith("Depth of") for title in titles[ready:])
        room.session.close_project()
        begin(room, part.folder)
        assert titles.count("Getting ready to carry marks") == 1


def test_what_is_painted_before_the_views_are_ready_is_proposed_then(room: Workroom, part: RenderedPart) -> None:
    room.session.transfer.depths.use(room.project)
    room.settle(until=lambda: transfer(room).depths.part(room.project.samples[0]) is not None)
    stroke, where = sheet(room).stroke("Brush"), part.ball("top", middle(part), RADIUS_MM)
    stroke.paint(Patch(Box(0, 0, *where.shape), where), 1)
    sheet(room).commit(stroke)
    assert transfer(room).words.startswith("The views are made ready")
    room.settle()
    assert transfer(room).is_proposed("front")


def test_what_was_taken_over_in_the_view_at_hand_is_not_proposed_back(room: Workroom, part: RenderedPart) -> None:
    mark(room, part.ball("top", middle(part), RADIUS_MM))
    annotation, front = room.session.annotation, document(room, "front").key
    annotation.sheet_here = lambda: annotation.sheet(front, Box(0, 0, 1, 1), 1.0)
    transfer(room).accept("front")
    room.settle()
    assert (document(room, "front").mask.labels == 1).any()
    assert transfer(room).words_on("back") == "proposed from top"
    assert not transfer(room).is_proposed("top")


def test_only_what_is_sure_enough_is_taken_over(room: Workroom, part: RenderedPart) -> None:
    mark(room, part.ball("top", middle(part), RADIUS_MM))
    taken = []
    for floor in (0.0, 0.9, 1.0):
        transfer(room).options.set("floor", floor)
        transfer(room).propose_class()
        room.settle()
        transfer(room).accept("front")
        room.settle()
        taken.append(document(room, "front").mask.labels == 1)
        room.session.annotation.undo()
        transfer(room).reject()
    everything, sure, surest = taken
    assert 0 < np.count_nonzero(sure) < np.count_nonzero(everything)
    assert not (sure & ~everything).any()
    assert not (surest & ~sure).any()


def test_depths_are_kept_up_to_a_number_of_bytes_the_last_used_the_longest(room: Workroom) -> None:
    depths = transfer(room).depths
    part = depths.part(room.project.samples[0])
    assert part is not None
    transfer(room).switch()
    kept = depths.at_hand(part, "top", part.coarse)
    assert kept is not None
    depths.room = 2 * kept.values.nbytes
    depths.at_hand(part, "top", part.coarse)
    depths.draw(part, ["front"], 2)
    room.settle()
    found = [
        (view, step, raster.values.nbytes)
        for view in VIEWS
        for step in (part.coarse, 2)
        if (raster := depths.at_hand(part, view, step)) is not None
    ]
    assert sum(nbytes for _, _, nbytes in found) <= depths.room
    assert [(view, step) for view, step, _ in found] == [("top", part.coarse), ("front", 2)]


def test_depth_for_taking_over_is_as_fine_as_there_is_room_for_all_views(room: Workroom) -> None:
    for views, megapixels, step in ((5, 0.4, 1), (5, 8, 1), (5, 20, 2), (50, 20, 4), (5, 151, 4)):
        size = (1000, round(1000 * megapixels))
        cameras = {f"{n}": Camera(f"{n}", np.eye(3), np.eye(4), size) for n in range(views)}
        assert PartInRig(room.project.samples[0], cameras).fine == step
        assert views * (size[0] // step) * (size[1] // step) * 4 <= ROOM


def test_a_whole_class_is_proposed_on_request(room: Workroom, part: RenderedPart) -> None:
    mark(room, part.ball("top", middle(part), RADIUS_MM))
    transfer(room).reject()
    transfer(room).switch()
    assert transfer(room).words == "What is painted is not carried to the other views."
    transfer(room).propose_class()
    room.settle()
    assert transfer(room).on
    assert transfer(room).is_proposed("front")
    assert "proposed" in transfer(room).words


def test_nothing_is_carried_without_rig_or_mesh_and_that_is_said(part: RenderedPart, tmp_path: Path) -> None:
    text = (part.folder / "pentad.toml").read_text()
    for missing, words in (("[rig]", "no calibrated cameras"), ("[mesh]", "no mesh")):
        folder = copied(part, tmp_path / missing.strip("[]"))
        head, _, tail = text.partition(missing)
        rest = tail.partition("\n\n")[2]
        (folder / "pentad.toml").write_text(head + rest)
        with open_workroom() as room:
            begin(room, folder)
            mark(room, np.ones((4, 4), bool))
            assert words in transfer(room).words.lower(), transfer(room).words
            assert not transfer(room).is_proposed()
            transfer(room).accept()
            room.settle()
            assert not room.problems


def test_a_view_that_is_not_calibrated_at_its_photos_size_is_named(part: RenderedPart, tmp_path: Path) -> None:
    folder = copied(part, tmp_path / "small")
    for file in (folder / part.sample).glob("left_*.png"):
        image = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        assert image is not None
        cv2.imwrite(str(file), np.ascontiguousarray(image[:100, :120]))
    with open_workroom() as room:
        begin(room, folder)
        mark(room, part.ball("top", middle(part), RADIUS_MM))
        assert "120 x 100 px" in transfer(room).words
        assert transfer(room).is_proposed("front")
        assert not transfer(room).proposals("left")


def test_a_mesh_in_the_wrong_unit_is_one_problem_and_a_reason(part: RenderedPart, tmp_path: Path) -> None:
    folder = copied(part, tmp_path / "huge")
    with (folder / "pentad.toml").open("a") as manifest:
        manifest.write("\npose = [[300, 0, 0, 0], [0, 300, 0, 0], [0, 0, 300, 0], [0, 0, 0, 1]]\n")
    with open_workroom() as room:
        begin(room, folder)
        mark(room, np.ones((4, 4), bool))
        assert "stands inside the part" in transfer(room).words
        assert len(room.problems) == 1


def copied(part: RenderedPart, folder: Path) -> Path:
    shutil.copytree(part.folder, folder)
    return folder


def test_marks_follow_edits_and_their_undoing() -> None:
    rng = np.random.default_rng(5)
    ground = rng.integers(0, 3, (300, 520)).astype(np.uint8)
    mask, key = Mask(ground.copy()), MaskKey("S", "top")
    marked, edits = marked_in(np.zeros_like(ground), 1), []
    truth = np.zeros(ground.shape, bool)
    for label in (1, 2, 1, 0):
        stroke = Stroke(mask, key, "Brush", Rule(), lambda source, box: None)
        box = Box(20 * label, 100, 20 * label + 60, 400)
        before = mask.labels.copy()
        stroke.put(box, np.full(box.shape, label, np.uint8))
        edit = stroke.finish()
        assert edit is not None
        edits.append(edit)
        marked = marked_after(marked, edit, 1, adds=True)
        truth = (truth | (before != 1)) & (mask.labels == 1) & (truth | (before != mask.labels))
        where = patch_of(marked, ground.shape)
        full = np.zeros(ground.shape, bool)
        full[where.box.slices] = where.where
        assert np.array_equal(full, truth)
    for edit in reversed(edits):
        edit.reversed.lay(mask)
        marked = marked_after(marked, edit.reversed, 1, adds=False)
    assert not marked
