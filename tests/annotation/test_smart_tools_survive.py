"""Whatever comes in whatever order, no tool breaks, and what it painted can be taken back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.rule import Rule, Source
from pentad.annotation.sheet import Underlay
from pentad.annotation.smart import smart_tools
from pentad.annotation.tool import Tool
from pentad.core.box import Box
from tests.annotation.smart_scenes import drag, photo, ring
from tests.helpers.sheet import BareSheet

SIZE = (60, 80)
NAMES = [tool.id for tool in smart_tools()]
places = st.tuples(st.floats(-20, 100), st.floats(-20, 100), st.booleans())
handed = st.tuples(st.sampled_from(["hover", "press", "drag", "release", "double"]), places)
keyed = st.tuples(st.sampled_from(["key"]), st.sampled_from(list(Key)))
others = st.tuples(
    st.sampled_from(["leave", "answer", "switch", "unload", "load", "cancelled", "pan", "option"]), st.integers(0, 99)
)
Event = tuple[str, object]


def sheets() -> list[BareSheet]:
    truth = ring((180, 240))[::3, ::3]
    beneath = {
        Source.RGB: Underlay(photo(truth), SIZE),
        Source.NORMAL: Underlay(photo(~truth), SIZE),
        Source.HEAT: Underlay(np.random.default_rng(0).random((15, 20)).astype(np.float32), SIZE, threshold=0.4),
    }
    first = BareSheet(SIZE, underlays=beneath, rule=Rule(only=frozenset({0, 1}), source=Source.RGB, low=60))
    second = BareSheet(SIZE, underlays=beneath, scale=0.4, label=2)
    second.key = first.key._replace(view="left")
    return [first, second]


class Play:
    """A tool, two views, and one event after another."""

    def __init__(self, tool: Tool) -> None:
        self.tool, self.sheets = tool, sheets()
        self.lent = dict(self.sheets[0].underlays)
        self.sheet = self.sheets[0]

    def do(self, kind: str, what: object) -> None:
        if isinstance(what, Key):
            self.tool.key(what, self.sheet)
        elif isinstance(what, tuple):
            y, x, alt = what
            getattr(self.tool, kind)(Pointer(y, x, scale=self.sheet.scale, subtract=alt), self.sheet)
        elif isinstance(what, int):
            self._happen(kind, what)

    def _happen(self, kind: str, number: int) -> None:
        if kind == "leave":
            self.tool.leave()
        elif kind == "answer":
            self.sheet.answer()
        elif kind == "switch":
            self.sheet = self.sheets[number % 2]
        elif kind in ("unload", "load"):
            self.sheet.underlays = self.lent if kind == "load" else {}
        elif kind == "cancelled":
            for question in self.sheet.waiting:
                question.cancel()
        elif kind == "pan":
            self.sheet.visible = Box(number % 50, number % 60, number % 50 + 12, number % 60 + 30) & Box(0, 0, *SIZE)
        else:
            self._set(number)

    def end(self) -> None:
        """Lay the tool down and let what it was asked for come."""
        self.tool.leave()
        for _ in range(30):  # Why: what waits behind a question that somebody ended is asked at the next look.
            if self.tool.busy:
                for sheet in self.sheets:
                    sheet.answer()

    def _set(self, number: int) -> None:
        declared = list(self.tool.options)
        option = declared[number % len(declared)]
        for value in (number, ("rgb", "normal", "heat")[number % 3], number % 2 == 0):
            self.tool.options.set(option.id, value)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(events=st.lists(st.one_of(handed, handed, keyed, others), max_size=25))
def test_any_order_of_events_is_survived(name: str, events: list[Event]) -> None:
    (tool,) = [tool for tool in smart_tools() if tool.id == name]
    play = Play(tool)
    for kind, what in events:
        play.do(kind, what)
    play.end()
    assert not tool.busy
    for sheet in play.sheets:
        sheet.undo_all()
        assert not sheet.mask.labels.any()


def test_what_one_tool_is_to_paint_survives_the_questions_of_the_next() -> None:
    tools = {tool.id: tool for tool in smart_tools()}
    sheet = sheets()[1]
    drag(tools["wand"], sheet, (30, 50))
    tools["wand"].leave()
    tools["superpixels"].hover(Pointer(30, 50, scale=sheet.scale), sheet)
    sheet.answer()
    assert [edit.name for edit in sheet.edits] == ["Magic wand"]
    assert tools["superpixels"].preview.shapes


def test_a_class_that_is_locked_is_said_to_be_when_an_answer_would_paint_it() -> None:
    (wand,) = [tool for tool in smart_tools() if tool.id == "wand"]
    sheet = sheets()[1]
    sheet.rule = Rule(locked=frozenset({2}))
    drag(wand, sheet, (30, 50))
    sheet.answer()
    assert [problem.what for problem in sheet.problems] == ["The chosen class is locked"]
    assert sheet.edits == []


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is(name: str) -> None:
    (tool,) = [tool for tool in smart_tools() if tool.id == name]
    assert tool.title
    assert tool.tip
    assert all(option.title for option in tool.options)
