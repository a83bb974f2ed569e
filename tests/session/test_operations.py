"""Operations, the clipboard and areas through a session: kept as strokes, exact, and never on locked classes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentad.annotation.moving import Move
from pentad.annotation.operations import Kind, Operation, changes
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.region import Patch
from pentad.annotation.rule import Rule
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.label_class import LabelClass
from pentad.core.mask import Mask, MaskKey
from pentad.sdk.testing import PatientTicket
from pentad.session.annotation import ViewSheet
from pentad.session.areas import Area
from pentad.session.copying import copy_from_previous, copy_to_other_views
from pentad.session.operation_actions import operation_actions
from tests.helpers.tiny_dataset import SIZE, VIEWS
from tests.helpers.workroom import Workroom

CLASSES = tuple(LabelClass(index, name, "#ffffff") for index, name in ((1, "Scratch"), (2, "Dent"), (3, "Stain")))


class Bench:
    """One view of a part under the hand."""

    def __init__(self, room: Workroom, plates: Path) -> None:
        self.room, self.session = room, room.session
        room.open(plates)
        self.annotation = self.session.annotation
        self.annotation.set_active(True)
        self.annotation.set_classes(CLASSES)
        self.annotation.sheet_here = self.sheet
        self.look("S000", "top")

    def look(self, name: str, view: str) -> None:
        """Put a view of the sample whose id ends with ``name`` under the hand."""
        sample = self.room.sample(name)
        self.session.open(sample.id)
        self.key = MaskKey(sample.id, view)
        self.annotation.documents.open(sample, view)
        self.room.settle()

    def sheet(self) -> ViewSheet | None:
        return self.annotation.sheet(self.key, Box(0, 0, *SIZE), 1.0)

    @property
    def here(self) -> ViewSheet:
        sheet = self.sheet()
        assert sheet is not None
        return sheet

    @property
    def mask(self) -> Mask:
        return self.here.mask

    def mask_of(self, view: str) -> Mask:
        document = self.annotation.documents.document(MaskKey(self.key.sample, view))
        assert document is not None
        return document.mask

    def draw(self, labels: Labels) -> None:
        """Make the mask look so, as one stroke."""
        stroke = self.here.stroke("Draw")
        stroke.put(Box(0, 0, *labels.shape), labels)
        self.here.commit(stroke)

    def areas(self) -> dict[int, Area]:
        """How much of the view each class covers, when it is counted."""
        self.session.areas.of(self.key)
        self.room.settle()
        return dict(self.session.areas.of(self.key))

    def do(self, kind: Kind) -> None:
        self.session.operations.start(kind)
        self.room.settle()

    @property
    def move(self) -> Move:
        tool = self.annotation.toolbox.tools["move"]
        assert isinstance(tool, Move)
        return tool


@pytest.fixture
def bench(room: Workroom, plates: Path) -> Iterator[Bench]:
    bench = Bench(room, plates)
    yield bench
    bench.annotation.toolbox.take("hand")


def blobs(seed: int) -> Labels:
    """A mask of three classes with holes and specks."""
    generator = np.random.default_rng(seed)
    coarse = np.kron(generator.integers(0, 4, (9, 12)), np.ones((8, 8))).astype(np.uint8)
    coarse[generator.random(SIZE) < 0.05] = 0
    coarse[generator.random(SIZE) < 0.02] = 1
    return coarse


def test_an_operation_is_one_named_step_that_undo_takes_back(bench: Bench) -> None:
    bench.draw(blobs(1))
    before = bench.mask.labels.copy()
    bench.session.operations.options.set("radius", 2)
    bench.do(Kind.GROW)
    expected = before.copy()
    for box, labels in changes(before, Operation(Kind.GROW, 1, radius=2), PatientTicket()):
        expected[box.slices] = labels
    assert np.array_equal(bench.mask.labels, expected)
    assert not np.array_equal(expected, before)
    assert [kept.name for kept in bench.annotation.history.done] == ["Draw", "Grow 2 px"]
    bench.annotation.undo()
    assert np.array_equal(bench.mask.labels, before)


def test_asked_for_twice_at_once_it_is_done_twice(bench: Bench) -> None:
    labels = np.zeros(SIZE, np.uint8)
    labels[30, 40] = 1
    bench.draw(labels)
    bench.session.operations.options.set("radius", 1)
    for _ in range(8):
        bench.session.operations.start(Kind.GROW)
    bench.room.settle()
    assert np.flatnonzero(bench.mask.labels[30]).tolist() == list(range(32, 49))


def test_what_was_painted_meanwhile_is_not_lost(bench: Bench) -> None:
    labels = np.zeros(SIZE, np.uint8)
    labels[10:20, 10:20] = 1
    labels[14, 14] = 0
    bench.draw(labels)
    bench.session.operations.start(Kind.FILL_HOLES)
    labels[40:50, 50:60] = 1
    labels[45, 55] = 0
    bench.draw(labels)
    bench.room.settle()
    assert bench.mask.labels[14, 14] == bench.mask.labels[45, 55] == 1
    assert np.count_nonzero(bench.mask.labels) == 200


def test_a_stroke_that_never_ends_gets_no_operation_beneath_it(bench: Bench) -> None:
    bench.draw(blobs(2))
    bench.session.operations.start(Kind.FILL_HOLES)
    bench.annotation.toolbox.take("brush")
    brush = bench.annotation.toolbox.taken
    assert brush is not None
    brush.press(Pointer(5, 5), bench.here)
    bench.room.settle()
    assert [kept.name for kept in bench.annotation.history.done] == ["Draw"]
    assert "painted on meanwhile" in bench.room.problems[-1].why
    brush.release(Pointer(5, 5), bench.here)


def test_locked_classes_are_neither_changed_nor_painted(bench: Bench) -> None:
    bench.draw(blobs(3))
    before = bench.mask.labels.copy()
    operations = bench.session.operations
    bench.annotation.set_classes((CLASSES[0], replace(CLASSES[1], locked=True), CLASSES[2]))
    operations.options.set("over-others", True)
    operations.options.set("other", "2")
    for kind in Kind:
        bench.do(kind)
    assert np.array_equal(bench.mask.labels == 2, before == 2)
    bench.annotation.choose(2)
    steps = len(bench.annotation.history.done)
    for kind in set(Kind) - {Kind.CLEAR}:
        bench.do(kind)
    assert len(bench.annotation.history.done) == steps
    assert "locked" in bench.room.problems[-1].what


def test_the_rule_limits_operations(bench: Bench) -> None:
    bench.draw(blobs(4))
    before = bench.mask.labels.copy()
    bench.annotation.set_rule(Rule(only=frozenset({0})))
    bench.do(Kind.DELETE)
    assert np.array_equal(bench.mask.labels, before)
    assert "changed nothing" in bench.room.problems[-1].what


def test_what_makes_no_sense_is_said(bench: Bench) -> None:
    bench.draw(blobs(5))
    options = bench.session.operations.options
    bench.do(Kind.CHANGE)
    assert "both classes are Scratch" in bench.room.problems[-1].what
    options.set("other", "3")
    bench.do(Kind.SUBTRACT)
    assert "meaningless" in bench.room.problems[-1].what
    options.set("with", "copied")
    bench.do(Kind.INTERSECT)
    assert "nothing was copied" in bench.room.problems[-1].what
    assert len(bench.annotation.history.done) == 1


kinds = st.lists(st.tuples(st.sampled_from(sorted(Kind)), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds, st.integers(0, 99))
def test_any_row_of_operations_is_taken_back_and_done_again_exactly(
    bench: Bench, steps: list[tuple[Kind, int, int]], seed: int
) -> None:
    annotation, operations = bench.annotation, bench.session.operations
    bench.draw(blobs(seed))
    annotation.history.clear()
    operations.options.set("gap", 1.5)
    states = [bench.mask.labels.copy()]
    for kind, label, other in steps:
        annotation.choose(label)
        operations.options.set("other", str(other))
        bench.do(kind)
        if len(annotation.history.done) == len(states):
            states.append(bench.mask.labels.copy())
        assert np.array_equal(bench.mask.labels, states[-1])
    counted = {label: area.pixels for label, area in bench.areas().items()}
    assert counted == {n: int(np.count_nonzero(states[-1] == n)) for n in (1, 2, 3) if (states[-1] == n).any()}
    for state in states[-2::-1]:
        annotation.undo()
        assert np.array_equal(bench.mask.labels, state)
    for state in states[1:]:
        annotation.redo()
        assert np.array_equal(bench.mask.labels, state)


def test_a_region_is_copied_to_another_view_and_another_sample_bit_for_bit(bench: Bench) -> None:
    bench.draw(blobs(6))
    wanted = bench.mask.labels == 1
    bench.session.clipboard.copy()
    for sample, view in (("S000", "north"), ("G001", "top")):
        bench.look(sample, view)
        before = bench.mask.labels.copy()
        bench.session.clipboard.paste()
        assert bench.move.busy
        assert np.array_equal(bench.mask.labels, before)
        bench.move.key(Key.COMMIT, bench.here)
        assert np.array_equal(bench.mask.labels, np.where(wanted, 1, before))
        assert bench.annotation.history.done[-1].name == "Paste"


def test_the_region_under_the_hand_is_cut_and_pasted_where_it_was(bench: Bench) -> None:
    labels = np.zeros(SIZE, np.uint8)
    labels[10:20, 10:20] = 2
    labels[13:15, 13:15] = 0
    labels[40:50, 40:50] = 2
    bench.draw(labels)
    bench.annotation.toolbox.take("move")
    bench.move.hover(Pointer(11, 11), bench.here)
    bench.session.clipboard.cut()
    assert np.count_nonzero(bench.mask.labels) == 100
    bench.session.clipboard.paste()
    bench.move.commit()
    assert np.array_equal(bench.mask.labels, labels)
    bench.session.clipboard.copy_all()
    copied = bench.session.clipboard.copied
    assert copied is not None
    assert copied.piece.box == Box(10, 10, 50, 50)
    bench.annotation.toolbox.take("brush")
    bench.annotation.choose(2)
    bench.session.clipboard.cut()
    bench.room.settle()
    assert not bench.mask.labels.any()


def test_a_class_is_combined_with_what_was_copied_elsewhere(bench: Bench) -> None:
    first, second = blobs(7), blobs(8)
    bench.draw(first)
    bench.session.clipboard.copy()
    bench.look("S000", "north")
    bench.session.operations.options.set("with", "copied")
    for kind, expected in (
        (Kind.UNITE, np.where((first == 1) & (second == 0), 1, second)),
        (Kind.SUBTRACT, np.where((second == 1) & (first == 1), 0, second)),
        (Kind.INTERSECT, np.where((second == 1) & (first != 1), 0, second)),
    ):
        bench.draw(second)
        bench.do(kind)
        assert np.array_equal(bench.mask.labels, expected), kind


def test_a_mask_goes_to_every_other_view_and_each_takes_it_back(bench: Bench) -> None:
    bench.draw(blobs(9))
    labels = bench.mask.labels.copy()
    copy_to_other_views(bench.session)
    bench.room.settle()
    assert all(np.array_equal(bench.mask_of(view).labels, labels) for view in VIEWS)
    assert [kept.name for kept in bench.annotation.history.done] == ["Draw"] + ["Copy mask of top"] * 4
    for _ in range(4):
        bench.annotation.undo()
    assert np.array_equal(bench.mask.labels, labels)
    assert not any(np.array_equal(bench.mask_of(view).labels, labels) for view in VIEWS[1:])


def test_a_mask_comes_from_the_sample_before(bench: Bench) -> None:
    bench.look("S000", "east")
    bench.draw(blobs(10))
    labels = bench.mask.labels.copy()
    bench.look("S001", "east")
    copy_from_previous(bench.session)
    bench.room.settle()
    assert np.array_equal(bench.mask.labels, labels)
    assert bench.annotation.history.done[-1].name.startswith("Copy mask of east, ")
    bench.session.open(bench.session.visible[0].id)
    bench.look(bench.session.visible[0].id, "east")
    copy_from_previous(bench.session)
    assert "no previous sample" in bench.room.problems[-1].what


def test_every_action_runs_and_says_whether_it_can(bench: Bench) -> None:
    bench.draw(blobs(11))
    actions = {action.id: action for action in operation_actions(bench.session)}
    assert actions["mask.grow"].enabled()
    assert not actions["mask.paste"].enabled()
    assert not actions["move.left"].enabled()
    actions["mask.copy"].run()
    actions["mask.paste"].run()
    assert actions["move.left"].enabled()
    floating = bench.move.floating
    assert floating is not None
    actions["move.far-left"].run()
    actions["move.down"].run()
    assert bench.move.floating is not None
    assert bench.move.floating.box == Patch(floating.moved(1, -10).box, floating.where).box
    bench.annotation.set_active(False)
    assert not any(action.enabled() for action in actions.values())
