"""The five cameras and eight lights stand where the published calibration and the gantry say."""

import numpy as np
import pytest

from pentad.core.resource import resource
from pentad.gantry.station import VIEWS, gantry_rig, image_size, lights
from pentad.geometry.projection import project
from pentad.io.calibration import read_calibration

SIDES = dict(zip(("front", "right", "back", "left"), (1, 2, 3, 4), strict=True))


@pytest.mark.parametrize("size", [96, 768, 5472])
def test_every_camera_looks_at_the_stage(size: int) -> None:
    rig = gantry_rig(size)
    assert tuple(camera.name for camera in rig.cameras) == VIEWS
    for camera in rig.cameras:
        assert camera.size == image_size(size)
        middle = project(camera, np.array([0.0, 0.0, 4.5]))
        assert np.abs(middle / size - np.array([0.5, 1 / 3])).max() < 0.01


def test_up_is_up_in_every_side_view_and_back_is_up_in_the_top_view() -> None:
    for camera in gantry_rig(768).cameras:
        towards = np.array([0.0, 5.0, 0.0] if camera.name == "top" else [0.0, 0.0, 5.0])
        step = project(camera, towards) - project(camera, np.zeros(3))
        assert step[1] < 0
        assert abs(step[0]) < 0.2 * abs(step[1])


def test_the_side_cameras_stand_around_the_stage_a_quarter_apart() -> None:
    rig = gantry_rig(768)
    headings = {name: np.degrees(np.arctan2(*rig.camera(name).centre[[1, 0]])) for name in SIDES}
    for name, wanted in (("front", -90), ("right", 0), ("back", 90), ("left", 180)):
        off = (headings[name] - wanted + 180) % 360 - 180
        assert abs(off) < 20, name


@pytest.mark.parametrize("name", SIDES)
def test_a_side_camera_keeps_its_published_scale_distance_and_tilt(name: str) -> None:
    camera = gantry_rig(3600).camera(name)
    published = read_calibration(resource("calibration", f"camera_{SIDES[name]}.yaml")).camera
    # Why 3600: the window that is cut out of the published image is that wide, so one pixel stays one pixel.
    assert camera.matrix[0, 0] == pytest.approx(published.matrix[0, 0])
    assert camera.matrix[1, 1] == pytest.approx(published.matrix[1, 1])
    tilt, published_tilt = (
        np.degrees(np.arccos(abs(pose[2, 2]))) for pose in (camera.rig_to_camera, published.world_to_camera)
    )
    assert tilt == pytest.approx(published_tilt)
    assert 37 < tilt < 50
    assert 230 < np.linalg.norm(camera.centre) < 290


def test_eight_lights_stand_in_a_ring_that_tells_normals_well() -> None:
    ring = lights()
    assert np.allclose(np.linalg.norm(ring, axis=1), 1)
    assert np.allclose(np.degrees(np.arccos(ring[:, 2])), 38)
    assert np.allclose(ring[:, :2].sum(axis=0), 0)
    assert np.linalg.cond(ring) < 2
