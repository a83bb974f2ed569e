"""The default search: several starts on small masks, the few distinct ones that remain on larger, the best refitted."""

from dataclasses import dataclass, replace

import numpy as np

from pentad.core.arrays import Floats
from pentad.core.pose_trace import Candidate
from pentad_models.ptad.comparing import Level
from pentad_models.ptad.doubts import distinct
from pentad_models.ptad.journal import Journal
from pentad_models.ptad.levenberg import Climb, climb
from pentad_models.ptad.starts import Start
from pentad_models.ptad.trimming import refitted


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best pose; what its refit left out, an image (h, w) a look; the other distinct poses seen at full size."""

    best: Climb
    suspicion: tuple[Floats, ...]
    others: list[Climb]


@dataclass(frozen=True, slots=True)
class Search:
    """How many distinct poses are ``kept`` for full size, and how often the best is fitted again."""

    kept: int
    refits: int

    def __call__(self, coarse: Level, middle: Level, fine: Level, starts: list[Start], journal: Journal) -> Found:
        """From ``starts``, over masks reduced ever less. ``journal.candidates`` tells where each start ended."""
        climbs = self._coarse(coarse, starts, journal)
        ends: dict[int, Climb] = dict(enumerate(climbs))
        chosen = _distinct_few(climbs, self.kept)
        for place, number in enumerate(chosen):
            journal.report(0.55 + 0.35 * place / len(chosen), f"Candidate {place + 1} of {len(chosen)}")
            there = climb(middle, ends[number].pose, journal, start=number, rounds=8, enough=2e-3)
            ends[number] = climb(fine, there.pose, journal, start=number, rounds=10, enough=1e-3)
        winner = min(chosen, key=lambda number: ends[number].found.loss)
        sharp = replace(fine, blur=0.0)
        there = climb(sharp, ends[winner].pose, journal, start=winner, rounds=6, enough=1e-3)
        ends[winner], trim = refitted(sharp, there, journal, start=winner, times=self.refits, rounds=6)
        journal.candidates += [
            Candidate(start.reference, journal.frame.outside(ends[number].pose), ends[number].found.loss,
                      ends[number].found.iou)
            for number, start in enumerate(starts)
        ]  # fmt: skip
        return Found(ends[winner], trim.suspicion, [ends[number] for number in chosen if number != winner])

    def _coarse(self, level: Level, starts: list[Start], journal: Journal) -> list[Climb]:
        climbs = []
        for number, start in enumerate(starts):
            journal.report(0.2 + 0.35 * number / len(starts), f"Start {number + 1} of {len(starts)}")
            climbs.append(climb(level, start.pose, journal, start=number, rounds=8, enough=2e-3))
        return climbs


def _distinct_few(climbs: list[Climb], most: int) -> list[int]:
    """The numbers of the best climbs, none of them where a better one is."""
    kept: list[int] = []
    for number in np.argsort([one.found.cost for one in climbs], kind="stable").tolist():
        if len(kept) < most and all(distinct(climbs[number].pose, climbs[other].pose) for other in kept):
            kept.append(number)
    return kept
