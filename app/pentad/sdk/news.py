"""What a training lets one see of itself while it lasts. Telling, and listening, are up to both sides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from pentad.sdk.explaining import InnerMap
from pentad.sdk.model import Ticket


@dataclass(frozen=True, slots=True, eq=False)
class TrainingNews:
    """Where a training stands: ``step`` of ``steps`` of a named ``stage``, its losses by name, maps worth a look."""

    stage: str
    step: int
    steps: int
    losses: Mapping[str, float]
    maps: tuple[InnerMap, ...] = field(default=())


@runtime_checkable
class Listener(Protocol):
    """A ticket whose owner also wants the news."""

    def hear(self, news: TrainingNews) -> None:
        """Called on the worker's thread; cheap."""


def tell(ticket: Ticket, news: TrainingNews) -> None:
    """Give ``news`` to whoever holds the other end of ``ticket``, if they listen."""
    if isinstance(ticket, Listener):
        ticket.hear(news)
