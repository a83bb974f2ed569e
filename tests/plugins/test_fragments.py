"""Cells that triangles cover, against exact arithmetic with fractions and against sheets without gaps."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from pentad.core.arrays import Doubles
from pentad_models.ptad.fragments import fragments

SIDE = 12
Corner = tuple[Fraction, Fraction]


def centres_inside(corners: list[Corner]) -> set[tuple[int, int]]:
    """The rule itself, cell by cell: inside, or on an edge that goes down, or on a level one that goes right."""

    def cross(a: Corner, b: Corner, p: Corner) -> Fraction:
        return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])

    area = cross(*corners)
    if area == 0:
        return set()
    a, b, c = corners if area > 0 else (corners[0], corners[2], corners[1])
    found = set()
    for x in range(SIDE):
        for y in range(SIDE):
            centre = (Fraction(2 * x + 1, 2), Fraction(2 * y + 1, 2))
            sides = [(cross(p, q, centre), p, q) for p, q in ((a, b), (b, c), (c, a))]
            if all(v > 0 or (v == 0 and (q[1] < p[1] or (q[1] == p[1] and q[0] > p[0]))) for v, p, q in sides):
                found.add((x, y))
    return found


def cells(places: Doubles, side: int = SIDE) -> list[tuple[int, int, int]]:
    """Triangle, column and row of every fragment."""
    found: list[tuple[int, int, int]] = []
    for some in fragments(places, side):
        at = np.einsum("nk,nkx->nx", some.weights, places[some.triangle]) - 0.5
        np.testing.assert_allclose(at, np.rint(at), atol=1e-4)
        assert (some.weights >= 0).all()
        np.testing.assert_allclose(some.weights.sum(axis=1), 1, atol=1e-12)
        found += [(int(t), int(x), int(y)) for t, (x, y) in zip(some.triangle, np.rint(at), strict=True)]
    return found


corner = st.tuples(st.integers(0, 4 * SIDE), st.integers(0, 4 * SIDE))


@settings(deadline=None)
@given(st.lists(st.tuples(corner, corner, corner), min_size=1, max_size=6))
def test_every_triangle_covers_the_centres_that_exact_arithmetic_finds(
    triangles: list[tuple[tuple[int, int], ...]],
) -> None:
    quarters = np.array(triangles, np.float64) / 4
    found = cells(quarters)
    assert len(set(found)) == len(found)
    for number, triangle in enumerate(triangles):
        exact = centres_inside([(Fraction(x, 4), Fraction(y, 4)) for x, y in triangle])
        assert {(x, y) for t, x, y in found if t == number} == exact


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 60), st.booleans())
def test_a_sheet_without_gaps_covers_every_centre_exactly_once(seed: int, points: int, on_grid: bool) -> None:
    random = np.random.default_rng(seed)
    inner = random.uniform(0, SIDE, (points, 2))
    if on_grid:
        inner = np.round(inner * 2) / 2  # Why: edges and corners then run through centres.
    square = np.array([[0, 0], [0, SIDE], [SIDE, 0], [SIDE, SIDE]], np.float64)
    places = np.unique(np.vstack([square, inner]), axis=0)
    sheet = Delaunay(places)
    winding = np.where(random.random(len(sheet.simplices))[:, None] < 0.5, [0, 1, 2], [2, 1, 0])
    triangles = places[np.take_along_axis(sheet.simplices, winding, axis=1)]
    found = sorted((x, y) for _, x, y in cells(triangles))
    assert found == [(x, y) for x in range(SIDE) for y in range(SIDE)]


def test_a_sliver_across_the_whole_grid_costs_a_row_at_a_time() -> None:
    side = 4096
    slivers = np.tile(np.array([[[0.0, 0.0], [side, side - 0.3], [side, side]]]), (200, 1, 1))
    count = sum(len(some.triangle) for some in fragments(slivers, side))
    assert count == 200 * sum(len(some.triangle) for some in fragments(slivers[:1], side))
    assert 0 < count / 200 <= side


def test_nothing_is_covered_by_points_lines_and_triangles_between_centres() -> None:
    places = np.array(
        [[[1, 1], [1, 1], [1, 1]], [[0, 0], [5, 5], [9, 9]], [[2.6, 2.6], [3.4, 2.6], [3, 3.4]]], np.float64
    )
    assert cells(places) == []
