"""Rays meet surfaces where closed forms and brute force say, and meshes that are none are refused in words."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.geometry.surface import Surface
from tests.geometry.rigs import ball, brute_hits, looking, plane

SQUARE = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
TWO = np.array([[0, 1, 2], [0, 2, 3]])


def test_a_plane_is_met_where_it_lies() -> None:
    rng = np.random.default_rng(1)
    start = rng.uniform(-20, 20, (300, 3)) + np.array([0, 0, 260])
    way = rng.uniform(-0.2, 0.2, (300, 3)) - [0, 0, 1]
    points, faces = plane(half=500.0, z=3.0).first_hits(start, way)
    expected = start + way * ((3.0 - start[:, 2]) / way[:, 2])[:, None]
    assert (faces >= 0).all()
    assert np.abs(points - expected).max() < 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_any_heap_of_triangles_is_met_as_brute_force_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    surface = Surface.of(rng.uniform(-10, 10, (60, 3)), rng.permutation(60).reshape(20, 3))
    origin = rng.uniform(-40, 40, 3) + np.array([0, 0, 100])
    ways = rng.uniform(-10, 10, (50, 3)) - origin
    points, faces = surface.first_hits(origin, ways)
    shares = brute_hits(surface, origin, ways)
    # Why not all: a ray through the very edge of a triangle may be given to either side.
    same = np.isfinite(shares) == (faces >= 0)
    assert same.mean() >= 0.97
    both = np.isfinite(shares) & (faces >= 0)
    assert np.abs(points[both] - (origin + ways * shares[:, None])[both]).max(initial=0) < 1e-6


def test_trimesh_meets_the_same_places() -> None:
    mesh = trimesh.creation.torus(20, 6)
    surface = Surface.of(mesh.vertices, mesh.faces)
    rng = np.random.default_rng(3)
    start = rng.normal(size=(200, 3)) * 5 + [0, 0, 60]
    way = rng.uniform(-20, 20, (200, 3)) - start
    theirs, index, _ = trimesh.ray.ray_triangle.RayMeshIntersector(mesh).intersects_location(
        start, way, multiple_hits=False
    )
    points, faces = surface.first_hits(start, way)
    assert sorted(np.flatnonzero(faces >= 0).tolist()) == sorted(set(index.tolist()))
    assert np.abs(points[index] - theirs).max() < 1e-5


def test_rays_that_are_none_or_meet_nothing_say_so() -> None:
    way = np.array([[0, 0, -1.0], [0, 0, 1.0], [0, 0, 0], [np.nan, 0, 1]])
    points, faces = plane().first_hits(np.array([0.5, 0.25, 50]), way)
    assert (faces >= 0).tolist() == [True, False, False, False]
    assert np.isnan(points[1:]).all()


def test_vertices_at_one_place_are_one() -> None:
    loose = SQUARE[TWO].reshape(-1, 3)
    surface = Surface.of(loose, np.arange(6).reshape(2, 3))
    assert len(surface.vertices) == 4
    assert np.allclose(surface.normals, [0, 0, 1])


@pytest.mark.parametrize(
    ("vertices", "faces", "said"),
    [
        (SQUARE * np.nan, TWO, "not numbers"),
        (SQUARE, TWO + 1, "out of range"),
        (SQUARE, TWO - 1, "out of range"),
        (SQUARE, TWO * 0, "no area"),
        (SQUARE[:0], TWO[:0], "no surface"),
        (SQUARE, TWO[:0], "no surface"),
        (SQUARE[:, :2], TWO, "no mesh of triangles"),
        (SQUARE, np.array([[0, 1, 2, 3]]), "no mesh of triangles"),
        (SQUARE, TWO + 0.5, "whole numbers"),
    ],
)
def test_what_is_no_surface_is_refused(vertices: object, faces: object, said: str) -> None:
    with pytest.raises(Problem, match=said):
        Surface.of(np.asarray(vertices), np.asarray(faces))


def test_what_lies_within_is_told_even_of_an_open_mesh() -> None:
    whole = ball(10.0)
    lid = whole.vertices[whole.faces][:, :, 2].min(axis=1) > 8
    opened = Surface.of(whole.vertices, whole.faces[~lid])
    for point, inside in (((0, 0, 0), True), ((0, 0, -9), True), ((0, 0, 12), False), ((30, 0, 0), False)):
        assert whole.surrounds(point) is inside
        assert opened.surrounds(point) is inside
    assert not plane().surrounds((0, 0, 0.1))


def test_a_camera_in_the_part_is_refused() -> None:
    with pytest.raises(Problem, match="inside the part"):
        ball(100.0).check_outside(looking((0, 0, 60)))
    ball(50.0).check_outside(looking((0, 0, 60)))


def test_a_pose_turns_and_scales() -> None:
    pose = np.array([[0, -2.0, 0, 1], [2, 0, 0, 2], [0, 0, 2, 3], [0, 0, 0, 1]])
    assert plane(1.0).placed(pose).bounds.tolist() == [[-1, 0, 3], [3, 4, 3]]
