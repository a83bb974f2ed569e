"""Painting through the real window: what the mouse does is in the mask, on the disk and in the history."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from pentad.core.mask import MaskKey
from pentad.session.view_state import Row
from tests.helpers.desk import Desk


def test_a_stroke_of_the_mouse_is_painted_kept_and_taken_back(desk: Desk, plates: Path) -> None:
    project = desk.open(plates)
    annotation = desk.session.annotation
    annotation.set_active(True)
    annotation.toolbox.take("brush")
    sample = desk.session.current
    assert sample is not None
    view = sample.views[0].name
    desk.session.view_state.set(maximised=f"{view}/{Row.COMPOSITE}")
    desk.wait_until_settled()
    annotation.documents.open(sample, view)
    desk.wait_until_settled()
    key = MaskKey(sample.id, view)
    document = annotation.documents.document(key)
    assert document is not None
    before = document.mask.labels.copy()
    port = desk.window.views.tile(view, Row.COMPOSITE).canvas.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    QTest.mouseMove(port, QPoint(300, 250))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
    assert np.count_nonzero(document.mask.labels != before) > 50
    assert len(annotation.history.done) == 1
    annotation.undo()
    assert np.array_equal(document.mask.labels, before)
    annotation.redo()
    annotation.documents.save_all()
    desk.wait_until_settled()
    assert np.array_equal(np.asarray(project.store.masks.read(*key)), document.mask.labels)
