"""What a stroke did can be taken back and done again, pixel by pixel, and the rule holds whichever way it paints."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.annotation.edit import TILE, Draft, MaskEdit, Stroke
from pentad.annotation.region import Patch
from pentad.annotation.rule import Rule, Source, Values
from pentad.core.arrays import Bools, Floats, Labels
from pentad.core.box import Box
from pentad.core.mask import Mask, MaskKey

KEY = MaskKey("S1", "top")
SIZE = (2 * TILE + 60, 3 * TILE + 20)
corners = st.tuples(st.integers(-20, SIZE[0]), st.integers(-20, SIZE[1]), st.integers(1, 300), st.integers(1, 300))
boxes = corners.map(lambda found: Box(found[0], found[1], found[0] + found[2], found[1] + found[3]))


def noise(seed: int, size: tuple[int, int] = SIZE) -> Labels:
    return np.random.default_rng(seed).integers(0, 4, size, np.uint8)


def nothing(source: Source, box: Box) -> None:
    return None


def begin(mask: Mask, rule: Rule | None = None, values: Values = nothing) -> Stroke:
    return Stroke(mask, KEY, "Brush", rule or Rule(), values)


def finished(stroke: Stroke) -> MaskEdit:
    edit = stroke.finish()
    assert edit is not None
    return edit


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=5), st.integers(0, 9))
def test_a_stroke_goes_back_and_forth_wherever_the_hand_went_first(way: list[Box], seed: int) -> None:
    mask = Mask(noise(seed))
    before, wanted = mask.labels.copy(), mask.labels.copy()
    stroke = begin(mask)
    for number, box in enumerate(way):
        stroke.put(box, np.full(box.shape, 5 + number, np.uint8))
        inside = box & mask.box
        if not inside.empty:
            wanted[inside.slices] = 5 + number
    assert np.array_equal(mask.labels, wanted)
    edit = stroke.finish()
    if edit is None:
        assert np.array_equal(before, wanted)
        return
    for _ in range(2):
        edit.reversed.lay(mask)
        assert np.array_equal(mask.labels, before)
        edit.lay(mask)
        assert np.array_equal(mask.labels, wanted)
    edit.lay(mask)
    assert np.array_equal(mask.labels, wanted)


def test_a_stroke_from_the_far_corner_home_is_laid_down_whole() -> None:
    mask = Mask(np.zeros(SIZE, np.uint8))
    stroke = begin(mask)
    for row, column in ((1, 1), (1, 2), (1, 0), (0, 2), (0, 0)):
        box = Box(row * TILE + 9, column * TILE + 9, row * TILE + 19, column * TILE + 19)
        stroke.put(box, np.full(box.shape, 1 + column, np.uint8))
    wanted, other = mask.labels.copy(), Mask(np.zeros(SIZE, np.uint8))
    finished(stroke).lay(other)
    assert np.array_equal(other.labels, wanted)


def test_a_draft_leaves_its_mask_alone_and_fits_no_more_once_that_was_painted_on() -> None:
    mask = Mask(noise(2))
    kept, late = (Draft(mask, KEY, "Fill", rule=Rule(), values=nothing) for _ in range(2))
    wanted = mask.labels.copy()
    kept.stroke.put(Box(0, 0, 20, 20), np.full((20, 20), 9, np.uint8))
    assert np.array_equal(mask.labels, wanted)
    assert kept.fits(mask)
    assert not kept.fits(Mask(wanted))
    finished(kept.stroke).lay(mask)
    assert (mask.labels[:20, :20] == 9).all()
    assert late.stroke.mask.labels[0, 0] == 9, "what a worker copies late is not what it was asked for"
    assert not late.fits(mask)


def test_a_stroke_that_is_given_up_leaves_no_trace() -> None:
    mask = Mask(noise(1))
    before = mask.labels.copy()
    stroke = begin(mask)
    stroke.put(Box(200, 200, 400, 700), np.full((200, 500), 7, np.uint8))
    stroke.cancel()
    assert np.array_equal(mask.labels, before)
    assert stroke.finish() is None


def allowed_by_hand(rule: Rule, labels: Labels, values: Floats) -> Bools:
    """Pixel by pixel, as the words of the rule say."""
    found = np.zeros(labels.shape, bool)
    for y, x in np.ndindex(labels.shape):
        label, value = int(labels[y, x]), float(values[y, x])
        found[y, x] = (
            (rule.only is None or label in rule.only)
            and label not in rule.locked
            and (rule.source is None or rule.low <= value <= rule.high)
        )
    return found


some_labels = st.frozensets(st.integers(0, 3), max_size=3)
rules = st.builds(
    Rule,
    only=st.none() | some_labels,
    locked=st.frozensets(st.integers(1, 3), max_size=2),
    source=st.sampled_from([None, Source.RGB, Source.HEAT]),
    low=st.integers(0, 4).map(float),
    high=st.integers(2, 6).map(float),
)


@settings(max_examples=80, deadline=None)
@given(rules, st.integers(0, 99), st.integers(0, 3))
def test_every_way_to_paint_obeys_the_rule_to_the_pixel(rule: Rule, seed: int, label: int) -> None:
    labels = noise(seed, (12, 15))
    under = np.random.default_rng(seed + 1).integers(0, 7, labels.shape).astype(np.float32)
    free = allowed_by_hand(rule, labels, under)
    box, where = Box(2, 3, 11, 14), np.random.default_rng(seed + 2).random((9, 11)) < 0.7

    def values(source: Source, box: Box) -> Floats:
        return under[box.slices]

    painted = Mask(labels.copy())
    begin(painted, rule, values).paint(Patch(box, where), label)
    wanted = labels.copy()
    if label not in rule.locked:
        wanted[box.slices][where & free[box.slices]] = label
    assert np.array_equal(painted.labels, wanted)

    put, new = Mask(labels.copy()), noise(seed + 3, (9, 11))
    begin(put, rule, values).put(box, new)
    wanted = labels.copy()
    may = free[box.slices] & ~np.isin(new, list(rule.locked))
    wanted[box.slices][may] = new[may]
    assert np.array_equal(put.labels, wanted)


@pytest.mark.parametrize("source", list(Source))
def test_where_what_the_rule_asks_about_is_not_at_hand_nothing_may_change(source: Source) -> None:
    mask = Mask(noise(4, (20, 20)))
    before = mask.labels.copy()
    stroke = begin(mask, Rule(source=source))
    stroke.put(mask.box, np.full((20, 20), 9, np.uint8))
    stroke.paint(Patch(mask.box, np.ones((20, 20), bool)), 9)
    assert np.array_equal(mask.labels, before)
