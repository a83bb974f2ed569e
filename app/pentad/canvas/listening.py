"""An ear that ends with its widget."""

import weakref
from collections.abc import Callable
from typing import Any

from psygnal import SignalInstance
from PySide6.QtCore import QObject


class Listening:
    """One slot of a Qt object on at most one signal of a noun, ended when the object is destroyed.

    It holds the slot weakly, so that a noun that lives longer never keeps a dead widget.
    """

    def __init__(self, owner: QObject, slot: Callable[..., Any]) -> None:
        """``slot``: a bound method."""
        self._slot = weakref.WeakMethod(slot)
        self._signal: SignalInstance | None = None
        owner.destroyed.connect(self.end)

    def begin(self, signal: SignalInstance) -> None:
        """Listen to ``signal``, and to no other any more."""
        self.end()
        slot = self._slot()
        if slot is not None:
            signal.connect(slot)
            self._signal = signal

    def end(self) -> None:
        """Listen no more; may be called twice."""
        slot, signal, self._signal = self._slot(), self._signal, None
        if slot is not None and signal is not None:
            signal.disconnect(slot, missing_ok=True)
