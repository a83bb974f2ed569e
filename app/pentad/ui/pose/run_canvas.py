"""The splats of a run: what is drawn over them, and which of them a hand asks about."""

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPalette, QPen
from PySide6.QtWidgets import QWidget

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.session.jobs import Jobs
from pentad.ui.splats.canvas import SplatCanvas
from pentad.ui.splats.content import SplatPicture

_FINER = 4
_OUTLINE = QColor(249, 213, 62)


class RunCanvas(SplatCanvas):
    """A splat canvas with the query's outline over it while one looks through its camera, and one splat marked."""

    picked = Signal(float, float)
    """x, y in device pixels, centres at integers, as ``eye`` counts them."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(jobs, parent)
        self._outlines: tuple[Doubles, ...] = ()
        self._mark: Doubles | None = None

    def show_outlines(self, outlines: tuple[Doubles, ...]) -> None:
        """(N, 2) closed lines x, y in the pixels of the camera that is looked through; empty for none."""
        if outlines is not self._outlines:
            self._outlines = outlines
            self.update()

    def show_mark(self, place: Doubles | None) -> None:
        """(3,) in the rig, where the chosen splat is; None for none."""
        self._mark = place
        self.update()

    # The hand.

    def _on_clicked(self, place: QPointF) -> None:
        ratio = self.devicePixelRatioF()
        self.picked.emit(place.x() * ratio - 0.5, place.y() * ratio - 0.5)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        through = self.camera is not None
        super().mouseDoubleClickEvent(event)
        if through and self.camera is None:
            self.left_camera.emit()

    # The screen.

    def _paint_over(self, painter: QPainter, picture: SplatPicture) -> None:
        super()._paint_over(painter, picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.camera is not None:
            painter.setPen(QPen(_OUTLINE, 1.4))
            painter.drawPath(self._outline_path(self.camera))
        if self._mark is not None and (place := self._on_screen(self._mark)) is not None:
            ring = QRectF(place.x() - 6, place.y() - 6, 12, 12)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Base), 4))
            painter.drawEllipse(ring)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 1.6))
            painter.drawEllipse(ring)

    def _outline_path(self, camera: Camera) -> QPainterPath:
        path, eye = QPainterPath(), self.eye
        if eye is None:
            return path
        fx, fy, cx, cy = eye.focal
        matrix, ratio = camera.matrix, self.devicePixelRatioF()
        for line in self._outlines:
            flat = (line - matrix[:2, 2]) / np.array([matrix[0, 0], matrix[1, 1]])
            places = (flat * [fx, fy] + [cx + 0.5, cy + 0.5]) / ratio
            path.moveTo(*places[-1].tolist())
            for x, y in places.tolist():
                path.lineTo(x, y)
        return path

    def _on_screen(self, place: Doubles) -> QPointF | None:
        eye = self.eye
        if eye is None:
            return None
        x, y, z = (eye.to_camera[:3, :3] @ place + eye.to_camera[:3, 3]).tolist()
        if z <= 0:
            return None
        fx, fy, cx, cy = eye.focal
        ratio = self.devicePixelRatioF()
        return QPointF((fx * x / z + cx + 0.5) / ratio, (fy * y / z + cy + 0.5) / ratio)


def outlines_of(mask: Floats) -> tuple[Doubles, ...]:
    """Closed lines (N, 2) x, y around where ``mask`` (h, w) is above one half, to a fraction of a pixel."""
    fine = cv2.resize(mask, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_LINEAR)
    found, _ = cv2.findContours((fine > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return tuple((line[:, 0].astype(np.float64) + 0.5) / _FINER - 0.5 for line in found if len(line) > 2)
