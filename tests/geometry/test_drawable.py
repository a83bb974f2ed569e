"""Surfaces made ready to be drawn keep their shape, within the triangles they may have."""

import numpy as np
import pytest
import trimesh

from pentad.core.arrays import Doubles, Floats
from pentad.geometry.drawable import clustered, crowded_edges, divided, drawable
from pentad.geometry.surface import Faces, Surface


def ball(subdivisions: int) -> Surface:
    solid = trimesh.creation.icosphere(subdivisions=subdivisions, radius=10.0)
    return Surface.of(solid.vertices, solid.faces)


def area(vertices: Doubles | Floats, faces: Faces) -> float:
    a, b, c = (vertices[faces[:, k]].astype(float) for k in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()) / 2


def test_a_reduced_ball_is_still_a_ball() -> None:
    fine = ball(6)
    few = clustered(fine.vertices, fine.faces, most=5000)
    assert 1000 < len(few.faces) <= 5000
    radius = np.linalg.norm(few.vertices, axis=1)
    assert 9.7 < radius.min() <= radius.max() <= 10.001
    assert area(few.vertices, few.faces) == pytest.approx(4 * np.pi * 100, rel=0.02)
    moved = np.linalg.norm(few.vertices[few.origin] - fine.vertices, axis=1)
    assert moved.max() < 1.5


def test_a_few_triangles_are_left_as_they_are() -> None:
    small = ball(2)
    same = clustered(small.vertices, small.faces, most=5000)
    assert np.array_equal(same.faces, small.faces)
    assert np.array_equal(same.origin, np.arange(len(small.vertices)))


def test_large_triangles_are_divided_without_moving_the_surface() -> None:
    box = trimesh.creation.box((40.0, 10.0, 6.0))
    whole = divided(Surface.of(box.vertices, box.faces), most=20_000)
    assert 8_000 < len(whole.faces) <= 20_000
    assert area(whole.vertices, whole.faces) == pytest.approx(2 * (400 + 240 + 60), rel=1e-9)
    corners = whole.vertices[whole.faces]
    outward = np.einsum("fi,fi->f", whole.normals, corners.mean(axis=1))
    assert (outward > 0).all()
    assert np.linalg.norm(corners[:, 0] - corners[:, 1], axis=1).max() < 1.0


def test_heat_of_merged_vertices_is_the_hottest_of_them() -> None:
    fine = ball(5)
    few = clustered(fine.vertices, fine.faces, most=1000)
    heat = np.random.default_rng(0).random(len(fine.vertices), np.float32)
    heat[::3] = np.nan
    brute = [np.nanmax(np.append(heat[few.origin == k], -1)) for k in range(len(few.vertices))]
    carried = few.carried(heat)
    assert np.array_equal(np.nan_to_num(carried, nan=-1), np.array(brute, np.float32))


def test_edges_of_more_than_two_triangles_are_counted_and_noticed() -> None:
    vertices = np.array([[0, 0, 0], [0, 0, 1], [1, 0, 0], [-1, 1, 0], [-1, -1, 0]], float)
    fan = Surface.of(vertices, [[0, 1, 2], [0, 1, 3], [0, 1, 4]])
    assert crowded_edges(fan.faces) == 1
    notes = drawable(fan).notes
    assert ["not a proper surface" in note.what for note in notes] == [True]
    assert crowded_edges(ball(3).faces) == 0
    assert drawable(ball(3)).notes == ()


def test_five_million_triangles_are_reduced_and_said_to_be() -> None:
    side = 1600
    y, x = np.mgrid[:side, :side].astype(float)
    places = np.stack([x, y, np.sin(x / 40) * 20], axis=-1).reshape(-1, 3) / 20
    at = np.arange(side * side, dtype=np.int32).reshape(side, side)
    a, b, c, d = (at[:-1, :-1].ravel(), at[1:, :-1].ravel(), at[1:, 1:].ravel(), at[:-1, 1:].ravel())
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    assert len(faces) > 5_000_000
    whole = Surface(places, faces, np.zeros((0, 3)))
    found = drawable(whole)
    assert len(found.still.faces) <= 1_200_000
    assert len(found.moving.faces) <= 60_000
    assert ["coarser" in note.what for note in found.notes] == [True]
    assert area(found.moving.vertices, found.moving.faces) == pytest.approx(area(places, faces), rel=0.02)
