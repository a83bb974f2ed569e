"""Turns, chamfer distances, the screw axis and working looks against closed forms, brute force and autograd."""

import math

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.spatial.distance import cdist

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.projection import project
from pentad.geometry.rigid import adjoint, cross_matrix, inverse, left_jacobian, motion, rotation_vector
from pentad.sdk import Look
from pentad_models.ptad.chamfer import Outlined, chamfer
from pentad_models.ptad.looks import working_look
from pentad_models.ptad.outlines import QueryOutline
from pentad_models.ptad.references import Rings, towards
from pentad_models.ptad.screw import learning_rate, screw_motion, screw_slopes

SEEDS = st.integers(0, 2**32 - 1)


def wedge(twist: Doubles) -> Doubles:
    matrix = np.zeros((4, 4))
    matrix[:3, :3], matrix[:3, 3] = cross_matrix(twist[:3]), twist[3:]
    return matrix


@given(SEEDS, st.sampled_from([1e-9, 1e-3, 1.0, 3.0]))
def test_a_motion_is_the_matrix_exponential_of_its_twist(seed: int, size: float) -> None:
    twist = np.random.default_rng(seed).normal(0, size, 6)
    np.testing.assert_allclose(motion(twist), expm(wedge(twist)), atol=1e-9 * max(1, size))


@given(SEEDS)
def test_the_adjoint_carries_twists_through_a_pose(seed: int) -> None:
    random = np.random.default_rng(seed)
    pose, twist = motion(random.normal(0, 2, 6)), random.normal(0, 1, 6)
    np.testing.assert_allclose(pose @ motion(twist), motion(adjoint(pose) @ twist) @ pose, atol=1e-9)
    np.testing.assert_allclose(inverse(pose) @ pose, np.eye(4), atol=1e-12)


@given(SEEDS)
def test_the_left_jacobian_is_the_exponentials_derivative(seed: int) -> None:
    random = np.random.default_rng(seed)
    twist, way = random.normal(0, 1, 6), random.normal(0, 1, 6)
    step = 1e-5
    slope = (expm(wedge(twist + step * way)) - expm(wedge(twist - step * way))) / (2 * step)
    np.testing.assert_allclose(wedge(left_jacobian(twist) @ way) @ motion(twist), slope, atol=1e-5)


def test_a_turn_by_half_a_circle_has_a_vector() -> None:
    for axis in np.eye(3):
        assert np.linalg.norm(rotation_vector(motion(np.r_[axis * math.pi, 0, 0, 0])[:3, :3])) == pytest.approx(math.pi)


@given(SEEDS)
def test_a_screw_is_the_exponential_of_a_unit_axis_and_its_slopes_are_autograds(seed: int) -> None:
    numbers = np.random.default_rng(seed).normal(0, 1, 7)
    axis = numbers[:3] / np.linalg.norm(numbers[:3])
    np.testing.assert_allclose(
        screw_motion(numbers), expm(wedge(numbers[6] * np.concatenate([axis, numbers[3:6]]))), atol=1e-9
    )

    def by_the_paper(p: torch.Tensor) -> torch.Tensor:
        """Equations 4 to 6, word for word."""
        w, v, angle = p[:3] / p[:3].norm(), p[3:6], p[6]
        zero = torch.zeros((), dtype=p.dtype)
        cross = torch.stack([zero, -w[2], w[1], w[2], zero, -w[0], -w[1], w[0], zero]).reshape(3, 3)
        eye = torch.eye(3, dtype=p.dtype)
        turn = eye + torch.sin(angle) * cross + (1 - torch.cos(angle)) * cross @ cross
        shift = (eye * angle + (1 - torch.cos(angle)) * cross + (angle - torch.sin(angle)) * cross @ cross) @ v
        return torch.cat([turn, shift[:, None]], dim=1)

    slopes = torch.autograd.functional.jacobian(by_the_paper, torch.tensor(numbers)).numpy()
    motion_there = screw_motion(numbers)
    for k, twist in enumerate(screw_slopes(numbers).T):
        np.testing.assert_allclose((wedge(twist) @ motion_there)[:3], slopes[:, :, k], atol=1e-8)


def test_the_learning_rate_is_splatposes() -> None:
    assert [learning_rate(step) for step in (0, 1, 99)] == pytest.approx([1e-3, 0.01 * 0.8**0.02, 0.01 * 0.8])


