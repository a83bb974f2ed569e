"""Pixels and masks go where OpenCV, closed forms and brute force say, and nowhere where they are hidden."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Bools, Doubles
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.patch import Patch
from pentad.core.problem import Problem
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.surface import Surface
from pentad.geometry.transfer import carry, correspondences
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from tests.geometry.rigs import LENS, ball, by_opencv, directions, every_pixel, looking, plane, rays_by_opencv, together

TICKET = PatientTicket()
FAR = 120.0
ABOVE = (5.0, 3.0, 80.0)
ASIDE = (50.0, -20.0, 60.0)


def depth(surface: Surface, camera: Camera, *, step: int = 1) -> DepthRaster:
    return DepthRaster.render(surface, camera, step=step, ticket=TICKET)


def whole(patch: Patch, size: tuple[int, int]) -> Bools:
    image = np.zeros(size, bool)
    image[patch.box.slices] = patch.where
    return image


def on_plane(camera: Camera, pixels: Doubles) -> Doubles:
    ways = rays_by_opencv(camera, pixels)
    down = np.where(ways[:, 2] < 0, ways[:, 2], np.nan)
    there = camera.centre - ways * (camera.centre[2] / down)[:, None]
    return np.where((np.abs(there[:, :2]) < FAR).all(axis=1)[:, None], there, np.nan)


def inside(pixels: Doubles, camera: Camera, *, by: float = 0.0) -> Bools:
    return np.asarray(((pixels > by - 0.5) & (pixels < np.array(camera.size) - 0.5 - by)).all(axis=1))


@settings(max_examples=40, deadline=None)
@given(directions(), directions(), st.booleans(), st.sampled_from((1, 2, 4)))
def test_a_pixel_goes_over_a_plane_and_back(
    one: tuple[float, float, float], other: tuple[float, float, float], lens: bool, step: int
) -> None:
    source, target = (looking(at, lens=0.5 * LENS if lens else None) for at in (one, other))
    surface = plane(FAR)
    depths = depth(surface, source, step=step), depth(surface, target, step=step)
    pixels = np.random.default_rng(0).uniform(2, np.array(source.size) - 3, (40, 2))
    found = correspondences(pixels, source, depths[0], target, depths[1], 0.5)
    places = on_plane(source, pixels)
    expected = by_opencv(target, places)
    # Why not every pixel: where a ray grazes the plane, a thousandth of a pixel there is many here.
    steep = np.minimum(
        *(camera.centre[2] / np.linalg.norm(camera.centre - places, axis=1) for camera in (source, target))
    )
    # ... and at the border a cell knows the plane on one side only.
    sure = inside(expected, target, by=2.0 * step) & (steep > 0.3)
    assert np.abs(found[sure] - expected[sure]).max(initial=0) < 0.03
    assert np.isnan(found[~inside(expected, target, by=-0.1) & np.isfinite(expected[:, 0])]).all()
    back = correspondences(found[sure], target, depths[1], source, depths[0], 0.5)
    assert np.abs(back - pixels[sure]).max(initial=0) < 0.03


def test_over_a_ball_the_mesh_and_its_rays_agree() -> None:
    source, target = looking((20, 60, 40), focal=170.0, lens=LENS), looking((-30, 50, 50), focal=170.0)
    surface = ball()
    pixels = every_pixel(source)
    found = correspondences(pixels, source, depth(surface, source), target, depth(surface, target), 0.2)
    points, faces = surface.first_hits(source.centre, rays_by_opencv(source, pixels))
    expected = by_opencv(target, np.where(faces[:, None] >= 0, points, 0.0))
    here, there = (
        np.einsum("ni,ni->n", points, camera.centre - points) / (15.0 * np.linalg.norm(camera.centre - points, axis=1))
        for camera in (source, target)
    )
    inner = (faces >= 0) & (here > 0.25)  # at the rim itself a raster does not know where a surface looks
    assert np.isfinite(found[inner & (there > 0.15) & inside(expected, target)]).mean() > 0.995
    assert np.isnan(found[inner & (there < -0.15)]).mean() > 0.995
    assert np.isnan(found[faces < 0]).mean() > 0.995
    both = (there > 0) & np.isfinite(found).all(axis=1)
    assert both.sum() > 500
    assert np.percentile(np.abs(found[both] - expected[both]), 99) < 0.1


def test_a_coarse_raster_of_a_curved_surface_hides_none_of_it() -> None:
    source, target = looking((20, 60, 40), focal=170.0), looking((-30, 50, 50), focal=170.0)
    surface, pixels = ball(), every_pixel(source)
    found = correspondences(pixels, source, depth(surface, source), target, depth(surface, target, step=4), 0.03)
    points, faces = surface.first_hits(source.centre, rays_by_opencv(source, pixels))
    facing = np.einsum("ni,ni->n", points, target.centre - points) / np.linalg.norm(target.centre - points, axis=1)
    there = by_opencv(target, np.where(faces[:, None] >= 0, points, 0.0))
    shown = (faces >= 0) & (facing > 0.3 * 15) & inside(there, target, by=1)
    assert np.isfinite(found[shown]).mean() > 0.995


@pytest.mark.parametrize("aslant", ["source", "target"])
def test_what_another_plane_covers_is_hidden_within_the_tolerance_only(aslant: str) -> None:
    roof = plane(8.0, z=1.0)
    surface = together(plane(40.0), roof)
    source, target = looking((70, 0, 25), focal=200.0), looking(ABOVE, focal=200.0)
    source, target = (source, target) if aslant == "source" else (target, source)
    depths = depth(surface, source), depth(surface, target)
    pixels = every_pixel(source)
    ground = on_plane(source, pixels)
    ways, to_target = rays_by_opencv(source, pixels), target.centre - ground
    from_above = ground + to_target * (1.0 / to_target[:, 2])[:, None]
    at_roof = source.centre + ways * ((1 - source.centre[2]) / ways[:, 2])[:, None]
    seen_here = (np.abs(ground[:, :2]) < 39).all(axis=1) & (np.abs(at_roof[:, :2]) > 8.5).any(axis=1)
    covered = seen_here & (np.abs(from_above[:, :2]) < 6.5).all(axis=1)
    free = seen_here & (np.abs(from_above[:, :2]) > 9.5).any(axis=1) & inside(by_opencv(target, ground), target)
    assert covered.sum() > 20
    strict = correspondences(pixels, source, depths[0], target, depths[1], 0.2)
    assert np.isnan(strict[covered]).all()
    assert np.isfinite(strict[free]).all()
    lenient = correspondences(pixels, source, depths[0], target, depths[1], 4.0)
    assert np.isfinite(lenient[covered]).all()


def test_the_back_of_a_sheet_is_not_its_front() -> None:
    """A valley of two sheets: from aside one looks over the nearer one's edge, from behind it, at the farther one."""
    far, near = ([[x, y, abs(x)] for x in (0, reach) for y in (-10, 10)] for reach in (-10, 10))
    surface = Surface.of(far + near, [[0, 1, 2], [2, 1, 3], [4, 6, 5], [5, 6, 7]])
    source, target = looking((0, 0, 80), focal=200.0), looking((80, 0, 25), focal=200.0)
    mask = Patch(Box(0, 0, *source.size), np.ones(source.size, bool))
    depths = depth(surface, source), depth(surface, target)
    found = carry(mask, source, depths[0], target, depths[1], tolerance_mm=0.2, ticket=TICKET)
    carried = whole(Patch(found.patch.box, found.confidence > 0), target.size).ravel()
    points, _ = surface.first_hits(target.centre, rays_by_opencv(target, every_pixel(target)))
    assert carried[points[:, 0] < -1].mean() > 0.7
    assert not carried[points[:, 0] > 1].any()


