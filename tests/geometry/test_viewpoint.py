"""How a scene is looked at and turned by hand, against plain trigonometry."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.gantry.station import gantry_rig
from pentad.geometry.frustum import frustum
from pentad.geometry.picking import frustum_at
from pentad.geometry.projection import unproject
from pentad.geometry.viewpoint import Viewpoint, looking_from, through

POLE = np.array([0.0, 0.0, 1.0])
AHEAD = Viewpoint(np.array([0.0, -100.0, 0.0]), np.zeros(3), POLE, angle=math.radians(90))
ANGLES = st.floats(-3, 3)
PLACES: st.SearchStrategy[Doubles] = st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=2, max_size=30).map(
    np.array
)


def test_places_are_projected_by_similar_triangles() -> None:
    found = AHEAD.project([[0, 0, 0], [50, 0, 0], [0, 0, 100], [0, -200, 0]], (200, 400))
    assert np.allclose(found[:3], [[200, 100, 100], [250, 100, 100], [200, 0, 100]])
    assert np.isnan(found[3, :2]).all()


def test_parallel_lines_stay_parallel_in_a_flat_picture() -> None:
    flat = Viewpoint(AHEAD.eye, AHEAD.target, AHEAD.up, AHEAD.angle, flat=True)
    near, far = flat.project([[30, -50, 20], [30, 400, 20]], (200, 300))
    assert np.allclose(near[:2], far[:2])
    assert np.allclose(near[:2], [150 + 30, 100 - 20])


@given(around=ANGLES, over=ANGLES)
def test_turning_keeps_the_distance_and_the_horizon_and_stops_at_the_poles(around: float, over: float) -> None:
    turned = AHEAD.orbited(around, over, pole=POLE)
    assert turned.distance == pytest.approx(100)
    right, up, ahead = turned.axes
    assert abs(right @ POLE) < 1e-6
    assert up @ POLE > 0
    height = math.asin(np.clip(-ahead[2], -1, 1))
    assert height == pytest.approx(np.clip(over, -math.radians(89.5), math.radians(89.5)), abs=1e-6)


def test_the_scene_follows_the_hand_around() -> None:
    before = AHEAD.project([0, -10, 0], (200, 200))
    dragged_right = AHEAD.orbited(-0.1, 0, pole=POLE).project([0, -10, 0], (200, 200))
    dragged_down = AHEAD.orbited(0, 0.1, pole=POLE).project([0, -10, 0], (200, 200))
    assert dragged_right[0] > before[0]
    assert dragged_down[1] > before[1]


@given(factor=st.floats(0.2, 4), x=st.floats(-1, 1), y=st.floats(-1, 1))
def test_what_lies_under_the_wheel_stays_there(factor: float, x: float, y: float) -> None:
    place = AHEAD.target + np.array([x * 100, 0, y * 100])
    before = AHEAD.project(place, (200, 200))
    after = AHEAD.approached(factor, at=(x, y)).project(place, (200, 200))
    assert np.allclose(after[:2], before[:2])
    assert after[2] == pytest.approx(before[2] * factor)


def test_panning_moves_what_is_at_the_target_by_half_heights() -> None:
    moved = AHEAD.panned(-0.5, 0.25).project(AHEAD.target, (200, 200))
    assert np.allclose(moved[:2], [150, 125])


@example(points=np.array([[0.0, 1, 0], [0, 1, 1]]), aspect=1.0, direction=(0, 0, 1))
@given(points=PLACES, aspect=st.floats(0.3, 3), direction=st.sampled_from([(1, 0, 0.2), (0, 0, 1), (1, -1.2, 0.9)]))
def test_an_overview_holds_every_place(points: Doubles, aspect: float, direction: tuple[float, ...]) -> None:
    size = (300, round(300 * aspect))
    found = looking_from(direction, points, up=(0, 1, 0), aspect=aspect).project(points, size)
    assert (found[:, :2] >= -0.02 * np.array(size[::-1])).all()
    assert (found[:, :2] <= 1.02 * np.array(size[::-1])).all()


@pytest.mark.parametrize("camera", gantry_rig(768).cameras, ids=lambda camera: camera.name)
def test_through_a_camera_one_sees_its_own_picture(camera: Camera) -> None:
    """A pinhole's pixels are a scaled and moved picture of the viewpoint's, wherever the principal point lies."""
    rng = np.random.default_rng(3)
    pixels = rng.uniform([0, 0], [767, 511], (40, 2))
    places = unproject(camera, pixels, rng.uniform(150, 350, 40))
    found = through(camera, reach=260, aspect=1.4).project(places, (500, 700))[:, :2]
    fit = np.linalg.lstsq(np.column_stack([pixels, np.ones(40)]), found, rcond=None)[0]
    assert np.abs(np.column_stack([pixels, np.ones(40)]) @ fit - found).max() < 1e-6
    assert fit[0, 0] > 0
    assert fit[1, 1] > 0
    corners = np.array([[-0.5, -0.5, 1], [767.5, 511.5, 1]]) @ fit
    assert (corners >= 0).all()
    assert (corners <= [700, 500]).all()
    assert np.allclose(corners.mean(axis=0), [350, 250], atol=1)


def test_a_flight_starts_here_and_ends_there_looking_at_what_lies_between() -> None:
    there = looking_from((1, 1, 1), np.eye(3) * 30, up=(0, 0, 1), aspect=1)
    assert AHEAD.towards(there, 1.0) is there
    assert np.allclose(AHEAD.towards(there, 0.0).eye, AHEAD.eye)
    halfway = AHEAD.towards(there, 0.5)
    assert np.allclose(halfway.target, (AHEAD.target + there.target) / 2)
    assert np.isfinite(halfway.axes).all()


def test_a_pointer_on_an_image_plane_finds_its_camera_and_the_nearer_one_first() -> None:
    camera = Camera("far", np.array([[100.0, 0, 50], [0, 100, 40], [0, 0, 1]]), np.eye(4), (81, 101))
    far, near = frustum(camera, name="far", depth=80), frustum(camera, name="near", depth=40)
    behind = Viewpoint(np.array([0.0, 0, 300]), np.array([0.0, 0, 50]), np.array([0, -1.0, 0]), math.radians(40))
    size = (400, 400)
    middle = behind.project(far.plane.mean(axis=(0, 1)), size)
    assert frustum_at([near, far], (middle[0], middle[1]), behind, size) == "far"
    assert frustum_at([near, far], (5.0, 5.0), behind, size) is None
    inside = through(camera, reach=100, aspect=1)
    assert frustum_at([far], (200.0, 200.0), inside, size) is None
