"""Where a score stands between the lowest and the highest of its run."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """The ends of every score bar of a run, so that two bars can be compared by eye; the threshold lies inside."""

    low: float = 0.0
    high: float = 1.0
    threshold: float | None = None

    @classmethod
    def of(cls, scores: Collection[float], threshold: float | None) -> "ScoreScale":
        ends = [*scores] if threshold is None else [*scores, threshold]
        if not ends:
            return cls(threshold=threshold)
        low, high = min(ends), max(ends)
        room = (high - low) * 0.05 or max(abs(high), 1.0) * 0.5
        # Why: bars of scores that cannot be negative start at nothing, so that their lengths compare.
        return cls(0.0 if low >= 0 else low - room, high + room, threshold)

    def fraction(self, score: float) -> float:
        """0 at the low end, 1 at the high end."""
        return min(max((score - self.low) / (self.high - self.low), 0.0), 1.0)

    @property
    def limit(self) -> float | None:
        """Where the threshold stands on the bar."""
        return None if self.threshold is None else self.fraction(self.threshold)

    def flags(self, score: float) -> bool:
        return self.threshold is not None and score > self.threshold


def score_text(score: float) -> str:
    """Three figures that matter, so that columns line up."""
    return f"{score:.3f}" if abs(score) < 100 else f"{score:.0f}"
