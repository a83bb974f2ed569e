"""A camera is placed by point pairs, and not where they do not tell its place."""

from typing import Any, cast

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.geometry.placing import Placing, pnp
from pentad.geometry.projection import rays
from pentad.io.calibration import read_calibration

CAMERA = Camera(
    "fifth",
    np.array([[5200.0, 0, 2735.5], [0, 5190.0, 1823.5], [0, 0, 1]]),
    read_calibration(resource("calibration", "camera_1.yaml")).camera.world_to_camera,
    (3648, 5472),
    np.array([-0.05, 0.02, 0.0005, -0.0003, 0.0]),
)
BOARD = np.array([[x, y, 0.0] for x in (-30, -10, 10, 30) for y in (-20, 0, 20)])


def seen(points: Doubles) -> Doubles:
    """(N, 2) pixels, by OpenCV."""
    turn = cv2.Rodrigues(CAMERA.world_to_camera[:3, :3])[0]
    found, _ = cv2.projectPoints(points, turn, CAMERA.world_to_camera[:3, 3], CAMERA.matrix, CAMERA.distortion)
    return np.asarray(cast(Any, found).reshape(-1, 2), np.float64)


def placed(points: Doubles, pixels: Doubles) -> Placing:
    return pnp(points, pixels, matrix=CAMERA.matrix, distortion=CAMERA.distortion, size=CAMERA.size)


def centre(pose: Doubles) -> Doubles:
    return np.asarray(-pose[:3, :3].T @ pose[:3, 3])


@pytest.mark.parametrize("points", [BOARD, BOARD[[0, 2, 9, 11]], BOARD + np.arange(12)[:, None] % 3 * [0, 0, -8.0]])
def test_exact_pairs_give_the_exact_place(points: Doubles) -> None:
    found = placed(points, seen(points))
    assert np.abs(found.pose - CAMERA.world_to_camera).max() < 1e-5
    assert found.used.all()
    assert found.residuals.max() < 1e-5


def test_pairs_that_were_mixed_up_are_left_out_and_shown() -> None:
    pixels = seen(BOARD)
    pixels[[2, 7]] = pixels[[7, 2]]
    found = placed(BOARD, pixels)
    assert np.flatnonzero(~found.used).tolist() == [2, 7]
    assert found.residuals[[2, 7]].min() > 100
    assert np.linalg.norm(centre(found.pose) - CAMERA.centre) < 1e-3


def test_the_stated_uncertainty_is_that_of_many_tries() -> None:
    rng = np.random.default_rng(5)
    points = BOARD + rng.uniform(-5, 5, BOARD.shape)
    tries = [placed(points, seen(points) + rng.normal(size=(12, 2))) for _ in range(300)]
    off = np.array([centre(each.pose) - CAMERA.centre for each in tries])
    measured = np.sqrt((off**2).sum(axis=1).mean())
    assert tries[0].uncertainty_mm == pytest.approx(measured, rel=0.15)


def test_the_uncertainty_knows_no_origin() -> None:
    here, elsewhere = placed(BOARD, seen(BOARD)), placed(BOARD + np.array([300.0, -200, 500]), seen(BOARD))
    assert elsewhere.uncertainty_mm == pytest.approx(here.uncertainty_mm, rel=1e-4)


def test_pixels_on_the_borders_of_the_image_are_in_it() -> None:
    height, width = CAMERA.size
    pixels = np.array([[x, y] for x in (-0.5, width / 2, width - 0.5) for y in (-0.5, height / 2, height - 0.5)])
    ways = rays(CAMERA, pixels)
    points = CAMERA.centre + ways * (-CAMERA.centre[2] / ways[:, 2:])
    assert np.abs(placed(points, pixels).pose - CAMERA.world_to_camera).max() < 1e-5


LINE = np.linspace(-20, 20, 6)[:, None] * [1.0, 0.4, 0.1]
BAD = {
    "three": (BOARD[:3], "takes four"),
    "a line": (LINE, "on a line"),
    "one point": (np.repeat(BOARD[:1], 5, axis=0), "one place"),
    "three on a line and one": (BOARD[[0, 1, 2, 9]], "one line|any one place"),
    "hardly more than a line": (BOARD * [1, 0.02, 1], "mm elsewhere"),
    "a speck": (BOARD * 0.01, "elsewhere|no place"),
    "beyond the moon": (BOARD * 1e306, "mm away"),
    "not a number": (BOARD * np.nan, "not a number"),
}


@pytest.mark.parametrize("case", BAD)
def test_points_that_tell_no_place_are_refused_in_words(case: str) -> None:
    points, word = BAD[case]
    with pytest.raises(Problem, match=word):
        placed(points, seen(BOARD if np.abs(points).max() > 1e9 else np.nan_to_num(points)))


def test_pixels_outside_the_image_are_refused() -> None:
    with pytest.raises(Problem, match="outside the image"):
        placed(BOARD, seen(BOARD) + 4000)


def test_pairs_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(Problem, match=r"agree|fits"):
        placed(BOARD, np.random.default_rng(0).uniform(0, 3000, (12, 2)))


@settings(max_examples=40, deadline=None)
@given(
    points=st.lists(st.tuples(*[st.integers(-40, 40)] * 3), min_size=4, max_size=8),
    pixels=st.lists(st.tuples(*[st.integers(0, 3000)] * 2), min_size=4, max_size=8),
)
def test_whatever_is_picked_gives_a_place_or_words(
    points: list[tuple[int, int, int]], pixels: list[tuple[int, int]]
) -> None:
    count = min(len(points), len(pixels))
    assume(count >= 4)
    try:
        found = placed(np.array(points[:count], float), np.array(pixels[:count], float))
    except Problem:
        return
    assert found.used.sum() >= 4
    assert np.abs(found.pose[:3, :3] @ found.pose[:3, :3].T - np.eye(3)).max() < 1e-9
