"""Outlines drawn through the real window: clicks, drags and keys end as the pixels they enclose."""

import os
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.session.view_state import Row
from tests.helpers.desk import Desk


def _click(port: QWidget, *points: QPoint) -> None:
    for at in points:
        QTest.mouseMove(port, at)
        QTest.mouseClick(port, Qt.MouseButton.LeftButton, pos=at)
        QTest.qWait(30)


def _drag(port: QWidget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, (start + end) / 2)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def _look(desk: Desk, name: str) -> None:
    """Keep a picture of the window where somebody wants to see it."""
    if folder := os.environ.get("PENTAD_LOOK"):
        desk.window.grab().save(str(Path(folder) / f"{name}.png"))


def _labels(desk: Desk, plates: Path) -> tuple[QWidget, Labels]:
    desk.open(plates)
    annotation = desk.session.annotation
    annotation.set_active(True)
    sample = desk.session.current
    assert sample is not None
    view = sample.views[0].name
    desk.session.view_state.set(maximised=f"{view}/{Row.COMPOSITE}")
    desk.wait_until_settled()
    annotation.documents.open(sample, view)
    desk.wait_until_settled()
    document = annotation.documents.document(MaskKey(sample.id, view))
    assert document is not None
    return desk.window.views.tile(view, Row.COMPOSITE).canvas.viewport(), document.mask.labels


def test_polygon_line_and_ellipse_are_drawn_with_the_mouse(desk: Desk, plates: Path) -> None:
    port, labels = _labels(desk, plates)
    annotation, before = desk.session.annotation, labels.copy()
    centre = port.rect().center()
    corners = [centre + QPoint(*off) for off in ((-80, -80), (80, -60), (40, 90))]
    annotation.toolbox.take("polygon")
    _click(port, *corners)
    QTest.mouseMove(port, centre + QPoint(-60, 60))
    QTest.qWait(30)
    _look(desk, "polygon")
    assert annotation.toolbox.taken is not None
    assert annotation.toolbox.taken.busy
    assert np.array_equal(labels, before)
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=centre + QPoint(-60, 60))
    assert len(annotation.history.done) == 1
    annotation.toolbox.take("ellipse")
    annotation.toolbox.taken.options.set("adjust", True)
    _drag(port, centre + QPoint(60, 60), centre + QPoint(140, 120))
    QTest.qWait(30)
    _look(desk, "ellipse")
    assert len(annotation.history.done) == 1
    QTest.keyClick(desk.window, Qt.Key.Key_Return)
    annotation.toolbox.take("line")
    _click(port, centre + QPoint(-140, 0), centre + QPoint(140, 20))
    QTest.qWait(30)
    _look(desk, "line")
    QTest.keyClick(desk.window, Qt.Key.Key_Return)
    _look(desk, "painted")
    assert [kept.name for kept in annotation.history.done] == ["Polygon", "Ellipse", "Line"]
    assert np.count_nonzero(labels != before) > 150
    for _ in range(3):
        annotation.undo()
    assert np.array_equal(labels, before)
