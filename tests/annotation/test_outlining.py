"""What the tools that draw an outline first do with a hand."""

import numpy as np
import pytest

from pentad.annotation.outline import ellipse, polygon, rectangle
from pentad.annotation.outlining import EllipseTool, Lasso, Line, Polygon, RectangleTool, outlining_tools
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, Handles, Point
from pentad.annotation.region import Region
from pentad.annotation.rule import Rule
from pentad.annotation.sweep import capsule
from pentad.annotation.tool import Tool
from pentad.core.arrays import Bools
from pentad.core.mask import MaskKey
from tests.helpers.sheet import BareSheet

SQUARE: list[Point] = [(20.0, 20.0), (20.0, 70.0), (60.0, 70.0), (60.0, 20.0)]


@pytest.fixture
def sheet() -> BareSheet:
    return BareSheet((100, 120), label=2)


def union(sheet: BareSheet, *pieces: Region) -> Bools:
    where = np.zeros(sheet.mask.labels.shape, bool)
    for piece in pieces:
        patch = piece.inside(sheet.mask.box).patch()
        where[patch.box.slices] |= patch.where
    return where


def click(tool: Tool, sheet: BareSheet, *points: Point, add: bool = False, subtract: bool = False) -> None:
    for y, x in points:
        at = Pointer(y, x, add=add, subtract=subtract)
        tool.hover(at, sheet)
        tool.press(at, sheet)
        tool.release(at, sheet)


def drag(tool: Tool, sheet: BareSheet, *points: Point, add: bool = False, square: bool = False) -> None:
    way = [Pointer(y, x, add=add, square=square) for y, x in points]
    tool.press(way[0], sheet)
    for at in way[1:]:
        tool.drag(at, sheet)
    tool.release(way[-1], sheet)


def shape(sheet: BareSheet, line: list[Point]) -> Bools:
    return union(sheet, polygon(line, sheet.mask.box))


def test_a_line_is_clicked_point_by_point_and_painted_on_enter(sheet: BareSheet) -> None:
    line = Line()
    line.options.set("radius", 3.0)
    click(line, sheet, (10.0, 10.0), (50.5, 20.25), (80.0, 110.0), (0.0, 0.0))
    assert line.key(Key.BACK, sheet)
    assert not sheet.mask.labels.any()
    assert line.key(Key.COMMIT, sheet)
    first, second = capsule((10.0, 10.0), (50.5, 20.25), 3.0), capsule((50.5, 20.25), (80.0, 110.0), 3.0)
    assert np.array_equal(sheet.mask.labels == 2, union(sheet, first, second))
    assert [edit.name for edit in sheet.edits] == ["Line"]


def test_a_line_may_be_dragged_and_ends_with_a_double_click(sheet: BareSheet) -> None:
    line = Line()
    drag(line, sheet, (10.0, 10.0), (30.0, 40.0), (60.0, 90.0))
    line.double(Pointer(60.0, 90.0), sheet)
    line.release(Pointer(60.0, 90.0), sheet)
    assert np.array_equal(sheet.mask.labels == 2, union(sheet, capsule((10.0, 10.0), (60.0, 90.0), 2.0)))
    assert not line.busy


def test_a_polygon_is_closed_on_its_first_corner(sheet: BareSheet) -> None:
    tool = Polygon()
    click(tool, sheet, *SQUARE, (22.0, 21.0))
    assert np.array_equal(sheet.mask.labels == 2, shape(sheet, SQUARE))
    assert not tool.busy


def test_corners_are_moved_inserted_and_taken_away_before_it_is_painted(sheet: BareSheet) -> None:
    tool = Polygon()
    tool.options.set("adjust", True)
    click(tool, sheet, *SQUARE, SQUARE[0])
    assert tool.busy
    drag(tool, sheet, (21.0, 69.0), (30.0, 90.0))
    drag(tool, sheet, (60.0, 45.0), (80.0, 45.0))
    click(tool, sheet, (60.0, 20.0), add=True)
    assert Handles(((20.0, 20.0), (30.0, 90.0), (60.0, 70.0), (80.0, 45.0)), None) in tool.preview.shapes
    tool.key(Key.COMMIT, sheet)
    assert np.array_equal(
        sheet.mask.labels == 2, shape(sheet, [(20.0, 20.0), (30.0, 90.0), (60.0, 70.0), (80.0, 45.0)])
    )


def test_a_scratch_can_be_outlined_with_its_edges_side_by_side(sheet: BareSheet) -> None:
    tool = Polygon()
    scratch: list[Point] = [(20.0, 10.0), (20.0, 100.0), (31.0, 100.0), (23.0, 60.0), (23.0, 35.0)]
    click(tool, sheet, *scratch)
    tool.key(Key.COMMIT, sheet)
    assert np.array_equal(sheet.mask.labels == 2, shape(sheet, scratch))


def test_a_closed_polygon_is_opened_again_by_going_back(sheet: BareSheet) -> None:
    tool = Polygon()
    tool.options.set("adjust", True)
    click(tool, sheet, *SQUARE, SQUARE[0])
    tool.key(Key.BACK, sheet)
    tool.key(Key.BACK, sheet)
    click(tool, sheet, (90.0, 45.0))
    tool.double(Pointer(90.0, 45.0), sheet)
    assert np.array_equal(sheet.mask.labels == 2, shape(sheet, [*SQUARE[:3], (90.0, 45.0)]))


