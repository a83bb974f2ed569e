"""What is wrong with a data set, gathered while it is listed, so that one bad file does not end the listing."""

from collections import Counter

from pentad.core.problem import Problem

SHOWN = 20
"""Problems of one kind that are kept in full; the rest are counted."""


class Faults:
    """The problems of one listing, by kind."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._counts: Counter[str] = Counter()
        self.missing = 0

    def add(self, kind: str, problem: Problem) -> None:
        self._counts[kind] += 1
        if self._counts[kind] <= SHOWN:
            self._kept.append(problem)

    def lacks(self, path: str, why: str) -> None:
        """A file that should be there is not."""
        self.missing += 1
        self.add("missing files", Problem(f"{path} is missing", why, remedy="Restore the file"))

    @property
    def problems(self) -> tuple[Problem, ...]:
        more = (
            Problem(f"… and {count - SHOWN} more: {kind}", remedy=f"Mend the first {SHOWN} and look again")
            for kind, count in self._counts.items()
            if count > SHOWN
        )
        return (*self._kept, *more)
