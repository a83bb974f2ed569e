"""Between the session and Qt: calls come home to the main thread, listeners end with their widgets."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakMethod

from psygnal import SignalInstance
from PySide6.QtCore import QObject, Qt, Signal, Slot

from pentad.session.jobs import Call
from pentad.ui.excepthook import guarded


class MainThread(QObject):
    """Carries calls from any thread to the one it was made on, which runs them in its event loop."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def __call__(self, call: Call) -> None:
        self._posted.emit(call)

    @Slot(object)
    def _run(self, call: Call) -> None:
        guarded(call)


def listen(owner: QObject, signal: SignalInstance, slot: Callable[..., object]) -> None:
    """Call ``slot`` whenever ``signal`` is emitted, until ``owner`` is destroyed.

    A slot that fails is reported and the other listeners still hear the news. The slot may take fewer arguments than
    the signal gives.
    """
    heard = _Listener(slot)
    signal.connect(heard)
    owner.destroyed.connect(partial(_end, signal, heard))


class _Listener:
    """Holds a method weakly, so that the session does not keep a widget's Python half alive."""

    def __init__(self, slot: Callable[..., object]) -> None:
        self._method = WeakMethod(slot) if inspect.ismethod(slot) else None
        self._slot = None if self._method is not None else slot
        self._takes = _positional(slot)

    def __call__(self, *arguments: Any) -> None:
        slot = self._method() if self._method is not None else self._slot
        if slot is not None:
            guarded(slot, *arguments[: self._takes])


def _end(signal: SignalInstance, heard: _Listener, *_: object) -> None:
    signal.disconnect(heard, missing_ok=True)


def _positional(slot: Callable[..., object]) -> int:
    if inspect.isbuiltin(slot):
        return 0  # Why: a method of Qt's own, such as QTimer.start, has no signature to ask.
    kinds = [parameter.kind for parameter in inspect.signature(slot).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return 99
    return sum(k in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for k in kinds)
