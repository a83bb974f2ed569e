"""Pyramids of sight against the projection, and where cameras look together against closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.resource import resource
from pentad.gantry.station import gantry_rig
from pentad.geometry.frustum import focus, frustum, gaze, on_board
from pentad.geometry.projection import project
from pentad.io.calibration import read_calibration
from tests.helpers.looking import looking_from

PUBLISHED = [read_calibration(resource("calibration", f"camera_{number}.yaml")).camera for number in (1, 2, 3, 4)]
BENT = replace(gantry_rig(768).cameras[1], distortion=np.array([-0.1, 0.05, 0.002, -0.001, 0.02]))
FOLDED = replace(gantry_rig(768).cameras[1], distortion=np.array([-90.0, 0, 0, 0, 0]))


def looking_at(place: Doubles, eye: Doubles) -> Camera:
    """A plain camera at ``eye`` with ``place`` in the middle of its 101 x 81 pixels."""
    pose = looking_from(eye, place, (0.3, 0.2, 1.0))
    return Camera("plain", np.array([[100.0, 0, 50], [0, 100, 40], [0, 0, 1]]), pose, (81, 101))


def test_the_corners_of_a_plain_camera_are_where_similar_triangles_put_them() -> None:
    camera = Camera("plain", np.array([[50.0, 0, 9.5], [0, 25, 4.5], [0, 0, 1]]), np.eye(4), (10, 20))
    found = frustum(camera, name="plain", depth=100)
    assert np.allclose(found.corners, [[-20, -20, 100], [20, -20, 100], [20, 20, 100], [-20, 20, 100]])
    assert found.apex.tolist() == [0, 0, 0]
    assert found.edges.shape == (4 * 12 + 4, 2, 3)
    assert np.allclose(found.rim[0], found.rim[-1])


@pytest.mark.parametrize("camera", [*PUBLISHED, *gantry_rig(768).cameras, BENT], ids=lambda camera: camera.name)
def test_every_place_of_an_image_plane_is_seen_where_it_came_from(camera: Camera) -> None:
    found = frustum(camera, name="view", depth=120.0, cells=6)
    shown = camera if not found.lens_left_out else replace(camera, distortion=np.zeros(5))
    height, width = camera.size
    y, x = np.meshgrid(np.linspace(-0.5, height - 0.5, 7), np.linspace(-0.5, width - 0.5, 7), indexing="ij")
    assert np.abs(project(shown, found.plane) - np.stack([x, y], axis=-1)).max() < 1e-5
    depth = found.plane @ camera.rig_to_camera[2, :3] + camera.rig_to_camera[2, 3]
    assert np.allclose(depth, 120.0)


def test_where_a_lens_has_no_inverse_the_pinhole_is_drawn_and_said_so() -> None:
    found = frustum(FOLDED, name="view", depth=100)
    assert found.lens_left_out
    assert np.isfinite(found.plane).all()
    assert not frustum(BENT, name="view", depth=100).lens_left_out


def test_cameras_that_look_at_one_place_meet_there() -> None:
    place = np.array([3.0, -2.0, 5.0])
    eyes = [np.array([90.0, 10, 120]), np.array([-80.0, 20, 100]), np.array([5.0, -110, 90])]
    assert np.allclose(focus([looking_at(place, eye) for eye in eyes]), place, atol=1e-6)


def test_cameras_that_never_meet_look_at_the_board() -> None:
    parallel = [looking_at(np.array([x, 0.0, 0.0]), np.array([x, 0.0, 100.0])) for x in (0.0, 10.0)]
    assert np.allclose(focus(parallel), [5, 0, 0], atol=1e-6)


def test_the_gaze_goes_through_the_middle_of_the_image_wherever_the_principal_point_is() -> None:
    for camera in gantry_rig(768).cameras:
        ahead = camera.centre + 200 * gaze(camera)
        assert np.allclose(project(camera, ahead), [(768 - 1) / 2, (512 - 1) / 2], atol=1e-6)


def test_rays_that_miss_the_board_end_as_far_out_as_the_others() -> None:
    centres = np.array([[0.0, 0, 100], [50.0, 0, 100]])
    found = on_board(centres, np.array([[0.0, 0, -1], [0.0, 0, 1]]))
    assert found.tolist() == [[0, 0, 0], [50, 0, 200]]
