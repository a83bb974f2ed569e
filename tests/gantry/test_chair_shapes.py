"""Random chairs are whole, closed, standing on the floor, and the same for the same seed."""

import numpy as np
import pytest
import trimesh

from pentad.gantry.chairs.making import made_chair
from tests.helpers.chairs import random_chair

SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chair_is_one_closed_body_a_unit_long_around_the_origin(seed: int) -> None:
    mesh, parts = random_chair(seed)
    solid = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert solid.is_watertight
    assert solid.is_winding_consistent
    assert solid.volume > 0
    assert len(solid.split()) == 1
    assert np.allclose(mesh.bounds.mean(axis=0), 0, atol=1e-6)
    assert np.ptp(mesh.bounds, axis=0).max() == pytest.approx(1)
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chair_stands_without_falling_over(seed: int) -> None:
    mesh, _ = random_chair(seed)
    solid = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    feet = solid.vertices[solid.vertices[:, 1] < mesh.bounds[0, 1] + 0.01][:, [0, 2]]
    x, z = solid.center_mass[[0, 2]]
    assert feet[:, 0].min() < x < feet[:, 0].max()
    assert feet[:, 1].min() < z < feet[:, 1].max()


def test_the_same_seed_gives_the_same_chair_and_another_seed_another() -> None:
    one, again, other = random_chair(3)[0], random_chair(3)[0], random_chair(4)[0]
    assert np.array_equal(one.vertices, again.vertices)
    assert np.array_equal(one.faces, again.faces)
    assert one.vertices.shape != other.vertices.shape or not np.allclose(one.vertices, other.vertices)


@pytest.mark.parametrize("seed", range(6))
def test_each_part_joins_the_others_where_it_says(seed: int) -> None:
    for part in made_chair(np.random.default_rng(seed)).parts:
        low_high = np.array(part.shape.bounding_box()).reshape(2, 3)
        assert np.all(low_high[0] - 0.03 <= part.joint), part.name
        assert np.all(part.joint <= low_high[1] + 0.03), part.name


def test_the_family_is_rich() -> None:
    names = {name.rstrip("_0123456789") for seed in SEEDS for name in random_chair(seed)[1]}
    assert {"seat", "leg", "back", "post_left", "slat", "arm_left", "stretcher", "column", "spindle"} <= names
