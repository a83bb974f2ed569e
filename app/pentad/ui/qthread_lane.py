"""The window's threads: every lane has its QThread workers, which know nothing but calls to run."""

import logging
import queue
from collections.abc import Mapping

from PySide6.QtCore import QThread

from pentad.session.jobs import LANES, Call

log = logging.getLogger(__name__)
SAVING_MS = 60_000
"""How long leaving waits for what a person made, on its way to a slow disk."""

Queue = queue.SimpleQueue[Call | None]


class _Worker(QThread):
    """One thread of a lane. It takes the next call, runs it, and ends at None."""

    def __init__(self, name: str, calls: Queue) -> None:
        super().__init__()
        self.setObjectName(name)
        self._calls = calls

    def run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
            del call  # Why: while it waits for the next call it must not keep the last one's pictures alive.


class QThreadLanes:
    """Runs the job engine's calls on QThreads, first come first served within a lane.

    Closing waits ``patience_ms`` for a job that does not look at its ticket, as while a library is loaded. ``stuck``
    names the workers that did not end even so: Python cannot end before them.
    """

    def __init__(self, lanes: Mapping[str, int] = LANES, *, patience_ms: int = 30_000) -> None:
        self._patience_ms = patience_ms
        self.stuck: tuple[str, ...] = ()
        self._queues: dict[str, Queue] = {name: queue.SimpleQueue() for name in lanes}
        self._workers = {
            name: [_Worker(f"{name}-{number}", self._queues[name]) for number in range(count)]
            for name, count in lanes.items()
        }

    def submit(self, lane: str, call: Call) -> None:
        for worker in self._workers[lane]:
            if not worker.isRunning() and not worker.isFinished():
                worker.start()
        self._queues[lane].put(call)

    def close(self) -> None:
        for name, calls in self._queues.items():
            while not calls.empty():
                calls.get_nowait()
            for _ in self._workers[name]:
                calls.put(None)
        self.stuck = tuple(
            worker.objectName()
            for name in sorted(self._workers, key=lambda name: name != "save")
            for worker in self._workers[name]
            if worker.isRunning() and not worker.wait(SAVING_MS if name == "save" else self._patience_ms)
        )
        # Why not terminated: a thread that is ended while it holds the interpreter takes the program along.
        if self.stuck:
            log.warning("leaving without %s", ", ".join(self.stuck))
