"""Any order of events, on any geometry tool: nothing breaks, only commits paint for good, all of it can be undone."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pentad.annotation.brush import brushes
from pentad.annotation.outlining import outlining_tools
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.rule import Rule
from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from tests.helpers.sheet import BareSheet

SIZE = (48, 64)
places = st.builds(
    Pointer,
    y=st.one_of(st.floats(-30, 80), st.integers(0, 48).map(float)),
    x=st.one_of(st.floats(-30, 90), st.integers(0, 64).map(float)),
    pressure=st.sampled_from([1.0, 0.4, 0.0]),
    scale=st.sampled_from([0.25, 1.0, 8.0]),
    add=st.booleans(),
    subtract=st.booleans(),
    square=st.booleans(),
)
views = st.sampled_from([0, 0, 0, 1])
RULES = (Rule(), Rule(only=frozenset({0})), Rule(only=frozenset({0, 2}), locked=frozenset({3})))


class Hand(RuleBasedStateMachine):
    """A hand that does anything on two views, with one tool after another."""

    def __init__(self) -> None:
        super().__init__()
        self.tools = [*brushes(), *outlining_tools()]
        self.tool = self.tools[0]
        labels = np.random.default_rng(0).integers(0, 4, SIZE).astype(np.uint8)
        self.first = [labels, np.zeros(SIZE, np.uint8)]
        self.sheets = [BareSheet(labels.copy(), key=MaskKey("S1", f"{view}")) for view, labels in enumerate(self.first)]
        self.kept: list[Labels] = [labels.copy() for labels in self.first]
        self.edits = [0, 0]

    @initialize(kind=st.integers(0, 6))
    def begin(self, kind: int) -> None:
        self.tool = self.tools[kind]

    @rule(kind=st.integers(0, 6))
    def take(self, kind: int) -> None:
        self.tool.leave()
        self.tool = self.tools[kind]

    @rule(at=places, view=views)
    def hover(self, at: Pointer, view: int) -> None:
        self.tool.hover(at, self.sheets[view])

    @rule(at=places, view=views)
    def press(self, at: Pointer, view: int) -> None:
        self.tool.press(at, self.sheets[view])

    @rule(at=places, view=views)
    def drag(self, at: Pointer, view: int) -> None:
        self.tool.drag(at, self.sheets[view])

    @rule(at=places, view=views)
    def release(self, at: Pointer, view: int) -> None:
        self.tool.release(at, self.sheets[view])

    @rule(at=places, to=places, view=views)
    def gesture(self, at: Pointer, to: Pointer, view: int) -> None:
        self.tool.press(at, self.sheets[view])
        self.tool.drag(to, self.sheets[view])
        self.tool.release(to, self.sheets[view])

    @rule(at=places, view=views)
    def double(self, at: Pointer, view: int) -> None:
        self.tool.double(at, self.sheets[view])

    @rule(key=st.sampled_from(list(Key)), view=views)
    def key(self, key: Key, view: int) -> None:
        used = self.tool.key(key, self.sheets[view])
        assert used or not self.tool.busy or key is not Key.CANCEL

    @rule(number=st.integers(0, 2))
    def limit(self, number: int) -> None:
        for sheet in self.sheets:
            sheet.rule = RULES[number]

    @rule(label=st.sampled_from([1, 2, 3, 255]))
    def choose(self, label: int) -> None:
        for sheet in self.sheets:
            sheet.label = label

    @rule(adjust=st.booleans(), square=st.booleans(), radius=st.floats(0.5, 30))
    def set_options(self, adjust: bool, square: bool, radius: float) -> None:
        for id, value in (("adjust", adjust), ("shape", "square" if square else "round"), ("radius", radius)):
            if id in self.tool.options:
                self.tool.options.set(id, value)

    @invariant()
    def nothing_is_painted_but_by_what_was_committed(self) -> None:
        for view, sheet in enumerate(self.sheets):
            if len(sheet.edits) > self.edits[view]:
                self.edits[view] = len(sheet.edits)
                self.kept[view] = sheet.mask.labels.copy()
            if not self.tool.busy:
                assert np.array_equal(sheet.mask.labels, self.kept[view])

    def teardown(self) -> None:
        self.tool.leave()
        assert not self.tool.busy
        for sheet, first, last in zip(self.sheets, self.first, self.kept, strict=True):
            assert np.array_equal(sheet.mask.labels, last)
            sheet.undo_all()
            assert np.array_equal(sheet.mask.labels, first)
            sheet.redo_all()
            assert np.array_equal(sheet.mask.labels, last)


TestHand = Hand.TestCase
TestHand.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
