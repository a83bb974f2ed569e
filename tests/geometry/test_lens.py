"""A lens is inverted to a millionth of a pixel with all twelve terms, or it is said that it has no inverse there."""

from typing import Any, cast

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.lens import distort, fold_radius, undistort
from pentad.geometry.projection import invertible

LENSES = st.lists(st.floats(-0.15, 0.15), min_size=12, max_size=12).map(np.array)
WILD = st.lists(st.floats(-30, 30), min_size=12, max_size=12).map(np.array)


def bent_by_opencv(flat: Doubles, distortion: Doubles) -> Doubles:
    points = np.concatenate([flat, np.ones((len(flat), 1))], axis=1)
    bent, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), np.eye(3), distortion)
    return np.asarray(cast(Any, bent).reshape(-1, 2), np.float64)


@settings(max_examples=60, deadline=None)
@given(lens=LENSES, terms=st.sampled_from((4, 5, 8, 12)), seed=st.integers(0, 1000))
def test_every_lens_is_inverted_to_a_millionth_of_a_pixel(lens: Doubles, terms: int, seed: int) -> None:
    distortion = lens[:terms]
    flat = np.random.default_rng(seed).uniform(-0.4, 0.4, (200, 2))
    fold = fold_radius(distortion, np.arctan2(flat[:, 1], flat[:, 0]), 2.0)
    flat = flat[np.hypot(*flat.T) < 0.95 * fold]
    back = undistort(bent_by_opencv(flat, distortion), distortion)
    focal = 20_000
    assert np.abs(bent_by_opencv(back, distortion) - bent_by_opencv(flat, distortion)).max() * focal < 1e-6
    assert np.abs(back - flat).max() < 1e-8


@settings(max_examples=80, deadline=None)
@given(lens=WILD, seed=st.integers(0, 1000))
def test_whatever_a_wild_lens_answers_is_true(lens: Doubles, seed: int) -> None:
    bent = np.random.default_rng(seed).uniform(-1, 1, (100, 2))
    flat = undistort(bent, lens)
    found = np.isfinite(flat).all(axis=1)
    if found.any():
        here = flat[found]
        assert np.abs(bent_by_opencv(here, lens) - bent[found]).max() < 1e-9
        # No mirror image is an answer: light came from before the first fold.
        right, up = (bent_by_opencv(here + step, lens) - bent[found] for step in ([1e-7, 0.0], [0.0, 1e-7]))
        assert (right[:, 0] * up[:, 1] - right[:, 1] * up[:, 0] > -1e-20).all()
    assert np.allclose(undistort(np.zeros((1, 2)), lens), 0)


def test_a_point_is_found_before_the_first_fold_and_never_on_the_third_branch() -> None:
    # r - 2 r^3 + r^5: up to r = 0.4472, down to r = 1, and up again; beyond the first top a point has one more answer.
    distortion = np.array([-2.0, 1.0, 0, 0])
    top = np.sqrt(0.2)
    assert fold_radius(distortion, [0.0, 1.0, -2.0], 3.0) == pytest.approx(top, abs=1e-7)
    radius = np.linspace(0, 3, 301)
    flat = undistort(np.stack([radius, np.zeros_like(radius)], axis=1), distortion)[:, 0]
    highest = top - 2 * top**3 + top**5
    assert (flat[radius < 0.999 * highest] <= top).all()
    assert np.isnan(flat[radius > 1.001 * highest]).all()


@pytest.mark.parametrize(
    ("term", "power", "value", "top"),
    # r (1 + k r^n) turns where 1 + (n + 1) k r^n = 0, and r / (1 + k r^n) where 1 - (n - 1) k r^n = 0.
    [(0, 2, -0.5, 3), (1, 4, -0.5, 5), (4, 6, -0.5, 7), (5, 2, 0.5, 1), (6, 4, 0.5, 3), (7, 6, 0.5, 5)],
)
def test_every_radial_term_alone_folds_where_its_slope_is_nought(term: int, power: int, value: float, top: int) -> None:
    distortion = np.zeros(8)
    distortion[term] = value
    expected = (1 / (abs(value) * top)) ** (1 / power)
    assert fold_radius(distortion, [0.0, 1.0, -2.0], 3.0) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "terms",
    [
        [-0.9, 0.1, 0.02, -0.01, 0.0, 0.05, 0.0, 0.0, 0.01, 0.0, -0.02, 0.0],
        [-0.4, -0.2, -0.03, 0.05, -0.3, 0.1, 0.2, 0.15, 0.02, 0.06, 0.03, -0.05],
    ],
)
def test_the_fold_of_a_full_lens_is_where_neighbours_meet(terms: list[float]) -> None:
    distortion = np.array(terms)
    for angle in np.linspace(-3, 3, 7):
        fold = float(fold_radius(distortion, angle, 4.0))
        way = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-way[1], way[0]])
        areas = []
        for radius in (0.998 * fold, 1.002 * fold):
            corners = bent_by_opencv(
                np.array([way * radius, way * (radius + 1e-6), way * radius + across * 1e-6]), distortion
            )
            first, second = corners[1] - corners[0], corners[2] - corners[0]
            areas.append(first[0] * second[1] - first[1] * second[0])
        assert areas[0] > 0 > areas[1]


def test_a_lens_that_never_folds_says_so() -> None:
    assert np.isinf(fold_radius(np.array([0.1, 0.05, 0, 0]), [0.0, 2.0], 10.0)).all()


def test_pixels_that_look_nowhere_are_told_apart() -> None:
    matrix = np.array([[1000.0, 0, 500], [0, 1000, 500], [0, 0, 1]])
    camera = Camera("narrow", matrix, np.eye(4), (1001, 1001), np.array([-1.5, 0.0, 0.0, 0.0]))
    grid = np.stack(np.meshgrid(np.arange(0, 1001, 50.0), np.arange(0, 1001, 50.0)), axis=-1)
    reach = 1000 * 2 / 3 / np.sqrt(4.5)
    distance = np.hypot(grid[..., 0] - 500, grid[..., 1] - 500)
    assert (invertible(camera, grid) == (distance < reach)).all()


def test_what_is_not_a_number_stays_so_and_spoils_nothing() -> None:
    lens = np.array([-0.1, 0.01, 0, 0, 0])
    bent = np.array([[0.1, 0.2], [np.nan, 0.1], [np.inf, 0.0]])
    flat = undistort(bent, lens)
    assert np.abs(distort(flat[:1], lens) - bent[:1]).max() < 1e-12
    assert np.isnan(flat[1:]).any(axis=1).all()
    assert undistort(np.empty((0, 2)), lens).shape == (0, 2)