def test_going_back_behind_the_first_corner_gives_up(sheet: BareSheet) -> None:
    for tool in (Polygon(), Line()):
        click(tool, sheet, *SQUARE[:2])
        assert [tool.key(Key.BACK, sheet) for _ in range(3)] == [True, True, False]
        assert not tool.busy
        assert tool.preview is NOTHING


def test_a_lasso_paints_when_the_hand_lets_go(sheet: BareSheet) -> None:
    lasso = Lasso()
    way: list[Point] = [(20.2, 20.1), (18.0, 80.0), (50.0, 50.0), (90.5, 85.25)]
    drag(lasso, sheet, *way)
    assert np.array_equal(sheet.mask.labels == 2, shape(sheet, way))


def test_begun_with_alt_an_outline_erases(sheet: BareSheet) -> None:
    sheet.mask.put(sheet.mask.box, np.full((100, 120), 9, np.uint8))
    tool = Polygon()
    click(tool, sheet, SQUARE[0], subtract=True)
    click(tool, sheet, *SQUARE[1:], SQUARE[0])
    assert np.array_equal(sheet.mask.labels == 0, shape(sheet, SQUARE))


@pytest.mark.parametrize(("tool", "inside"), [(RectangleTool, rectangle), (EllipseTool, ellipse)])
def test_a_frame_is_dragged_from_corner_to_corner(
    tool: type[RectangleTool] | type[EllipseTool], inside: object, sheet: BareSheet
) -> None:
    assert callable(inside)
    drag(tool(), sheet, (70.5, 20.0), (30.0, 90.25))
    assert np.array_equal(sheet.mask.labels == 2, union(sheet, inside((70.5, 20.0), (30.0, 90.25))))
    sheet.undo_all()
    drag(tool(), sheet, (50.0, 50.0), (40.0, 70.0), square=True)
    assert np.array_equal(sheet.mask.labels == 2, union(sheet, inside((50.0, 50.0), (30.0, 70.0))))
    sheet.undo_all()
    drag(tool(), sheet, (50.0, 50.0), (40.0, 70.0), add=True)
    assert np.array_equal(sheet.mask.labels == 2, union(sheet, inside((60.0, 30.0), (40.0, 70.0))))


def test_a_frame_may_be_adjusted_before_it_is_painted(sheet: BareSheet) -> None:
    tool = RectangleTool()
    tool.options.set("adjust", True)
    drag(tool, sheet, (20.0, 20.0), (50.0, 60.0))
    assert tool.preview.note == "41 x 31 px"
    assert [len(shape.points) for shape in tool.preview.shapes if isinstance(shape, Handles)] == [8]
    drag(tool, sheet, (51.0, 61.0), (60.0, 80.0))
    drag(tool, sheet, (20.0, 50.0), (10.0, 55.0))
    drag(tool, sheet, (30.0, 40.0), (35.0, 42.0))
    click(tool, sheet, (95.0, 115.0))
    assert not sheet.mask.labels.any()
    tool.key(Key.COMMIT, sheet)
    assert np.array_equal(sheet.mask.labels == 2, union(sheet, rectangle((15.0, 22.0), (65.0, 82.0))))


def test_what_encloses_nothing_does_nothing(sheet: BareSheet) -> None:
    for tool in outlining_tools():
        click(tool, sheet, (20.0, 20.0))
        tool.double(Pointer(20.0, 20.0), sheet)
        tool.release(Pointer(20.0, 20.0), sheet)
        assert not tool.busy, tool.id
    drag(Lasso(), sheet, (20.0, 20.0), (40.0, 40.0), (60.0, 60.0))
    drag(RectangleTool(), sheet, (20.0, 20.0), (20.0, 60.0))
    click(polygon_tool := Polygon(), sheet, *SQUARE[:2])
    polygon_tool.key(Key.COMMIT, sheet)
    assert sheet.edits == []
    assert not sheet.mask.labels.any()


def test_another_view_is_not_heard_while_an_outline_is_under_way(sheet: BareSheet) -> None:
    other = BareSheet((100, 120), key=MaskKey("S1", "left"))
    tool = Polygon()
    click(tool, sheet, *SQUARE[:2])
    click(tool, other, (90.0, 90.0))
    click(tool, sheet, *SQUARE[2:], SQUARE[0])
    assert np.array_equal(sheet.mask.labels == 2, shape(sheet, SQUARE))
    assert not other.mask.labels.any()


def test_a_class_locked_meanwhile_keeps_the_outline(sheet: BareSheet) -> None:
    tool = Polygon()
    click(tool, sheet, *SQUARE)
    sheet.rule = Rule(locked=frozenset({2}))
    tool.key(Key.COMMIT, sheet)
    assert tool.busy
    assert len(sheet.problems) == 1
    sheet.rule = Rule()
    tool.key(Key.COMMIT, sheet)
    assert np.array_equal(sheet.mask.labels == 2, shape(sheet, SQUARE))


def test_the_rule_and_what_lies_outside_are_left_alone(sheet: BareSheet) -> None:
    labels = np.random.default_rng(5).integers(0, 4, (100, 120)).astype(np.uint8)
    sheet.mask.put(sheet.mask.box, labels)
    sheet.rule = Rule(only=frozenset({0}))
    drag(Lasso(), sheet, (20.2, 20.1), (18.0, 80.0), (50.0, 50.0), (90.5, 85.25))
    inside = shape(sheet, [(20.2, 20.1), (18.0, 80.0), (50.0, 50.0), (90.5, 85.25)])
    assert np.array_equal(sheet.mask.labels, np.where(inside & (labels == 0), 2, labels))
