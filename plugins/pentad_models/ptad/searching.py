"""The default search: many starts on small masks, the few distinct ones that remain on larger, the best refitted."""

from dataclasses import dataclass

from pentad.core.arrays import Floats
from pentad.core.pose_trace import Candidate
from pentad_models.ptad.comparing import Level
from pentad_models.ptad.doubts import distinct
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.levenberg import Climb, climb
from pentad_models.ptad.outlines import disagreement, outlines
from pentad_models.ptad.starts import Start
from pentad_models.ptad.trimming import refitted

_COARSE_ROUNDS, _FINE_ROUNDS = 12, 10
_SAME_START = 0.1
"""Radii within which starts that are turned alike are one."""
_NEARLY, _ALIKE = 1.25, 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best pose; what its refit left out, an image (h, w) a look; the other distinct poses seen at full size."""

    best: Climb
    suspicion: tuple[Floats, ...]
    others: list[Climb]


@dataclass(frozen=True, slots=True)
class Search:
    """How many ``starts`` are tried on small masks, how many distinct poses are ``kept`` for full size, and how often
    the best is fitted again."""

    starts: int
    kept: int
    refits: int

    def __call__(self, small: Level, full: Level, finest: Level, ordered: list[Start], journal: Journal) -> Found:
        """From the best of ``ordered``. ``journal.candidates`` tells where each start ended."""
        starts = _few(ordered, self.starts)
        ends: list[Climb] = []
        for number, start in enumerate(starts):
            journal.report(0.3 + 0.35 * number / len(starts), f"Start {number + 1} of {len(starts)}")
            ends.append(climb(small, start.pose, journal, start=number, rounds=_COARSE_ROUNDS, enough=3e-3))
        chosen = _distinct_few(small, ends, self.kept, journal)
        for place, number in enumerate(chosen):
            journal.report(0.65 + 0.25 * place / len(chosen), f"Candidate {place + 1} of {len(chosen)}")
            ends[number] = climb(full, ends[number].pose, journal, start=number, rounds=_FINE_ROUNDS, enough=2e-3)
        near = _nearest(full, ends, chosen, journal)
        for number in near:
            ends[number] = climb(finest, ends[number].pose, journal, start=number, rounds=6, enough=1e-3)
        winner = min(near, key=lambda number: ends[number].found.loss)
        ends[winner], trim = refitted(finest, ends[winner], journal, start=winner, times=self.refits, rounds=6)
        journal.candidates += [
            Candidate(start.reference, journal.frame.outside(end.pose), end.found.loss, end.found.iou)
            for start, end in zip(starts, ends, strict=True)
        ]
        return Found(ends[winner], trim.suspicion, [ends[number] for number in chosen if number != winner])


def _few(ordered: list[Start], most: int) -> list[Start]:
    """The first ``most``, none of them hardly different from one before."""
    kept: list[Start] = []
    for start in ordered:
        if len(kept) == most:
            break
        if all(distinct(start.pose, other.pose, turn=1e-3, shift=_SAME_START) for other in kept):
            kept.append(start)
    return kept


def _nearest(level: Level, climbs: list[Climb], chosen: list[int], journal: Journal) -> list[int]:
    """The climb whose outlines agree best, and the one with the least loss of those that agree nearly as well.

    Why both: half a turn of a nearly symmetric housing shows in the finest masks only.
    """
    queries = outlines(level)
    apart = {number: disagreement(level, queries, climbs[number].pose) for number in chosen}
    journal.renders += len(chosen) * len(level.sights)
    least = min(apart.values())
    near = [number for number in chosen if apart[number] <= _NEARLY * least + _ALIKE]
    return sorted(near, key=lambda number: climbs[number].found.loss)[:2]


def _distinct_few(level: Level, climbs: list[Climb], most: int, journal: Journal) -> list[int]:
    """The numbers of the climbs whose outlines agree best, none of them where a better one is.

    Why outlines and not the loss: a missing seat makes the loss of the true pose larger than that of a wrong one.
    """
    queries = outlines(level)
    numbers = range(len(climbs))
    apart = {number: disagreement(level, queries, climbs[number].pose) for number in numbers}
    journal.renders += len(numbers) * len(level.sights)
    kept: list[int] = []
    for number in sorted(numbers, key=lambda each: apart[each]):
        if len(kept) < most and all(distinct(climbs[number].pose, climbs[other].pose) for other in kept):
            kept.append(number)
    return kept
