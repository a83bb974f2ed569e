"""Lengths, areas and angles on planes, balls and edges against closed forms, and what a pixel makes of them."""

import numpy as np
import pytest
import trimesh

from pentad.core.arrays import Doubles
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.patch import Patch
from pentad.core.problem import Problem
from pentad.geometry.measuring import Gauge, Measured, Sight
from pentad.geometry.plane_area import label_areas_mm2
from pentad.geometry.surface import Surface
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from tests.geometry.rigs import LENS, ball, by_opencv, looking, plane

RADIUS = 15.0
SIDE = looking((20, 50, 60), size=(600, 800), focal=900.0, lens=LENS)
ABOVE = looking((1, 2, 100), size=(600, 800), focal=900.0)


def sights(camera: Camera, places: Doubles) -> list[Sight]:
    return [Sight(camera, y, x) for y, x in by_opencv(camera, places).tolist()]


def on_ball(*angles: tuple[float, float]) -> Doubles:
    theta, phi = np.array(angles).T
    return RADIUS * np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=1)


def test_points_of_two_views_are_as_far_apart_as_they_are() -> None:
    places = np.array([[-7.0, 3, 0], [8, -5, 0]])
    found = Gauge(plane()).distance_mm(sights(SIDE, places[:1])[0], sights(ABOVE, places[1:])[0])
    assert found.value == pytest.approx(np.hypot(15, 8), abs=1e-6)
    assert found.unit == "mm"


def test_a_pixel_of_pointing_error_is_what_a_pixel_covers() -> None:
    # Looking straight down from h a pixel is h / f wide, and only errors along the line count: sqrt(2) of them.
    camera = looking((0, 0, 100), focal=900.0, size=(600, 800))
    ends = sights(camera, np.array([[-10.0, 0, 0], [10, 0, 0]]))
    found = Gauge(plane()).distance_mm(*ends)
    assert found.value == pytest.approx(20, abs=1e-6)
    way = abs(ends[1].x - ends[0].x), abs(ends[1].y - ends[0].y)
    size = np.hypot(way[0] * 100 / 900, way[1] * 100 / 918) / np.hypot(*way)
    assert found.sigma == pytest.approx(np.sqrt(2) * size, rel=0.03)


def test_where_a_pixel_of_error_falls_off_the_part_nothing_is_sure() -> None:
    camera = looking((0, 0, 100), focal=900.0, size=(600, 800))
    found = Gauge(plane(30.0)).distance_mm(*sights(camera, np.array([[0.0, 0, 0], [29.98, 0, 0]])))
    assert found.value == pytest.approx(29.98, abs=1e-6)
    assert np.isinf(found.sigma)


def test_by_chance_pointing_errors_spread_as_sigma_says() -> None:
    gauge, rng = Gauge(ball()), np.random.default_rng(2)
    ends = sights(SIDE, on_ball((0.2, 0.5), (0.9, 1.2)))
    sigma = gauge.distance_mm(*ends).sigma
    values = [
        gauge.distance_mm(
            *(Sight(SIDE, end.y + dy, end.x + dx) for end, (dy, dx) in zip(ends, moves, strict=True))
        ).value
        for moves in rng.normal(size=(400, 2, 2))
    ]
    assert np.std(values) == pytest.approx(sigma, rel=0.12)


def test_over_a_ball_the_way_is_an_arc() -> None:
    gauge = Gauge(ball(subdivisions=6))
    # A camera on the axis sees a meridian as a straight line.
    camera = looking((0, 0, 100), size=(600, 800), focal=900.0)
    ends = by_opencv(camera, on_ball((0.8, 0.0), (0.0, 0.0), (0.8, np.pi)))
    found = gauge.path_mm(camera, ends)
    assert found.value == pytest.approx(1.6 * RADIUS, rel=2e-3)
    straight = gauge.distance_mm(*(Sight(camera, y, x) for y, x in ends[[0, 2]].tolist()))
    assert straight.value == pytest.approx(2 * RADIUS * np.sin(0.8), rel=2e-3)
    assert 0 < found.sigma < 1


def test_a_way_over_an_edge_is_none_and_one_down_a_slope_is() -> None:
    """A sheet 6 mm above another: from above the lower one begins where the upper one ends; a ramp leads down it."""
    height, slope, pixel = 6.0, 0.5, 100 / 900
    upper = [[x, y, height] for x in (-20, 0) for y in (-10, 10)]
    lower = [[x, y, 0] for x in (-20, 20) for y in (-10, 10)]
    ramp = [[x, y, z] for x, z in ((0, height), (slope, 0)) for y in (-10, 10)]
    faces = np.concatenate([np.array([[0, 2, 3], [0, 3, 1]]) + 4 * sheet for sheet in range(3)])
    camera = looking((8, 0, 100), size=(600, 800), focal=900.0)
    way = by_opencv(camera, np.array([[-5.0, 1, height], [8, 1, 0]]))
    with pytest.raises(Problem, match="breaks off"):
        Gauge(Surface.of(upper + lower, faces[:4])).path_mm(camera, way)
    found = Gauge(Surface.of(upper + lower + ramp, faces)).path_mm(camera, way)
    assert found.value == pytest.approx(5 + np.hypot(slope, height) + 8 - slope, abs=pixel)


