"""Runs of pixels: what one has beyond another, and writing them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pentad.annotation.edit import Stroke
from pentad.annotation.region import Spans
from pentad.annotation.rule import Rule
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.mask import Mask, MaskKey

BOUNDS = Box(0, 0, 12, 60)
columns = st.integers(0, 60)


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    ends = draw(st.lists(st.tuples(columns, columns), max_size=10))
    left = np.array([min(pair) for pair in ends], np.int64)
    return Spans(draw(st.integers(0, 12 - len(ends))), left, np.array([max(pair) for pair in ends], np.int64))


def drawn(*pieces: Spans) -> Labels:
    where = np.zeros(BOUNDS.shape, np.uint8)
    for piece in pieces:
        for row, (left, right) in enumerate(zip(piece.left.tolist(), piece.right.tolist(), strict=True)):
            where[piece.y0 + row, left:right] = 1
    return where


@given(spans(), spans())
def test_what_one_has_beyond_another(one: Spans, other: Spans) -> None:
    assert np.array_equal(drawn(*one.beyond(other)), drawn(one) & ~drawn(other))


@given(spans())
def test_runs_are_written_where_they_are(one: Spans) -> None:
    live = np.zeros(BOUNDS.shape, np.uint8)
    one.fill(live[one.box.slices], one.box, 1)
    assert np.array_equal(live, drawn(one))


@given(st.lists(st.tuples(spans(), st.integers(0, 2), st.booleans()), max_size=6))
def test_a_stroke_paints_all_of_every_region_whoever_else_writes(ways: list[tuple[Spans, int, bool]]) -> None:
    mask, expected = Mask(np.zeros(BOUNDS.shape, np.uint8)), np.zeros(BOUNDS.shape, np.uint8)
    stroke = Stroke(mask, MaskKey("S1", "top"), "Brush", Rule(), lambda source, box: None)
    for region, label, disturbed in ways:
        if disturbed:
            mask.put(mask.box, np.full(BOUNDS.shape, 9, np.uint8))
            expected[:] = 9
        stroke.paint(region, label)
        expected[drawn(region) == 1] = label
        assert np.array_equal(mask.labels, expected)
