"""Background work: the one place that owns it, knowing neither threads nor Qt."""

import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from psygnal import Signal

from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.sdk.cancelled import Cancelled

T = TypeVar("T")
Call = Callable[[], None]
Deliver = Callable[[Call], None]
"""Carries a call to the main thread and returns at once."""

LANES: Mapping[str, int] = {"gpu": 1, "disk": 2, "cpu": 1, "prefetch": 1, "tool": 1, "save": 1, "scene": 1, "pose": 1}
"""How many jobs of a kind run at once. "gpu" is for models, whatever they compute on; "tool" answers a hand that waits
and "save" keeps what a person made, so neither stands behind anything long. "scene" draws in 3D, always on the one
thread that owns the drawing; "pose" aligns a part while somebody looks on, and may be held by them."""

log = logging.getLogger(__name__)


class LaneRunner(Protocol):
    """Threads, somebody else's: the window brings QThreads, the command line plain ones."""

    def submit(self, lane: str, call: Call) -> None:
        """Run ``call`` on a worker of ``lane``, first come first served. ``call`` never raises."""

    def close(self) -> None:
        """Drop what waits, wait for what runs."""


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


SETTLED = frozenset({State.DONE, State.FAILED, State.CANCELLED})


class Job(Generic[T]):
    """One piece of background work, as its user sees it; it lives on the main thread.

    ``quiet`` jobs (decoding, prefetching) are not worth a line in the jobs panel. ``vital`` ones keep what a person
    made: they are not cancelled with the rest.
    """

    changed: ClassVar[Signal] = Signal()
    succeeded: ClassVar[Signal] = Signal(object)
    failed: ClassVar[Signal] = Signal(Problem)
    _ids = itertools.count(1)

    def __init__(
        self, title: str, *, quiet: bool = False, vital: bool = False, discard: Callable[[T], None] | None = None
    ) -> None:
        self.id = next(Job._ids)
        self.title = title
        self.quiet = quiet
        self.vital = vital
        self.state = State.QUEUED
        self.fraction = 0.0
        self.message = ""
        self.error: Exception | None = None
        self.started: float | None = None
        self.result: T | None = None
        self.discard = discard
        self._stop = threading.Event()

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    @property
    def wanted(self) -> bool:
        return not self._stop.is_set()

    @property
    def problem(self) -> Problem | None:
        """What went wrong, in words."""
        if self.error is None or isinstance(self.error, Problem):
            return self.error
        why = f"{type(self.error).__name__}: {self.error}"
        return Problem(f"{self.title} failed", why, remedy="This is a fault in Pentad; the log has the details.")

    @property
    def seconds_left(self) -> float | None:
        """A straight-line guess, None until there is something to guess from."""
        if self.started is None or self.fraction < 0.02:
            return None
        return (time.monotonic() - self.started) * (1 - self.fraction) / self.fraction

    def cancel(self) -> None:
        """Ask for the end. What is queued never starts; what runs stops at its next report."""
        self._stop.set()


class _JobTicket:
    """A worker's side of a job. Reports between two turns of the main loop melt into the newest."""

    def __init__(self, job: Job[T], deliver: Deliver) -> None:
        self._wanted = lambda: job.wanted
        self._apply = lambda fraction, message: _show_progress(job, fraction, message)
        self._deliver = deliver
        self._lock = threading.Lock()
        self._latest: tuple[float, str] | None = None

    def check(self) -> None:
        if not self._wanted():
            raise Cancelled

    def report(self, fraction: float, message: str = "") -> None:
        self.check()
        with self._lock:
            waiting = self._latest is not None
            self._latest = (fraction, message)
        if not waiting:
            self._deliver(self._show)

    def _show(self) -> None:
        with self._lock:
            latest, self._latest = self._latest, None
        if latest is not None:
            self._apply(*latest)


def _show_progress(job: Job[T], fraction: float, message: str) -> None:
    if job.state is State.RUNNING:
        job.fraction, job.message = min(1.0, max(0.0, fraction)), message
        job.changed.emit()


