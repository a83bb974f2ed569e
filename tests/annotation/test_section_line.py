"""The line of a cross-section goes where the hand puts it, and stays when the tool is put down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.annotation.pointer import Pointer
from pentad.annotation.section_line import Line, SectionLine
from pentad.core.mask import MaskKey

HERE, THERE = MaskKey("S1", "top"), MaskKey("S1", "left")
places = st.tuples(st.floats(0, 500), st.floats(0, 500))


def drawn(*points: tuple[float, float], tool: SectionLine | None = None, square: bool = False) -> SectionLine:
    """Press at the first, drag through the others, let go at the last."""
    tool = tool or SectionLine()
    (y, x), (end_y, end_x) = points[0], points[-1]
    tool.pin(HERE, Pointer(y, x))
    for way_y, way_x in points[1:]:
        tool.pull(HERE, Pointer(way_y, way_x, square=square))
    tool.let_go(HERE, Pointer(end_y, end_x, square=square))
    return tool


def test_a_press_and_a_drag_make_a_line_and_its_ends_can_be_taken_one_by_one() -> None:
    tool = drawn((10, 20), (50, 60), (110, 120))
    assert tool.line == Line("top", (10, 20), (110, 120))
    drawn((112, 118), (200, 30), tool=tool)
    assert tool.line == Line("top", (10, 20), (200, 30))
    drawn((8, 20), (0, 0), tool=tool)
    assert tool.line == Line("top", (0, 0), (200, 30))


def test_between_its_ends_the_whole_line_is_taken_and_elsewhere_a_new_one_begins() -> None:
    tool = drawn((10, 20), (110, 20))
    drawn((60, 22), (70, 52), tool=tool)
    assert tool.line == Line("top", (20, 50), (120, 50))
    drawn((60, 200), (60, 300), tool=tool)
    assert tool.line == Line("top", (60, 200), (60, 300))


def test_a_click_beside_the_line_leaves_it_as_it_is() -> None:
    tool = drawn((10, 20), (110, 20))
    drawn((60, 200), tool=tool)
    assert tool.line == Line("top", (10, 20), (110, 20))
    assert not tool.busy


def test_ctrl_keeps_to_steps_of_45_degrees() -> None:
    level = drawn((10, 20), (12, 120), square=True).line
    assert level is not None
    assert level.end == pytest.approx((10, 120))
    line = drawn((10, 20), (100, 112), square=True).line
    assert line is not None
    assert line.end[0] - line.start[0] == pytest.approx(line.end[1] - line.start[1])


def test_the_line_outlives_the_tool_and_another_view_begins_its_own() -> None:
    tool = drawn((10, 20), (110, 20))
    tool.leave()
    assert tool.line is not None
    tool.point(THERE, Pointer(60, 20))
    assert tool.pointed is None
    tool.point(HERE, Pointer(60, 90))
    assert tool.pointed == pytest.approx(0.5)
    tool.put_away()
    assert tool.line is None


@given(places, places, places)
def test_no_point_of_the_line_is_nearer_than_its_foot(
    start: tuple[float, float], end: tuple[float, float], point: tuple[float, float]
) -> None:
    line = Line("top", start, end)
    every = [line.at(step / 50) for step in range(51)]
    assert line.distance(point) <= min(((y - point[0]) ** 2 + (x - point[1]) ** 2) ** 0.5 for y, x in every) + 1e-6


@given(st.lists(st.tuples(st.sampled_from(("pin", "pull", "let_go", "point")), places, st.booleans()), max_size=12))
def test_it_survives_any_order_of_events(events: list[tuple[str, tuple[float, float], bool]]) -> None:
    tool = SectionLine()
    for name, (y, x), here in events:
        getattr(tool, name)(HERE if here else THERE, Pointer(y, x))
    tool.leave()
    assert not tool.busy
