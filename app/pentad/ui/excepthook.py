"""What nobody caught: it is logged and noticed, and the program goes on."""

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from psygnal import EmitLoopError

from pentad.core.problem import Problem

log = logging.getLogger(__name__)
Notice = Callable[[Problem], None]


def install(notice: Notice, deliver: Callable[[Callable[[], None]], None]) -> None:
    """Send every uncaught exception to the log and to ``notice``, which is called on the main thread."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            sys.__excepthook__(kind, error, trace)
            return
        problem = in_words(error)
        if not isinstance(error, Problem):
            log.critical("uncaught", exc_info=(kind, error, trace))
        deliver(lambda: notice(problem))

    def thread_hook(hooked: threading.ExceptHookArgs) -> None:
        if hooked.exc_value is not None:
            hook(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)

    sys.excepthook = hook
    threading.excepthook = thread_hook


def in_words(error: BaseException) -> Problem:
    """The Problem to show for ``error``; what a signal wrapped around it is taken off."""
    while isinstance(error, EmitLoopError) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, Problem):
        return error
    remedy = "Pentad goes on and what you saved is safe. The log has the details (Help > Show log)."
    return Problem("Something went wrong inside Pentad", f"{type(error).__name__}: {error}", remedy=remedy)


def guarded(call: Callable[..., object], *arguments: object) -> None:
    """Call it; what it raises goes to the excepthook, so that one failing listener cannot take others along."""
    try:
        call(*arguments)
    except Exception as error:  # noqa: BLE001 (the second half of the excepthook)
        sys.excepthook(type(error), error, error.__traceback__)
