"""Which samples a list shows, and in which order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pentad.core.counting import counted
from pentad.core.review import Verdict
from pentad.core.sample import Sample


class Order(StrEnum):
    """What a list is sorted by."""

    NAME = "name"
    SCORE = "score, highest first"


class Show(StrEnum):
    """Which samples are let through."""

    ALL = "all"
    UNREVIEWED = "not reviewed"
    GOOD = "labelled good"
    DEFECT = "labelled defect"
    FLAGGED = "above threshold"
    CONTRADICTED = "views contradict"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is typed and chosen above the sample list; ``text`` words must all occur in the id or the anomaly."""

    text: str = ""
    show: Show = Show.ALL
    order: Order = Order.NAME


def browse(
    samples: Iterable[Sample],
    choice: Filter,
    *,
    scores: Mapping[str, float],
    verdicts: Mapping[str, Verdict],
    threshold: float | None,
    contradicted: Collection[str] = (),
) -> list[Sample]:
    """The samples that pass ``choice``, in its order. Samples without a score come last when sorted by score."""
    words = choice.text.lower().split()

    def passes(sample: Sample) -> bool:
        text = f"{sample.id} {sample.anomaly or 'good'}".lower()
        if not all(word in text for word in words):
            return False
        match choice.show:
            case Show.UNREVIEWED:
                return verdicts.get(sample.id, Verdict.OPEN) is Verdict.OPEN
            case Show.GOOD:
                return sample.good
            case Show.DEFECT:
                return not sample.good
            case Show.FLAGGED:
                return threshold is not None and scores.get(sample.id, float("-inf")) > threshold
            case Show.CONTRADICTED:
                return sample.id in contradicted
            case _:
                return True

    shown = [sample for sample in samples if passes(sample)]
    if choice.order is Order.SCORE:
        shown.sort(key=lambda sample: (-scores.get(sample.id, float("-inf")), counted(sample.id)))
    else:
        shown.sort(key=lambda sample: counted(sample.id))
    return shown
