"""A camera for a cropped or scaled image sees each point where the cropped or scaled image shows it."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.box import Box
from pentad.core.camera import Resizing
from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.geometry.projection import project, unproject
from pentad.geometry.resizing import cropped, scaled
from pentad.io.calibration import read_calibration

CAMERA = read_calibration(resource("calibration", "camera_3.yaml")).camera
PIXELS = np.array([[1200.0, 900.0], [2500.25, 1700.5], [3000.0, 2000.0]])
POINTS = unproject(CAMERA, PIXELS, np.array([240.0, 260.0, 255.0]))


def test_a_crop_moves_pixels_and_leaves_rays() -> None:
    part = cropped(CAMERA, Box(200, 1000, 2600, 3800))
    assert np.abs(project(part, POINTS) - (PIXELS - [1000, 200])).max() < 1e-9
    assert part.size == (2400, 2800)
    assert part.resized == Resizing((3000, 4096), (200, 1000, 2600, 3800))


@pytest.mark.parametrize("size", [(1500, 2048), (3648, 5472), (100, 4096)])
def test_a_scaled_image_shows_points_where_opencv_puts_them(size: tuple[int, int]) -> None:
    height, width = CAMERA.size
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    shown = [np.asarray(cv2.resize(each, size[::-1], interpolation=cv2.INTER_LINEAR)) for each in (x, y)]
    small = scaled(CAMERA, size=size)
    places = project(small, POINTS)
    for place, pixel in zip(places, PIXELS, strict=True):
        column, row = (round(float(value)) for value in place)
        across, down = small.matrix[0, 0] / CAMERA.matrix[0, 0], small.matrix[1, 1] / CAMERA.matrix[1, 1]
        here = np.array([shown[0][row, column], shown[1][row, column]])
        assert np.abs(here + (place - [column, row]) / [across, down] - pixel).max() < 2e-2
    assert small.size == size


def test_a_factor_is_the_size_it_makes() -> None:
    assert np.array_equal(scaled(CAMERA, factor=0.5).matrix, scaled(CAMERA, size=(1500, 2048)).matrix)


@settings(max_examples=50, deadline=None)
@given(first=st.integers(10, 900), rows=st.integers(800, 2000), size=st.integers(50, 4000), cut=st.integers(1, 20))
def test_the_record_of_several_changes_is_the_whole_change(first: int, rows: int, size: int, cut: int) -> None:
    part = scaled(cropped(CAMERA, Box(first, 2 * first, first + rows, 2 * first + rows)), size=(size, 2 * size))
    part = cropped(part, Box(cut, cut + 1, size - cut, 2 * size))
    record = part.resized
    assert record is not None
    y0, x0, y1, x1 = record.crop
    down, across = record.scale
    expected = (PIXELS + 0.5 - [x0, y0]) * [across, down] - 0.5
    assert np.abs(project(part, POINTS) - expected).max() < 1e-6
    assert ((y1 - y0) * down, (x1 - x0) * across) == pytest.approx(part.size)


@pytest.mark.parametrize("box", [Box(0, 0, 0, 10), Box(-1, 0, 10, 10), Box(0, 0, 3001, 10), Box(0, 4000, 10, 4097)])
def test_a_crop_outside_the_image_is_refused(box: Box) -> None:
    with pytest.raises(Problem, match="camera_3"):
        cropped(CAMERA, box)


def test_a_scale_to_nothing_is_refused() -> None:
    for factor in (0.0, -1.0, 1e-9, float("nan"), float("inf")):
        with pytest.raises(Problem, match="scaled"):
            scaled(CAMERA, factor=factor)
