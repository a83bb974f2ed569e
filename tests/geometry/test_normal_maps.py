"""Slope, curvature, detail and difference against what spheres, planes and waves have in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pentad.core.arrays import Bools, Normals
from pentad.core.problem import Problem
from pentad.geometry.normal_maps import detail_normals, difference_deg, mean_curvature, mean_normals, slope_deg

RADIUS = 80.0


def ball(radius: float = RADIUS, side: int = 121) -> tuple[Normals, Bools]:
    """Its normals, and where one sees it at less than 60 degrees."""
    y, x = np.mgrid[:side, :side] - side // 2
    inside = x**2 + y**2 < 0.75 * radius**2
    z = np.sqrt(np.where(inside, radius**2 - x**2 - y**2, 1))
    normals = np.stack([x, -y, z], axis=2) / radius
    normals[~inside] = 0
    return normals.astype(np.float32), inside


def plane(x: float, y: float, *, side: int = 40) -> Normals:
    normal = np.array([x, y, np.sqrt(1 - x * x - y * y)], np.float32)
    return np.array(np.broadcast_to(normal, (side, side, 3)))


def inner(inside: Bools) -> Bools:
    """Those with all four neighbours."""
    wide = np.pad(inside, 1)
    return inside & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]


def test_the_slope_of_a_ball_is_the_arcsine_of_the_distance_from_its_middle() -> None:
    normals, inside = ball()
    y, x = np.mgrid[:121, :121] - 60
    expected = np.degrees(np.arcsin(np.hypot(x, y)[inside] / RADIUS))
    found = slope_deg(normals)
    assert np.abs(found[inside] - expected).max() < 1e-3
    assert np.isnan(found[~inside]).all()


def test_a_slope_may_be_against_any_direction() -> None:
    assert np.allclose(slope_deg(plane(0.6, 0.0), up=(3.0, 0.0, 4.0)), 0, atol=1e-3)
    assert np.allclose(slope_deg(plane(0.0, 0.6), up=(0.0, 2.0, 0.0)), np.degrees(np.arccos(0.6)), atol=1e-3)
    with pytest.raises(Problem, match="no direction"):
        slope_deg(plane(0, 0), up=(0.0, 0.0, 0.0))


def test_the_mean_curvature_of_a_ball_is_one_by_its_radius_and_of_a_hollow_minus_that() -> None:
    normals, inside = ball()
    found = mean_curvature(normals, pixel_mm=0.5)
    assert np.abs(found[inside] * RADIUS * 0.5 - 1).max() < 1e-3
    assert np.isnan(found[~inside]).all()
    hollow = mean_curvature(normals * np.array([-1, -1, 1], np.float32))
    assert np.abs(hollow[inside] * RADIUS + 1).max() < 1e-3
    assert np.abs(mean_curvature(plane(0.3, -0.5))).max() == 0


def test_a_pixel_alone_has_no_curvature() -> None:
    normals = np.zeros((5, 5, 3), np.float32)
    normals[2, 2] = [0, 0, 1]
    assert np.isnan(mean_curvature(normals)).all()


def test_detail_is_what_differs_from_around_and_a_plane_has_none() -> None:
    assert np.nanmax(slope_deg(detail_normals(plane(0.5, 0.3), sigma_px=5))) < 0.01
    normals, inside = ball()
    scratched = normals.copy()
    scratched[60, 30:90] = Rotation.from_euler("x", 12, degrees=True).apply(normals[60, 30:90])
    detail = slope_deg(detail_normals(scratched, sigma_px=6))
    assert 10 < detail[60, 60] < 12
    assert np.nanmax(np.where(inner(inside), detail, np.nan)[:50, 40:80]) < 4


@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(0, 30), st.floats(-180, 180))
def test_detail_keeps_angles_to_the_mean(tilt: float, turn: float, off: float, around: float) -> None:
    normals = plane(0.0, 0.0, side=61)
    lean = Rotation.from_euler("zx", [turn, tilt], degrees=True)
    normals[:] = lean.apply([0, 0, 1])
    normals[30, 30] = (lean * Rotation.from_euler("zx", [around, off], degrees=True)).apply([0, 0, 1])
    found = slope_deg(detail_normals(normals, sigma_px=8))
    assert found[30, 30] == pytest.approx(off, abs=0.2)


def test_the_difference_of_two_maps_is_the_angle_between_them() -> None:
    normals, inside = ball()
    turned = normals @ Rotation.from_rotvec([0, 0.05, 0], degrees=True).as_matrix().T.astype(np.float32)
    off_axis = np.sqrt(1 - normals[..., 1] ** 2)
    expected = np.degrees(2 * np.arcsin(np.sin(np.radians(0.025)) * off_axis))
    found = difference_deg(normals, turned)
    assert np.abs(found - expected)[inside].max() < 2e-5
    assert np.isnan(found[~inside]).all()
    with pytest.raises(Problem, match="40 x 40 px and 30 x 30 px"):
        difference_deg(plane(0, 0), plane(0, 0, side=30))


def test_the_mean_of_good_parts_is_between_them_and_knows_their_spread() -> None:
    tilt = np.sin(np.radians(3))
    one, other = plane(tilt, 0), plane(-tilt, 0)
    one[0], other[0] = 0, 0
    other[1] = 0
    mean = mean_normals(iter([one, other]))
    assert mean.parts == 2
    assert not mean.normals[0].any()
    assert np.allclose(mean.normals[1], one[1])
    assert np.allclose(mean.normals[2:], [0, 0, 1], atol=1e-6)
    assert np.allclose(mean.spread_deg[2:], 3, atol=0.01)
    assert np.isnan(mean.spread_deg[0]).all()
    with pytest.raises(Problem, match="no normal maps"):
        mean_normals([])
    with pytest.raises(Problem, match="map 2 is 30 x 30"):
        mean_normals([one, plane(0, 0, side=30)])
