"""Cross-sections of planes, balls and steps have the heights and slopes that geometry gives them."""

import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.geometry.profiles import profile
from tests.geometry.test_normal_maps import RADIUS, ball, plane


def test_a_line_across_a_ball_draws_its_circle_in_millimetres() -> None:
    normals, _ = ball()
    y, x = np.mgrid[:121, :121] - 60
    depth = (-0.1 * np.sqrt(RADIUS**2 - (x**2 + y**2).clip(0, 0.99 * RADIUS**2))).astype(np.float32)
    found = profile((60, 10), (60, 110), depth=depth, normals=normals, pixel_mm=0.1)
    off = (found.along - 5.0) / (0.1 * RADIUS)
    assert found.along[-1] == pytest.approx(10.0)
    assert np.abs(found.height - 0.1 * RADIUS * np.sqrt(1 - off**2)).max() < 1e-5
    assert np.abs(found.slope_deg + np.degrees(np.arcsin(off))).max() < 1e-3
    alone = profile((60, 10), (60, 110), normals=normals, pixel_mm=0.1)
    assert np.abs(alone.height - (found.height - found.height[0])).max() < 2e-3


def test_a_planes_slope_depends_on_the_way_across_it() -> None:
    normals = plane(0.0, np.sin(np.radians(20)))
    down = profile((5, 20), (35, 20), normals=normals)
    assert np.allclose(down.slope_deg, 20, atol=1e-3)
    assert down.height[-1] == pytest.approx(30 * np.tan(np.radians(20)), rel=1e-4)
    across = profile((20, 5), (20, 35), normals=normals)
    assert np.allclose(across.slope_deg, 0, atol=1e-4)
    askew = profile((5, 5), (35, 35), normals=normals)
    assert np.allclose(askew.slope_deg, np.degrees(np.arctan(np.tan(np.radians(20)) / np.sqrt(2))), atol=1e-3)


def test_a_step_in_the_depth_is_a_step_in_the_profile() -> None:
    depth = np.zeros((10, 20), np.float32)
    depth[:, 10:] = 3
    found = profile((4, 2), (4, 17), depth=depth)
    assert found.height.tolist() == [0.0] * 8 + [-3.0] * 8
    assert found.slope_deg.min() == pytest.approx(-np.degrees(np.arctan(1.5)))


def test_holes_and_what_lies_outside_are_not_numbers_and_heights_begin_anew() -> None:
    normals = plane(-np.sin(np.radians(45)), 0.0)
    normals[:, 10:13] = 0
    found = profile((7, -3), (7, 20), normals=normals)
    assert np.isnan(found.height[[0, 1, 2, 13, 14, 15]]).all()
    assert np.allclose(found.height[3:13], np.arange(10), atol=1e-4)
    assert np.allclose(found.height[16:], np.arange(8), atol=1e-4)


def test_a_line_without_length_or_without_maps_is_refused() -> None:
    with pytest.raises(Problem, match="0 px"):
        profile((3, 3), (3, 3), normals=plane(0, 0))
    with pytest.raises(Problem, match="nothing"):
        profile((3, 3), (9, 3))
