"""Where Qt's mouse and pen end: their events as pointers in image coordinates."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QTabletEvent

from pentad.annotation.pointer import Pointer
from pentad.canvas.look import Look


def pointer(event: QMouseEvent | QTabletEvent, look: Look) -> Pointer:
    """``event`` (in viewport coordinates) as the tools want it; the point may lie outside the image."""
    modifiers = event.modifiers()
    at: QPointF = event.position()
    pen = isinstance(event, QTabletEvent)
    # Why: a mouse points at a device pixel, whose middle is meant; a pen's point lies anywhere between.
    middle = 0.0 if pen else 0.5 / look.ratio
    y, x = look.image_point(at.y() + middle, at.x() + middle)
    rubber = pen and event.pointerType() is QPointingDevice.PointerType.Eraser
    return Pointer(
        y,
        x,
        pressure=event.pressure() if isinstance(event, QTabletEvent) else 1.0,
        scale=look.scale / look.ratio,
        add=bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
        subtract=rubber or bool(modifiers & Qt.KeyboardModifier.AltModifier),
        square=bool(modifiers & Qt.KeyboardModifier.ControlModifier),
    )
