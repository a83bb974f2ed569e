"""Going through the places where views of a part contradict each other, on screen."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from pentad.annotation.preview import Path as Line
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import write_dataset
from pentad.sdk.testing import PatientTicket
from pentad.session.view_state import Row
from pentad.ui.panels.contradictions import ContradictionsPanel
from tests.helpers.desk import Desk


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """A good part and one with a bent pin, which the top view has not marked."""
    folder = tmp_path / "parts"
    write_dataset(folder, [Recipe("pin_connector", 0, 1, 1)], seed=1, size=480, ticket=PatientTicket(), processes=2)
    next(folder.glob("*/*/bent_pin/*/top_mask.png")).unlink()
    return folder


def panel(desk: Desk) -> ContradictionsPanel:
    found = desk.window.docks["contradictions"].widget()
    assert isinstance(found, ContradictionsPanel)
    return found


def test_one_finds_goes_to_and_dismisses_what_a_view_lacks(desk: Desk, parts: Path) -> None:
    session = desk.session
    desk.open(parts)
    desk.press(Qt.Key.Key_F5)
    shown = panel(desk)
    assert shown.isVisible()
    assert not shown.table.isVisible()
    desk.press(Qt.Key.Key_F11, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.wait_until_settled()
    queue = session.contradictions
    assert {one.to_view for one in queue.queue} == {"top"}
    assert shown.model.rowCount() == len(queue.queue)
    total = len(queue.queue)

    index = shown.model.index(0, 0)
    QTest.mouseClick(shown.table.viewport(), Qt.MouseButton.LeftButton, pos=shown.table.visualRect(index).center())
    desk.wait_until_settled()
    one = queue.here
    assert one is queue.queue[0]
    assert session.current is not None
    assert session.current.id == one.sample
    assert session.view_state.look.active == "top"
    canvas = desk.window.views.tile("top", Row.COMPOSITE).canvas
    assert canvas.visible & one.where == one.where
    assert canvas.visible.shape[0] < one.size[0] / 2
    marked = desk.window.views.tile(one.from_view, Row.COMPOSITE).canvas
    assert marked.visible & one.origin == one.origin
    lines = queue.shapes(session.current, "top")
    assert lines
    assert all(isinstance(line, Line) for line in lines)

    desk.press(Qt.Key.Key_F11, Qt.KeyboardModifier.ControlModifier)
    assert queue.is_dismissed(one)
    assert shown.model.rowCount() == total - 1
    shown.dismissed.click()
    QTest.qWait(30)
    assert shown.model.rowCount() == total
    session.contradictions.choose(one)
    desk.press(Qt.Key.Key_F11, Qt.KeyboardModifier.ControlModifier)
    assert not queue.is_dismissed(one)
    desk.press(Qt.Key.Key_F11)
    assert queue.here in queue.queue