@given(SEEDS, st.integers(2, 24), st.integers(2, 24))
def test_chamfer_by_distance_transforms_is_chamfer_by_all_pairs(seed: int, height: int, width: int) -> None:
    random = np.random.default_rng(seed)
    one, other = (random.random((height, width)) < random.uniform(0.05, 0.9) for _ in range(2))
    one[0, 0] = other[-1, -1] = True
    pairs = cdist(np.argwhere(one), np.argwhere(other))
    expected = pairs.min(axis=1).mean() + pairs.min(axis=0).mean()
    assert chamfer(Outlined.of(one), Outlined.of(other)) == pytest.approx(expected, abs=1e-3)


def test_an_empty_reference_is_farther_than_anything_and_no_nan() -> None:
    some, nothing = np.eye(9, dtype=bool), np.zeros((9, 9), bool)
    assert chamfer(Outlined.of(some), Outlined.of(nothing)) == 36
    assert QueryOutline.of(some, ~nothing, 3.0).distance(nothing) == 1.0


@given(st.sampled_from(["y", "z"]), st.integers(1, 30), st.floats(-90, 90))
def test_rings_look_at_the_middle_from_their_elevation(up: str, views: int, elevation: float) -> None:
    turns = Rings(views, (elevation,), up).turns()
    axis = np.eye(3)["xyz".index(up)]
    assert len(turns) == views
    for turn in turns:
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(turn) == pytest.approx(1)
        to_camera = -turn[2]
        assert math.degrees(math.asin(np.clip(to_camera @ axis, -1, 1))) == pytest.approx(elevation, abs=1e-5)
        assert turn[0] @ axis == pytest.approx(0, abs=1e-9)
        assert turn[1] @ axis <= 1e-9


def test_the_first_reference_is_where_broken_chairs_has_it() -> None:
    """Their camera stands at dist (cos el cos az, sin el, cos el sin az), y up."""
    turns = Rings(20, (20.0,), "y").turns()
    for number, turn in enumerate(turns):
        az, el = math.radians(18 * number), math.radians(20)
        expected = [math.cos(el) * math.cos(az), math.sin(el), math.cos(el) * math.sin(az)]
        np.testing.assert_allclose(-turn[2], expected, atol=1e-12)


@given(SEEDS)
def test_the_axis_is_turned_to_a_ray_and_no_further(seed: int) -> None:
    ray = np.random.default_rng(seed).normal([0, 0, 4], 1, 3)
    ray /= np.linalg.norm(ray)
    turn = towards(ray)
    np.testing.assert_allclose(turn @ [0, 0, 1], ray, atol=1e-12)
    assert np.linalg.norm(rotation_vector(turn)) == pytest.approx(math.acos(ray[2]), abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.booleans())
def test_a_working_look_shows_discs_where_its_camera_says(seed: int, bent: bool) -> None:
    """Three discs in space, drawn as dots where a lens bends them to, lie where the working camera projects them."""
    random = np.random.default_rng(seed)
    height, width = 900, 1200
    matrix = np.array([[1500.0, 0, random.uniform(200, 900)], [0, 1480.0, random.uniform(200, 700)], [0, 0, 1]])
    distortion = random.normal(0, [0.2, 0.1, 0.002, 0.002, 0.02]) if bent else np.zeros(5)
    camera = Camera("one", matrix, motion(random.normal(0, 0.05, 6)), (height, width), distortion)
    flat = (np.array([[0.2, 0.2], [0.75, 0.3], [0.4, 0.75]]) + random.uniform(-0.08, 0.08, (3, 2))) * [width, height]
    ideal = cv2.undistortPoints(flat[:, None], matrix, distortion)[:, 0]
    places = (np.c_[ideal, np.ones(3)] * 500 - camera.rig_to_camera[:3, 3]) @ camera.rig_to_camera[:3, :3]
    mask = np.zeros((height, width), np.float32)
    for x, y in project(camera, places):
        cv2.circle(mask, (round(x * 16), round(y * 16)), 12 * 16, 1.0, -1, cv2.LINE_AA, 4)
    look = working_look(Look(camera, mask), side=256, margin=0.2)
    assert max(look.mask.shape) <= 256
    assert not look.camera.distortion.any()
    found = cv2.connectedComponentsWithStats((look.mask > 0.5).astype(np.uint8))[3][1:]
    for place in project(look.camera, places):
        assert np.linalg.norm(found - place, axis=1).min() < 0.5


def test_what_lies_beyond_the_image_is_unknown() -> None:
    mask = np.zeros((120, 160), np.float32)
    mask[40:120, 20:90] = 1
    camera = Camera("one", np.array([[200.0, 0, 80], [0, 200, 60], [0, 0, 1]]), np.eye(4), (120, 160))
    look = working_look(Look(camera, mask), side=256, margin=0.2)
    assert look.cut_off
    assert not look.known[-1].any()
    assert look.known[: look.known.shape[0] // 2].all()
    assert not look.mask[~look.known].any()
