"""What a brush tip covers, against the definition."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pentad.annotation.preview import Point
from pentad.annotation.region import Spans
from pentad.annotation.sweep import Dab, capsule, sweep
from pentad.core.arrays import Bools, Doubles
from pentad.core.box import Box
from tests.helpers.sheet import BareSheet

RADII = (0.5, 0.75, 1.0, 2.5, 10.0, 33.3, 100.0, 200.0, 400.0)
anywhere = st.tuples(st.floats(-300, 300), st.floats(-300, 300))
near = st.tuples(st.floats(-12, 12), st.floats(-12, 12))
halves = st.integers(-16, 16).map(lambda n: n / 2)
on_halves = st.tuples(halves, halves)
sizes = st.floats(0.5, 400)


def around(*dabs: Dab) -> Box:
    """A box with room around everything."""
    reach = [(dab.at[0], dab.at[1], dab.radius) for dab in dabs]
    y0, x0 = (int(min(at[axis] - at[2] for at in reach)) - 3 for axis in (0, 1))
    y1, x1 = (int(max(at[axis] + at[2] for at in reach)) + 4 for axis in (0, 1))
    return Box(y0, x0, y1, x1)


def drawn(spans: Spans, box: Box) -> Bools:
    where = np.zeros(box.shape, bool)
    for row, (left, right) in enumerate(zip(spans.left.tolist(), spans.right.tolist(), strict=True)):
        if right > left:
            assert box.x0 <= left
            assert right <= box.x1
            where[spans.y0 + row - box.y0, left - box.x0 : right - box.x0] = True
    return where


def grid(box: Box) -> tuple[Doubles, Doubles]:
    y, x = np.mgrid[box.slices]
    return y.astype(np.float64), x.astype(np.float64)


def squared_distance(point: tuple[Fraction, Fraction], start: Point, end: Point) -> Fraction:
    """From a point to a segment, by projection, in rational numbers."""
    (ay, ax), (by, bx) = (tuple(map(Fraction, at)) for at in (start, end))
    dy, dx, v, u = by - ay, bx - ax, point[0] - ay, point[1] - ax
    length = dy * dy + dx * dx
    t = min(max((v * dy + u * dx) / length, Fraction(0)), Fraction(1)) if length else Fraction(0)
    return (v - t * dy) ** 2 + (u - t * dx) ** 2


def within_distance(start: Point, end: Point, radius: float, box: Box) -> Bools:
    """The definition: floating point where that is far from the border, rational numbers where it is near."""
    y, x = grid(box)
    dy, dx = end[0] - start[0], end[1] - start[1]
    length = dy * dy + dx * dx
    t = np.clip(((y - start[0]) * dy + (x - start[1]) * dx) / length, 0, 1) if length > 1e-200 else 0.0
    off = np.hypot(y - start[0] - t * dy, x - start[1] - t * dx) - radius
    inside: Bools = off <= 0
    for row, column in np.argwhere(np.abs(off) < 1e-7).tolist():
        point = Fraction(int(y[row, column])), Fraction(int(x[row, column]))
        inside[row, column] = squared_distance(point, start, end) <= Fraction(radius) ** 2
    return inside


@settings(max_examples=120, deadline=None)
@given(anywhere, near, sizes)
@example((0.1, 0.1), (1e-9, 11.0), 5.0)
@example((10.3, 10.3), (0.0, 0.0), 0.7)
@example((10.3, 10.3), (5.0, 0.0), 0.7)
@example((0.0, 0.0), (1e-300, 1e-300), 3.0)
@example((0.0, 0.0), (5e-324, 11.0), 3.0)
@example((4.0, 0.0), (1e-9, -200.0), 399.5)
def test_a_capsule_holds_the_centres_within_its_radius(start: Point, way: Point, radius: float) -> None:
    end = start[0] + way[0], start[1] + way[1]
    box = around(Dab(start, radius), Dab(end, radius))
    assert np.array_equal(drawn(capsule(start, end, radius), box), within_distance(start, end, radius, box))


@pytest.mark.parametrize("radius", RADII)
@pytest.mark.parametrize("way", [(0.0, 0.0), (0.0, 7.0), (-9.0, 0.0), (3.0, 4.0), (40.0, -30.0), (0.5, 250.5)])
def test_centres_at_exactly_the_radius_belong_to_it(radius: float, way: Point) -> None:
    for start in ((3.0, -2.0), (0.5, 0.5), (10.3, -7.7)):
        end = start[0] + way[0], start[1] + way[1]
        box = around(Dab(start, radius), Dab(end, radius))
        assert np.array_equal(drawn(capsule(start, end, radius), box), within_distance(start, end, radius, box))


@settings(max_examples=150, deadline=None)
@given(on_halves, on_halves, st.integers(1, 40).map(lambda n: n / 4))
def test_ties_are_decided_as_in_rational_numbers(start: Point, end: Point, radius: float) -> None:
    box = around(Dab(start, radius), Dab(end, radius))
    y, x = (axis.astype(np.int64) * 4 for axis in np.mgrid[box.slices])
    (ay, ax), (by, bx) = ((round(at[0] * 4), round(at[1] * 4)) for at in (start, end))
    r = round(radius * 4)
    dy, dx = by - ay, bx - ax
    along, across = (y - ay) * dy + (x - ax) * dx, (y - ay) * dx - (x - ax) * dy
    inside = ((y - ay) ** 2 + (x - ax) ** 2 <= r * r) | ((y - by) ** 2 + (x - bx) ** 2 <= r * r)
    if start != end:
        inside |= (along >= 0) & (along <= dy * dy + dx * dx) & (across**2 <= r * r * (dy * dy + dx * dx))
    assert np.array_equal(drawn(capsule(start, end, radius), box), inside)


def covered_by_square(point: tuple[int, int], first: Dab, last: Dab) -> bool:
    """Whether |p - centre(t)| <= radius(t) on both axes for one t in [0, 1]: the overlap of intervals of t."""
    r, q = Fraction(first.radius), Fraction(last.radius)
    low, high = Fraction(0), Fraction(1)
    for axis in (0, 1):
        a, b = Fraction(first.at[axis]), Fraction(last.at[axis])
        for sign in (1, -1):
            # sign (p - a - t (b - a)) <= r + t (q - r)   <=>   t * slope >= bound
            slope, bound = sign * (b - a) + q - r, sign * (point[axis] - a) - r
            if slope == 0 and bound > 0:
                return False
            if slope > 0:
                low = max(low, bound / slope)
            if slope < 0:
                high = min(high, bound / slope)
    return low <= high


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(near, on_halves),
    st.one_of(near, on_halves),
    st.one_of(st.floats(0.5, 9), halves.map(abs)),
    st.one_of(st.none(), st.floats(0.5, 9), halves.map(abs)),
)
def test_a_square_tip_covers_the_squares_on_its_way(start: Point, end: Point, r: float, q: float | None) -> None:
    first, last = Dab(start, r), Dab(end, r if q is None else q)
    box = around(first, last)
    oracle = np.zeros(box.shape, bool)
    for row, column in np.ndindex(*box.shape):
        oracle[row, column] = covered_by_square((box.y0 + row, box.x0 + column), first, last)
    assert np.array_equal(drawn(sweep(first, last, square=True), box), oracle)


@settings(max_examples=40, deadline=None)
@given(st.one_of(near, on_halves), st.one_of(near, on_halves), st.floats(0, 30), st.floats(0, 30))
def test_a_growing_tip_covers_the_discs_on_its_way(start: Point, end: Point, r: float, q: float) -> None:
    first, last = Dab(start, r), Dab(end, q)
    box = around(first, last)
    y, x = grid(box)
    t = np.linspace(0, 1, 501)[:, None, None]
    off = np.hypot(y - start[0] - t * (end[0] - start[0]), x - start[1] - t * (end[1] - start[1])) - r - t * (q - r)
    least, found = off.min(axis=0), drawn(sweep(first, last), box)
    assert found[least < -1e-9].all()
    # Why: the discs between two samples reach beyond them by less than this.
    assert not found[least > 0.05].any()
    between = np.argwhere(found & (least > 1e-9))
    assert all(_covered_at_some_time(box, at, first, last) for at in between.tolist())


def _covered_at_some_time(box: Box, at: list[int], first: Dab, last: Dab) -> bool:
    """The least of |p - centre(t)| - radius(t), a convex function of t, by narrowing down."""
    p = box.y0 + at[0], box.x0 + at[1]

    def off(t: float) -> float:
        centre = [a + t * (b - a) for a, b in zip(first.at, last.at, strict=True)]
        return float(np.hypot(p[0] - centre[0], p[1] - centre[1])) - first.radius - t * (last.radius - first.radius)

    low, high = 0.0, 1.0
    for _ in range(100):
        one, other = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, other) if off(one) <= off(other) else (one, high)
    return min(off(0.0), off(1.0), off(low)) <= 1e-9


def test_one_size_is_no_special_case_of_a_growing_tip() -> None:
    box = around(Dab((0.0, 0.0), 20.0), Dab((7.0, 11.0), 20.0))
    almost = sweep(Dab((0.0, 0.0), 20.0), Dab((7.0, 11.0), 20.0 + 1e-12))
    assert np.array_equal(drawn(almost, box), drawn(capsule((0.0, 0.0), (7.0, 11.0), 20.0), box))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-80, 160), st.floats(-80, 160)), min_size=1, max_size=6), st.floats(0.5, 60))
def test_a_fast_stroke_has_no_gaps_and_ends_at_the_edge_of_the_image(way: list[Point], radius: float) -> None:
    sheet = BareSheet((90, 70))
    stroke = sheet.stroke("Brush")
    oracle = np.zeros((90, 70), bool)
    for start, end in zip([way[0], *way], way, strict=False):
        stroke.paint(capsule(start, end, radius), 1)
        oracle |= within_distance(start, end, radius, sheet.mask.box)
    assert np.array_equal(sheet.mask.labels == 1, oracle)
