"""What the simulated cameras see is what geometry says they must."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pentad.core.sample import Split
from pentad.gantry.developing import normals_from_stack
from pentad.gantry.families import FAMILIES
from pentad.gantry.marks import Dent, Patch, Stain
from pentad.gantry.recipe import Order, make_part
from pentad.gantry.render import Shot, shoot
from pentad.gantry.scene import DefectKind, Part, Target
from pentad.gantry.shading import Lamps, light_up, turned
from pentad.gantry.station import VIEWS, gantry_rig, lights
from pentad.geometry.photometric_stereo import solve_least_squares
from pentad.geometry.projection import rays
from tests.gantry.scenes import angle_deg, brute_first_hits, cap, cap_normals

NAMES = [known.name for known in FAMILIES]
FRONT_WALL = Patch(np.array([0.0, -4.7, 2.5]), np.array([0.0, -1.0, 0.0]), np.array([1.0, 0.0, 0.0]))


def taken(part: Part, view: str, size: int = 192) -> Shot:
    target = Target.of(part.surface)
    twin = None if part.twin is None else Target.of(part.twin)
    return shoot(part, target, gantry_rig(size).camera(view), lights(), np.random.default_rng(5), twin=twin)


def good_part(name: str = "pin_connector") -> Part:
    return make_part(Order(name, 1, Split.TRAIN, None), gantry_rig(192), 3)


def test_the_light_of_a_matt_cap_gives_its_normals_to_a_fifth_of_a_degree() -> None:
    camera, part = gantry_rig(192).camera("top"), cap()
    true, there = cap_normals(camera)
    y, x = np.nonzero(there)
    ways = rays(camera, np.stack([x, y], axis=1)).astype(np.float32)
    target = Target.of(part.surface)
    struck = target.trace(np.broadcast_to(camera.centre, ways.shape).astype(np.float32), ways)
    assert len(struck.index) == len(x)
    lamps = Lamps(
        turned(lights(), camera.rig_to_camera[:3, :3]), np.ones(8, np.float32), np.array([0, 0, 1], np.float32)
    )
    lit = light_up(part, target, struck, ways, lamps, np.random.default_rng(0))
    found = solve_least_squares(lit.stack[:, None], lights())
    assert angle_deg(found.normals[0], true[y, x]).max() < 0.2
    assert np.abs(found.albedo - 0.5).max() < 1e-4


def test_through_the_sensor_the_cap_is_noisy_but_not_astray() -> None:
    true, there = cap_normals(gantry_rig(192).camera("top"))
    inside = cv2.erode(there.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    shot = taken(cap(), "top")
    measured = normals_from_stack(shot.stack)
    assert np.median(angle_deg(measured[inside], true[inside])) < 1.0
    # Why a degree and a half: the lamps differ by a percent each, which the solver is not told.
    mean = measured[inside].mean(axis=0) - true[inside].mean(axis=0)
    assert np.degrees(np.linalg.norm(mean)) < 1.5
    assert np.abs(np.linalg.norm(measured[inside], axis=1) - 1).max() < 1e-5
    assert angle_deg(shot.normals[inside], true[inside]).max() < 0.2


def test_the_true_depth_is_camera_z() -> None:
    camera = gantry_rig(192).camera("left")
    part = good_part()
    depth = taken(part, "left").depth
    pixels = np.argwhere(depth > 0)[::97]
    ways = rays(camera, pixels[:, ::-1])
    to_part = np.linalg.inv(part.pose)
    centre = to_part[:3, :3] @ camera.centre + to_part[:3, 3]
    origins = np.broadcast_to(centre, ways.shape).astype(np.float32)
    distance = brute_first_hits(part.surface, origins, (ways @ part.pose[:3, :3]).astype(np.float32))
    expected = distance * (ways @ camera.rig_to_camera[2, :3])
    # Why a few: a ray of this test and one of the renderer's may pass an edge on either side.
    off = np.abs(depth[pixels[:, 0], pixels[:, 1]] - expected) > 0.01
    assert off.mean() < 0.02


@pytest.mark.parametrize("name", NAMES)
def test_a_good_part_has_no_mask_in_any_view(name: str) -> None:
    for view in VIEWS:
        assert not taken(good_part(name), view, 96).defect.any()


def test_a_dent_in_the_front_is_seen_from_the_front_and_not_from_behind() -> None:
    part = replace(good_part(), marks=(Dent(FRONT_WALL, (1.0, 0.8), 0.3),))
    assert taken(part, "front").defect.sum() > 20
    for view in ("back", "top"):
        assert not taken(part, view).defect.any()


def test_a_dent_is_masked_where_the_rays_of_its_pixels_meet_its_oval() -> None:
    radii, size = np.array([1.0, 0.8]), 384
    part, camera = replace(good_part(), marks=(Dent(FRONT_WALL, (1.0, 0.8), 0.3),)), gantry_rig(size).camera("front")
    x, y = np.meshgrid(np.arange(size), np.arange(camera.size[0]))
    ways = rays(camera, np.stack([x, y], axis=2)) @ part.pose[:3, :3]
    to_part = np.linalg.inv(part.pose)
    centre = to_part[:3, :3] @ camera.centre + to_part[:3, 3]
    met = centre + ways * ((FRONT_WALL.middle - centre)[1] / ways[..., 1])[..., None]
    # Why 0.9: where the pit is so shallow that nothing tells it from the grain, it is no defect.
    expected = np.square((met - FRONT_WALL.middle)[..., [0, 2]] / radii).sum(axis=2) < 0.9
    assert (taken(part, "front", size).defect ^ expected).sum() < 0.03 * expected.sum()


@pytest.mark.parametrize(
    ("kind", "view"),
    [(DefectKind.MISSING_PIN, "front"), (DefectKind.BENT_PIN, "front"), (DefectKind.FOREIGN_BODY, "top")],
)
def test_a_changed_shape_is_masked_where_two_brute_force_castings_differ(kind: DefectKind, view: str) -> None:
    camera = gantry_rig(128).camera(view)
    order = Order("pin_connector", 1, Split.TEST, kind)
    part, good = make_part(order, gantry_rig(128), 3), good_part()
    shot = taken(part, view, 128)
    to_part = np.linalg.inv(part.pose)
    y, x = np.nonzero(cv2.dilate(shot.depth, np.ones((5, 5), np.uint8)) > 0)
    ways = (rays(camera, np.stack([x, y], axis=1)) @ part.pose[:3, :3]).astype(np.float32)
    centre = (to_part[:3, :3] @ camera.centre + to_part[:3, 3]).astype(np.float32)
    origins = np.broadcast_to(centre, ways.shape)
    one, other = (brute_first_hits(surface, origins, ways) for surface in (part.surface, good.surface))
    with np.errstate(invalid="ignore"):
        differs = np.abs(one - other) > 0.08
    expected = np.zeros(camera.size, np.bool_)
    expected[y, x] = differs & ~(np.isinf(one) & np.isinf(other))
    assert expected.sum() > 5
    assert (expected ^ shot.defect).sum() <= max(2, 0.1 * expected.sum())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", list(DefectKind))
def test_every_defect_is_seen_in_some_view(name: str, kind: DefectKind) -> None:
    if kind.needs_pins and name == "crimp_terminal":
        pytest.skip("a crimp terminal has no pins")
    part = make_part(Order(name, 2, Split.TEST, kind), gantry_rig(192), 11)
    assert max(int(taken(part, view, 192).defect.sum()) for view in VIEWS) >= 8


def test_a_stain_is_colour_and_a_dent_is_shape() -> None:
    part = good_part()
    plain = taken(part, "front")
    stained = replace(part, marks=(Stain(FRONT_WALL, 1.0, (), (0.3, 0.25, 0.15)),))
    dented = replace(part, marks=(Dent(FRONT_WALL, (1.0, 0.8), 0.35),))
    turned_by, paler_by = {}, {}
    for name, spoilt in (("stain", stained), ("dent", dented)):
        shot = taken(spoilt, "front")
        where = cv2.erode(shot.defect.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        turned_by[name] = angle_deg(
            normals_from_stack(shot.stack)[where], normals_from_stack(plain.stack)[where]
        ).mean()
        paler_by[name] = (plain.rgb[where].astype(float) - shot.rgb[where]).mean()
    assert turned_by["dent"] > 8
    assert turned_by["stain"] < 2
    assert paler_by["stain"] > 15


def test_the_same_generator_state_takes_the_same_picture() -> None:
    part = good_part()
    one, other = taken(part, "right", 96), taken(part, "right", 96)
    assert np.array_equal(one.rgb, other.rgb)
    assert np.array_equal(one.stack, other.stack)
