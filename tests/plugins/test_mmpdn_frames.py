"""A frame shows the part without the lens, and its boxes and maps find the way back into the view."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.box import BoxShares
from pentad.core.camera import Camera
from pentad.sdk.made_up_parts import block_mesh, block_view
from pentad_models.ptad.mmpdn.framing import MARGIN, Frame, ideal_places

MATRIX = np.array([[420.0, 0, 150.5], [0, 400, 130.25], [0, 0, 1]])
BENT = np.array([-0.25, 0.08, 0.001, -0.002, 0.0])
shares = st.tuples(st.floats(0.3, 0.45), st.floats(0.3, 0.45), st.floats(0.55, 0.7), st.floats(0.55, 0.7))


def camera(distortion: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Camera:
    return Camera("west", MATRIX, np.eye(4), (240, 320), distortion)


def framed(distortion: np.ndarray[tuple[int], np.dtype[np.float64]], side: int = 64) -> Frame:
    inside = np.zeros((240, 320), bool)
    inside[60:180, 80:260] = True
    return Frame.around(camera(distortion), inside, np.empty((0, 2)), side)


def test_without_a_lens_a_frame_is_the_square_around_mask_and_part() -> None:
    view = block_view("top", seed=3)
    assert view.camera is not None
    assert view.pose is not None
    seen = view.rgb.min(axis=2) < 240
    places = ideal_places(block_mesh(), view.pose, view.camera)
    frame = Frame.around(view.camera, seen, places, 96)
    pixels = places @ frame.camera.matrix[:2, :2].T + frame.camera.matrix[:2, 2]
    low, high = pixels.min(), pixels.max()
    assert (high - low) == pytest.approx(96 / (1 + 2 * MARGIN), rel=0.03)
    assert low + high == pytest.approx(95, abs=2)


@pytest.mark.parametrize("terms", [np.zeros(5), BENT])
@given(box=shares)
@settings(max_examples=30, deadline=None)
def test_a_box_that_goes_out_of_the_frame_comes_back(
    terms: np.ndarray[tuple[int], np.dtype[np.float64]], box: BoxShares
) -> None:
    frame = framed(terms)
    back = frame.box_inside(frame.box_outside(box))
    # Why a tolerance: a lens bends a box's sides, and the box around them is a little larger.
    assert back == pytest.approx(box, abs=1e-9 if not terms.any() else 0.02)


def test_a_box_beyond_the_frame_is_cut_off_and_one_far_off_is_empty() -> None:
    frame = framed(np.zeros(5))
    top, left, bottom, right = frame.box_inside((0.0, 0.0, 1.0, 1.0))
    assert (top, left, bottom, right) == (0, 0, 1, 1)
    top, left, bottom, right = frame.box_inside((0.0, 0.0, 0.01, 0.01))
    assert (bottom - top) * (right - left) == 0


@pytest.mark.parametrize("terms", [np.zeros(5), BENT])
def test_a_spot_of_a_map_lies_where_opencv_says(terms: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    frame = framed(terms)
    values = np.zeros((16, 16), np.float32)
    values[4, 11] = 1
    whole = frame.outside(values, 0.0)
    assert whole.shape == (192, 256)
    pixel = np.array([11, 4]) * 4 + 1.5
    ray = np.append((pixel - frame.camera.matrix[:2, 2]) / frame.camera.matrix[0, 0], 1.0)
    place, _ = cv2.projectPoints(ray[None], np.zeros(3), np.zeros(3), MATRIX, terms)
    y, x = np.unravel_index(int(whole.argmax()), whole.shape)
    found = (np.array([x, y]) + 0.5) * 320 / 256 - 0.5
    assert np.linalg.norm(found - place.ravel()) < 1.5


def test_outside_of_the_frame_a_map_says_what_it_is_told_to_say() -> None:
    whole = framed(np.zeros(5)).outside(np.ones((8, 8), np.float32), 0.25)
    assert whole[0, 0] == whole[-1, -1] == 0.25
    assert whole[96, 128] == 1


def test_a_whole_frame_holds_every_corner_of_the_view() -> None:
    frame = Frame.whole(replace(camera(np.zeros(5)), name="all"), 128)
    assert frame.box_inside((0.0, 0.0, 1.0, 1.0)) == pytest.approx((0.125, 0.0, 0.875, 1.0), abs=0.02)
