"""Depth comes back from the normals of surfaces that are known in closed form."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Bools, Doubles, Normals
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.integration import loops
from pentad.geometry.integration.relief import DepthScale, Method, integrate_normals
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import PatientTicket
from tests.helpers.reliefs import SHAPES, Shape, hills, published_bilateral, strips, tent, vase

BOTH: tuple[Method, ...] = ("dct", "bilateral")
Scale = DepthScale | None


class Listening(PatientTicket):
    """Hears how far the work is, and wants no more of it after so many questions."""

    def __init__(self, *, patience: int = 1_000_000) -> None:
        self.fractions: list[float] = []
        self._patience = patience

    def check(self) -> None:
        self._patience -= 1
        if self._patience < 0:
            raise Cancelled

    def report(self, fraction: float, message: str = "") -> None:
        self.check()
        self.fractions.append(fraction)


def depth_of(shape: Shape, method: Method, mask: Bools | None = None) -> Doubles:
    return integrate_normals(shape.normals, PatientTicket(), method=method, mask=mask).depth.astype(np.float64)


@pytest.mark.parametrize("method", BOTH)
def test_a_smooth_surface_comes_back_to_a_thousandth_of_a_pixel(method: Method) -> None:
    shape = hills(200)
    assert shape.error(depth_of(shape, method)) < 2e-3


def test_a_large_map_of_odd_sides_is_worked_from_coarse_to_fine() -> None:
    shape = hills(701)
    mask = np.ones((701, 701), bool)
    mask[300:, 333] = False
    assert shape.error(depth_of(shape, "bilateral", mask), on=mask) < 0.01


@pytest.mark.parametrize("method", BOTH)
def test_a_hole_and_a_mask_change_nothing_of_the_rest(method: Method) -> None:
    shape = hills(160)
    normals, mask = shape.normals, np.ones((160, 160), bool)
    normals[50:90, 60:70] = 0
    normals[20, 30] = np.nan
    mask[:, :13] = False
    relief = integrate_normals(normals, PatientTicket(), method=method, mask=mask)
    there = np.isfinite(relief.depth)
    assert (relief.holes, relief.pixels, relief.pieces) == (401, 160 * 147 - 401, 1)
    assert not there[50:90, 60:70].any()
    assert not there[:, :13].any()
    assert shape.error(relief.depth.astype(np.float64), on=there) < 5e-3


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from(BOTH))
def test_a_plane_comes_back_from_any_mask(height: int, width: int, seed: int, method: Method) -> None:
    rng = np.random.default_rng(seed)
    slope_x, slope_y = rng.uniform(-0.6, 0.6, 2)
    mask = rng.random((height, width)) < rng.uniform(0.3, 1.0)
    mask[rng.integers(height), rng.integers(width)] = True
    normal = np.array([slope_x, -slope_y, 1]) / np.sqrt(slope_x**2 + slope_y**2 + 1)
    normals: Normals = np.broadcast_to(normal.astype(np.float32), (height, width, 3))
    relief = integrate_normals(normals, PatientTicket(), method=method, mask=mask)
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    assert relief.pieces == count - 1
    assert np.array_equal(np.isfinite(relief.depth), mask)
    y, x = np.mgrid[:height, :width]
    for piece in range(1, count):
        rest = (relief.depth - slope_x * x - slope_y * y)[labels == piece]
        assert np.ptp(rest) < 0.02
        assert abs(relief.depth[labels == piece].mean()) < 1e-3


@pytest.mark.parametrize("make", SHAPES)
def test_breaks_are_kept_at_least_as_well_as_by_the_papers_own_iteration(make: Callable[[int], Shape]) -> None:
    shape = make(64)
    ours, published = shape.error(depth_of(shape, "bilateral")), shape.error(published_bilateral(shape))
    assert ours <= 1.05 * published + 1e-3


def test_strips_that_bend_apart_are_smeared_by_poisson_and_kept_by_bilateral() -> None:
    shape = strips(160)
    assert shape.error(depth_of(shape, "bilateral")) < 0.35 * shape.error(depth_of(shape, "dct"))


def test_the_cosine_transform_and_conjugate_gradients_solve_the_same_equations() -> None:
    shape = hills(96)
    whole = depth_of(shape, "dct")
    normals = np.zeros((97, 96, 3), np.float32)
    normals[:96] = shape.normals
    masked = integrate_normals(normals, PatientTicket(), method="dct").depth[:96]
    assert np.abs(whole - masked).max() < 2e-3


def test_pieces_that_do_not_touch_have_their_own_constants_and_are_counted() -> None:
    shape = tent(120)
    mask = np.zeros((120, 120), bool)
    mask[10:50, 10:50] = mask[60:110, 5:30] = mask[60:110, 40:110] = True
    relief = integrate_normals(shape.normals, PatientTicket(), method="dct", mask=mask)
    assert relief.pieces == 3
    for corner in (np.s_[10:50, 10:50], np.s_[60:110, 5:30], np.s_[60:110, 40:110]):
        rest = relief.depth[corner] - shape.depth[corner]
        assert np.ptp(rest) < 5e-3
        assert abs(relief.depth[corner].mean()) < 1e-3


@pytest.mark.parametrize("size", [(5, 7), (10, 19), (13, 6), (30, 38)])
def test_no_loop_ever_leaves_its_grid(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled, a place out of bounds is whatever lies in memory there; the interpreter says no."""
    for name, loop in vars(loops).items():
        if hasattr(loop, "py_func"):
            monkeypatch.setattr(loops, name, loop.py_func)
    normals = hills(40).normals[: size[0], : size[1]]
    mask = np.ones(size, bool)
    mask[0, 0] = False
    for method in BOTH:
        assert np.isfinite(integrate_normals(normals, PatientTicket(), method=method, mask=mask).depth[mask]).all()


