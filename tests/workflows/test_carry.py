"""One view is painted, the others show where that lies in them, a key takes it over and another takes it back."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from pentad.annotation.preview import Path
from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.gantry.station import VIEWS
from pentad.session.view_state import Row
from tests.helpers.desk import Desk
from tests.helpers.gantry import RenderedPart, render_part
from tests.helpers.hand import Hand

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> RenderedPart:
    return render_part(tmp_path_factory.mktemp("gantry") / "data", size=384)


def begin(desk: Desk, part: RenderedPart) -> Hand:
    """Annotate the part's top view with a brush in the hand."""
    desk.open(part.folder)
    desk.window.arrange("annotate")
    desk.session.view_state.set(active="top")
    desk.wait_until_settled()
    desk.session.annotation.toolbox.take("brush")
    desk.session.annotation.toolbox.tools["brush"].options.set("radius", 9)
    desk.wait_until_settled()
    return hand(desk, "top")


def hand(desk: Desk, view: str) -> Hand:
    return Hand(desk.qtbot, desk.window.views.tile(view, Row.COMPOSITE).canvas.viewport())


def labels(desk: Desk) -> dict[str, Labels]:
    sample, documents = desk.session.current, desk.session.annotation.documents
    assert sample is not None
    found = {view: documents.document(MaskKey(sample.id, view)) for view in VIEWS}
    return {view: document.mask.labels.copy() for view, document in found.items() if document is not None}


def on_screen(desk: Desk, view: str, y: float, x: float) -> tuple[float, float]:
    """Where a pixel of the large view is, in its widget."""
    canvas = desk.window.views.tile(view, Row.COMPOSITE).canvas
    port = canvas.viewport()
    at = [(p, q) for p in range(0, port.width(), 4) for q in range(0, port.height(), 4)]

    def off(place: tuple[int, int]) -> float:
        point = canvas.image_point(QPointF(*place))
        return np.inf if point is None else (point[0] - y) ** 2 + (point[1] - x) ** 2

    return min(at, key=off)


def middle(part: RenderedPart) -> tuple[float, float]:
    rows, columns = np.nonzero(np.isfinite(part.points("top")[..., 0]))
    return float(np.median(rows)), float(np.median(columns))


def test_painted_in_one_view_taken_over_by_a_key_and_taken_back(desk: Desk, part: RenderedPart) -> None:
    painter, (y, x) = begin(desk, part), middle(part)
    before = labels(desk)
    painter.stroke([on_screen(desk, "top", y, x + shift) for shift in (-12, -6, 0, 6, 12)])
    desk.qtbot.waitUntil(lambda: desk.session.transfer.is_proposed("front"), timeout=5000)
    desk.wait_until_settled()
    assert desk.session.transfer.overlay("front").shapes
    assert "proposed" in desk.session.transfer.words
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.wait_until_settled()
    changed = [view for view, now in labels(desk).items() if not np.array_equal(now, before[view])]
    assert "top" in changed
    assert len(changed) >= 3
    history = desk.session.annotation.history
    assert {edit.name for edit in history.done[1:]} == {"Carried from top"}
    assert not desk.session.transfer.is_proposed()
    for _ in history.done:
        desk.press(Qt.Key.Key_Z, CTRL)
        desk.wait_until_settled()
    assert all(np.array_equal(now, before[view]) for view, now in labels(desk).items())


def test_rejected_by_a_key_and_switched_off_by_another(desk: Desk, part: RenderedPart) -> None:
    painter, (y, x) = begin(desk, part), middle(part)
    at = on_screen(desk, "top", y, x)
    painter.click(at)
    desk.wait_until_settled()
    assert desk.session.transfer.is_proposed()
    desk.press(Qt.Key.Key_Backspace, CTRL)
    assert not desk.session.transfer.is_proposed()
    desk.press(Qt.Key.Key_V)
    painter.click((at[0] + 30, at[1]))
    desk.wait_until_settled()
    assert not desk.session.transfer.is_proposed()
    desk.window.annotate.carry.show_words()
    assert desk.window.annotate.carry.words.text() == "What is painted is not carried to the other views."


def test_beside_the_part_the_probe_shows_the_lines_a_place_must_lie_on(desk: Desk, part: RenderedPart) -> None:
    pointer = begin(desk, part)
    desk.press(Qt.Key.Key_Y)
    pointer.hover([on_screen(desk, "top", 20, 190)])
    desk.wait_until_settled()
    assert desk.session.probing.words.startswith("no surface here: ")
    lines = [shape for view in VIEWS[1:] for shape in desk.session.probing.overlay(view).shapes]
    assert lines
    assert all(isinstance(line, Path) and line.dashed for line in lines)
    pointer.hover([on_screen(desk, "top", *middle(part))])
    desk.wait_until_settled()
    assert not desk.session.probing.words.startswith("no surface")


def test_the_probe_finds_a_place_in_the_other_views_and_measures(desk: Desk, part: RenderedPart) -> None:
    pointer, (y, x) = begin(desk, part), middle(part)
    desk.press(Qt.Key.Key_Y)
    one, other = on_screen(desk, "top", y, x), on_screen(desk, "top", y, x + 20)
    pointer.click(one)
    pointer.click(other)
    pointer.hover([other])
    desk.wait_until_settled()
    words = desk.session.probing.words
    assert "mm apart" in words
    assert "front" in words
    first, second = (place for place in desk.session.annotation.toolbox.probe.pins)
    points = part.points("top")
    length = np.linalg.norm(points[round(first.y), round(first.x)] - points[round(second.y), round(second.x)])
    assert abs(float(words.split(" ")[0]) - length) < 0.35
    assert np.count_nonzero(labels(desk)["top"]) == 0
    desk.window.arrange("review")
    desk.press(Qt.Key.Key_Y)
    assert desk.session.annotation.toolbox.taken is desk.session.annotation.toolbox.probe
    desk.press(Qt.Key.Key_Y)
    assert desk.session.annotation.toolbox.taken is None
