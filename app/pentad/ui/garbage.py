"""Python's cyclic garbage is collected on the main thread only, where Qt's objects may die."""

import gc

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCursor, QGuiApplication

EVERY_MS = 500
FULL_EVERY = 20
"""Turns of the timer between two full collections, at least."""
OLD = 5
"""Of the thresholds that the second generation has to have grown by."""


class MainThreadCollector(QObject):
    """Takes the place of the automatic collector, which would run on whichever thread allocates.

    A QObject that dies on a worker takes the program with it. A full collection holds the window for a seventh of a
    second: it is done when the second generation has grown a lot, never twice within ten seconds, and while the hand
    rests.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._since_full, self._hand_at = 0, QCursor.pos()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(EVERY_MS)
        gc.collect()
        gc.freeze()
        gc.disable()
        self.destroyed.connect(_hand_back)

    @Slot()
    def _collect(self) -> None:
        self._since_full += 1
        young, middle, old = gc.get_count()
        first, second, third = gc.get_threshold()
        if self._hand_rests() and old > third * OLD and self._since_full > FULL_EVERY:
            self._since_full = 0
            gc.collect(2)
        elif middle > second:
            gc.collect(1)
        elif young > first:
            gc.collect(0)

    def _hand_rests(self) -> bool:
        """Whether no button is held, and the pointer is where it was half a second ago."""
        before, self._hand_at = self._hand_at, QCursor.pos()
        return self._hand_at == before and QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton


def _hand_back() -> None:
    gc.unfreeze()
    gc.enable()
