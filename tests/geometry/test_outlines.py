"""Outlines, fillings and run lengths give back the pixels they were made from, in our hands and in others'."""

from typing import Any

import cv2
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw
from pycocotools import mask as coco
from scipy import ndimage as scipy_ndimage
from skimage.draw import polygon2mask

from pentad.core.arrays import Bools, Doubles
from pentad.core.box import Box
from pentad.geometry.filling import filled
from pentad.geometry.outlines import outline
from pentad.geometry.runs import column_counts, columns_of, from_counts, read_compressed, row_counts, whole_numbers

ndimage: Any = scipy_ndimage

bools = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=24))
places = st.floats(-40, 60, allow_nan=False, width=32)


def regions(where: Bools) -> list[Bools]:
    """Each set of pixels that touch, also at corners."""
    numbers, count = ndimage.label(where, np.ones((3, 3)))
    return [numbers == number for number in range(1, count + 1)]


def refilled(points: Doubles, shape: tuple[int, ...]) -> Bools:
    again = np.zeros(shape, bool)
    box, inside = filled(points, (shape[0], shape[1]))
    again[box.slices] |= inside
    return again


def by_columns(counts: "np.ndarray[Any, np.dtype[np.int64]]", size: tuple[int, int]) -> Bools:
    again = np.zeros(size, bool)
    box, inside = columns_of(counts, size)
    again[box.slices] = inside
    return again


def off_by_at_most_one(found: Bools, where: Bools) -> bool:
    """Whether every pixel that differs lies beside the border of ``where``."""
    around = np.ones((3, 3))
    grown, shrunk = ndimage.binary_dilation(where, around), ndimage.binary_erosion(where, around, border_value=1)
    return bool((shrunk <= found).all() and (found <= grown).all())


@settings(max_examples=300, deadline=None)
@given(bools, st.sampled_from([0.0, 0.1, 0.2]))
def test_an_outline_filled_again_is_the_same_pixels_holes_and_all(where: Bools, tolerance: float) -> None:
    for region in regions(where):
        assert (refilled(outline(region, tolerance=tolerance), where.shape) == region).all()


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
@settings(max_examples=100, deadline=None)
@given(bools)
def test_coco_fills_an_outline_with_the_same_pixels(where: Bools) -> None:
    height, width = where.shape
    for region in regions(where):
        points = outline(region).reshape(-1).tolist()
        assert (coco.decode(coco.frPyObjects([points], height, width))[..., 0] == region).all()


@settings(max_examples=100, deadline=None)
@given(bools)
def test_other_fillers_are_off_by_less_than_a_pixel(where: Bools) -> None:
    for region in regions(where):
        points = outline(region)
        image = Image.fromarray(region)
        if ndimage.binary_fill_holes(region).sum() == region.sum():  # Why: Pillow gaps where a slanted cut ends.
            image = Image.new("L", where.shape[::-1])
            ImageDraw.Draw(image).polygon([tuple(pair) for pair in points.tolist()], outline=1, fill=1)
        filler = np.zeros(where.shape, np.uint8)
        cv2.fillPoly(filler, [np.rint((points - 0.5) * 256).astype(np.int32)], 1, shift=8)
        scikit = polygon2mask(where.shape, points[:, ::-1] - 0.5)
        for found in (np.asarray(image) > 0, filler > 0, scikit):
            assert off_by_at_most_one(found, region)


@settings(max_examples=60, deadline=None)
@given(bools, st.sampled_from([0.5, 0.8]))
def test_a_looser_outline_stays_within_a_pixel(where: Bools, tolerance: float) -> None:
    smooth = ndimage.binary_opening(np.pad(where, 8), np.ones((3, 3)))
    for region in regions(smooth):
        assert off_by_at_most_one(refilled(outline(region, tolerance=tolerance), smooth.shape), region)


def test_long_sides_keep_sharp_corners_and_slopes_are_straight() -> None:
    plain = np.zeros((20, 30), bool)
    plain[4:14, 5:25] = True
    assert sorted(outline(plain).tolist()) == [[5, 4], [5, 14], [25, 4], [25, 14]]
    slope = np.tri(40, dtype=bool)
    assert len(outline(slope)) < 10


