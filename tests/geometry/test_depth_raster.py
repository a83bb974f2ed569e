"""Depth rasters against closed forms, OpenCV's rays and brute force, with and without a lens."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.surface import Surface
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from tests.geometry.rigs import LENS, ball, brute_hits, directions, every_pixel, looking, plane, rays_by_opencv

TICKET = PatientTicket()


def plane_depth(camera: Camera, pixels: Doubles, z: float = 0.0, half: float = 30.0) -> Doubles:
    ways = rays_by_opencv(camera, pixels)
    depth = (z - camera.centre[2]) / ways[:, 2]
    there = camera.centre + ways * depth[:, None]
    return np.where((depth > 0) & (np.abs(there[:, :2]) <= half).all(axis=1), depth, np.inf)


@pytest.mark.parametrize("lens", [None, LENS], ids=["pinhole", "lens"])
@pytest.mark.parametrize("step", [1, 2, 3, 8])
def test_a_plane_of_two_triangles_is_as_far_as_its_equation_says(lens: Doubles | None, step: int) -> None:
    camera = looking((30, -40, 70), size=(150, 203), focal=160.0, lens=lens)
    raster = DepthRaster.render(plane(), camera, step=step, ticket=TICKET)
    assert raster.values.shape == (-(-150 // step), -(-203 // step))
    found = raster.values.ravel()
    expected = plane_depth(camera, every_pixel(camera, step=step))
    unlike = np.isfinite(found) != np.isfinite(expected)
    assert unlike.mean() < 0.002  # the very edge, by 0.02 px
    both = np.isfinite(found) & np.isfinite(expected)
    assert both.mean() > 0.2
    # Why more with a lens: it is drawn to within 0.003 px, and a pixel is 0.5 mm of a slope here.
    assert np.abs(found[both] - expected[both]).max() < (2e-5 if lens is None else 6e-3)


@pytest.mark.parametrize("lens", [None, LENS], ids=["pinhole", "lens"])
def test_a_ball_is_as_far_as_its_equation_says(lens: Doubles | None) -> None:
    camera = looking((10, 60, 40), size=(120, 160), focal=250.0, lens=lens)
    raster = DepthRaster.render(ball(), camera, step=1, ticket=TICKET)
    ways, to_middle = rays_by_opencv(camera, every_pixel(camera)), -camera.centre
    square, along = np.einsum("ni,ni->n", ways, ways), ways @ to_middle
    under = along**2 - square * (to_middle @ to_middle - 15.0**2)
    with np.errstate(invalid="ignore"):
        expected = np.where(under > 0, (along - np.sqrt(under)) / square, np.inf).reshape(camera.size)
    inner = np.isfinite(raster.values) & np.isfinite(expected)
    assert (np.isfinite(raster.values) != np.isfinite(expected)).mean() < 0.004
    assert np.median(np.abs(raster.values[inner] - expected[inner])) < 0.01  # the facets' own error is 0.006


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), directions(), st.booleans())
def test_any_heap_of_triangles_is_drawn_as_brute_force_says(
    seed: int, at: tuple[float, float, float], lens: bool
) -> None:
    rng = np.random.default_rng(seed)
    surface = Surface.of(rng.uniform(-25, 25, (24, 3)), rng.permutation(24).reshape(8, 3))
    camera = looking(at, size=(24, 32), focal=32.0, lens=0.4 * LENS if lens else None)
    raster = DepthRaster.render(surface, camera, step=1, ticket=TICKET)
    expected = brute_hits(surface, camera.centre, rays_by_opencv(camera, every_pixel(camera)))
    found = raster.values.ravel().astype(np.float64)
    with np.errstate(invalid="ignore"):
        off = ~((found == expected) | (np.abs(found - expected) < 1e-3 * np.abs(expected)))
    assert off.mean() < (0.02 if lens else 0.002)  # a lens's triangles are drawn 0.006 px larger all round


def test_what_reaches_behind_the_camera_is_cut_there() -> None:
    camera = looking((0, -50, 5), size=(60, 80), focal=60.0)
    half = 2000.0
    raster = DepthRaster.render(plane(half), camera, step=1, ticket=TICKET)
    expected = plane_depth(camera, every_pixel(camera), half=half).reshape(camera.size)
    near = expected < 1500
    assert near.sum() > 1000
    assert np.allclose(raster.values[near], expected[near], rtol=1e-4)
    assert np.isinf(raster.values[np.isinf(expected)]).mean() > 0.98


def test_what_lies_past_the_fold_of_a_lens_makes_no_ghosts() -> None:
    lens = np.array([-0.5, 0.0, 0.0, 0.0, 0.0])  # folds back at r = 0.816, and shows r = 1.41 in the very middle
    camera = looking((0, 0, 50), size=(60, 80), focal=130.0, lens=lens)
    aside = Surface.of(np.array([[40.0, 50, 0], [80, 50, 0], [60, 90, 0]]), np.array([[0, 1, 2]]))
    assert np.isinf(DepthRaster.render(aside, camera, step=1, ticket=TICKET).values).all()


def test_a_lens_without_an_inverse_a_step_of_none_and_a_camera_inside_are_refused() -> None:
    aside = np.array([[100.0, 0, -9e5], [0, 100, 30], [0, 0, 1]])
    broken = replace(looking((0, 0, 50), lens=np.array([-0.5, 0, 0, 0, 0])), matrix=aside)
    with pytest.raises(Problem, match="No pixel"):
        DepthRaster.render(plane(), broken, step=1, ticket=TICKET)
    with pytest.raises(Problem, match="0 pixels a cell"):
        DepthRaster.render(plane(), looking((0, 0, 50)), step=0, ticket=TICKET)
    with pytest.raises(Problem, match="inside the part"):
        DepthRaster.render(ball(90.0), looking((0, 0, 50)), step=1, ticket=TICKET)


def test_it_reports_and_can_be_given_up() -> None:
    ticket = PatientTicket()
    DepthRaster.render(plane(), looking((0, 0, 50)), step=1, ticket=ticket)
    assert ticket.fractions == sorted(ticket.fractions)
    assert ticket.fractions[-1] == 1
    with pytest.raises(Cancelled):
        DepthRaster.render(plane(), looking((0, 0, 50)), step=1, ticket=ImpatientTicket(3))
