"""A hand with a mouse: real events, one every few milliseconds, through the window's own event loop."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

PAUSE_MS = 4
Way = Sequence[tuple[float, float]]
"""(x, y) points of the widget."""


class Hand:
    """Moves over one widget; between two events the loop runs freely, so that worker threads get their turn."""

    def __init__(self, qtbot: QtBot, widget: QWidget) -> None:
        self._qtbot, self._widget = qtbot, widget
        self._left: list[Callable[[], None]] = []
        self._timer = QTimer(widget, interval=PAUSE_MS)
        self._timer.timeout.connect(self._next)

    def hover(self, way: Way) -> None:
        """Pass over these points without pressing."""
        self._do([partial(self._send, QEvent.Type.MouseMove, at, pressed=False) for at in way])

    def stroke(self, way: Way, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press at the first point, go through the others, let go at the last."""
        kind = QEvent.Type
        self._do(
            [
                partial(self._send, kind.MouseButtonPress, way[0], pressed=True, modifiers=modifiers),
                *(partial(self._send, kind.MouseMove, at, pressed=True, modifiers=modifiers) for at in way[1:]),
                partial(self._send, kind.MouseButtonRelease, way[-1], pressed=False, modifiers=modifiers),
            ]
        )

    def click(self, at: tuple[float, float], modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.stroke([at], modifiers)

    def _do(self, events: Sequence[Callable[[], None]]) -> None:
        self._left = list(events)
        self._timer.start()
        self._qtbot.waitUntil(lambda: not self._left, timeout=60_000)
        self._timer.stop()

    def _next(self) -> None:
        if self._left:
            self._left.pop(0)()

    def _send(
        self,
        kind: QEvent.Type,
        at: tuple[float, float],
        *,
        pressed: bool,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        point, none = QPointF(*at), Qt.MouseButton.NoButton
        button = none if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.LeftButton if pressed else none
        there = QPointF(self._widget.mapToGlobal(point))
        QApplication.sendEvent(self._widget, QMouseEvent(kind, point, there, button, held, modifiers))
