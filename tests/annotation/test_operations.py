"""Operations on a class against brute force and scipy, on small random masks."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage as scipy_ndimage

from pentad.annotation.components import filled, largest_island, region_at, restored, without_islands
from pentad.annotation.morphology import closed, grown, opened, shrunk, smoothed
from pentad.annotation.operations import Kind, Operation, changes
from pentad.annotation.region import Bools, Patch
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket

# Why: the type checker does not find the functions that scipy.ndimage gathers from its modules.
ndimage: Any = scipy_ndimage
NOW = PatientTicket()
OVER_CORNERS, OVER_SIDES = np.ones((3, 3), bool), ndimage.generate_binary_structure(2, 1)
sizes = st.tuples(st.integers(1, 24), st.integers(1, 24))
sets = sizes.flatmap(lambda size: arrays(bool, size))
masks = sizes.flatmap(lambda size: arrays(np.uint8, size, elements=st.integers(0, 3)))
radii = st.sampled_from([0.5, 1.0, 1.4, 1.5, 2.0, 2.24, 3.0, 5.0, 7.5])


def within(where: Bools, radius: float) -> Bools:
    """By the definition: some pixel of ``where`` is no further than ``radius``."""
    points = np.argwhere(where)
    y, x = np.indices(where.shape)
    near = np.zeros(where.shape, bool)
    for py, px in points:
        near |= (y - py) ** 2 + (x - px) ** 2 <= radius**2 + 1e-9
    return near


def after(labels: Labels, operation: Operation) -> Labels:
    """``labels`` with the changes laid on."""
    result = labels.copy()
    for box, new in changes(labels, operation, NOW):
        result[box.slices] = new
    return result


@settings(max_examples=60, deadline=None)
@given(sets, radii)
def test_growing_and_shrinking_are_by_exact_discs(where: Bools, radius: float) -> None:
    assert np.array_equal(grown(where, radius, NOW), within(where, radius))
    assert np.array_equal(shrunk(where, radius, NOW), where & ~within(~where, radius))


@settings(max_examples=60, deadline=None)
@given(sets, radii)
def test_opening_and_closing_are_made_of_the_two(where: Bools, radius: float) -> None:
    inner = ~within(~where, radius)
    assert np.array_equal(opened(where, radius, NOW), within(inner, radius))
    outer = within(where, radius)
    assert np.array_equal(closed(where, radius, NOW), ~within(~outer, radius))


def test_blocks_leave_no_seams() -> None:
    where = ndimage.gaussian_filter(np.random.default_rng(2).normal(size=(700, 1300)), 9) > 0.01
    for radius in (1.5, 20.0):
        distance = ndimage.distance_transform_edt(~where)
        assert np.array_equal(grown(where, radius, NOW), distance <= radius)
        inside = ndimage.distance_transform_edt(where) > radius
        assert np.array_equal(opened(where, radius, NOW), ndimage.distance_transform_edt(~inside) <= radius)


@settings(max_examples=80, deadline=None)
@given(sets, st.booleans(), st.integers(0, 8))
def test_holes_are_filled_as_scipy_fills_them(where: Bools, corners: bool, most: int) -> None:
    outside = OVER_SIDES if corners else OVER_CORNERS
    expected = ndimage.binary_fill_holes(where, outside)
    if most:
        holes, count = ndimage.label(expected & ~where, outside)
        small = [n for n in range(1, count + 1) if np.count_nonzero(holes == n) <= most]
        expected = where | np.isin(holes, small)
    assert np.array_equal(filled(where, most=most, corners=corners), expected)


@settings(max_examples=80, deadline=None)
@given(sets, st.booleans(), st.integers(1, 8))
def test_islands_are_dropped_by_their_size(where: Bools, corners: bool, least: int) -> None:
    islands, count = ndimage.label(where, OVER_CORNERS if corners else OVER_SIDES)
    areas = np.bincount(islands.ravel(), minlength=count + 1)
    large = [n for n in range(1, count + 1) if areas[n] >= least]
    assert np.array_equal(without_islands(where, least, corners=corners), np.isin(islands, large))
    best = areas[1:].max() if count else 0
    kept = largest_island(where, corners=corners)
    assert np.count_nonzero(kept) == best
    assert not (kept & ~where).any()


@settings(max_examples=40, deadline=None)
@given(sets, st.sampled_from([1.0, 2.0, 3.5]))
def test_smoothing_keeps_the_holes_and_islands_that_count(where: Bools, radius: float) -> None:
    smooth = smoothed(where, radius, NOW, least=4)
    for before, now, ways in ((where, smooth, OVER_CORNERS), (~where, ~smooth, OVER_SIDES)):
        islands, count = ndimage.label(before, ways)
        for number in range(1, count + 1):
            island = islands == number
            assert np.count_nonzero(island) < 4 or (now & island).any()


def test_smoothing_is_a_gaussian_cut_at_one_half() -> None:
    where = ndimage.gaussian_filter(np.random.default_rng(3).normal(size=(600, 640)), 6) > 0
    mean = ndimage.gaussian_filter(where.astype(float), 2.0, mode="nearest", truncate=3.0)
    sure = np.abs(mean - 0.5) > 1e-5
    assert np.array_equal(smoothed(where, 4.0, NOW, least=10**6)[sure], (mean > 0.5)[sure])


@settings(max_examples=40, deadline=None)
@given(sets, sets, st.integers(1, 6))
def test_only_what_vanished_is_restored(before: Bools, other: Bools, least: int) -> None:
    now = np.zeros_like(before)
    rows, columns = min(before.shape[0], other.shape[0]), min(before.shape[1], other.shape[1])
    now[:rows, :columns] = other[:rows, :columns]
    islands, count = ndimage.label(before, OVER_CORNERS)
    expected = now.copy()
    for number in range(1, count + 1):
        island = islands == number
        if np.count_nonzero(island) >= least and not (now & island).any():
            expected |= island
    assert np.array_equal(restored(before, now, least), expected)


@settings(max_examples=150, deadline=None)
@given(masks, st.sampled_from(sorted(set(Kind) - {Kind.CHANGE, Kind.CLEAR, Kind.DELETE, Kind.UNITE})), radii)
def test_what_a_class_gains_it_takes_from_background_alone(labels: Labels, kind: Kind, radius: float) -> None:
    new = after(labels, Operation(kind, 1, other=2, radius=radius, gap=radius, pixels=3))
    others = labels > 1
    assert np.array_equal(new[others], labels[others])
    assert set(np.unique(new[~others])) <= {0, 1}


@settings(max_examples=60, deadline=None)
@given(masks, radii)
def test_growing_over_others_takes_what_it_reaches(labels: Labels, radius: float) -> None:
    new = after(labels, Operation(Kind.GROW, 1, radius=radius, over_others=True))
    assert np.array_equal(new, np.where(within(labels == 1, radius), 1, labels))


@settings(max_examples=100, deadline=None)
@given(masks, st.integers(0, 3))
def test_classes_are_combined_as_sets(labels: Labels, gap: int) -> None:
    a, b = labels == 1, labels == 2
    near = within(b, gap)
    expected = {
        Kind.UNITE: np.where(b, 1, labels),
        Kind.SUBTRACT: np.where(a & near, 0, labels),
        Kind.INTERSECT: np.where(a & ~near, 0, labels),
        Kind.CHANGE: np.where(a, 2, labels),
        Kind.DELETE: np.where(a, 0, labels),
        Kind.CLEAR: np.zeros_like(labels),
    }
    for kind, result in expected.items():
        assert np.array_equal(after(labels, Operation(kind, 1, other=2, gap=gap)), result), kind


@settings(max_examples=60, deadline=None)
@given(masks, sets, st.integers(-5, 20), st.integers(-5, 20))
def test_a_class_is_combined_with_a_copied_region(labels: Labels, where: Bools, y: int, x: int) -> None:
    patch = Patch(Box(y, x, y + where.shape[0], x + where.shape[1]), where)
    full = np.zeros((80, 80), bool)
    full[y + 10 : y + 10 + where.shape[0], x + 10 : x + 10 + where.shape[1]] = where
    operand = full[10 : 10 + labels.shape[0], 10 : 10 + labels.shape[1]]
    a = labels == 1
    for kind, expected in (
        (Kind.UNITE, np.where(operand & (labels == 0), 1, labels)),
        (Kind.SUBTRACT, np.where(a & operand, 0, labels)),
        (Kind.INTERSECT, np.where(a & ~operand, 0, labels)),
    ):
        assert np.array_equal(after(labels, Operation(kind, 1, operand=patch)), expected), kind


@settings(max_examples=80, deadline=None)
@given(masks, st.booleans(), st.data())
def test_the_region_under_the_hand_is_all_that_hangs_together(
    labels: Labels, corners: bool, data: st.DataObject
) -> None:
    y = data.draw(st.integers(0, labels.shape[0] - 1))
    x = data.draw(st.integers(0, labels.shape[1] - 1))
    found = region_at(labels, y, x, corners=corners)
    if labels[y, x] == 0:
        assert found is None
        return
    regions, _ = ndimage.label(labels == labels[y, x], OVER_CORNERS if corners else OVER_SIDES)
    assert found is not None
    now = np.zeros(labels.shape, bool)
    now[found.box.slices] = found.where
    assert np.array_equal(now, regions == regions[y, x])


def test_a_region_larger_than_the_first_look_is_found_whole() -> None:
    labels = np.zeros((1500, 4000), np.uint8)
    labels[700:720, 100:3900] = 2
    labels[100:1400, 3500:3520] = 2
    found = region_at(labels, 710, 150)
    assert found is not None
    assert found.box == Box(100, 100, 1400, 3900)
    assert np.array_equal(found.where, labels[found.box.slices] == 2)
    assert region_at(labels, -1, 5) is None


def test_only_what_differs_is_handed_back() -> None:
    labels = np.zeros((2000, 2000), np.uint8)
    labels[300:340, 300:340] = 1
    labels[1400:1440, 700:740] = 1
    found = [box for box, _ in changes(labels, Operation(Kind.GROW, 1, radius=2), NOW)]
    assert found == [Box(298, 298, 342, 342), Box(1398, 698, 1442, 742)]
    assert changes(labels, Operation(Kind.FILL_HOLES, 1), NOW) == []
    assert changes(labels, Operation(Kind.GROW, 9), NOW) == []


def test_an_operation_nobody_wants_any_more_stops() -> None:
    labels = np.ones((1200, 1200), np.uint8)
    labels[::7, ::7] = 0
    with pytest.raises(Cancelled):
        changes(labels, Operation(Kind.SMOOTH, 1), ImpatientTicket(2))
