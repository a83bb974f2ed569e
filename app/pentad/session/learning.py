"""Trainings as one looks on: their losses as curves, and the last maps that they let one see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from psygnal import Signal

from pentad.sdk import Ticket, TrainingNews, TrainingReport
from pentad.sdk.explaining import InnerMap
from pentad.session.jobs import Job, Jobs
from pentad.session.mailbox import Mailbox

MOST_POINTS = 2000
"""Of a curve; of a longer one neighbours become their mean."""
MOST_KEPT = 8
"""Trainings that can be looked at again."""


@dataclass(slots=True, eq=False)
class Curve:
    """One loss over the steps of its stage."""

    steps: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    _each: int = 1
    _sum: list[float] = field(default_factory=list)

    def add(self, step: int, value: float) -> None:
        """The newest point; of a long curve each stands for several."""
        self._sum.append(value)
        if len(self._sum) < self._each:
            return
        self.steps.append(float(step))
        self.values.append(sum(self._sum) / len(self._sum))
        self._sum.clear()
        if len(self.steps) > MOST_POINTS:
            pairs = range(0, len(self.steps) - 1, 2)
            self.values = [(self.values[at] + self.values[at + 1]) / 2 for at in pairs]
            self.steps = [self.steps[at + 1] for at in pairs]
            self._each *= 2


class Learning:
    """One training: where it stands, its curves by stage and by the loss's name, and its last maps."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.job: Job[TrainingReport] | None = None
        self.stages: dict[str, dict[str, Curve]] = {}
        self.stage, self.step, self.steps = "", 0, 0
        self.maps: tuple[InnerMap, ...] = ()

    def hear(self, news: Sequence[TrainingNews]) -> None:
        for one in news:
            curves = self.stages.setdefault(one.stage, {})
            for name, value in one.losses.items():
                curves.setdefault(name, Curve()).add(one.step, value)
            self.stage, self.step, self.steps = one.stage, one.step, one.steps
            self.maps = one.maps or self.maps

    @property
    def last(self) -> Mapping[str, float]:
        """The newest losses of the stage it is in."""
        curves = self.stages.get(self.stage, {})
        return {name: curve.values[-1] for name, curve in curves.items() if curve.values}


class Trainings:
    """The trainings of this session, the newest last, and the one on show. Lives on the main thread."""

    changed: ClassVar[Signal] = Signal()
    """Another one has begun, ended, or is on show."""
    told: ClassVar[Signal] = Signal()
    """There is news of the one on show."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self.kept: list[Learning] = []
        self.shown: Learning | None = None

    def begin(self, title: str, work: Callable[[Ticket], TrainingReport]) -> Job[TrainingReport]:
        """Train in the background, and look on; a training under way is stopped first."""
        learning = Learning(title)
        mailbox: Mailbox[TrainingNews] = Mailbox(self._jobs, partial(self._heard, learning))
        job = self._jobs.run(title, lambda ticket: work(_Heard(ticket, mailbox.put)), lane="gpu", replaces="train")
        learning.job = job
        job.changed.connect(partial(self._job_changed, learning))
        self.kept = [*self.kept[1 - MOST_KEPT :], learning]
        self.show(learning)
        return job

    def show(self, learning: Learning) -> None:
        """Look at another one."""
        self.shown = learning
        self.changed.emit()

    def _heard(self, learning: Learning, news: list[TrainingNews]) -> None:
        learning.hear(news)
        if learning is self.shown:
            self.told.emit()

    def _job_changed(self, learning: Learning) -> None:
        if learning.job is not None and learning.job.settled:
            self.changed.emit()
        elif learning is self.shown:
            self.told.emit()


class _Heard:
    """A training's ticket whose owner also wants the news."""

    def __init__(self, ticket: Ticket, put: Callable[[TrainingNews], None]) -> None:
        self._ticket, self._put = ticket, put

    def check(self) -> None:
        self._ticket.check()

    def report(self, fraction: float, message: str = "") -> None:
        self._ticket.report(fraction, message)

    def hear(self, news: TrainingNews) -> None:
        self._put(news)
