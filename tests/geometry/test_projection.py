"""Millimetres become pixels as OpenCV has it, and pixels millimetres again."""

from typing import Any, cast

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.geometry.projection import distort, project, rays, undistort, unproject
from pentad.io.calibration import read_calibration, turn

PUBLISHED = [read_calibration(resource("calibration", f"camera_{number}.yaml")).camera for number in (1, 2, 3, 4)]
LENSES = st.lists(st.floats(-0.1, 0.1), min_size=12, max_size=12).map(np.array)


def by_opencv(camera: Camera, points: Doubles) -> Doubles:
    pose = camera.rig_to_camera
    bent, _ = cv2.projectPoints(
        points.reshape(-1, 1, 3), cv2.Rodrigues(pose[:3, :3])[0], pose[:3, 3], camera.matrix, camera.distortion
    )
    return np.asarray(cast(Any, bent).reshape(*points.shape[:-1], 2), np.float64)


def in_view(camera: Camera, rng: np.random.Generator, count: int = 200) -> Doubles:
    """(count, 3) rig points before the camera, near the centre of what it sees."""
    flat = rng.uniform(-0.12, 0.12, (count, 2))
    depth = rng.uniform(200, 300, (count, 1))
    place = np.concatenate([flat * depth, depth], axis=1)
    return np.asarray((place - camera.rig_to_camera[:3, 3]) @ camera.rig_to_camera[:3, :3])


def with_lens(distortion: Doubles) -> Camera:
    matrix = np.array([[2000.0, 0, 960], [0, 1990, 540], [0, 0, 1]])
    pose = PUBLISHED[0].world_to_camera
    return Camera("made up", matrix, pose, (1080, 1920), distortion, turn(0.7))


@pytest.mark.parametrize("camera", PUBLISHED, ids=lambda camera: camera.name)
def test_a_published_camera_projects_as_opencv_does(camera: Camera) -> None:
    points = in_view(camera, np.random.default_rng(1))
    assert np.abs(project(camera, points) - by_opencv(camera, points)).max() < 1e-8


@settings(max_examples=50, deadline=None)
@given(lens=LENSES, terms=st.sampled_from((4, 5, 8, 12)), seed=st.integers(0, 1000))
def test_every_lens_model_projects_as_opencv_does(lens: Doubles, terms: int, seed: int) -> None:
    camera = with_lens(lens[:terms])
    points = in_view(camera, np.random.default_rng(seed), 20).reshape(4, 5, 3)
    assert np.abs(project(camera, points) - by_opencv(camera, points)).max() < 1e-8


@settings(max_examples=50, deadline=None)
@given(lens=LENSES, seed=st.integers(0, 1000))
def test_unprojected_pixels_land_where_they_came_from(lens: Doubles, seed: int) -> None:
    camera = with_lens(lens)
    points = in_view(camera, np.random.default_rng(seed), 20)
    depth = (points @ camera.rig_to_camera[:3, :3].T + camera.rig_to_camera[:3, 3])[:, 2]
    pixels = project(camera, points)
    back = unproject(camera, pixels, depth)
    assert np.abs(project(camera, back) - pixels).max() < 1e-6
    assert np.abs(back - points).max() < 1e-6


@pytest.mark.parametrize("camera", PUBLISHED, ids=lambda camera: camera.name)
def test_a_published_lens_is_inverted_to_a_millionth_of_a_pixel_or_says_that_it_cannot_be(camera: Camera) -> None:
    height, width = camera.size
    pixels = np.stack(np.meshgrid(np.linspace(0, width - 1, 41), np.linspace(0, height - 1, 31)), axis=-1)
    back = project(camera, unproject(camera, pixels, np.full(pixels.shape[:2], 250.0)))
    found = np.isfinite(back).all(axis=2)
    assert found.mean() > 0.9
    assert np.abs(back - pixels)[found].max() < 1e-6


def test_beyond_the_fold_of_a_lens_there_is_no_answer() -> None:
    # r + k1 r^3 turns back at r = 1 / sqrt(-3 k1), where it is two thirds of that.
    k1 = -0.5
    fold = 2 / 3 / np.sqrt(-3 * k1)
    radius = np.linspace(0, 2 * fold, 201)
    flat = undistort(np.stack([radius, np.zeros_like(radius)], axis=1), np.array([k1, 0, 0, 0]))
    assert np.isfinite(flat[radius < 0.999 * fold]).all()
    assert np.isnan(flat[radius > 1.001 * fold]).all()
    inside = flat[radius < 0.999 * fold, 0]
    assert np.abs(inside + k1 * inside**3 - radius[radius < 0.999 * fold]).max() < 1e-9


def test_nothing_behind_a_camera_is_projected() -> None:
    camera = PUBLISHED[0]
    ahead = camera.rig_to_camera[2, :3]
    assert np.isnan(project(camera, camera.centre - 10 * ahead)).all()
    assert np.isfinite(project(camera, camera.centre + 10 * ahead)).all()


def test_a_ray_meets_every_depth_of_its_pixel() -> None:
    camera = with_lens(np.array([-0.1, 0.02, 0.001, -0.002, 0.0]))
    pixels = np.array([[100.0, 200.0], [1500.5, 900.25]])
    for depth in (50.0, 400.0):
        to_there = unproject(camera, pixels, np.full(2, depth)) - camera.centre
        along = to_there / np.linalg.norm(to_there, axis=1, keepdims=True)
        assert np.abs(along - rays(camera, pixels)).max() < 1e-12


def test_a_lens_model_of_another_kind_is_refused() -> None:
    with pytest.raises(Problem, match="6 distortion terms"):
        distort(np.zeros((1, 2)), np.zeros(6))
