"""What parts are made of: grain, marks, bent pins and the places that defects take."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage as scipy_ndimage

from pentad.core.sample import Split
from pentad.gantry.families import FAMILIES, family
from pentad.gantry.marks import Dent, Patch, Scratch, Stain
from pentad.gantry.materials import Grain
from pentad.gantry.recipe import Order, make_part
from pentad.gantry.render import without_dust
from pentad.gantry.scene import DefectKind
from pentad.gantry.station import gantry_rig

ndimage: Any = scipy_ndimage
FLOOR = Patch(np.zeros(3), np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0]))
UP = np.array([[0.0, 0.0, 1.0]], np.float32)


def on_the_floor(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([x, y, np.zeros_like(x)], axis=1).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), cells=st.floats(0.3, 20))
def test_grain_is_the_lattice_interpolated_as_scipy_does_it(seed: int, cells: float) -> None:
    grain = Grain(np.random.default_rng(seed))
    # Why a second generator: the lattice and its shift are the first things the grain draws.
    rng = np.random.default_rng(seed)
    lattice, shift = rng.standard_normal((64, 64, 64, 4)).astype(np.float32), rng.uniform(0, 64, 3)
    points = np.random.default_rng(1).uniform(-20, 20, (50, 3)).astype(np.float32)
    found = grain.at(points, (cells, 1.0, cells), tilted=False)
    place = (points * np.array([cells, 1.0, cells], np.float32) + shift.astype(np.float32)).T
    for channel in range(4):
        wanted = 1.6 * ndimage.map_coordinates(lattice[..., channel], place, order=1, mode="grid-wrap")
        assert np.abs(found[:, channel] - wanted).max() < 2e-3


def test_a_dent_slopes_as_its_height_falls() -> None:
    dent = Dent(FLOOR, (1.6, 1.1), 0.4)
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1.5, 1.5, (2, 400))

    def height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(-0.4 * np.maximum(1 - (x / 1.6) ** 2 - (y / 1.1) ** 2, 0) ** 2)

    step = 1e-5
    by_differences = np.stack(
        [height(x + step, y) - height(x - step, y), height(x, y + step) - height(x, y - step)], axis=1
    ) / (2 * step)
    assert np.abs(dent.slope(on_the_floor(x, y))[:, :2] - by_differences).max() < 1e-4


def test_a_scratch_is_as_steep_as_it_was_asked_and_ends_where_it_ends() -> None:
    scratch = Scratch(FLOOR, 6.0, 0.6, bow=0.2, steepness=0.7)
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(-4, 4, 801), np.linspace(-1, 1, 401)))
    points = on_the_floor(x, y)
    slope = np.linalg.norm(scratch.slope(points), axis=1)
    assert slope.max() == pytest.approx(0.7, rel=0.01)
    assert not slope[np.abs(x) > 3.0].any()
    reach = scratch.reach(points, np.broadcast_to(UP, points.shape))
    assert x[reach].min() == pytest.approx(-3, abs=0.02)
    assert not slope[~reach & (np.abs(y - 0.2 * (x / 3) ** 2) > 0.3)].any()


def test_a_mark_keeps_to_its_own_surface() -> None:
    below, aside = np.array([[0.0, 0.0, -3.0]], np.float32), np.array([[1.0, 0.0, 0.0]], np.float32)
    for mark in (Dent(FLOOR, (1.0, 1.0), 0.2), Scratch(FLOOR, 4, 0.5, 0, 0.5), Stain(FLOOR, 1.0, (), (0.3, 0.3, 0.3))):
        assert mark.reach(np.zeros((1, 3), np.float32), UP).all()
        assert not mark.reach(below, UP).any()
        assert not mark.reach(np.zeros((1, 3), np.float32), aside).any()


@given(angle=st.floats(0.05, 0.6), towards=st.floats(-np.pi, np.pi))
@settings(max_examples=15, deadline=None)
def test_a_bent_pin_keeps_its_metal_and_its_tip_lands_where_the_arc_says(angle: float, towards: float) -> None:
    pin = family("pin_connector").made(np.random.default_rng(4)).pins[5]
    bent = pin.bent(angle, towards)
    assert bent.solid.shape.volume() == pytest.approx(pin.solid.shape.volume(), rel=0.02)
    knee = 0.3 * pin.height
    tail = pin.height - knee
    sideways = knee / angle * (1 - np.cos(angle)) + tail * np.sin(angle)
    upright = knee / angle * np.sin(angle) + tail * np.cos(angle)
    lean = np.array([np.cos(towards), np.sin(towards)])
    tip = np.array([*(np.array(pin.foot[:2]) + lean * sideways), pin.foot[2] + upright])
    vertices = np.asarray(bent.solid.shape.to_mesh().vert_properties)[:, :3]
    # Why 0.3: the vertices nearest the axis' end are the corners of the tip, 0.2 mm off it each way.
    assert np.linalg.norm(vertices - tip, axis=1).min() < 0.3


@pytest.mark.parametrize("name", [known.name for known in FAMILIES])
@pytest.mark.parametrize("kind", [DefectKind.DENT, DefectKind.SCRATCH, DefectKind.STAIN])
def test_marks_are_large_enough_for_a_model_and_face_a_camera(name: str, kind: DefectKind) -> None:
    rig = gantry_rig(96)
    for seed in range(6):
        part = make_part(Order(name, 1, Split.TEST, kind), rig, seed)
        (mark,) = part.marks
        assert isinstance(mark, Dent | Scratch | Stain)
        match mark:
            case Dent():
                assert 0.6 < min(mark.radii) <= max(mark.radii) < 2
            case Scratch():
                assert 2.5 < mark.length < 9
            case Stain():
                assert 0.6 < mark.radius < 2
        middle = part.pose[:3, :3] @ mark.patch.middle + part.pose[:3, 3]
        normal = part.pose[:3, :3] @ mark.patch.normal
        ways = np.array([camera.centre - middle for camera in rig.cameras])
        assert (ways @ normal / np.linalg.norm(ways, axis=1)).max() > 0.45


def test_specks_are_no_defects_and_regions_are() -> None:
    mask = np.zeros((512, 768), np.bool_)
    mask[10, 10] = mask[11, 11] = True
    mask[100:103, 200:203] = True
    kept = without_dust(mask)
    names, count = ndimage.label(mask, structure=np.ones((3, 3)))
    sizes = ndimage.sum_labels(mask, names, range(1, count + 1))
    assert kept.sum() == sizes[sizes >= 3].sum() == 9
    assert not kept[:50].any()
