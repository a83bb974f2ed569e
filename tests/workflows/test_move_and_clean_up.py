"""Regions moved, copied and cleaned up through the real window, by mouse and keys."""

import os
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from pentad.canvas import Viewport
from pentad.core.label_class import LabelClass
from pentad.core.mask import Mask, MaskKey
from pentad.session.view_state import Row
from pentad.ui.tile import Tile
from tests.helpers.desk import Desk
from tests.helpers.hand import Hand

CLASSES = (LabelClass(1, "Scratch", "#56b4e9"), LabelClass(2, "Dent", "#e69f00"))


def annotate(desk: Desk, plates: Path, view: str) -> tuple[Mask, Tile]:
    """The view large in the Annotate workspace, with a ring of one class and a dot of another on it."""
    desk.open(plates)
    desk.window.arrange("annotate")
    desk.session.annotation.set_classes(CLASSES)
    sample = desk.session.current
    assert sample is not None
    desk.session.view_state.set(active=view, maximised=f"{view}/{Row.COMPOSITE}")
    desk.wait_until_settled()
    key = MaskKey(sample.id, view)
    document = desk.session.annotation.documents.document(key)
    assert document is not None
    labels = np.zeros(document.mask.labels.shape, np.uint8)
    labels[10:30, 10:40] = 1
    labels[14:26, 14:36] = 0
    labels[50:54, 60:64] = 2
    stroke = desk.session.annotation.stroke(document, "Draw")
    stroke.put(document.mask.box, labels)
    desk.session.annotation.commit(stroke)
    desk.wait_until_settled()
    return document.mask, desk.window.views.tile(view, Row.COMPOSITE)


def on_screen(tile: Tile, y: float, x: float) -> tuple[float, float]:
    """Where a pixel's centre is in the tile."""
    transform, port = tile.canvas.view_transform, tile.canvas.viewport()
    assert transform is not None
    there_y, there_x = transform.to_screen(y, x, Viewport(port.height(), port.width()))
    return there_x, there_y


def keep(desk: Desk, name: str) -> None:
    """A picture of the window, where somebody wants to see it."""
    if folder := os.environ.get("PENTAD_SCREENSHOTS"):
        desk.window.grab().save(str(Path(folder) / f"{name}.png"))


def test_a_region_is_dragged_pasted_and_cleaned_up_by_hand(desk: Desk, plates: Path) -> None:
    mask, tile = annotate(desk, plates, "top")
    before = mask.labels.copy()
    desk.press(Qt.Key.Key_M)
    hand = Hand(desk.qtbot, tile.canvas.viewport())
    hand.hover([on_screen(tile, 12, 12)])
    keep(desk, "hovered")
    hand.stroke([on_screen(tile, 12, 12), on_screen(tile, 20, 20), on_screen(tile, 32, 42)])
    keep(desk, "floating")
    assert not (mask.labels == 1).any()
    desk.press(Qt.Key.Key_Return)
    assert np.array_equal(mask.labels == 1, np.roll(before == 1, (20, 30), (0, 1)))
    desk.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    desk.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    desk.press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    keep(desk, "pasted")
    desk.press(Qt.Key.Key_Escape)
    desk.press(Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    desk.wait_until_settled()
    keep(desk, "filled")
    assert np.count_nonzero(mask.labels == 1) == 20 * 30 - np.count_nonzero(mask.labels[30:50, 40:70] == 2)
    names = [kept.name for kept in desk.session.annotation.history.done]
    assert names == ["Draw", "Move region", "Fill holes"]
    for _ in names:
        desk.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.session.annotation.history.done == ()


def test_everything_copied_floats_over_another_view_in_its_classes_colours(desk: Desk, plates: Path) -> None:
    mask, _ = annotate(desk, plates, "top")
    sample = desk.session.current
    assert sample is not None
    desk.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.session.view_state.set(active="east", maximised=f"east/{Row.COMPOSITE}")
    desk.wait_until_settled()
    tile = desk.window.views.tile("east", Row.COMPOSITE)

    def is_there() -> bool:
        here = desk.session.annotation.sheet_here()
        return here is not None and here.key.view == "east" and tile.canvas.view_transform is not None

    desk.qtbot.waitUntil(is_there)
    desk.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.session.annotation.toolbox.tools["move"].busy
    keep(desk, "pasted-on-east")
    picture = tile.canvas.viewport().grab().toImage()
    for (y, x), colour in (((12, 12), (86, 180, 233)), ((52, 62), (230, 159, 0))):
        across, down = on_screen(tile, y, x)
        found = picture.pixelColor(round(across), round(down))
        shown = found.red(), found.green(), found.blue()
        assert np.abs(np.subtract(shown, colour)).max() < np.abs(np.subtract((90, 90, 105), colour)).max()
    desk.press(Qt.Key.Key_Return)
    document = desk.session.annotation.documents.document(MaskKey(sample.id, "east"))
    assert document is not None
    assert np.array_equal(document.mask.labels, mask.labels)
