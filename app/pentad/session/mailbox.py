"""News from a worker to the main thread, as many at once as came in between."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from pentad.session.jobs import Jobs

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Carries what a worker says to the main thread, all that came since the last time at once."""

    def __init__(self, jobs: Jobs, read: Callable[[list[T]], None]) -> None:
        self._jobs, self._read = jobs, read
        self._lock = threading.Lock()
        self._news: list[T] = []

    def put(self, news: T) -> None:
        """Called on the worker's thread; returns at once."""
        with self._lock:
            first = not self._news
            self._news.append(news)
        if first:
            self._jobs.deliver(self._empty)

    def _empty(self) -> None:
        with self._lock:
            news, self._news = self._news, []
        self._read(news)
