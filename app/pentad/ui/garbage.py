"""Python's cyclic garbage is collected on the main thread only, where Qt's objects may die."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 500


class MainThreadCollector(QObject):
    """Takes the place of the automatic collector, which would run on whichever thread allocates.

    A QObject that dies on a worker takes the program with it. A full collection is left for a quiet moment: it is done
    when the second generation has grown a lot, never twice within ten seconds.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._turns = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(EVERY_MS)
        gc.collect()
        gc.freeze()
        gc.disable()
        self.destroyed.connect(_hand_back)

    @Slot()
    def _collect(self) -> None:
        self._turns += 1
        young, middle, old = gc.get_count()
        first, second, third = gc.get_threshold()
        if old > third * 5 and self._turns % 20 == 0:
            gc.collect(2)
        elif middle > second:
            gc.collect(1)
        elif young > first:
            gc.collect(0)


def _hand_back() -> None:
    gc.unfreeze()
    gc.enable()