def test_the_area_inside_an_outline_is_that_of_the_pixels() -> None:
    y, x = np.mgrid[:300, :300]
    ring = (np.hypot(y - 150, x - 150) < 120) & (np.hypot(y - 140, x - 160) > 50)
    points = outline(ring)
    area = 0.5 * abs(float(np.sum(points[:, 0] * np.roll(points[:, 1], -1) - np.roll(points[:, 0], -1) * points[:, 1])))
    assert area == pytest.approx(ring.sum(), rel=0.002)


def test_several_regions_are_refused() -> None:
    with pytest.raises(ValueError, match="one 8-connected region"):
        outline(np.array([[1, 0, 1]], bool))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(places, places), min_size=3, max_size=8), st.integers(1, 30), st.integers(1, 30))
def test_filled_are_the_centres_that_shapely_finds_inside(
    corners: list[tuple[float, float]], height: int, width: int
) -> None:
    found = refilled(np.array(corners, np.float64), (height, width))
    edges = shapely.linestrings(np.array([*corners, corners[0]]))
    y, x = (axis.reshape(-1) + 0.5 for axis in np.mgrid[:height, :width])
    points = shapely.points(x, y)
    far = shapely.distance(points, edges) > 1e-6
    # The even-odd rule, edge by edge: an odd number of crossings of a ray to the left.
    start, end = np.array(corners), np.roll(np.array(corners), -1, axis=0)
    crossings = np.zeros(len(x), int)
    for (x0, y0), (x1, y1) in zip(start, end, strict=True):
        rows = (y >= min(y0, y1)) & (y < max(y0, y1))
        crossings[rows] += x0 + (y[rows] - y0) * (x1 - x0) / (y1 - y0) < x[rows] if y1 != y0 else 0
    assert (found.reshape(-1) == (crossings % 2 == 1))[far].all()


def test_a_polygon_far_outside_or_without_area_fills_nothing() -> None:
    for points in ([[1e7, 1e7], [2e6, 1e7], [1e7, 3e6]], [[1, 1], [1, 1], [1, 1]], [[0, 0], [9, 9]]):
        assert not refilled(np.array(points, np.float64), (10, 10)).any()


@settings(max_examples=200, deadline=None)
@given(bools)
def test_run_lengths_are_those_of_coco_and_come_back(where: Bools) -> None:
    height, width = where.shape
    counts = column_counts(where, Box(0, 0, height, width), (height, width))
    packed = coco.encode(np.asfortranarray(where.astype(np.uint8)))["counts"]
    assert coco.frPyObjects({"counts": counts.tolist(), "size": [height, width]}, height, width)["counts"] == packed
    assert (read_compressed(packed.decode()) == counts).all()
    assert (by_columns(counts, (height, width)) == where).all()
    assert (from_counts(row_counts(where), (height, width)) == where).all()


@settings(max_examples=100, deadline=None)
@given(bools, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_run_lengths_of_a_box_are_those_of_the_whole(where: Bools, y: int, x: int, below: int, beside: int) -> None:
    whole = np.pad(where, ((y, below), (x, beside)))
    box = Box(y, x, y + where.shape[0], x + where.shape[1])
    size = (whole.shape[0], whole.shape[1])
    assert (by_columns(column_counts(where, box, size), size) == whole).all()


@pytest.mark.parametrize("counts", [[-1, 5], [2**62, 2**62], [7], [4, 4]])
def test_run_lengths_that_do_not_fit_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="run length"):
        from_counts(np.array(counts), (2, 3))
    with pytest.raises(ValueError, match="run length"):
        columns_of(np.array(counts), (2, 3))


@pytest.mark.parametrize("values", ["12", [1.5], [True], [-1], [10**30], None, [None], [[1]]])
def test_counts_that_are_no_whole_numbers_are_refused(values: object) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        whole_numbers(values)


@given(st.text(max_size=60))
def test_any_text_as_compressed_runs_is_numbers_or_refused(text: str) -> None:
    try:
        counts = read_compressed(text)
    except ValueError:
        return
    assert counts.dtype == np.int64
