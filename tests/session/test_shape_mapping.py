"""Maps of a surface against surfaces whose slopes and curvatures are known in closed form."""

import numpy as np
import pytest

from pentad.core.arrays import Bools, Normals
from pentad.core.problem import Problem
from pentad.geometry.normals_codec import reduce_normals
from pentad.session.pixel_scale import PixelScale
from pentad.session.shape_mapping import Wanted, rounded_up, shape_map
from pentad.session.view_state import NormalMap

SIZE, RADIUS = 301, 140.0


def sphere(size: int = SIZE, radius: float = RADIUS) -> tuple[Normals, Bools]:
    """A half sphere seen from above, and where it is less steep than 60 degrees."""
    at = np.arange(size) - (size - 1) / 2
    x, y = np.meshgrid(at, -at)
    inside = x**2 + y**2 < radius**2
    z = np.sqrt(np.where(inside, radius**2 - x**2 - y**2, 0))
    normals = np.where(inside[..., None], np.stack([x, y, z], axis=-1) / radius, 0).astype(np.float32)
    return normals, np.asarray(np.hypot(x, y) < radius * np.sin(np.radians(60)))


def test_a_sphere_bulges_alike_everywhere_by_one_over_its_radius() -> None:
    normals, seen = sphere()
    found = shape_map(normals, Wanted(NormalMap.CURVATURE, (SIZE, SIZE)))
    np.testing.assert_allclose(found.pyramid.levels[0][seen], 1 / RADIUS, rtol=0.01)
    assert found.unit == "1/px"
    assert found.signed


def test_where_a_pixel_has_a_size_curvature_is_per_millimetre() -> None:
    normals, seen = sphere()
    found = shape_map(normals, Wanted(NormalMap.CURVATURE, (SIZE, SIZE), scale=PixelScale(0.05, 300.0, "board")))
    np.testing.assert_allclose(found.pyramid.levels[0][seen], 1 / (0.05 * RADIUS), rtol=0.01)
    assert found.unit == "1/mm"


def test_a_reduced_map_says_the_same_in_the_same_unit() -> None:
    normals, _seen = sphere(601, 280.0)
    wanted = Wanted(NormalMap.CURVATURE, (601, 601), scale=PixelScale(0.1, 300.0, "board"))
    found = shape_map(reduce_normals(normals, (150, 150)), wanted)
    assert found.coarse == pytest.approx(4, rel=0.01)
    values = found.pyramid.levels[0]
    middle = values[len(values) // 2 - 20 : len(values) // 2 + 20, len(values) // 2 - 20 : len(values) // 2 + 20]
    np.testing.assert_allclose(middle, 1 / 28.0, rtol=0.03)


def test_a_spheres_slope_is_the_angle_of_its_radius_and_its_scale_ends_at_a_round_number() -> None:
    normals, seen = sphere()
    found = shape_map(normals, Wanted(NormalMap.SLOPE, (SIZE, SIZE)))
    at = np.arange(SIZE) - (SIZE - 1) / 2
    true = np.degrees(np.arcsin(np.clip(np.hypot(*np.meshgrid(at, at)) / RADIUS, 0, 1)))
    np.testing.assert_allclose(found.pyramid.levels[0][seen], true[seen], atol=0.01)
    assert found.top == 90.0
    assert found.words(12.34) == "12.3°"


def test_a_tilted_plane_has_a_slope_but_neither_curvature_nor_detail() -> None:
    normals = np.broadcast_to(np.array([0.0, np.sin(0.3), np.cos(0.3)], np.float32), (80, 90, 3)).copy()
    by_kind = {kind: shape_map(normals, Wanted(kind, (80, 90), sigma_px=4)) for kind in list(NormalMap)[:3]}
    np.testing.assert_allclose(by_kind[NormalMap.SLOPE].pyramid.levels[0], np.degrees(0.3), atol=1e-3)
    assert np.abs(by_kind[NormalMap.CURVATURE].pyramid.levels[0]).max() < 1e-6
    assert by_kind[NormalMap.DETAIL].pyramid.levels[0].max() < 0.05


def test_a_map_differs_from_itself_turned_by_what_it_was_turned() -> None:
    normals, seen = sphere()
    turn = np.radians(5)
    other = normals @ np.array([[1, 0, 0], [0, np.cos(turn), np.sin(turn)], [0, -np.sin(turn), np.cos(turn)]])
    wanted = Wanted(NormalMap.DIFFERENCE, (SIZE, SIZE), reference=other.astype(np.float32), against="S0001")
    found = shape_map(normals, wanted)
    middle = (SIZE - 1) // 2
    np.testing.assert_allclose(found.pyramid.levels[0][20:-20, middle], 5.0, atol=0.01)
    assert "S0001" in found.made
    assert float(np.nanmax(found.pyramid.levels[0][seen])) < 5.01


def test_a_reference_of_another_size_is_refused_in_words() -> None:
    normals, _ = sphere()
    wanted = Wanted(NormalMap.DIFFERENCE, (SIZE, SIZE), reference=np.zeros((10, 10, 3), np.float32))
    with pytest.raises(Problem, match="compared"):
        shape_map(normals, wanted)


def test_scales_end_at_one_two_or_five_times_a_power_of_ten() -> None:
    assert [rounded_up(value) for value in (0.0011, 0.2, 3.0, 7.0, 50.0)] == pytest.approx([0.002, 0.2, 5, 10, 50])
