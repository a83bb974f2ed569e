"""Where cameras stand about a part is what was put in, and what is clicked is what is drawn there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pentad.core.camera import Camera
from pentad.core.pose_trace import PoseStep
from pentad.geometry.viewpoint import Viewpoint, looking_from
from pentad.ui.pose.path_scene import (
    PathScene,
    Stand,
    cameras_there,
    chosen,
    eyes_about_part,
    in_part,
    loss_shares,
    overview,
    step_at,
    trails,
)
from tests.helpers.pose_traces import MESH, circling, eye

KEPT = circling(aside=("second", "third"))
TRACE = KEPT.trace
SIZE = (300, 400)


def stand(camera: int = 0) -> Stand:
    return Stand.of(MESH, TRACE.cameras[camera], TRACE.references)


def from_above() -> Viewpoint:
    return looking_from(
        [0.1, -0.2, 1.0], overview(stand(), trails(TRACE.steps, TRACE.cameras[0])), up=[0, 1, 0], aspect=4 / 3
    )


def scene() -> PathScene:
    here = cameras_there(TRACE.cameras, TRACE.pose, stand().middle)
    return PathScene((*stand().references, *here), (), stand().pole, trails(TRACE.steps, TRACE.cameras[0]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6), st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_a_camera_stands_at_minus_rotation_times_shift(pose: list[float], rig: list[float]) -> None:
    """Whatever the camera's place in the rig: its own axes' origin, carried back by both."""
    first, second = (_rigid(np.array(six)) for six in (pose, rig))
    camera = Camera("c", np.diag([50.0, 50, 1]), second, (10, 10))
    step = PoseStep(first, 0.1, 0.5, 0, 1, np.zeros(6), 0.0, 0.0, ())
    at = np.linalg.inv(second @ first) @ [0, 0, 0, 1]
    assert eyes_about_part([step], camera)[0] == pytest.approx(at[:3], abs=1e-9)
    assert in_part(camera, first).centre == pytest.approx(at[:3], abs=1e-9)


def test_each_start_has_its_own_way_with_its_own_iterations() -> None:
    first, second = trails(TRACE.steps, TRACE.cameras[0])
    assert first.steps.tolist() == list(range(12))
    assert second.steps.tolist() == list(range(12, 24))
    assert first.eyes[0] == pytest.approx(eye(-40, 25))
    assert second.eyes[-1] == pytest.approx(eye(90, 25))
    assert second.losses[3] == pytest.approx(0.2 * 0.8**3)
    assert second.pieces.shape == (11, 2, 3)
    assert np.array_equal(second.pieces[4, 1], second.pieces[5, 0])


def test_the_other_cameras_of_a_rig_stand_where_the_rig_has_them() -> None:
    for number, azimuth in enumerate((90, 120, 150)):
        there = in_part(TRACE.cameras[number], TRACE.pose)
        assert there.centre == pytest.approx(eye(azimuth, 25), abs=1e-6)
    frusta = cameras_there(TRACE.cameras, TRACE.pose, stand().middle)
    assert [each.name for each in frusta] == ["camera first", "camera second", "camera third"]
    assert frusta[1].apex == pytest.approx(eye(120, 25), abs=1e-6)
    # Every image stands between its camera and the part.
    for each in frusta:
        assert np.linalg.norm(each.plane.reshape(-1, 3).mean(axis=0)) == pytest.approx(0.45 * 400, rel=0.01)


def test_references_are_small_and_numbered_and_the_part_stands_along_their_axis() -> None:
    here = stand()
    assert here.pole.tolist() == [0, 0, 1]
    assert [each.name for each in here.references] == [f"reference {k}" for k in range(20)]
    for k, each in enumerate(here.references):
        assert each.apex == pytest.approx(eye(18.0 * k, 20))
        assert np.ptp(each.plane.reshape(-1, 3), axis=0).max() < 60


def test_losses_are_told_apart_by_factors() -> None:
    shares = loss_shares(np.array([0.001, 0.01, 0.1]), (0.001, 0.1))
    assert shares == pytest.approx([0, 0.5, 1])
    assert loss_shares(np.array([0.5, 0.0]), (0.5, 0.5)) == pytest.approx([0, 0])


def test_an_overview_shows_every_camera() -> None:
    places = overview(stand(), trails(TRACE.steps, TRACE.cameras[0]))
    seen = from_above().project(places, SIZE)
    assert ((seen[:, 0] > 0) & (seen[:, 0] < SIZE[1]) & (seen[:, 1] > 0) & (seen[:, 1] < SIZE[0])).all()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 23), st.floats(0, 360), st.floats(0, 6))
def test_a_click_near_the_path_finds_the_nearest_iteration(step: int, way: float, apart: float) -> None:
    ways, viewpoint = trails(TRACE.steps, TRACE.cameras[0]), from_above()
    seen = {
        int(n): viewpoint.project(p, SIZE)[:2] for trail in ways for n, p in zip(trail.steps, trail.eyes, strict=True)
    }
    x, y = seen[step] + apart * np.array([np.cos(np.radians(way)), np.sin(np.radians(way))])
    found = step_at(ways, (float(x), float(y)), viewpoint, SIZE)
    nearest = min(np.hypot(*(place - (x, y))) for place in seen.values())
    assert found is not None
    assert np.hypot(*(seen[found] - (x, y))) <= nearest + 0.5


def test_nothing_is_found_far_from_everything() -> None:
    assert step_at(trails(TRACE.steps, TRACE.cameras[0]), (3.0, 3.0), from_above(), SIZE) is None
    assert scene().at((3.0, 3.0), from_above(), SIZE) is None


def test_an_iteration_goes_before_a_reference_and_that_before_a_camera() -> None:
    viewpoint, there = from_above(), scene()
    step = viewpoint.project(eye(-20, 25), SIZE)
    name = there.at((float(step[0]), float(step[1])), viewpoint, SIZE)
    assert name is not None
    assert chosen(name)[0] == "step"
    plane = next(each for each in there.frusta if each.name == "reference 10").plane.reshape(-1, 3).mean(axis=0)
    x, y, _ = viewpoint.project(plane, SIZE)
    assert there.at((float(x), float(y)), viewpoint, SIZE) == "reference 10"
    image = next(each for each in there.frusta if each.name == "camera third").plane.reshape(-1, 3).mean(axis=0)
    x, y, _ = viewpoint.project(image, SIZE)
    assert chosen(there.at((float(x), float(y)), viewpoint, SIZE) or "")[0] == "camera"


def test_a_camera_that_looks_away_from_the_part_still_has_a_frustum() -> None:
    turned = np.diag([-1.0, 1, -1, 1]) @ TRACE.pose
    frustum = cameras_there(TRACE.cameras[:1], turned, np.zeros(3))[0]
    assert np.isfinite(frustum.plane).all()


def _rigid(six: np.ndarray) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_rotvec(six[:3]).as_matrix()
    pose[:3, 3] = six[3:]
    return pose