def test_grazing_normals_are_clamped_and_counted() -> None:
    normals = hills(40).normals
    normals[3:5, 7:9] = [1, 0, 0]
    normals[8, 8] = [0.8, 0, -0.6]
    relief = integrate_normals(normals, PatientTicket(), method="bilateral")
    assert relief.clamped == 5
    assert np.isfinite(relief.depth).all()
    assert integrate_normals(vase(60).normals, PatientTicket(), method="dct").clamped == 0


def test_a_pixels_size_makes_millimetres_and_a_known_pixel_places_them() -> None:
    shape = hills(80)
    scale = DepthScale(pixel_mm=0.05, at=(10, 20, 250.0))
    relief = integrate_normals(shape.normals, PatientTicket(), method="dct", scale=scale)
    true = 250 + 0.05 * (shape.depth - shape.depth[10, 20])
    assert relief.unit == "mm"
    assert np.abs(relief.depth - true).max() < 1e-3


def lens(*, bent: bool) -> Camera:
    matrix = np.array([[300.0, 0, 70.2], [0, 310, 55.7], [0, 0, 1]])
    terms = np.array([-0.3, 0.1, 2e-3, -1e-3, 0.05]) if bent else np.zeros(5)
    return Camera("lens", matrix, np.eye(4), (120, 150), terms)


def rays_of(camera: Camera) -> Doubles:
    """(H, W, 3) by OpenCV, z = 1."""
    y, x = np.mgrid[: camera.size[0], : camera.size[1]].astype(np.float64)
    pixels = np.stack([x, y], axis=-1).reshape(-1, 1, 2)
    flat = cv2.undistortPoints(pixels, camera.matrix, camera.distortion)
    for _ in range(20):  # Why: OpenCV stops after five steps of its own; going back and forth leads to the end.
        back, _ = cv2.projectPoints(
            np.concatenate([flat, np.ones((len(flat), 1, 1))], axis=2), np.zeros(3), np.zeros(3), camera.matrix,
            camera.distortion,
        )  # fmt: skip
        flat = flat + (pixels - back) / np.array([camera.matrix[0, 0], camera.matrix[1, 1]])
    return np.concatenate([flat.reshape(*camera.size, 2), np.ones((*camera.size, 1))], axis=-1)


