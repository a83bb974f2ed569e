"""A line of sight through splats, held against the rasteriser that the poses are found with, and closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from pentad.core.camera import Camera
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.projection import project, unproject
from pentad.geometry.viewpoint import Viewpoint
from pentad.sdk.testing import PatientTicket
from pentad.ui.pose.splat_probe import Sight, look_along, seen_in
from pentad.ui.splats.content import Eye, Gaussians
from pentad_models.ptad import ALIGNER
from tests.helpers.pose_traces import MESH, SIZE, circling

TRACE = circling(aside=("second",)).trace
CAMERA = TRACE.cameras[0]
SETTINGS = {"resolution": 40, "spread": 0.3, "scale": 0.65}


def layers(*depths: float, opacity: float = 0.6) -> Gaussians:
    """Round splats on the axis of a camera at the origin, 10 mm wide."""
    count = len(depths)
    means = np.zeros((count, 3), np.float32)
    means[:, 2] = depths
    turns = np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1))
    scales = np.full((count, 3), 10, np.float32)
    return Gaussians.of(SplatCloud(means, scales, turns, np.full(count, opacity, np.float32), np.ones_like(means)))


def ahead(gaussians: Gaussians, pixel: tuple[float, float] = (79.5, 59.5), grow: float = 1.0) -> Sight:
    eye = Eye.through(replace(CAMERA, name="axis"), SIZE, spread=0.3)
    return look_along(gaussians, np.eye(4), eye, pixel, opacity=None, grow=grow)


@pytest.fixture(scope="module")
def cloud() -> SplatCloud:
    return ALIGNER.splat(MESH, SETTINGS, PatientTicket())


def test_weights_add_up_to_what_the_rasteriser_draws(cloud: SplatCloud) -> None:
    gaussians, eye = Gaussians.of(cloud), Eye.through(CAMERA, SIZE, spread=0.3)
    drawn = ALIGNER.render(MESH, CAMERA, TRACE.pose, SETTINGS, PatientTicket())
    random = np.random.default_rng(1)
    inside = np.argwhere((drawn.mask > 0.02) & (drawn.mask < 0.98))
    some = [*random.permutation(inside)[:40].tolist(), *random.integers(0, SIZE, (40, 2)).tolist()]
    for y, x in some:
        sight = look_along(gaussians, TRACE.pose, eye, (x, y), opacity=None)
        assert sight.opacity == pytest.approx(float(drawn.mask[y, x]), abs=2e-3)
        depth = sum(hit.weight * hit.depth for hit in sight.hits)
        assert depth == pytest.approx(float(drawn.depth[y, x]), rel=2e-3, abs=0.5)


def test_splats_are_told_front_to_back_and_each_dims_those_behind() -> None:
    sight = ahead(layers(300.0, 100.0, 200.0))
    assert [hit.number for hit in sight.hits] == [1, 2, 0]
    assert [hit.depth for hit in sight.hits] == pytest.approx([100, 200, 300])
    assert [hit.alpha for hit in sight.hits] == pytest.approx([0.6] * 3)
    assert [hit.weight for hit in sight.hits] == pytest.approx([0.6, 0.24, 0.096])
    assert sight.most_seen is not None
    assert sight.most_seen.number == 1
    assert sight.eye == pytest.approx(np.zeros(3))
    assert sight.way == pytest.approx([0, 0, 1])


def test_a_splat_fades_as_a_gaussian_does_and_grows_where_it_is_drawn_larger() -> None:
    variance = (10 * 260 / 200) ** 2
    for aside in (0.0, 5.0, 13.0, 20.0):
        hits = ahead(layers(200.0), (79.5 + aside, 59.5)).hits
        assert hits[0].alpha == pytest.approx(0.6 * np.exp(-0.5 * aside**2 / (variance + 0.3)), rel=1e-5)
    large = ahead(layers(200.0), (99.5, 59.5), grow=2.0).hits
    assert large[0].alpha == pytest.approx(0.6 * np.exp(-0.5 * 20**2 / (4 * variance + 0.3)), rel=1e-5)


def test_nothing_is_seen_beside_the_part_or_behind_the_eye() -> None:
    assert ahead(layers(200.0), (2.0, 2.0)).hits == ()
    assert ahead(layers(-200.0)).most_seen is None
    assert ahead(layers(-200.0)).opacity == 0


def test_a_free_eye_sees_the_same_splats_as_a_camera_there(cloud: SplatCloud) -> None:
    """A pinhole and the viewpoint that stands in its place, the same pixel: the same splats at the same depths."""
    gaussians = Gaussians.of(cloud)
    centre = CAMERA.centre
    rotation = CAMERA.rig_to_camera[:3, :3]
    angle = 2 * np.arctan(SIZE[0] / 2 / 260)
    free = Eye.of(Viewpoint(centre, centre + rotation[2], -rotation[1], angle), SIZE, spread=0.3)
    bound = Eye.through(CAMERA, SIZE, spread=0.3)
    one, other = (look_along(gaussians, TRACE.pose, eye, (85.0, 62.0), opacity=None) for eye in (free, bound))
    assert [hit.number for hit in one.hits] == [hit.number for hit in other.hits]
    assert [hit.alpha for hit in one.hits] == pytest.approx([hit.alpha for hit in other.hits], abs=1e-5)


def test_every_view_is_told_its_pixel_and_its_epipolar_line(cloud: SplatCloud) -> None:
    gaussians, pixel = Gaussians.of(cloud), (85.0, 62.0)
    eye = Eye.through(CAMERA, SIZE, spread=0.3)
    sight = look_along(gaussians, TRACE.pose, eye, pixel, opacity=None)
    assert sight.most_seen is not None
    place = TRACE.pose[:3, :3] @ cloud.means[sight.most_seen.number] + TRACE.pose[:3, 3]
    own, other = seen_in(TRACE.cameras, place, sight, (340.0, 460.0))
    assert own.pixel[::-1] == pytest.approx(pixel, abs=1.5)
    assert own.line.shape == (0, 2)
    assert other.pixel[::-1] == pytest.approx(project(TRACE.cameras[1], place))
    # The ends of the line are the pixel's own places at both lengths.
    scale = 1 / np.linalg.norm([(pixel[0] - 79.5) / 260, (pixel[1] - 59.5) / 260, 1])
    for end, length in zip(other.line[[0, -1]], (340.0, 460.0), strict=True):
        there = project(TRACE.cameras[1], unproject(CAMERA, pixel, length * scale))
        assert end[::-1] == pytest.approx(there, abs=1e-6)


def test_a_place_behind_a_camera_has_no_pixel_there() -> None:
    sight = ahead(layers(200.0))
    behind = Camera("b", CAMERA.matrix, np.diag([-1.0, 1, -1, 1]), SIZE)
    assert np.isnan(seen_in((behind,), np.array([0, 0, 200.0]), sight, (100.0, 300.0))[0].pixel).all()
