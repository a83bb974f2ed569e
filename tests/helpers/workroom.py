"""A session without a window: plain threads, a main thread that runs when told, the brightness model installed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.session.jobs import Job, Jobs
from pentad.session.models import Models
from pentad.session.plain_lane import Inbox, PlainLanes, run_here
from pentad.session.project import Project
from pentad.session.session import Session
from tests.helpers.bright_model import bright_models

T = TypeVar("T")
PATIENCE_S = 30.0


class Workroom:
    """What a test holds: the session, what it was noticed of, and how to wait."""

    def __init__(self, models: Models) -> None:
        self.inbox = Inbox()
        self.session = Session(Jobs(PlainLanes(), self.inbox), models, who="inspector")
        self.problems: list[Problem] = []
        self.session.noticed.connect(self._note)

    def _note(self, problem: Problem) -> None:
        self.problems.append(problem)

    @property
    def project(self) -> Project:
        assert self.session.project is not None
        return self.session.project

    def settle(self, *, until: Callable[[], bool] | None = None) -> None:
        """Be the main thread until no job is left, or until ``until``."""
        end = time.monotonic() + PATIENCE_S
        while not until() if until is not None else bool(self.session.jobs.unsettled):
            assert time.monotonic() < end, [job.title for job in self.session.jobs.unsettled]
            self.inbox.run_once(0.02)

    def result(self, job: Job[T]) -> T:
        """What ``job`` came to, everything it set off done as well."""
        found = run_here(self.session.jobs, self.inbox, job)
        self.settle()
        return found

    def open(self, path: Path) -> Project:
        """Open as File > Open does."""
        self.result(self.session.open_project(path))
        return self.project

    def sample(self, name: str) -> Sample:
        """The sample whose id ends with ``name``."""
        return next(sample for sample in self.project.samples if sample.id.endswith(name))


@contextmanager
def open_workroom(models: Models | None = None) -> Iterator[Workroom]:
    room = Workroom(models or bright_models())
    try:
        yield room
    finally:
        room.session.close()