def test_a_line_off_the_part_or_of_one_point_is_refused() -> None:
    gauge = Gauge(ball())
    for pixels in ([[300, 400], [2, 2]], [[300, 400]], [[300, np.nan], [300, 400]], [[0, 0], [0, 1e9]]):
        with pytest.raises(Problem, match="line"):
            gauge.path_mm(SIDE, np.array(pixels, np.float64))


def test_normals_of_a_ball_turn_with_the_place_and_those_of_a_box_at_its_edge() -> None:
    found = Gauge(ball()).angle_rad(*sights(SIDE, on_ball((0.1, 0.5), (0.8, 1.3))))
    one, other = on_ball((0.1, 0.5), (0.8, 1.3)) / RADIUS
    assert found.value == pytest.approx(np.arccos(one @ other), abs=2e-3)
    assert found.unit == "rad"
    box = trimesh.creation.box((20, 20, 20))
    gauge = Gauge(Surface.of(box.vertices, box.faces))
    square = gauge.angle_rad(*sights(SIDE, np.array([[3.0, 1, 10], [2, 10, -1]])))
    assert square.value == pytest.approx(np.pi / 2, abs=1e-9)
    assert square.sigma == pytest.approx(0, abs=1e-6)
    at_the_edge = gauge.angle_rad(*sights(SIDE, np.array([[3.0, 9.99, 10], [3, 1, 10]])))
    assert at_the_edge.sigma > 1


def test_a_mask_on_the_board_is_as_large_as_the_plane_says() -> None:
    rng = np.random.default_rng(0)
    where = rng.random((80, 120)) < 0.7
    patch = Patch(Box(250, 330, 330, 450), where)
    for camera in (SIDE, ABOVE):
        expected = label_areas_mm2(where.astype(np.uint8), patch.box, camera)[1]
        found = Gauge(plane()).area_mm2(camera, patch, ticket=PatientTicket())
        assert found.value == pytest.approx(expected, rel=1e-4)
        assert found.unit == "mm²"


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (Measured(3.4132, 0.1199, "mm²"), "3.41 ± 0.12 mm²"),
        (Measured(1234.6, 17.3, "mm²"), "1,235 ± 17 mm²"),
        (Measured(89.97, 0.31, "\N{DEGREE SIGN}"), "89.97 ± 0.31\N{DEGREE SIGN}"),
        (Measured(2.0, 0.0, "mm"), "2.00 ± 0.00 mm"),
        (Measured(2.0, 1e-9, "mm"), "2.0000 ± 0.0000 mm"),
        (Measured(2.0, np.inf, "mm"), "2.00 mm"),
    ],
)
def test_a_number_is_written_to_two_digits_of_its_error(measured: Measured, words: str) -> None:
    assert measured.words == words


def test_of_a_large_mask_some_pixels_tell_the_rest() -> None:
    y, x = np.mgrid[:300, :400]
    patch = Patch(Box(150, 200, 450, 600), (np.hypot(y - 150, x - 200) < 140) & (x % 50 > 5))
    whole = Gauge(plane()).area_mm2(SIDE, patch, ticket=PatientTicket())
    for most, within in ((2_000, 2e-3), (50, 0.1), (10**9, 1e-12)):
        found = Gauge(plane()).area_mm2(SIDE, patch, ticket=PatientTicket(), most=most)
        assert (found.value, found.sigma) == pytest.approx((whole.value, whole.sigma), rel=within)


def test_a_cap_of_a_ball_is_as_large_as_archimedes_says() -> None:
    camera = looking((0, 0, 100), size=(600, 800), focal=1800.0)
    y, x = np.mgrid[:600, :800]
    at = np.hypot((x - camera.matrix[0, 2]) / camera.matrix[0, 0], (y - camera.matrix[1, 2]) / camera.matrix[1, 1])
    theta = 0.7
    rim = RADIUS * np.sin(theta) / (100 - RADIUS * np.cos(theta))
    found = Gauge(ball(subdivisions=6)).area_mm2(camera, Patch(Box(0, 0, 600, 800), at <= rim), ticket=PatientTicket())
    area = 2 * np.pi * RADIUS**2 * (1 - np.cos(theta))
    assert found.value == pytest.approx(area, rel=3e-3)
    # One pixel of the outline is one pixel of the circle's radius: dA = A'(theta) dtheta, 1800 pixels to the radian.
    change = 2 * np.pi * RADIUS**2 * np.sin(theta)
    per_pixel = (1 / 1800) / (RADIUS * (100 * np.cos(theta) - RADIUS) / (100 - RADIUS * np.cos(theta)) ** 2)
    assert found.sigma == pytest.approx(change * per_pixel, rel=0.2)


def test_what_shows_no_part_is_refused_and_an_area_can_be_given_up() -> None:
    gauge = Gauge(ball())
    corner = Patch(Box(0, 0, 5, 5), np.ones((5, 5), bool))
    for patch in (corner, Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool))):
        with pytest.raises(Problem, match="None of these pixels"):
            gauge.area_mm2(SIDE, patch, ticket=PatientTicket())
    with pytest.raises(Problem, match="no surface"):
        gauge.distance_mm(Sight(SIDE, 0, 0), Sight(SIDE, 300, 400))
    with pytest.raises(Cancelled):
        gauge.area_mm2(SIDE, corner, ticket=ImpatientTicket(0))
