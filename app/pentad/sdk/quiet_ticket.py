"""A ticket for one of many steps, whose own progress is too small to tell."""

from pentad.sdk.model import Ticket


class QuietTicket:
    """Hears when to stop and tells nothing; how far the whole is, its owner reports."""

    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket

    def check(self) -> None:
        self._ticket.check()

    def report(self, fraction: float, message: str = "") -> None:
        self._ticket.check()
