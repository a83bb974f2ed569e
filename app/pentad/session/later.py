"""A call that comes after a while, on the main thread."""

import threading
import time
from functools import partial

from pentad.session.jobs import Call, Deliver


class Later:
    """Makes one call when its time has come; asked for again before that, the earlier time holds."""

    def __init__(self, deliver: Deliver, call: Call) -> None:
        self._deliver, self._call = deliver, call
        self._timer: threading.Timer | None = None
        self._at = 0.0

    def within(self, seconds: float) -> None:
        """Call in ``seconds`` at the latest."""
        at = time.monotonic() + max(seconds, 0.0)
        if self._timer is not None:
            if self._at <= at:
                return
            self._timer.cancel()
        self._at = at
        # Why the timer is named in its own call: one that was stopped while it rang is not heard any more.
        timer = threading.Timer(max(seconds, 0.0), lambda: self._deliver(partial(self._arrive, timer)))
        timer.daemon = True
        self._timer = timer
        timer.start()

    def stop(self) -> None:
        """Not at all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arrive(self, timer: threading.Timer) -> None:
        if timer is self._timer:
            self._timer = None
            self._call()