def by_brute_force(mask: Bools, source: Camera, target: Camera) -> Bools:
    """Each target pixel's place on the plane z = 0, seen by the source: is the nearest pixel there marked?"""
    pixels = every_pixel(target)
    there = by_opencv(source, on_plane(target, pixels))
    known = inside(there, source)
    at = np.floor(np.where(known[:, None], there, 0) + 0.5).astype(int)
    found = np.zeros(len(pixels), bool)
    found[known] = mask[at[known, 0], at[known, 1]]
    return found.reshape(target.size)


@settings(max_examples=25, deadline=None)
@given(directions(), directions(), st.booleans(), st.integers(0, 1000))
def test_a_mask_is_carried_as_brute_force_carries_it(
    one: tuple[float, float, float], other: tuple[float, float, float], lens: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    source, target = (looking(at, lens=0.5 * LENS if lens else None) for at in (one, other))
    surface = plane(FAR)
    noise = cv2.GaussianBlur(rng.normal(size=source.size), (0, 0), 4)
    box = Box(5, 7, 50, 70)
    mask = np.zeros(source.size, bool)
    mask[box.slices] = (noise > 0.02)[box.slices]
    carried = carry(
        Patch(box, mask[box.slices]), source, depth(surface, source), target, depth(surface, target),
        tolerance_mm=0.5, ticket=TICKET,
    )  # fmt: skip
    expected = by_brute_force(mask, source, target)
    unlike = whole(carried.patch, target.size) != expected
    # Why any at all: a place that falls on the line between two pixels may be given to either.
    assert unlike.sum() <= 5 + 0.02 * expected.sum()
    assert carried.confidence.shape == carried.patch.where.shape
    assert (carried.confidence[~carried.patch.where] == 0).all()
    assert ((carried.confidence >= 0) & (carried.confidence <= 1)).all()
    there = by_opencv(target, on_plane(source, np.argwhere(mask).astype(float)))
    assert carried.seen == pytest.approx(inside(there, target).mean(), abs=0.02)


@pytest.mark.parametrize("step", [2, 4, 8])
def test_coarsely_a_mask_is_carried_by_cells(step: int) -> None:
    source, target = (looking(at, size=(240, 320), focal=360.0) for at in (ABOVE, ASIDE))
    surface = plane(FAR)
    disc = np.hypot(*(np.indices((121, 121)) - 60)) <= 55
    patch = Patch(Box(60, 100, 181, 221), disc)
    exact = carry(
        patch, source, depth(surface, source), target, depth(surface, target), tolerance_mm=0.5, ticket=TICKET
    )
    coarse = carry(
        patch, source, depth(surface, source, step=step), target, depth(surface, target, step=step),
        tolerance_mm=0.5, ticket=TICKET, step=step,
    )  # fmt: skip
    assert coarse.step == step
    cells = whole(coarse.patch, (240 // step, 320 // step))
    truth = whole(exact.patch, target.size)
    grown = np.repeat(np.repeat(cells, step, axis=0), step, axis=1)
    reach = np.ones((4 * step + 1, 4 * step + 1), np.uint8)
    assert not (truth & ~(cv2.dilate(grown.astype(np.uint8), reach[: 2 * step + 1, : 2 * step + 1]) > 0)).any()
    assert not (grown & ~(cv2.dilate(truth.astype(np.uint8), reach) > 0)).any()


def test_a_line_one_pixel_wide_survives_the_coarsest_way() -> None:
    source, target = (looking(at, size=(240, 320), focal=360.0) for at in (ABOVE, ASIDE))
    surface = plane(FAR)
    line = np.eye(100, dtype=bool)
    depths = depth(surface, source, step=8), depth(surface, target, step=8)
    found = carry(
        Patch(Box(70, 100, 170, 200), line),
        source,
        depths[0],
        target,
        depths[1],
        tolerance_mm=1.0,
        ticket=TICKET,
        step=8,
    )
    count, _ = cv2.connectedComponents(found.patch.where.astype(np.uint8), connectivity=8)
    assert count == 2


def test_what_is_seen_at_a_slant_or_near_an_edge_is_trusted_less() -> None:
    surface = plane(20.0)
    source = looking((1, 2, 80), focal=170.0)
    patch = Patch(Box(0, 0, *source.size), np.ones(source.size, bool))
    trust = []
    for tilt in (20.0, 50.0, 75.0, 84.0):
        angle = np.radians(tilt)
        target = looking((80 * np.sin(angle), 0, 80 * np.cos(angle)), focal=170.0)
        found = carry(
            patch, source, depth(surface, source), target, depth(surface, target), tolerance_mm=0.2, ticket=TICKET
        )
        middle = np.rint(by_opencv(target, np.zeros((1, 3)))[0]).astype(int) - (found.patch.box.y0, found.patch.box.x0)
        trust.append(float(found.confidence[tuple(middle)]))
        assert trust[-1] == pytest.approx(min(1.0, np.cos(angle) / 0.5), abs=0.01)
        rim = found.confidence[
            found.patch.where & ~(cv2.erode(found.patch.where.astype(np.uint8), np.ones((3, 3))) > 0)
        ]
        assert np.median(rim) < 0.6 * trust[-1]
    assert trust == sorted(trust, reverse=True)


def test_nothing_marked_or_nothing_seen_carries_nothing() -> None:
    surface = plane(10.0)
    source, target = looking(ABOVE, focal=200.0), looking(ASIDE, focal=200.0)
    depths = depth(surface, source), depth(surface, target)
    for patch in (
        Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool)),
        Patch(Box(10, 10, 20, 20), np.zeros((10, 10), bool)),
        Patch(Box(900, 900, 910, 910), np.ones((10, 10), bool)),
        Patch(Box(0, 0, 2, 2), np.ones((2, 2), bool)),
    ):
        found = carry(patch, source, depths[0], target, depths[1], tolerance_mm=0.2, ticket=TICKET)
        assert found.patch.box.empty
        assert found.confidence.size == 0
        assert found.seen == 0
    bare = replace(depths[1], values=np.full_like(depths[1].values, np.inf))
    marked = Patch(Box(20, 20, 40, 40), np.ones((20, 20), bool))
    assert carry(marked, source, depths[0], target, bare, tolerance_mm=0.2, ticket=TICKET).patch.box.empty


def test_a_raster_of_another_camera_and_a_tolerance_of_none_are_refused() -> None:
    surface = plane()
    source, target = looking(ABOVE), looking(ASIDE)
    larger = looking(ASIDE, size=(70, 80))
    depths = depth(surface, source), depth(surface, target)
    with pytest.raises(Problem, match="not of the camera"):
        correspondences(np.zeros((1, 2)), source, depths[0], larger, depths[1], 0.1)
    for tolerance in (0.0, -1.0, np.nan):
        with pytest.raises(Problem, match="tolerance"):
            correspondences(np.zeros((1, 2)), source, depths[0], target, depths[1], tolerance)


def test_pixels_that_are_none_have_no_counterpart() -> None:
    surface = plane(FAR)
    source, target = looking(ABOVE), looking(ASIDE)
    asked = np.array([[np.nan, 3], [np.inf, 3], [-np.inf, 3], [1e30, 3], [-400, 3], [30, 40]])
    found = correspondences(asked, source, depth(surface, source), target, depth(surface, target), 0.1)
    assert np.isnan(found[:5]).all()
    assert np.isfinite(found[5]).all()


def test_carrying_can_be_given_up() -> None:
    surface = plane(FAR)
    source, target = looking(ABOVE), looking(ASIDE)
    marked = Patch(Box(20, 20, 40, 40), np.ones((20, 20), bool))
    with pytest.raises(Cancelled):
        carry(
            marked, source, depth(surface, source), target, depth(surface, target),
            tolerance_mm=0.2, ticket=ImpatientTicket(0),
        )  # fmt: skip
