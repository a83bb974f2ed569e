"""Any order of strokes, saves and crashes: what was kept is what is found, whatever the disk looked like just then."""

import shutil
import tempfile
from collections import deque
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pentad.annotation.edit import Stroke
from pentad.annotation.rule import Rule
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.mask import Mask, MaskKey
from pentad.io.kept_masks import KeptMasks
from pentad.session.jobs import Call, Jobs
from pentad.session.saving import MaskDocument, Pace, Saver, SaveState

KEY = MaskKey("pin/S1", "top")
SIZE = (300, 520)


def ground() -> Labels:
    """The data set's own mask."""
    return np.full(SIZE, 9, np.uint8)


class Hands:
    """Threads and event loop by hand: what waits for a worker, and what waits for the main thread."""

    def __init__(self) -> None:
        self.work: deque[Call] = deque()
        self.home: deque[Call] = deque()

    def submit(self, lane: str, call: Call) -> None:
        self.work.append(call)

    def deliver(self, call: Call) -> None:
        self.home.append(call)

    def close(self) -> None:
        self.work.clear()


class Crashing(RuleBasedStateMachine):
    """One mask is painted, saved and lost hold of, over and over; beside it a plain array says what it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.expected = ground()
        self.saved = self.expected.copy()
        self.begin()

    def begin(self) -> None:
        """Open the project as a new process does."""
        kept = KeptMasks(self.folder)
        recovered = kept.recover(KEY, ground)
        assert recovered is None or recovered.lost == 0
        assert recovered is None or recovered.notes == ()
        found = kept.find(KEY, ground)
        assert np.array_equal(found.labels, self.expected)
        assert found.strokes == ()
        self.hands = Hands()
        self.document = MaskDocument(KEY, Mask(found.labels), found.drawn, mark=found.mark, segment=found.segment)
        self.saver = Saver(
            kept,
            Jobs(self.hands, self.hands.deliver),
            pace=Pace(quiet=1e6, longest=1e6),
            busy=lambda: False,
            open_now=lambda: (self.document,),
            changed=lambda key: None,
            noticed=self.fail,
        )

    def fail(self, problem: Exception) -> None:
        raise problem

    @rule(y=st.integers(0, 299), x=st.integers(0, 519), side=st.sampled_from([1, 40, 300]), label=st.integers(0, 2))
    def paint(self, y: int, x: int, side: int, label: int) -> None:
        box = Box(y, x, y + side, x + side)
        stroke = Stroke(self.document.mask, KEY, "Brush", Rule(), lambda source, box: None)
        stroke.put(box, np.full(box.shape, label, np.uint8))
        edit = stroke.finish()
        if edit is not None:
            self.saver.keep(self.document, edit)
        self.expected[box.y0 : box.y1, box.x0 : box.x1] = label

    @rule()
    def save(self) -> None:
        self.saver.save([self.document])

    @rule()
    def a_worker_works(self) -> None:
        if self.hands.work:
            self.hands.work.popleft()()

    @rule()
    def news_come_home(self) -> None:
        while self.hands.home:
            self.hands.home.popleft()()

    @rule()
    def crash(self) -> None:
        """Whatever waits for a thread never happens."""
        self.saver.close()
        self.begin()

    @rule()
    def leave(self) -> None:
        while self.hands.work:
            self.a_worker_works()
        self.news_come_home()
        self.save()
        while self.hands.work:
            self.a_worker_works()
        self.news_come_home()
        assert self.document.state is SaveState.SAVED
        self.crash()

    @invariant()
    def a_reader_sees_what_is_painted(self) -> None:
        found = KeptMasks(self.folder).find(KEY, ground)
        assert np.array_equal(found.labels, self.expected)
        assert np.array_equal(self.document.mask.labels, self.expected)

    def teardown(self) -> None:
        self.saver.close()
        shutil.rmtree(self.folder)


Crashing.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestCrashing = Crashing.TestCase
