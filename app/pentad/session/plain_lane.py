"""Plain threads for the job engine, for programs without a window."""

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar, cast

from pentad.session.jobs import LANES, Call, Job, Jobs, State

T = TypeVar("T")


class PlainLanes:
    """One thread pool a lane."""

    def __init__(self, lanes: Mapping[str, int] = LANES) -> None:
        self._pools = {name: ThreadPoolExecutor(count, thread_name_prefix=name) for name, count in lanes.items()}

    def submit(self, lane: str, call: Call) -> None:
        self._pools[lane].submit(call)

    def close(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)


class Inbox:
    """A main thread without an event loop: calls wait here until somebody runs them."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Call] = queue.SimpleQueue()

    def __call__(self, call: Call) -> None:
        self._calls.put(call)

    def run_once(self, timeout: float) -> bool:
        """Run the next call, waiting for it at most ``timeout`` seconds; False where none came."""
        try:
            call = self._calls.get(timeout=timeout)
        except queue.Empty:
            return False
        call()
        return True

    def run_until_settled(self, job: Job[T], *, timeout: float | None = None) -> None:
        """Run what comes until ``job`` has ended. Ctrl-C cancels the job once and is raised when it has stopped."""
        end = None if timeout is None else time.monotonic() + timeout
        with _ctrl_c(job.cancel) as pressed:
            while not job.settled:
                if end is not None and time.monotonic() > end:
                    raise TimeoutError(f"{job.title} has not ended after {timeout} s")
                self.run_once(0.1)
        if pressed:
            raise KeyboardInterrupt


@contextmanager
def _ctrl_c(cancel: Callable[[], None]) -> Iterator[list[int]]:
    """While this lasts Ctrl-C calls ``cancel`` and is noted in the list; pressed again it is raised as ever.

    Why not catch KeyboardInterrupt: raised in the middle of a call that came home, it would lose that call, and with
    it perhaps the news that the job has ended.
    """
    pressed: list[int] = []

    def heard(number: int, frame: object) -> None:
        pressed.append(number)
        if len(pressed) > 1:
            raise KeyboardInterrupt
        cancel()

    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return
    before = signal.signal(signal.SIGINT, heard)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def run_here(jobs: Jobs, inbox: Inbox, job: Job[T]) -> T:
    """Wait for ``job`` and give its result; what it raised is raised here."""
    inbox.run_until_settled(job)
    if job.error is not None:
        raise job.error
    if job.state is not State.DONE:
        raise KeyboardInterrupt
    return cast(T, job.result)
