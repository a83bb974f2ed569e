"""The pixels inside an outline, against the definition and against shapely."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from pentad.annotation.outline import ellipse, flat, polygon, rectangle
from pentad.annotation.preview import Point
from pentad.annotation.region import Patch, Region
from pentad.core.arrays import Bools
from pentad.core.box import Box

IMAGE = Box(0, 0, 18, 21)
floats = st.floats(-6, 26)
wholes = st.integers(-3, 24).map(float)
halves = st.integers(-6, 48).map(lambda n: n / 2)
points = st.one_of(*(st.tuples(axis, axis) for axis in (floats, wholes, halves)))


def drawn(region: Region) -> Bools:
    where = np.zeros(IMAGE.shape, bool)
    patch = region.inside(IMAGE).patch()
    where[patch.box.slices] = patch.where
    return where


def inside_by_even_odd(line: list[Point]) -> Bools:
    """A ray to the right from every centre, in rational numbers; the border belongs to it."""
    corners = [(Fraction(y), Fraction(x)) for y, x in line]
    where = np.zeros(IMAGE.shape, bool)
    for y, x in np.ndindex(*IMAGE.shape):
        odd = border = False
        for (ay, ax), (by, bx) in pairwise([*corners, corners[0]]):
            beside = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            border |= beside == 0 and min(ay, by) <= y <= max(ay, by) and min(ax, bx) <= x <= max(ax, bx)
            if (ay > y) is not (by > y):
                odd ^= ax + (y - ay) * (bx - ax) / (by - ay) > x
        where[y, x] = odd or border
    return where


@settings(max_examples=80, deadline=None)
@given(st.lists(points, min_size=1, max_size=8))
@example([(0.0, 0.0), (5e-324, 1.0)])
def test_a_polygon_holds_what_a_ray_leaves_an_odd_number_of_times(line: list[Point]) -> None:
    assert np.array_equal(drawn(polygon(line, IMAGE)), inside_by_even_odd(line))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(wholes, wholes), min_size=3, max_size=8, unique=True))
def test_a_polygon_that_does_not_cross_itself_is_shapelys(line: list[Point]) -> None:
    shape = Polygon([(x, y) for y, x in line])
    if shape.is_valid:
        y, x = np.mgrid[IMAGE.slices]
        assert np.array_equal(drawn(polygon(line, IMAGE)), shapely.intersects_xy(shape, x, y))


def test_what_is_circled_twice_is_outside() -> None:
    square = [(2.0, 2.0), (2.0, 14.0), (14.0, 14.0), (14.0, 2.0)]
    smaller = [(4.5, 4.5), (4.5, 11.5), (11.5, 11.5), (11.5, 4.5)]
    where = drawn(polygon([*square, square[0], *smaller, smaller[0]], IMAGE))
    assert where[3, 3]
    assert not where[8, 8]


def test_polygons_beyond_the_image_are_cut_off() -> None:
    everything = [(-1e6, -1e6), (-1e6, 1e6), (1e6, 1e6), (1e6, -1e6)]
    assert drawn(polygon(everything, IMAGE)).all()
    assert polygon([(-9.0, -9.0), (-9.0, -3.0), (-3.0, -3.0)], IMAGE).box.empty
    assert polygon([], IMAGE).box.empty


@settings(max_examples=100, deadline=None)
@given(points, points)
def test_an_ellipse_is_its_equation(corner: Point, opposite: Point) -> None:
    cy, cx = (Fraction((a + b) / 2) for a, b in zip(corner, opposite, strict=True))
    ry, rx = (Fraction(abs(b - a) / 2) for a, b in zip(corner, opposite, strict=True))
    where = np.zeros(IMAGE.shape, bool)
    if ry > 0 and rx > 0:
        for y, x in np.ndindex(*IMAGE.shape):
            where[y, x] = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 <= 1
    assert np.array_equal(drawn(ellipse(corner, opposite)), where)


@settings(max_examples=100, deadline=None)
@given(points, points)
def test_a_rectangle_holds_the_centres_between_its_corners(corner: Point, opposite: Point) -> None:
    y, x = np.mgrid[IMAGE.slices]
    (top, bottom), (left, right) = (sorted(pair) for pair in zip(corner, opposite, strict=True))
    assert np.array_equal(drawn(rectangle(corner, opposite)), (y >= top) & (y <= bottom) & (x >= left) & (x <= right))


def test_points_on_one_line_enclose_nothing_and_a_bow_tie_does() -> None:
    assert flat([(0.0, 0.0), (3.0, 3.0)])
    assert flat([(1.0, 1.0), (3.5, 4.0), (6.0, 7.0), (3.5, 4.0)])
    assert flat([(2.0, 2.0)] * 5)
    assert not flat([(0.0, 0.0), (0.0, 4.0), (4.0, 0.0), (4.0, 4.0)])


def test_a_polygon_gives_its_pixels_in_its_own_box() -> None:
    found = polygon([(2.0, 3.0), (2.0, 9.0), (5.0, 9.0), (5.0, 3.0)], IMAGE)
    assert isinstance(found, Patch)
    assert found.box == Box(2, 3, 6, 10)
    assert found.where.all()
