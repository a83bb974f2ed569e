"""Splats on the card against closed forms, a loop over every pixel, and the rasteriser that poses are found with."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QOffscreenSurface
from pytestqt.qtbot import QtBot
from scipy.spatial.transform import Rotation

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.splat_cloud import SplatCloud
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import PatientTicket
from pentad.ui.splats.content import Eye, Gaussians, SplatContent
from pentad.ui.splats.stage import SplatStage
from pentad_models.ptad.rasteriser import Disks
from pentad_models.ptad.rasterising import rasteriser_for
from tests.helpers.silhouettes import overlap
from tests.helpers.splat_clouds import some_cloud

pytestmark = pytest.mark.gl
SIZE = (160, 240)
CAMERA = Camera("c", np.array([[300.0, 0, 130], [0, 310, 70], [0, 0, 1]]), np.eye(4), SIZE)
BLACK = (0, 0, 0)


@pytest.fixture(scope="module")
def stage(qapp: object) -> Iterator[SplatStage]:
    surface = QOffscreenSurface()
    surface.create()
    stage = SplatStage(surface, PatientTicket())
    yield stage
    stage.close()


def at(distance: float, *, turn: tuple[float, float, float] = (0, 0, 0)) -> Doubles:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_rotvec(turn).as_matrix()
    pose[2, 3] = distance
    return pose


def white(means: object, scales: object, rotations: object, opacity: float = 0.9) -> SplatCloud:
    places = np.asarray(means, np.float32)
    count = len(places)
    return SplatCloud(
        places,
        np.asarray(scales, np.float32),
        np.asarray(rotations, np.float32),
        np.full(count, opacity, np.float32),
        np.ones((count, 3), np.float32),
    )


def crowd(count: int, seed: int) -> SplatCloud:
    random = np.random.default_rng(seed)
    turns = Rotation.random(count, rng=random).as_quat(scalar_first=True)
    return white(random.normal(size=(count, 3)), random.uniform(0.01, 0.15, (count, 3)), turns, 0.6)


def drawn(stage: SplatStage, cloud: SplatCloud, pose: Doubles, size: tuple[int, int] = SIZE) -> Floats:
    """(h, w) how white it is, 0 to 1."""
    content = SplatContent(Gaussians.of(cloud), pose, BLACK)
    picture = stage.draw(content, Eye.through(CAMERA, size, spread=0.3), PatientTicket(), moving=False)
    assert picture.whole
    assert picture.splats == len(cloud)
    return (picture.pixels[..., 0] / 255).astype(np.float32)


def by_hand(cloud: SplatCloud, pose: Doubles) -> Doubles:
    """1 - prod(1 - alpha), every splat on every pixel (3DGS eq. 5)."""
    k, through = CAMERA.matrix, np.ones(SIZE)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    for mean, scale, turn in zip(cloud.means, cloud.scales, cloud.rotations, strict=True):
        place = pose[:3, :3] @ mean + pose[:3, 3]
        axes = pose[:3, :3] @ Rotation.from_quat(turn, scalar_first=True).as_matrix() * scale
        along = np.array([[k[0, 0], 0, -k[0, 0] * place[0] / place[2]], [0, k[1, 1], -k[1, 1] * place[1] / place[2]]])
        flat = along @ axes / place[2]
        inverse = np.linalg.inv(flat @ flat.T + 0.3 * np.eye(2))
        middle = (k @ place / place[2])[:2]
        off = np.stack([x - middle[0], y - middle[1]], axis=-1)
        alpha = np.minimum(0.6 * np.exp(-0.5 * np.einsum("hwi,ij,hwj->hw", off, inverse, off)), 0.99)
        through *= np.where(alpha < 1 / 255, 1, 1 - alpha)
    return 1 - through


def test_an_oblique_splat_is_the_ellipse_of_the_closed_form(stage: SplatStage) -> None:
    turn = Rotation.from_rotvec([0.2, 0.3, 0.6])
    cloud = white([[0.1, 0.05, 0]], [[0.4, 0.08, 1e-6]], [turn.as_quat(scalar_first=True)])
    shown = drawn(stage, cloud, at(5.0))
    # On the axis of the pinhole the projection is a scaling, but for the slant that (x, y) / z adds.
    place = np.array([0.1, 0.05, 5.0])
    slant = np.array([[300, 0, -300 * place[0] / 5], [0, 310, -310 * place[1] / 5]]) / 5
    axes = slant @ turn.as_matrix() @ np.diag([0.4, 0.08, 0])
    inverse = np.linalg.inv(axes @ axes.T + 0.3 * np.eye(2))
    middle = np.array([300 * 0.02 + 130, 310 * 0.01 + 70])
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    off = np.stack([x - middle[0], y - middle[1]], axis=-1)
    square = np.einsum("hwi,ij,hwj->hw", off, inverse, off)
    for deviations in (0.5, 1.0, 2.0):
        level = 0.9 * np.exp(-0.5 * deviations**2)
        inside, wanted = shown > level, square < deviations**2
        assert overlap(inside, wanted) > 0.97
    assert shown.max() == pytest.approx(0.9, abs=0.01)
    np.testing.assert_allclose(
        shown, np.where(square < 2 * np.log(255 * 0.9), 0.9 * np.exp(-0.5 * square), 0), atol=0.01
    )


def test_many_splats_are_what_a_loop_over_every_pixel_gives(stage: SplatStage) -> None:
    cloud, pose = crowd(60, 2), at(7.0, turn=(0.3, -0.5, 0.2))
    shown, wanted = drawn(stage, cloud, pose), by_hand(cloud, pose)
    assert wanted.mean() > 0.05
    assert np.abs(shown - wanted).max() < 0.02
    assert np.abs(shown - wanted).mean() < 0.002


def test_the_picture_is_the_one_that_poses_are_found_with(stage: SplatStage) -> None:
    random = np.random.default_rng(5)
    count = 4000
    turns = Rotation.random(count, rng=random).as_quat(scalar_first=True)
    ball = random.normal(size=(count, 3))
    ball /= np.linalg.norm(ball, axis=1, keepdims=True)
    flat = np.column_stack([np.full((count, 2), 0.03), np.full(count, 1e-6)])
    cloud, pose = white(ball, flat, turns, 0.6), at(6.0, turn=(0.1, 0.4, -0.3))
    wanted = rasteriser_for("numba", Disks.of(cloud), CAMERA, opacity=0.6, spread=0.3).silhouette(pose).mask
    shown = drawn(stage, cloud, pose)
    assert overlap(shown > 0.5, wanted > 0.5) > 0.995
    assert np.abs(shown - wanted).mean() < 0.004
    finer = drawn(stage, cloud, pose, (480, 720)).reshape(160, 3, 240, 3).mean(axis=(1, 3))
    assert np.abs(finer - wanted).mean() < 0.02


def test_what_is_nearer_covers_what_is_farther_from_both_sides(stage: SplatStage) -> None:
    cloud = white([[0, 0, -1], [0, 0, 1]], np.full((2, 3), 0.3), [[1, 0, 0, 0]] * 2, 1.0)
    cloud.colours[:] = [[1, 0, 0], [0, 0, 1]]
    gaussians = Gaussians.of(cloud)
    for turn, near in ((0.0, 0), (np.pi, 2)):
        content = SplatContent(gaussians, at(6.0, turn=(0, turn, 0)), BLACK)
        middle = stage.draw(content, Eye.through(CAMERA, SIZE, spread=0.3), PatientTicket(), moving=False).pixels[
            70, 130
        ]
        assert middle[near] > 240
        assert middle[2 - near] < 15


def test_dots_scale_opacity_depth_and_a_background_do_as_they_say(stage: SplatStage) -> None:
    cloud = crowd(300, 4)
    gaussians, eye = Gaussians.of(cloud), Eye.through(CAMERA, SIZE, spread=0.3)

    plain = SplatContent(gaussians, at(7.0), BLACK)

    def picture(content: SplatContent) -> Floats:
        return (stage.draw(content, eye, PatientTicket(), moving=False).pixels[..., :3] / 255).astype(np.float32)

    mean = picture(plain).mean()
    assert picture(replace(plain, grow=2.0)).mean() > 2 * mean
    assert picture(replace(plain, opacity=0.1)).mean() < 0.5 * mean
    dots = picture(replace(plain, dots=True))
    assert set(np.unique(dots)) == {0.0, 1.0}
    assert 0.01 < dots.mean() < 0.06
    assert np.ptp(picture(replace(plain, colouring="depth")), axis=2).max() > 0.3
    corner = picture(replace(plain, background=(10, 200, 30)))[0, -1] * 255
    np.testing.assert_allclose(corner, [10, 200, 30])


def test_splats_behind_the_eye_are_not_drawn(stage: SplatStage) -> None:
    assert not drawn(stage, crowd(50, 1), at(-7.0)).any()
    assert np.isfinite(drawn(stage, crowd(50, 1), at(0.0))).all()


def test_a_slow_picture_is_coarser_while_it_moves_and_whole_again_when_it_rests(stage: SplatStage) -> None:
    content = SplatContent(Gaussians.of(crowd(100_000, 3)), at(7.0), BLACK, grow=0.2)
    eye = Eye.through(CAMERA, (480, 720), spread=0.3)
    still = stage.draw(content, eye, PatientTicket(), moving=False)
    moving = [stage.draw(content, eye, PatientTicket(), moving=True) for _ in range(6)][-1]
    if still.seconds > 0.03:
        assert not moving.whole
        assert moving.splats <= 60_000
        assert moving.seconds < still.seconds
        small = still.pixels[..., 0].astype(float).mean()
        assert moving.pixels[..., 0].astype(float).mean() == pytest.approx(small, rel=0.1)
    again = stage.draw(content, eye, PatientTicket(), moving=False)
    assert again.whole
    np.testing.assert_array_equal(again.pixels, still.pixels)


class GivenUp(PatientTicket):
    """A ticket that is taken back at its nth check."""

    def __init__(self, nth: int) -> None:
        super().__init__()
        self._left = nth

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled


def test_a_picture_that_is_given_up_leaves_the_next_one_right(stage: SplatStage) -> None:
    eye, cloud = Eye.through(CAMERA, SIZE, spread=0.3), crowd(150_000, 9)
    first = SplatContent(Gaussians.of(cloud), at(7.0), BLACK, grow=0.1)
    second = replace(first, pose=at(7.0, turn=(0, 2.0, 0)), colouring="axis")
    wanted = stage.draw(second, eye, PatientTicket(), moving=False).pixels
    for nth in (0, 2, 4, 7):
        stage.draw(first, eye, PatientTicket(), moving=False)
        with pytest.raises(Cancelled):
            stage.draw(second, eye, GivenUp(nth), moving=False)
    np.testing.assert_array_equal(stage.draw(second, eye, PatientTicket(), moving=False).pixels, wanted)


def test_a_single_splat_and_another_cloud_of_another_size_are_drawn(stage: SplatStage) -> None:
    for count in (1, 300, 2, 7_000):
        assert drawn(stage, crowd(count, count), at(7.0)).any()


def test_a_stage_can_be_closed_and_another_opened(qtbot: QtBot) -> None:
    for _ in range(3):
        surface = QOffscreenSurface()
        surface.create()
        stage = SplatStage(surface, PatientTicket())
        assert drawn(stage, some_cloud(1), np.eye(4)).shape == SIZE
        stage.close()
        stage.close()
