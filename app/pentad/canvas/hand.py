"""What a hand does on a canvas: mouse, pen and wheel as gestures, each of which ends exactly once."""

from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from pentad.annotation.pointer import Pointer

WHEEL_STEP = 240.0
"""Eighths of a degree of wheel for a doubling: two notches."""
NOTCH = 120.0
SIZING_STEP = 12.0
"""Logical pixels of a drag for one step of the brush's size."""
TWICE_WITHIN = 12.0
"""Logical pixels between two taps of a pen that are one double tap."""


class Gesture(Enum):
    """What the pressed button means until it is let go."""

    NONE = auto()
    POINTING = auto()
    PEN = auto()
    PANNING = auto()
    SIZING = auto()


class HandledArea(QAbstractScrollArea):
    """A piece of screen that a hand points at, moves and zooms.

    While a tool is taken (``set_pointing``) the left button and the pen belong to it, the right button dragged up and
    down changes its size, and so does the wheel with Ctrl or Shift. The middle button, or Space with the left one,
    always moves the picture.
    """

    hovered = Signal(object)
    """(y, x) image point under the pointer as floats, or None when it is not over the image."""
    maximise_requested = Signal()
    pressed, dragged, released = Signal(object), Signal(object), Signal(object)
    """Pointer: what the hand does while a tool is taken. Each ``pressed`` or ``doubled`` is followed by one
    ``released``, whatever happens in between."""
    doubled = Signal(object)
    """Pointer: pressed for the second time in quick succession, instead of ``pressed``."""
    passed = Signal(object)
    """Pointer: the hand moves over the image without pressing, while a tool is taken; None when it leaves."""
    resized = Signal(float)
    """Steps, positive or negative, by which a person wants the tool larger."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pointing = self._space_held = self._space_used = False
        self._gesture = Gesture.NONE
        self._button = Qt.MouseButton.NoButton
        self._from = QPointF()
        self._last: Pointer | None = None
        self._tapped_at = (0, QPointF(-1e9, -1e9))
        self.hand_at: QPointF | None = None
        """Where the pointer is on the viewport, None where it is not on it."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setTabletTracking(True)

    def pointer_at(self, event: QMouseEvent | QTabletEvent) -> Pointer | None:
        """The event in image coordinates; None where there is no image."""
        raise NotImplementedError

    def image_point(self, position: QPointF) -> tuple[float, float] | None:
        """(y, x) in the image at a point of the viewport, None outside the image."""
        raise NotImplementedError

    def pan_by(self, dy: float, dx: float) -> None:
        """Move the picture by logical pixels."""
        raise NotImplementedError

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Closer by ``factor``, about a point of the viewport or its middle."""
        raise NotImplementedError

    def set_pointing(self, *, pointing: bool) -> None:
        """Whether the left button belongs to a tool; if not, it moves the picture."""
        if pointing != self._pointing:
            self.end_gesture()
            self._pointing = pointing
            self._show_cursor()

    def end_gesture(self, at: Pointer | None = None) -> None:
        """Let go of whatever is held, as if the button had come up; may be called at any time."""
        gesture, self._gesture = self._gesture, Gesture.NONE
        if gesture in (Gesture.POINTING, Gesture.PEN) and self._last is not None:
            self.released.emit(at or self._last)
        if gesture is not Gesture.NONE:
            self._show_cursor()

    def _show_cursor(self) -> None:
        if self._gesture is Gesture.PANNING:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._gesture is Gesture.SIZING:
            self.viewport().setCursor(Qt.CursorShape.SizeVerCursor)
        elif self._pointing:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.viewport().unsetCursor()

    def _begin(self, gesture: Gesture, event: QMouseEvent | QTabletEvent) -> None:
        self._gesture, self._button, self._from = gesture, event.button(), event.position()
        self._last = self.pointer_at(event) if self._pointing else None
        self._space_used = self._space_held
        if gesture in (Gesture.PANNING, Gesture.SIZING):
            self._show_cursor()

    def _point(self, gesture: Gesture, event: QMouseEvent | QTabletEvent, *, twice: bool) -> None:
        self._begin(gesture, event)
        if self._last is None:
            self._gesture = Gesture.NONE
        else:
            (self.doubled if twice else self.pressed).emit(self._last)

    def _move(self, event: QMouseEvent | QTabletEvent) -> None:
        """One step of the gesture under way, or of passing over."""
        self.hand_at = event.position()
        if self._gesture is Gesture.PANNING:
            moved, self._from = event.position() - self._from, event.position()
            self.pan_by(moved.y(), moved.x())
        elif self._gesture is Gesture.SIZING:
            steps, self._from = (self._from.y() - event.position().y()) / SIZING_STEP, event.position()
            self._resize_tip(steps)
        elif self._pointing and (at := self.pointer_at(event)) is not None:
            pressed = self._gesture is not Gesture.NONE
            self._last = at
            (self.dragged if pressed else self.passed).emit(at)
        self.hovered.emit(self.image_point(event.position()))

    def _resize_tip(self, steps: float) -> None:
        if steps:
            self.resized.emit(steps)
            if self._last is not None and self._gesture in (Gesture.NONE, Gesture.SIZING):
                # Why: the tip stays where it is and shows its new size at once.
                self.passed.emit(self._last)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's name)
        # Why: with Alt, Qt turns the wheel's direction by ninety degrees.
        turned = event.angleDelta().y() or event.angleDelta().x()
        sizing = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if turned and self._pointing and sizing:
            self._resize_tip(turned / NOTCH)
        elif turned:
            self.zoom_by(2 ** (turned / WHEEL_STEP), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._on_mouse_pressed(event, twice=False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if not self._pointing and event.button() == Qt.MouseButton.LeftButton:
            self.maximise_requested.emit()
            event.accept()
        else:
            self._on_mouse_pressed(event, twice=True)

    def _on_mouse_pressed(self, event: QMouseEvent, *, twice: bool) -> None:
        button = event.button()
        if self._gesture is not Gesture.NONE and self._gesture is not Gesture.PEN and button == self._button:
            self.end_gesture()  # Why: its release was lost on the way.
        if self._gesture is not Gesture.NONE:
            event.accept()  # Why: another button in mid gesture means nothing.
            return
        left = button == Qt.MouseButton.LeftButton
        if button == Qt.MouseButton.MiddleButton or (left and (self._space_held or not self._pointing)):
            self._begin(Gesture.PANNING, event)
        elif left:
            self._point(Gesture.POINTING, event, twice=twice)
        elif button == Qt.MouseButton.RightButton and self._pointing:
            self._begin(Gesture.SIZING, event)
        else:
            event.ignore()
            return
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._gesture is Gesture.PEN:
            return
        if self._gesture is not Gesture.NONE and not event.buttons() & self._button:
            self.end_gesture()
        self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        if self._gesture is not Gesture.PEN and event.button() == self._button:
            self.end_gesture(self.pointer_at(event))
        event.accept()

    def tabletEvent(self, event: QTabletEvent) -> None:  # noqa: N802 (Qt's name)
        """A pen while a tool is taken; what is not accepted comes back from Qt as a mouse's."""
        tip = event.button() == Qt.MouseButton.LeftButton
        event.ignore()
        if event.type() == QEvent.Type.TabletPress:
            if tip and self._pointing and not self._space_held and self._gesture is Gesture.NONE:
                self._point(Gesture.PEN, event, twice=self._tapped_twice(event))
                event.accept()
        elif event.type() == QEvent.Type.TabletRelease:
            if tip and self._gesture is Gesture.PEN:
                self.end_gesture(self.pointer_at(event))
                event.accept()
        elif self._pointing and self._gesture in (Gesture.NONE, Gesture.PEN):
            if self._gesture is Gesture.PEN and not event.buttons() & Qt.MouseButton.LeftButton:
                self.end_gesture()
            self._move(event)
            event.accept()

    def _tapped_twice(self, event: QTabletEvent) -> bool:
        """Qt counts double clicks for mice only."""
        time, place = self._tapped_at
        near = (event.position() - place).manhattanLength() < TWICE_WITHIN
        twice = near and event.timestamp() - time < QApplication.doubleClickInterval()
        self._tapped_at = (0 if twice else event.timestamp(), event.position())
        return twice

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's name)
        # Why: the right button resizes the tool, and no menu may open under it.
        event.setAccepted(self._pointing)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() != Qt.Key.Key_Space:
            event.ignore()
            return
        if not event.isAutoRepeat():
            self._space_held, self._space_used = True, self._gesture is not Gesture.NONE
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat() or not self._space_held:
            super().keyReleaseEvent(event)
            return
        self._space_held = False
        # Why: Space held while dragging moves the picture; only Space by itself maximises.
        if not self._space_used:
            self.maximise_requested.emit()
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's name)
        self._space_held = False
        self.end_gesture()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        self.end_gesture()
        super().hideEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Leave:
            self.hand_at = None
            self.hovered.emit(None)
            self.passed.emit(None)
        elif isinstance(event, QTabletEvent):
            self.tabletEvent(event)
            return event.isAccepted()
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate:
            self.end_gesture()
        overriding = event.type() == QEvent.Type.ShortcutOverride
        if overriding and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            # Why: Space alone maximises and Space with a drag pans; a shortcut would take the key before either.
            event.accept()
        return super().event(event)
