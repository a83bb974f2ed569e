"""Epipolar segments hold what lies on a pixel's ray, obey x'^T F x = 0 without a lens, and end at the image."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.epipolar import epipolar_segment
from tests.geometry.rigs import LENS, by_opencv, directions, looking, rays_by_opencv

PIXELS = st.tuples(st.floats(0, 59), st.floats(0, 79))


def fundamental(source: Camera, target: Camera) -> Doubles:
    """F = K'^-T [t]x R K^-1 (Hartley and Zisserman 2003, eq. 9.2 in two calibrated views)."""
    move = target.rig_to_camera @ np.linalg.inv(source.rig_to_camera)
    x, y, z = move[:3, 3] / np.linalg.norm(move[:3, 3])
    crossed = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.linalg.inv(target.matrix).T @ crossed @ move[:3, :3] @ np.linalg.inv(source.matrix))


def along(camera: Camera, pixel: tuple[float, float], depths: Doubles) -> Doubles:
    return np.asarray(camera.centre + rays_by_opencv(camera, np.array([pixel])) * depths[:, None])


def off(points: Doubles, line: Doubles) -> Doubles:
    """(N,) pixels from each point to a polyline."""
    start, way = line[:-1], np.diff(line, axis=0)
    share = np.einsum("nki,ki->nk", points[:, None] - start, way) / np.maximum((way**2).sum(axis=1), 1e-30)
    nearest = start + way * share.clip(0, 1)[..., None]
    return np.asarray(np.linalg.norm(points[:, None] - nearest, axis=-1).min(axis=1))


@settings(max_examples=100, deadline=None)
@given(directions(), directions(), PIXELS, st.booleans())
def test_what_lies_on_the_ray_and_is_in_the_image_lies_on_the_segment(
    one: tuple[float, float, float], other: tuple[float, float, float], pixel: tuple[float, float], lens: bool
) -> None:
    source, target = (looking(at, lens=LENS if lens else None) for at in (one, other))
    segment = epipolar_segment(pixel, source, target, 20.0, 150.0)
    there = by_opencv(target, along(source, pixel, np.linspace(20, 150, 60)))
    shown = there[((there >= 0) & (there <= np.array(target.size) - 1)).all(axis=1)]
    if len(shown) and len(segment):
        assert off(shown, segment).max() < 0.02
    if len(shown) > 1 and np.ptp(shown, axis=0).max() > 0.1:
        assert len(segment) >= 2
    assert ((segment > -0.5 - 1e-6) & (segment < np.array(target.size) - 0.5 + 1e-6)).all()
    if not lens and len(segment) and np.linalg.norm(source.centre - target.centre) > 1:
        ends = np.concatenate([segment[:, ::-1], np.ones((len(segment), 1))], axis=1)
        f = fundamental(source, target) @ np.array([pixel[1], pixel[0], 1.0])
        assert np.abs(ends @ f / np.linalg.norm(f[:2])).max() < 1e-6


def test_without_a_lens_two_points_say_it_all_and_with_one_it_is_bent() -> None:
    source, straight = looking((50, 0, 60)), looking((0, 50, 60))
    bent = replace(straight, distortion=LENS)
    assert len(epipolar_segment((30, 40), source, straight, 40.0, 140.0)) == 2
    line = epipolar_segment((45, 60), source, bent, 40.0, 140.0)
    chord = line[-1] - line[0]
    side = np.cross(np.append(chord, 0), np.c_[line - line[0], np.zeros(len(line))])[:, 2] / np.linalg.norm(chord)
    assert np.abs(side).max() > 0.3


def test_near_and_far_are_the_ends() -> None:
    source, target = looking((50, 0, 60), focal=60.0), looking((0, 50, 60), focal=60.0)
    segment = epipolar_segment((30, 40), source, target, 70.0, 85.0)
    ends = by_opencv(target, along(source, (30, 40), np.array([70.0, 85.0])))
    assert np.abs(segment - ends).max() < 1e-6


def test_what_is_behind_the_target_or_beside_its_image_is_not_there() -> None:
    source = looking((0, 0, 80))
    above = replace(source, world_to_camera=np.diag([1.0, -1.0, -1.0, 1.0]) @ np.linalg.inv(np.eye(4)))
    below = replace(above, world_to_camera=np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, -200], [0, 0, 0, 1]]))
    assert epipolar_segment((30, 40), source, below, 40.0, 140.0).shape == (0, 2)
    aside = replace(source, station=np.array([[1.0, 0, 0, 5000], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]))
    assert epipolar_segment((30, 40), source, aside, 40.0, 140.0).shape == (0, 2)
    assert epipolar_segment((np.nan, 40), source, looking((0, 50, 60)), 40.0, 140.0).shape == (0, 2)


@pytest.mark.parametrize(("near", "far"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.0, np.inf), (np.nan, 1.0)])
def test_depths_that_are_none_are_refused(near: float, far: float) -> None:
    with pytest.raises(Problem, match="depth"):
        epipolar_segment((30, 40), looking((0, 0, 80)), looking((0, 50, 60)), near, far)
