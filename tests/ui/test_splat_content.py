"""What is handed to the graphics card: covariances, colours and pinholes, by textbook and by the cameras themselves."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.viewpoint import looking_from
from pentad.ui.splats.content import COLOURINGS, Eye, Gaussians
from pentad.ui.splats.stage import farthest_first
from tests.helpers.splat_clouds import some_cloud

CAMERA = Camera("c", np.array([[300.0, 0, 130], [0, 310, 70], [0, 0, 1]]), np.eye(4), (160, 240))


def seen(eye: Eye, points: np.ndarray) -> np.ndarray:
    """(N, 2) x, y from the upper left corner of the picture."""
    x, y, z = (points @ eye.to_camera[:3, :3].T + eye.to_camera[:3, 3]).T
    fx, fy, cx, cy = eye.focal
    return np.stack([fx * x / z + cx + 0.5, fy * y / z + cy + 0.5], axis=1)


def test_covariances_are_those_of_the_rotated_scales() -> None:
    cloud = some_cloud(200)
    gaussians = Gaussians.of(cloud)
    turn = Rotation.from_quat(cloud.rotations, scalar_first=True).as_matrix()
    wanted = np.einsum("nij,nj,nkj->nik", turn, cloud.scales.astype(float) ** 2, turn)
    upper = wanted[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]
    got = np.hstack([gaussians.first, gaussians.rest])
    np.testing.assert_allclose(got, upper, atol=1e-5 * np.abs(upper).max())
    np.testing.assert_allclose(gaussians.means + gaussians.middle, cloud.means, atol=1e-4)


def test_a_viewpoint_and_its_pinhole_see_alike() -> None:
    points = np.random.default_rng(0).normal(size=(50, 3)) * 10
    viewpoint = looking_from((1, -1, 0.5), points, up=(0, 0, 1), aspect=1.5)
    viewpoint = replace(viewpoint, shift=(0.2, -0.1))
    eye = Eye.of(viewpoint, (400, 600), spread=0.3)
    np.testing.assert_allclose(seen(eye, points), viewpoint.project(points, (400, 600))[:, :2], atol=1e-6)
    np.testing.assert_allclose(seen(eye.reduced(4), points) * 4, seen(eye, points), atol=1e-6)


def test_a_camera_fills_the_picture_without_being_stretched() -> None:
    eye = Eye.through(CAMERA, (480, 1000), spread=0.3)
    points = np.array([[0.0, 0, 5], [1, -0.5, 4], [-1, 0.3, 6]])
    own = (points / points[:, 2:]) @ CAMERA.matrix.T
    np.testing.assert_allclose(seen(eye, points), (own[:, :2] + 0.5) * 3 + [140, 0], atol=1e-9)
    assert eye.spread == pytest.approx(0.3 * 9)


def test_one_goes_on_from_a_camera_where_it_stands() -> None:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = Rotation.from_rotvec([0.4, -1.0, 0.3]).as_matrix(), [1, 2, 9]
    camera = replace(CAMERA, world_to_camera=pose, matrix=np.array([[300.0, 0, 130], [0, 300, 70], [0, 0, 1]]))
    eye = Eye.through(camera, (480, 1000), spread=0.3)
    points = np.random.default_rng(1).normal(size=(20, 3))
    again = Eye.of(eye.viewpoint(7.0), (480, 1000), spread=0.3)
    np.testing.assert_allclose(seen(again, points), seen(eye, points), atol=1e-6)


def test_colours_say_what_they_are_asked_for() -> None:
    cloud = some_cloud(30, normals=False)
    gaussians = Gaussians.of(cloud)
    coloured = {name: gaussians.colours(name) for name in COLOURINGS}
    assert all(colours.shape == (30, 4) and (colours >= 0).all() for colours in coloured.values())
    np.testing.assert_allclose(coloured["own"][:, :3], cloud.colours.clip(0, 1))
    thin = Rotation.from_quat(cloud.rotations, scalar_first=True).as_matrix()[
        np.arange(30), :, cloud.scales.argmin(axis=1)
    ]
    np.testing.assert_allclose(coloured["normal"][:, :3] * 2 - 1, thin, atol=1e-5)
    dominant = np.abs(thin).argmax(axis=1)
    assert len(np.unique(coloured["axis"][:, :3], axis=0)) == len(np.unique(dominant))
    for axis in range(3):
        assert len(np.unique(coloured["axis"][dominant == axis], axis=0)[:, :3]) <= (dominant == axis).sum()


def test_splats_are_ordered_by_depth_to_a_sixty_five_thousandth() -> None:
    depths = np.random.default_rng(0).normal(size=10_000).astype(np.float32)
    ordered = depths[farthest_first(depths)]
    assert (np.diff(ordered) < np.ptp(depths) / 30_000).all()
    assert farthest_first(np.ones(3, np.float32)).tolist() == [0, 1, 2]


@pytest.mark.parametrize("field", ["means", "scales", "rotations", "opacities", "colours"])
def test_numbers_that_are_none_never_reach_the_card(field: str) -> None:
    cloud = some_cloud(5)
    getattr(cloud, field)[2] = np.nan
    with pytest.raises(Problem) as caught:
        Gaussians.of(cloud)
    assert caught.value.remedy


def test_a_cloud_without_splats_or_with_arrays_that_do_not_fit_is_a_problem() -> None:
    cloud = some_cloud(5)
    for wrong in (
        some_cloud(0),
        replace(cloud, scales=cloud.scales[:3]),
        replace(cloud, rotations=cloud.rotations[:, :3]),
    ):
        with pytest.raises(Problem):
            Gaussians.of(wrong)
