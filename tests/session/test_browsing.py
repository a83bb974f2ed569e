"""The sample list shows what was asked for, in the order asked for."""

import pytest

from pentad.core.review import Verdict
from pentad.core.sample import Sample, Split
from pentad.session.browsing import Filter, Order, Show, browse


def part(name: str, anomaly: str | None = None) -> Sample:
    return Sample(f"pin/test/{name}", "pin", Split.TEST, anomaly, ())


PARTS = [part("S0001"), part("S0002", "dent"), part("S0003", "bent pin"), part("S0004")]
SCORES = {"pin/test/S0002": 0.9, "pin/test/S0003": 0.4, "pin/test/S0001": 0.5}
VERDICTS = {"pin/test/S0002": Verdict.REJECTED, "pin/test/S0001": Verdict.OPEN}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Filter(), "1234"),
        (Filter(text="dent"), "2"),
        (Filter(text="PIN bent"), "3"),
        (Filter(text="s0002 good"), ""),
        (Filter(show=Show.GOOD), "14"),
        (Filter(show=Show.DEFECT), "23"),
        (Filter(show=Show.UNREVIEWED), "134"),
        (Filter(show=Show.FLAGGED), "2"),
        (Filter(order=Order.SCORE), "2134"),
        (Filter(show=Show.DEFECT, order=Order.SCORE), "23"),
    ],
)
def test_a_filter_lets_through_what_it_names(choice: Filter, expected: str) -> None:
    shown = browse(PARTS, choice, scores=SCORES, verdicts=VERDICTS, threshold=0.5)
    assert "".join(sample.id[-1] for sample in shown) == expected


def test_names_are_sorted_as_people_count_however_the_parts_came_in() -> None:
    parts = [part("S10"), part("S2"), part("S1")]
    shown = browse(parts, Filter(), scores={}, verdicts={}, threshold=None)
    assert [sample.id for sample in shown] == ["pin/test/S1", "pin/test/S2", "pin/test/S10"]


def test_nothing_is_flagged_without_a_threshold() -> None:
    assert browse(PARTS, Filter(show=Show.FLAGGED), scores=SCORES, verdicts={}, threshold=None) == []
