"""What is drawn of a rig is where the calibration puts it, in either frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.gantry.station import gantry_rig
from pentad.geometry.projection import project
from pentad.session.rig_scene import Frame, rig_scene, round_step

CAMERAS = {camera.name: camera for camera in gantry_rig(768).cameras}


def test_frusta_stand_where_the_cameras_do_and_end_at_their_share_of_the_way() -> None:
    scene = rig_scene(CAMERAS, Frame.RIG, share=0.5)
    assert [frustum.name for frustum in scene.frusta] == list(CAMERAS)
    for frustum in scene.frusta:
        camera = CAMERAS[frustum.name]
        assert np.allclose(frustum.apex, camera.centre)
        depth = frustum.corners @ camera.rig_to_camera[2, :3] + camera.rig_to_camera[2, 3]
        assert np.allclose(depth, scene.reach[frustum.name] / 2)


def test_the_image_planes_of_a_whole_way_go_through_the_part() -> None:
    scene = rig_scene(CAMERAS, Frame.RIG, share=1.0)
    for frustum in scene.frusta:
        middle = frustum.plane.reshape(-1, 3).mean(axis=0)
        assert np.linalg.norm(middle - [0, 0, 4.5]) < 8


def test_as_published_each_camera_is_where_its_own_file_says() -> None:
    scene = rig_scene(CAMERAS, Frame.PUBLISHED, share=0.5)
    for view, camera in CAMERAS.items():
        pose = camera.world_to_camera
        assert np.allclose(scene.cameras[view].centre, -pose[:3, :3].T @ pose[:3, 3])
    moved = [np.linalg.norm(scene.cameras[view].centre - CAMERAS[view].centre) for view in CAMERAS]
    assert max(moved) > 100


def test_the_board_is_a_grid_of_round_millimetres_under_what_the_cameras_see() -> None:
    scene = rig_scene(CAMERAS, Frame.RIG, share=0.5)
    board = scene.board
    assert board.step == 2
    assert (board.lines[..., 2] == 0).all()
    assert np.allclose(np.abs(board.lines[..., :2] / board.step - np.rint(board.lines[..., :2] / board.step)), 0)
    low, high = board.corners[:, :2].min(axis=0), board.corners[:, :2].max(axis=0)
    for camera in CAMERAS.values():
        seen = project(camera, np.zeros(3))
        assert (np.abs(seen - [383.5, 255.5]) < 200).all()
    assert (low < -15).all()
    assert (high > 15).all()
    assert any(name.text == "z = 0, a line every 2 mm, axes 10 mm" for name in scene.names)


def test_names_say_which_view_they_are_of_and_axes_are_in_millimetres() -> None:
    scene = rig_scene(CAMERAS, Frame.RIG, share=0.5)
    assert {name.view: name.place for name in scene.names if name.view}["top"] == pytest.approx((0, 0, 264.5))
    assert [name.text for name in scene.names if name.axis is not None] == ["x", "y", "z"]
    assert np.allclose(np.linalg.norm(scene.axes[:, 1] - scene.axes[:, 0], axis=1), scene.axis_mm)
    assert scene.pole.tolist() == [0, 0, 1]


@given(length=st.floats(1e-3, 1e6))
def test_steps_are_round_and_of_a_fitting_number(length: float) -> None:
    step = round_step(length, 16)
    first = f"{step:e}"
    assert first.startswith(("1.000", "2.000", "5.000"))
    assert 16 * (1 - 1e-6) <= length / step <= 40 * (1 + 1e-6)