class Jobs:
    """Runs work in lanes and brings every outcome home to the main thread."""

    started: ClassVar[Signal] = Signal(Job)
    finished: ClassVar[Signal] = Signal(Job)

    def __init__(self, runner: LaneRunner, deliver: Deliver) -> None:
        self._runner = runner
        self.deliver = deliver
        self._keyed: dict[str, Job[Any]] = {}
        self._unsettled: dict[int, Job[Any]] = {}
        self._closed = False

    @property
    def unsettled(self) -> tuple[Job[Any], ...]:
        """What waits or runs, oldest first."""
        return tuple(self._unsettled.values())

    def run(
        self,
        title: str,
        work: Callable[[Ticket], T],
        *,
        lane: str,
        replaces: str | None = None,
        quiet: bool = False,
        vital: bool = False,
        then: Callable[[T], None] | None = None,
        discard: Callable[[T], None] | None = None,
    ) -> Job[T]:
        """Start ``work(ticket)`` in ``lane``; ``then(result)`` runs on the main thread if it is still wanted.

        If it is not, ``discard(result)`` does, for results that hold something open. What a cancelled job died of is
        logged if it is a fault, but bothers nobody.

        ``replaces`` names a question: a newer job under the same name cancels the older one, whose answer is dropped
        however late it comes. ``work`` takes values and gives values; it holds no widget and changes no noun.
        """
        job: Job[T] = Job(title, quiet=quiet, vital=vital, discard=discard)
        if then is not None:
            job.succeeded.connect(then)
        if replaces is not None:
            if (older := self._keyed.get(replaces)) is not None:
                older.cancel()
            self._keyed[replaces] = job
        if self._closed:
            job.cancel()
            job.state = State.CANCELLED
            return job
        self._unsettled[job.id] = job
        ticket = _JobTicket(job, self.deliver)
        self.started.emit(job)
        self._runner.submit(lane, lambda: self._work(job, work, ticket))
        return job

    def cancel_all(self) -> None:
        """Cancel everything but what is vital."""
        for job in self.unsettled:
            if not job.vital:
                job.cancel()

    def close(self) -> None:
        """Cancel everything and wait until no worker runs. Later requests are born cancelled."""
        self._closed = True
        self.cancel_all()
        self._runner.close()

    def _work(self, job: Job[T], work: Callable[[Ticket], T], ticket: Ticket) -> None:
        try:
            ticket.check()
            self.deliver(lambda: self._begin(job))
            result = work(ticket)
        except (Cancelled, KeyboardInterrupt):
            # Why the second: a worker process of the work's own may send it home, and a job has to end.
            self.deliver(lambda: self._settle(job, State.CANCELLED))
        except Exception as error:
            fault = error  # Why: the name bound by "except" ends with the block, the delivered call outlives it.
            if not isinstance(fault, Problem):
                log.exception("%s failed", job.title)
            self.deliver(lambda: self._settle(job, State.FAILED, error=fault))
        else:
            self.deliver(lambda: self._settle(job, State.DONE, result=result))

    def _begin(self, job: Job[T]) -> None:
        job.state = State.RUNNING
        job.started = time.monotonic()
        job.changed.emit()

    def _settle(self, job: Job[T], state: State, *, result: T | None = None, error: Exception | None = None) -> None:
        self._unsettled.pop(job.id, None)
        for key in [key for key, keyed in self._keyed.items() if keyed is job]:
            del self._keyed[key]
        if state is State.DONE and not job.wanted and job.discard is not None:
            job.discard(cast(T, result))
        job.state = state if job.wanted else State.CANCELLED
        if job.state is State.DONE:
            job.fraction, job.result = 1.0, result
        if job.state is State.FAILED:
            job.error = error
        job.changed.emit()
        if job.state is State.DONE:
            job.succeeded.emit(result)
        elif job.problem is not None:
            job.failed.emit(job.problem)
        self.finished.emit(job)
