"""The hand that goes around what is drawn."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from pentad.core.arrays import Doubles
from pentad.geometry.viewpoint import Viewpoint

_STILL_PX = 4.0
"""A hand that moves less than that between press and release clicks."""
_TURN = math.radians(0.45)
"""Per logical pixel of a drag."""
_NEARER = 0.85
"""A notch of the wheel leaves that much of the distance."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a hand did since it was last seen, in logical pixels; it ``turns`` the view or moves it sideways."""

    right: float
    down: float
    turns: bool

    def taken(self, here: Viewpoint, *, pole: Doubles, height: int) -> Viewpoint:
        """Where that leads, on a picture of ``height`` logical pixels."""
        if self.turns:
            return here.orbited(-self.right * _TURN, self.down * _TURN, pole=pole)
        half = max(height, 1) / 2
        return here.panned(-self.right / half, self.down / half)


class Orbiting:
    """A pressed hand: the left button turns, another one or Shift moves sideways, and what hardly moves clicks."""

    def __init__(self) -> None:
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self.dragging = False

    def press(self, event: QMouseEvent) -> None:
        self._pressed = self._last = event.position()
        self.dragging = False

    def move(self, event: QMouseEvent) -> Step | None:
        """None while it does nothing, or nothing but a click yet."""
        if self._pressed is None or not event.buttons():
            return None
        step, self._last = event.position() - self._last, event.position()
        far = event.position() - self._pressed
        self.dragging = self.dragging or math.hypot(far.x(), far.y()) > _STILL_PX
        if not self.dragging:
            return None
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return Step(step.x(), step.y(), bool(event.buttons() & Qt.MouseButton.LeftButton) and not shift)

    def release(self, event: QMouseEvent) -> bool:
        """Whether that was a click."""
        clicked = self._pressed is not None and not self.dragging and event.button() is Qt.MouseButton.LeftButton
        self._pressed, self.dragging = None, False
        return clicked


def approached(here: Viewpoint, event: QWheelEvent, size: QSize) -> Viewpoint:
    """Nearer or further by the wheel; what lies under the hand stays there."""
    half, place = max(size.height(), 1) / 2, event.position()
    at = ((place.x() - size.width() / 2) / half, (half - place.y()) / half)
    return here.approached(_NEARER ** (event.angleDelta().y() / 120), at=at)
