"""The words in a scene, written over its picture."""

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen

from pentad.geometry.viewpoint import Viewpoint
from pentad.session.rig_scene import Name
from pentad.ui.scene3d.composing import AXES
from pentad.ui.scene3d.scene import Scene
from pentad.ui.theme import small, strong

_READABLE_PX = 40.0
_RAISE = 8.0
"""Logical pixels between a camera and its name."""


def paint_names(
    painter: QPainter, scene: Scene, viewpoint: Viewpoint, area: QRectF, palette: QPalette, active: str | None
) -> None:
    """At their places in a picture that fills ``area``, none over another; the ``active`` view's name is framed."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    taken: list[QRectF] = []
    # Why: through a camera one looks at its photo, and axes stand behind that.
    through = any(np.linalg.norm(frustum.apex - viewpoint.eye) < 1e-6 for frustum in scene.frusta)
    names = [_placed(name, scene, viewpoint, area) for name in scene.names if name.axis is None or not through]
    for name in sorted(names, key=lambda name: name.view is None or name.view != active):
        place = _on_screen(name, viewpoint, area)
        if place is not None:
            taken.append(_paint(painter, name, place, area, palette, taken, active=name.view == active))


def _placed(name: Name, scene: Scene, viewpoint: Viewpoint, area: QRectF) -> Name:
    """The board's words at that of its corners which is the lowest on the screen, where they lie over nothing."""
    if name.view is not None or name.axis is not None or scene.board is None:
        return name
    seen = viewpoint.project(scene.board.corners, (max(1, round(area.height())), max(1, round(area.width()))))
    if not np.isfinite(seen).all():
        return name
    x, y, z = scene.board.corners[int(np.argmax(seen[:, 1]))].tolist()
    return replace(name, place=(x, y, z))


def _on_screen(name: Name, viewpoint: Viewpoint, area: QRectF) -> QPointF | None:
    """Where a name belongs; None where it cannot be read or is not to be seen."""
    if np.linalg.norm(np.asarray(name.place) - viewpoint.eye) < 1e-6:
        return None
    size = max(1, round(area.height())), max(1, round(area.width()))
    if not viewpoint.pixels_per_mm(name.place, size[0]) * name.worth > _READABLE_PX:
        return None
    x, y, _ = viewpoint.project(name.place, size).tolist()
    place = QPointF(x, y)
    return place if math.isfinite(x) and math.isfinite(y) and area.contains(place) else None


def _paint(
    painter: QPainter, name: Name, place: QPointF, area: QRectF, palette: QPalette, taken: list[QRectF], *, active: bool
) -> QRectF:
    plain = painter.font()
    font = small(plain) if name.view is None and name.axis is None else strong(plain)
    box = QFontMetricsF(font).boundingRect(name.text).adjusted(-5, -2, 5, 2)
    box.moveCenter(place)
    if name.view is not None:
        box.moveBottom(place.y() - _RAISE)
    elif name.axis is None:
        box.moveTop(place.y() + _RAISE)
    box.moveLeft(min(max(box.left(), 2.0), area.right() - box.width() - 2))
    while any(box.intersects(other) for other in taken) and box.top() > 0:
        box.moveBottom(min(other.top() for other in taken if box.intersects(other)) - 1)
    painter.setFont(font)
    if name.axis is None:
        back = QColor(palette.color(QPalette.ColorRole.Base))
        back.setAlpha(190)
        framed = name.view is not None and active
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1.2) if framed else Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(box, 3, 3)
        role = QPalette.ColorRole.Text if name.view else QPalette.ColorRole.PlaceholderText
        painter.setPen(palette.color(role))
    else:
        painter.setPen(QColor(*AXES[name.axis]))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name.text)
    painter.setFont(plain)
    return box