@pytest.mark.parametrize("bent", [False, True])
@pytest.mark.parametrize("method", BOTH)
def test_a_ball_seen_through_a_lens_comes_back_in_millimetres(method: Method, *, bent: bool) -> None:
    camera = lens(bent=bent)
    rays, centre, radius = rays_of(camera), np.array([2.0, -1.0, 260.0]), 70.0
    along, square = rays @ centre, (rays**2).sum(axis=-1)
    under = along**2 - square * (centre @ centre - radius**2)
    z = (along - np.sqrt(np.maximum(under, 0))) / square
    outward = (rays * z[..., None] - centre) / radius
    normals = (outward * [1, -1, -1]).astype(np.float32)
    mask = (under > 0) & (-(outward * rays).sum(axis=-1) > 0.4)
    known = DepthScale(at=(55, 70, float(z[55, 70])))
    relief = integrate_normals(normals, PatientTicket(), method=method, mask=mask, camera=camera, scale=known)
    assert mask.sum() > 10_000
    assert relief.unit == "mm"
    assert np.abs(relief.depth - z)[mask].max() < 0.05


def test_without_a_distance_a_relief_in_perspective_has_a_mean_depth_of_one() -> None:
    camera = lens(bent=False)
    normals: Normals = np.broadcast_to(np.array([0.2, 0.1, np.sqrt(0.95)], np.float32), (120, 150, 3))
    plane = 1 / -(rays_of(camera) @ [0.2, -0.1, -np.sqrt(0.95)])
    relief = integrate_normals(normals, PatientTicket(), method="dct", camera=camera)
    assert relief.unit == "relative"
    assert np.abs(relief.depth - plane / plane.mean()).max() < 1e-5
    metric = integrate_normals(normals, PatientTicket(), method="dct", camera=camera, scale=DepthScale(distance_mm=300))
    assert np.allclose(metric.depth, relief.depth * 300)


def test_what_cannot_be_integrated_is_refused_in_words() -> None:
    normals = hills(40).normals

    def refused(
        given: Normals = normals, mask: Bools | None = None, camera: Camera | None = None, scale: Scale = None
    ) -> str:
        with pytest.raises(Problem) as caught:
            integrate_normals(given, PatientTicket(), method="dct", mask=mask, camera=camera, scale=scale)
        return str(caught.value)

    assert "no pixels" in refused(mask=np.zeros((40, 40), bool))
    assert "41 x 40" in refused(mask=np.ones((40, 41), bool))
    assert "150 x 120" in refused(camera=lens(bent=False))
    assert "no normals" in refused(np.full((40, 40, 3), np.nan, np.float32))
    assert "not a normal map" in refused(normals[..., 0])
    assert "-2 mm" in refused(scale=DepthScale(pixel_mm=-2.0))
    assert "known pixel" in refused(scale=DepthScale(pixel_mm=1.0, at=(40, 0, 5.0)))
    assert "no millimetres" in refused(scale=DepthScale(distance_mm=5.0))


def test_integrating_is_cancelled_between_steps_and_tells_how_far_it_is() -> None:
    told = Listening()
    integrate_normals(strips(100).normals, told, method="bilateral")
    assert told.fractions == sorted(told.fractions)
    assert len(told.fractions) > 20
    assert told.fractions[-1] == 1
    with pytest.raises(Cancelled):
        integrate_normals(strips(100).normals, Listening(patience=30), method="bilateral")


def test_thousands_of_regions_take_no_longer_than_one() -> None:
    mask = np.zeros((700, 900), bool)
    mask[::3, ::3] = mask[1::3, ::3] = True
    relief = integrate_normals(hills(900).normals[:700], PatientTicket(), method="bilateral", mask=mask)
    assert relief.pieces == 234 * 300
