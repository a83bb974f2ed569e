"""A ticket for one stretch of a longer work."""

from pentad.sdk.model import Ticket
from pentad.sdk.news import TrainingNews, tell


class PartOf:
    """A stretch of a ticket's progress: what runs inside it counts from 0 to 1."""

    def __init__(self, whole: Ticket, start: float, stop: float) -> None:
        self._whole, self._start, self._stop = whole, start, stop

    def check(self) -> None:
        self._whole.check()

    def report(self, fraction: float, message: str = "") -> None:
        self._whole.report(self._start + fraction * (self._stop - self._start), message)

    def hear(self, news: TrainingNews) -> None:
        tell(self._whole, news)
