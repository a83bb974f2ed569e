"""An anomaly changes one part of a chair, in its own manner, where the annotation says, and so that one sees it."""

from dataclasses import dataclass

import numpy as np
import pytest
from manifold3d import Manifold

from pentad.core.arrays import Bools, Doubles
from pentad.core.camera import Camera
from pentad.gantry.chairs.chair import Chair, ChairPart
from pentad.gantry.chairs.changing import Change
from pentad.gantry.chairs.finishing import Dress, Light
from pentad.gantry.chairs.looking import query_station
from pentad.gantry.chairs.making import made_chair
from pentad.gantry.chairs.picture import Stage, photograph
from pentad.gantry.chairs.spoiling import ChairAnomaly, Spoilt, spoil
from pentad.gantry.materials import Grain
from tests.helpers.silhouettes import filled

SEEDS = range(6)
SIDE = 128
MANNERS = [(kind, seed) for kind in ChairAnomaly for seed in SEEDS]


def spoilt_chair(kind: ChairAnomaly, seed: int) -> tuple[ChairPart, Spoilt]:
    """The part as it was, and the chair as it is."""
    rng = np.random.default_rng([seed, len(kind)])
    chair = made_chair(rng)
    spoilt = spoil(chair, kind, rng)
    return chair.part(spoilt.name), spoilt


@pytest.mark.parametrize(("kind", "seed"), MANNERS)
def test_one_part_is_wrong_and_the_others_are_the_same_solids(kind: ChairAnomaly, seed: int) -> None:
    old, spoilt = spoilt_chair(kind, seed)
    chair = made_chair(np.random.default_rng([seed, len(kind)]))
    kept = {part.name: part.shape.bounding_box() for part in chair.parts if part.name != old.name}
    assert {part.name: part.shape.bounding_box() for part in spoilt.chair.parts if part.name != old.name} == kept
    assert (kind is ChairAnomaly.MISSING) == (len(spoilt.chair.parts) < len(chair.parts))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_moved_part_is_the_same_solid_elsewhere(seed: int) -> None:
    old, spoilt = spoilt_chair(ChairAnomaly.POSITIONAL, seed)
    new = spoilt.chair.part(old.name)
    shift = np.subtract(new.shape.bounding_box(), old.shape.bounding_box()).reshape(2, 3)
    assert np.allclose(shift[0], shift[1], atol=1e-9)
    assert 0.05 <= np.linalg.norm(shift[0]) <= 0.14
    assert new.shape.volume() == pytest.approx(old.shape.volume())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_turned_part_keeps_its_form_and_its_joint(seed: int) -> None:
    old, spoilt = spoilt_chair(ChairAnomaly.ROTATIONAL, seed)
    new = spoilt.chair.part(old.name)
    assert new.shape.volume() == pytest.approx(old.shape.volume(), rel=1e-5)
    one, other = (corners(part.shape) for part in (old, new))
    assert len(one) == len(other)
    radii = [np.sort(np.linalg.norm(points - np.array(old.joint), axis=1)) for points in (one, other)]
    assert np.allclose(radii[0], radii[1], atol=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broken_part_has_lost_a_piece_and_won_none(seed: int) -> None:
    old, spoilt = spoilt_chair(ChairAnomaly.BROKEN, seed)
    new = spoilt.chair.part(old.name)
    assert 0.05 < new.shape.volume() / old.shape.volume() < 0.95
    assert (new.shape - old.shape).volume() == pytest.approx(0, abs=1e-7)


@dataclass(frozen=True)
class Plain:
    """An anomaly, and a camera that plainly sees it, as the writer takes them."""

    old: ChairPart
    spoilt: Spoilt
    good: Stage
    bad: Stage
    camera: Camera
    seen: Change


def plain_anomaly(kind: ChairAnomaly, seed: int) -> Plain:
    rng = np.random.default_rng([seed, len(kind)])
    chair = made_chair(rng)
    good = Stage.of(chair, rng)
    while True:
        spoilt = spoil(chair, kind, rng)
        bad = Stage.of(spoilt.chair, rng)
        camera = query_station(rng).camera(SIDE)
        seen = Change.of(good, bad, spoilt, camera)
        if seen.plain:
            return Plain(chair.part(spoilt.name), spoilt, good, bad, camera, seen)


def corners(shape: Manifold) -> Doubles:
    return np.asarray(shape.to_mesh().vert_properties[:, :3], np.float64)


def projected(points: Doubles, camera: Camera) -> Doubles:
    """(N, 2) pixels by the textbook: homogeneous, x right, y down."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ camera.world_to_camera.T
    flat = homogeneous[:, :3] @ camera.matrix.T
    return np.asarray(flat[:, :2] / flat[:, 2:])


@pytest.mark.parametrize(("kind", "seed"), MANNERS)
def test_the_box_holds_what_is_seen_of_the_part_and_no_more_than_its_own_projection(
    kind: ChairAnomaly, seed: int
) -> None:
    plain = plain_anomaly(kind, seed)
    old, spoilt, camera = plain.old, plain.spoilt, plain.camera
    points = [corners(old.shape)]
    points += [corners(part.shape) for part in spoilt.chair.parts if part.name == old.name]
    pixels = projected(np.concatenate(points), camera)
    x, y, width, height = np.array(plain.seen.box()) * SIDE / 512
    # Why a half: a pixel's centre is at an integer, its border half a pixel away.
    low, high = np.array([x, y]) - 0.5, np.array([x + width, y + height]) - 0.5
    assert (low >= pixels.min(axis=0) - 1).all()
    assert (high <= pixels.max(axis=0) + 1).all()
    alone = [
        Stage.of(Chair((part,)), np.random.default_rng(0))
        for part in (old, *spoilt.chair.parts)
        if part.name == old.name
    ]
    rims = np.concatenate([np.argwhere(silhouette(stage, camera))[:, ::-1] for stage in alone])
    assert (low >= rims.min(axis=0) - 2).all()
    assert (high <= rims.max(axis=0) + 2).all()


def silhouette(stage: Stage, camera: Camera) -> Bools:
    surface = stage.target.surface
    return filled(projected(surface.vertices.astype(np.float64), camera)[surface.faces], camera.size)


@pytest.mark.parametrize("kind", ChairAnomaly)
def test_what_is_plain_is_seen_in_the_photograph_and_nearly_all_of_it_in_the_box(kind: ChairAnomaly) -> None:
    shares, inside = [], []
    for seed in SEEDS:
        plain = plain_anomaly(kind, seed)
        light, grain = Light.of(seed), Grain(np.random.default_rng(seed))
        one, other = (
            photograph(stage, plain.camera, Dress.of(stage.chair, seed), light, grain, np.random.default_rng(seed))
            for stage in (plain.good, plain.bad)
        )
        differs = np.abs(one.astype(int) - other).max(axis=2) > 20
        x, y, width, height = np.rint(np.array(plain.seen.box()) * SIDE / 512).astype(int)
        shares.append(differs.mean())
        inside.append(differs[max(y - 2, 0) : y + height + 2, max(x - 2, 0) : x + width + 2].sum() / differs.sum())
    assert min(shares) > 0.001
    assert np.median(inside) > 0.7
