"""Which iterations belong together, and how they are said."""

import itertools
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.pose_trace import PoseStep
from pentad.ui.pose.axis_range import SMALLEST, iou_range, iterations_shown, loss_range, rounded_up, widened
from pentad.ui.pose.looking import first_of_start, level_words, same_share, stretches

STEP = PoseStep(np.eye(4), 0.5, 0.5, 0, 1, np.zeros(6), 1.0, 0.1, ())
KINDS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from((1, 2, 4))), min_size=1, max_size=40)


def run_of(kinds: list[tuple[int, int]]) -> list[PoseStep]:
    return [replace(STEP, start=start, level=level) for start, level in kinds]


@given(KINDS)
def test_stretches_cover_a_run_and_neighbours_differ(kinds: list[tuple[int, int]]) -> None:
    found = stretches(run_of(kinds))
    said = [(each.start, each.level) for each in found for _ in range(each.first, each.last + 1)]
    assert said == kinds
    assert all(one.last + 1 == other.first for one, other in itertools.pairwise(found))
    assert all((one.start, one.level) != (other.start, other.level) for one, other in itertools.pairwise(found))


@given(KINDS, st.data())
def test_a_start_begins_with_its_first_iteration(kinds: list[tuple[int, int]], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(kinds) - 1))
    first = first_of_start(run_of(kinds), index)
    assert kinds[first][0] == kinds[index][0]
    assert all(start != kinds[index][0] for start, _ in kinds[:first])


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_ends_of_two_runs_meet_and_order_is_kept(count: int, other: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, count - 1))
    there = same_share(index, count, other)
    assert 0 <= there < other
    assert same_share(0, count, other) == 0
    if count > 1:
        assert same_share(count - 1, count, other) == other - 1
    if index + 1 < count:
        assert same_share(index + 1, count, other) >= there


def test_levels_are_said_as_fractions() -> None:
    assert [level_words(level) for level in (4, 2, 1)] == ["1/4", "1/2", "full"]


@given(st.floats(1e-9, 1e9))
def test_an_axis_ends_at_a_round_number_not_far_above(value: float) -> None:
    top = rounded_up(value)
    assert value * (1 - 1e-8) <= top <= 1.67 * value
    assert f"{top:.1e}".split("e")[0] in {"1.0", "1.5", "2.0", "3.0", "5.0", "7.5"}


@given(st.integers(0, 2000))
def test_an_axis_has_room_for_a_run_and_more_while_it_goes_on(count: int) -> None:
    assert iterations_shown(count, over=True) == max(count, 2)
    assert iterations_shown(count, over=False) >= max(count, 40)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_ranges_hold_every_value(values: list[float]) -> None:
    losses = np.array(values)
    low, high = loss_range(losses, log=False)
    assert low == 0
    assert high >= losses.max()
    low, high = loss_range(losses, log=True)
    logs = np.log10(np.maximum(losses, SMALLEST))
    assert low - 1e-6 <= logs.min()
    assert logs.max() <= high + 1e-6
    assert high - low >= 1
    low, high = iou_range(losses)
    assert low <= losses.min()
    assert high == 1


def test_a_range_that_was_in_sight_stays_in_sight() -> None:
    assert widened((0, 0.5), (0.1, 0.2)) == (0, 0.5)
    assert widened((0.3, 0.5), (0.1, 0.7)) == (0.1, 0.7)
    assert widened(None, (0.1, 0.7)) == (0.1, 0.7)
