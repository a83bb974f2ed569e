"""What of the pose runs is on show, as a value: one iteration of one run, and one of another beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pentad.core.pose_trace import PoseStep
from pentad.session.pose_run import PoseRun
from pentad.session.posing import Posing


@dataclass(frozen=True, slots=True)
class Stretch:
    """Iterations ``first`` to ``last``, both counted from 0 and in it, of one start at one reduction of the images."""

    first: int
    last: int
    start: int
    level: int


@dataclass(frozen=True, slots=True, eq=False)
class PoseLook:
    """One iteration of ``run``, and the one as far through the run ``other``, if there is one; -1: none yet."""

    run: PoseRun
    index: int
    other: PoseRun | None = None
    other_index: int = -1

    @property
    def step(self) -> PoseStep | None:
        return self.run.steps[self.index] if self.index >= 0 else None

    @property
    def other_step(self) -> PoseStep | None:
        return self.other.steps[self.other_index] if self.other is not None and self.other_index >= 0 else None


def look_of(posing: Posing) -> PoseLook | None:
    """What ``posing`` has on show; None where no run is."""
    run, other = posing.shown, posing.compared
    if run is None:
        return None
    index = posing.index
    if other is None or index < 0 or not other.steps:
        return PoseLook(run, index, other)
    if posing.cursor < 0:
        return PoseLook(run, index, other, other.best if other.over else len(other.steps) - 1)
    return PoseLook(run, index, other, same_share(index, len(run.steps), len(other.steps)))


def same_share(index: int, count: int, other_count: int) -> int:
    """The iteration that is as far through a run of ``other_count`` as ``index`` is through one of ``count``."""
    return 0 if count < 2 else round(index * (other_count - 1) / (count - 1))


def first_of_start(steps: Sequence[PoseStep], index: int) -> int:
    """The iteration that the start which ``index`` belongs to began with."""
    start = steps[index].start
    return next(k for k, step in enumerate(steps) if step.start == start)


def stretches(steps: Sequence[PoseStep]) -> list[Stretch]:
    """The run in pieces of one start and one level, in order."""
    found: list[Stretch] = []
    for k, step in enumerate(steps):
        if found and (found[-1].start, found[-1].level) == (step.start, step.level):
            found[-1] = Stretch(found[-1].first, k, step.start, step.level)
        else:
            found.append(Stretch(k, k, step.start, step.level))
    return found


def level_words(level: int) -> str:
    """By what the images were reduced: "1/4", or "full"."""
    return "full" if level == 1 else f"1/{level}"


def run_words(run: PoseRun) -> str:
    """The run's number, its part and its method, short enough for a line: "2 · S0001 · lm"."""
    said = [run.name, run.part or run.title, run.method, run.origin]
    return " · ".join(each for each in said if each)
