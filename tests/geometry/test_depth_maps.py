"""A depth map lies over its view where it belongs, and at a step no depth is made up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.camera import Camera
from pentad.geometry.depth_maps import laid_over, pixel_angle


def test_a_pixels_angle_is_one_by_the_focal_length() -> None:
    matrix = np.array([[800.0, 0, 100], [0, 1250, 80], [0, 0, 1]])
    assert pixel_angle(Camera("top", matrix, np.eye(4), (160, 200))) == pytest.approx(1e-3)
    assert pixel_angle(None) is None


@given(
    st.integers(2, 9), st.integers(2, 9), st.integers(20, 60), st.integers(20, 60), st.sampled_from([1, 2, 3]),
    st.sampled_from([(0.0, 0.0, 1.0, 1.0), (0.25, 0.1, 0.75, 0.9)]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_between_its_values_it_is_linear(
    h: int, w: int, height: int, width: int, step: int, region: tuple[float, float, float, float]
) -> None:
    depth = np.random.default_rng(h * w).normal(300, 0.1, (h, w)).astype(np.float32)
    found = laid_over(depth, region, (height, width), step=step, pixel_angle=1.0)
    assert found.shape == (-(-height // step), -(-width // step))
    y, x = ((np.arange(-(-n // step)) * step + step / 2) / n for n in (height, width))
    v, u = (y - region[0]) / (region[2] - region[0]) * h, (x - region[1]) / (region[3] - region[1]) * w
    across = np.stack([np.interp(u - 0.5, np.arange(w), row) for row in depth])
    expected = np.stack([np.interp(v - 0.5, np.arange(h), column) for column in across.T], axis=1)
    eps = 1e-9
    inside = ((v > eps) & (v < h - eps))[:, None] & ((u > eps) & (u < w - eps))
    clear = ((v < -eps) | (v > h + eps))[:, None] | ((u < -eps) | (u > w + eps))
    assert np.allclose(found[inside], expected[inside], atol=1e-3)
    assert np.isnan(found[clear]).all()


def test_no_depth_is_made_up_at_a_step_or_beside_nothing() -> None:
    depth = np.full((6, 8), 300, np.float32)
    depth[:, 4:] = 320
    depth[:, 7] = np.nan
    found = laid_over(depth, (0, 0, 1, 1), (60, 80), pixel_angle=1e-3)
    assert set(np.unique(found[~np.isnan(found)])) == {np.float32(300), np.float32(320)}
    assert np.isnan(found[:, 70:]).all()
    assert not np.isnan(found[:, :70]).any()
    assert (found[:, :40] == 300).all()


def test_without_a_camera_every_value_is_one_of_the_maps() -> None:
    depth = np.random.default_rng(0).normal(0, 1, (5, 7)).astype(np.float32)
    found = laid_over(depth, (0, 0, 1, 1), (50, 70))
    assert np.array_equal(found, np.kron(depth, np.ones((10, 10), np.float32)))
