"""Measured points stand where the raster says, are thinned evenly, and wear the colours of their own pixels."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.core.problem import Problem
from pentad.geometry.points import Points, depth_points, laid_down, merged, pinhole, point_heat, sensed_points
from tests.geometry.rigs import LENS, directions, looking

ALL = 100_000


def seen_by_opencv(camera: Camera, points: Points) -> np.ndarray:
    """(N, 2) pixels x, y, by OpenCV's own projection."""
    turn, _ = cv2.Rodrigues(camera.rig_to_camera[:3, :3])
    places = points.places.astype(np.float64)[:, None]
    return cv2.projectPoints(places, turn, camera.rig_to_camera[:3, 3], camera.matrix, camera.distortion)[0][:, 0]


@given(directions(), st.sampled_from([1, 2, 4]))
def test_points_of_a_depth_raster_are_seen_where_it_has_them_and_as_deep(
    at: tuple[float, float, float], coarser: int
) -> None:
    camera = looking(at, lens=LENS * 0.3)
    height, width = (side // coarser for side in camera.size)
    depth = np.random.default_rng(1).uniform(50, 90, (height, width)).astype(np.float32)
    depth[::2] = np.nan
    found = depth_points(camera, depth, None, most=ALL)
    assert found.measured == len(found.places) == np.isfinite(depth).sum()
    pixels = (seen_by_opencv(camera, found) + 0.5) / coarser - 0.5
    x, y = np.rint(pixels).astype(int).T
    assert np.abs(pixels - np.stack([x, y], axis=-1)).max() < 1e-2
    there = found.places @ camera.rig_to_camera[2, :3] + camera.rig_to_camera[2, 3]
    assert np.abs(there - depth[y, x]).max() < 1e-3
    assert np.allclose(found.shares * (height, width), np.stack([y, x], axis=-1) + 0.5, atol=1e-3)


def test_sensed_places_come_back_through_their_camera_or_stay_as_they_are() -> None:
    camera = looking((30, -40, 80))
    xyz = np.random.default_rng(2).normal(0, 20, (6, 8, 3)).astype(np.float32)
    xyz[0, 0], xyz[1, 1], xyz[2, 2, 2] = 0, np.nan, np.inf
    placed, own = sensed_points(camera, xyz, None, most=ALL), sensed_points(None, xyz, None, most=ALL)
    assert len(own.places) == 6 * 8 - 3
    again = placed.places @ camera.rig_to_camera[:3, :3].T + camera.rig_to_camera[:3, 3]
    assert np.allclose(again, own.places, atol=1e-4)


def test_thinned_points_and_any_first_part_of_them_are_an_even_choice_in_the_colours_of_their_pixels() -> None:
    camera = pinhole(500.0, (400, 600))
    photo = np.zeros((200, 300, 3), np.uint8)
    photo[:, 150:] = (200, 10, 30)
    found = depth_points(camera, np.full((400, 600), 100, np.float32), photo, most=5000)
    assert 3000 < len(found.places) <= 5000
    assert found.measured == 240_000
    right = found.places[:, 0] > 0
    assert (found.colours[right] == (200, 10, 30)).all()
    assert (found.colours[~right] == 0).all()
    for part in (found.places[:400], found.places):
        inside, _, _ = np.histogram2d(part[:, 0], part[:, 1], bins=2, range=[[-60, 60], [-40, 40]])
        assert inside.min() > 0.2 * len(part)


def test_clouds_of_several_views_are_merged_evenly_and_keep_their_own_heat() -> None:
    camera = pinhole(50.0, (40, 60))
    one = depth_points(camera, np.full((40, 60), 100, np.float32), None, most=ALL)
    two = depth_points(camera, np.full((20, 30), 300, np.float32), None, most=ALL)
    both = merged([one, two])
    assert (len(both.places), both.measured) == (3000, 3000)
    assert 0.15 < (both.view[:300] == 1).mean() < 0.25
    assert (both.places[both.view == 1, 2] == 300).all()
    warm = np.zeros((2, 2), np.float32)
    warm[:, 1] = 1
    heat = point_heat(both, [None, Heatmap(warm, 0, 1)])
    assert np.isnan(heat[both.view == 0]).all()
    x = both.places[both.view == 1, 0]
    assert (heat[both.view == 1][x > 100] > 0.7).all()
    assert (heat[both.view == 1][x < -100] < 0.3).all()


def test_a_cloud_without_a_rig_is_laid_down_before_the_one_who_looks() -> None:
    y, x = np.mgrid[-20:21, -30:31].astype(np.float32)
    z = np.full_like(x, 500)
    z[15:25, 20:40] = 480  # nearer to the sensor: higher
    low = laid_down(sensed_points(None, np.dstack([x + 7, y, z]), None, most=ALL))
    assert np.allclose(low.places.min(axis=0), (-30, -20, 0))
    assert np.allclose(low.places.max(axis=0), (30, 20, 20))


def test_what_measured_nothing_gives_no_points_and_what_does_not_fit_is_a_problem() -> None:
    camera = looking((30, -40, 80))
    nothing = depth_points(camera, np.full((60, 80), np.nan, np.float32), None, most=ALL)
    assert len(laid_down(nothing).places) == nothing.measured == 0
    with pytest.raises(Problem, match="does not fit"):
        depth_points(camera, np.ones((60, 60), np.float32), None, most=ALL)
    folded = replace(camera, distortion=np.array([-2.0, 0, 0, 0, 0]))
    seen = depth_points(folded, np.ones((60, 80), np.float32), None, most=ALL)
    assert np.isfinite(seen.places).all()
    assert len(seen.places) < seen.measured
