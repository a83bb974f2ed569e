"""The splat canvas under a hand: it turns, looks through cameras, follows poses, and says so where it cannot draw."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from scipy.spatial.transform import Rotation

from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.viewpoint import looking_from
from pentad.sdk import Ticket
from pentad.session.jobs import Jobs
from pentad.ui.bridge import MainThread
from pentad.ui.qthread_lane import QThreadLanes
from pentad.ui.scene3d.content import Content, Lines
from pentad.ui.scene3d.stage import Stage
from pentad.ui.splats.canvas import SplatCanvas
from pentad.ui.splats.content import SplatPicture
from tests.helpers.hand import Hand

CAMERA = Camera("c", np.array([[300.0, 0, 119.5], [0, 300, 79.5], [0, 0, 1]]), np.eye(4), (160, 240))


def plate(count: int = 3000) -> SplatCloud:
    """Green splats all over a square plate of 2 x 2, and a red one at a corner."""
    random = np.random.default_rng(0)
    means = np.column_stack([random.uniform(-0.8, 0.8, (count, 2)), np.zeros(count)])
    means[0] = [1, 1, 0]
    colours = np.tile([0.1, 0.6, 0.1], (count, 1))
    colours[0] = [1, 0, 0]
    scales = np.full((count, 3), 0.03)
    scales[0] = 0.1
    quaternions = np.tile([1.0, 0, 0, 0], (count, 1))
    arrays = (means, scales, quaternions, np.full(count, 0.9), colours)
    return SplatCloud(*(array.astype(np.float32) for array in arrays))


def standing(distance: float = 6.0, turn: float = 0.0) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_rotvec([0, turn, 0]).as_matrix()
    pose[2, 3] = distance
    return pose


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs(QThreadLanes(), MainThread())
    yield jobs
    jobs.close()


@pytest.fixture
def canvas(jobs: Jobs, qtbot: QtBot) -> Iterator[SplatCanvas]:
    canvas = SplatCanvas(jobs)
    qtbot.addWidget(canvas)
    canvas.resize(480, 320)
    canvas.show()
    qtbot.waitExposed(canvas)
    yield canvas
    canvas.close_stage()


def rest(canvas: SplatCanvas, qtbot: QtBot) -> SplatPicture:
    """The whole picture that comes when everything is still."""
    qtbot.waitUntil(lambda: canvas.still, timeout=30_000)
    assert canvas.picture is not None
    assert canvas.picture.whole
    return canvas.picture


def covered(picture: SplatPicture) -> float:
    """How much of the picture is not background."""
    return float((picture.pixels[..., :3] != picture.pixels[0, 0, :3]).any(axis=2).mean())


@pytest.mark.gl
def test_a_cloud_is_shown_whole_and_a_drag_turns_it(canvas: SplatCanvas, qtbot: QtBot) -> None:
    assert "No splats" in canvas.notice.what
    canvas.show_cloud(plate())
    first = rest(canvas, qtbot)
    assert first.splats == 3000
    assert 0.1 < covered(first) < 0.9
    before = canvas.viewpoint
    Hand(qtbot, canvas).stroke([(240, 160), (260, 165), (300, 170), (340, 180)])
    second = rest(canvas, qtbot)
    assert canvas.viewpoint is not before
    assert not np.array_equal(first.pixels, second.pixels)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
    assert covered(rest(canvas, qtbot)) > 0.05


@pytest.mark.gl
def test_the_wheel_goes_nearer_and_the_right_button_moves(canvas: SplatCanvas, qtbot: QtBot) -> None:
    canvas.show_cloud(plate())
    far = covered(rest(canvas, qtbot))
    for _ in range(3):
        at = QPointF(240, 160)
        wheel = QWheelEvent(
            at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(canvas, wheel)
    near = rest(canvas, qtbot)
    assert covered(near) > 1.2 * far
    Hand(qtbot, canvas).stroke([(240, 160), (120, 160), (10, 160)], Qt.KeyboardModifier.ShiftModifier)
    moved = rest(canvas, qtbot)
    greens = [p.pixels[..., 1].astype(int) - p.pixels[..., 0] > 40 for p in (near, moved)]
    x_before, x_after = (np.nonzero(green.any(axis=0))[0].mean() for green in greens)
    assert x_after < x_before - 40


@pytest.mark.gl
def test_through_a_camera_one_sees_its_picture_until_a_hand_goes_on(canvas: SplatCanvas, qtbot: QtBot) -> None:
    canvas.show_pose(standing())
    canvas.look_through(CAMERA)
    canvas.show_cloud(plate())
    picture = rest(canvas, qtbot)
    y, x = np.nonzero((picture.pixels[..., 0] > 200) & (picture.pixels[..., 1] < 60))
    # The red corner (1, 1, 6) is at 300 / 6 + 119.5 across and 300 / 6 + 79.5 down, on pixels half as large.
    assert (x.mean(), y.mean()) == pytest.approx((2 * (50 + 120) - 0.5, 2 * (50 + 80) - 0.5), abs=1.0)
    with qtbot.waitSignal(canvas.left_camera):
        Hand(qtbot, canvas).stroke([(240, 160), (250, 160), (270, 160)])
    assert canvas.camera is None
    freely = rest(canvas, qtbot)
    assert covered(freely) == pytest.approx(covered(picture), rel=0.1)
    canvas.look_through(CAMERA)
    np.testing.assert_array_equal(rest(canvas, qtbot).pixels, picture.pixels)


@pytest.mark.gl
def test_poses_scale_colours_and_dots_change_the_picture(canvas: SplatCanvas, qtbot: QtBot) -> None:
    canvas.look_through(CAMERA)
    canvas.show_pose(standing())
    canvas.show_cloud(plate())
    plain = rest(canvas, qtbot)
    canvas.show_pose(standing(12.0))
    assert covered(rest(canvas, qtbot)) < 0.4 * covered(plain)
    canvas.show_pose(standing(turn=1.2))
    assert covered(rest(canvas, qtbot)) < 0.7 * covered(plain)
    canvas.show_pose(standing())
    canvas.set_scale(0.2)
    assert covered(rest(canvas, qtbot)) < covered(plain)
    canvas.set_scale(1.0)
    canvas.colour_by("axis")
    assert rest(canvas, qtbot).pixels[160, 240, :3].tolist() != plain.pixels[160, 240, :3].tolist()
    canvas.colour_by("own")
    canvas.set_points(points=True)
    assert not np.array_equal(rest(canvas, qtbot).pixels, plain.pixels)
    canvas.set_points(points=False)
    np.testing.assert_array_equal(rest(canvas, qtbot).pixels, plain.pixels)


@pytest.mark.gl
def test_another_cloud_takes_the_place_of_the_last_and_none_leaves_words(canvas: SplatCanvas, qtbot: QtBot) -> None:
    for count in (100, 5000, 200):
        canvas.show_cloud(plate(count))
    assert rest(canvas, qtbot).splats == 200
    canvas.show_cloud(None)
    assert canvas.picture is None
    assert "No splats" in canvas.notice.what


@pytest.mark.gl
def test_the_card_can_be_let_go_and_taken_again(canvas: SplatCanvas, qtbot: QtBot) -> None:
    canvas.look_through(CAMERA)
    canvas.show_pose(standing())
    canvas.show_cloud(plate())
    before = rest(canvas, qtbot)
    canvas.close_stage()
    canvas.set_scale(2.0)
    canvas.set_scale(1.0)
    np.testing.assert_array_equal(rest(canvas, qtbot).pixels, before.pixels)


@pytest.mark.gl
def test_out_of_sight_for_a_while_the_card_is_let_go_by_itself(canvas: SplatCanvas, qtbot: QtBot) -> None:
    canvas.look_through(CAMERA)
    canvas.show_pose(standing())
    canvas.show_cloud(plate())
    before = rest(canvas, qtbot)
    assert len(canvas.frames.held) == 1
    canvas._closing.setInterval(50)
    canvas.hide()
    qtbot.waitUntil(lambda: not canvas.frames.held, timeout=5000)
    canvas.show()
    qtbot.waitUntil(lambda: canvas.picture is not before, timeout=5000)
    np.testing.assert_array_equal(rest(canvas, qtbot).pixels, before.pixels)


@pytest.mark.gl
def test_a_broken_cloud_is_told_in_words_and_a_sound_one_is_drawn_next(canvas: SplatCanvas, qtbot: QtBot) -> None:
    broken = plate()
    broken.means[5] = np.nan
    canvas.show_cloud(broken)
    qtbot.waitUntil(lambda: canvas.notice.alarming)
    assert "numbers" in canvas.notice.why
    canvas.show_cloud(plate())
    assert rest(canvas, qtbot).splats == 3000


@pytest.mark.gl
def test_splats_and_the_rig_are_drawn_by_one_thread_in_turn(canvas: SplatCanvas, jobs: Jobs, qtbot: QtBot) -> None:
    canvas.look_through(CAMERA)
    canvas.show_pose(standing())
    canvas.show_cloud(plate())
    splats = rest(canvas, qtbot).pixels
    stages: list[Stage] = []
    cross = Content((0, 0, 0), (Lines(np.array([[[-1.0, 0, 0], [1, 0, 0]]]), (255, 255, 255), 3.0),))
    viewpoint = looking_from((0.0, -1, 0), np.array([[-1.0, 0, -1], [1, 0, 1]]), up=(0, 0, 1), aspect=1.5)

    def draw(ticket: Ticket) -> np.ndarray:
        if not stages:
            stages.append(Stage(ticket))
        return stages[0].draw(cross, viewpoint, (100, 150), moving=False).pixels

    for _ in range(3):
        job = jobs.run("Rig", draw, lane="scene")
        qtbot.waitUntil(lambda: not jobs.unsettled, timeout=30_000)
        assert job.result is not None
        assert job.result[..., 0].max() > 200
        canvas.set_scale(2.0)
        canvas.set_scale(1.0)
        np.testing.assert_array_equal(rest(canvas, qtbot).pixels, splats)
    jobs.run("Close", lambda ticket: stages.pop().close(), lane="scene", vital=True)


def test_without_opengl_it_says_so(canvas: SplatCanvas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Problem("3D views cannot be drawn here", "there is no OpenGL", remedy="Install a driver.")
    monkeypatch.setattr("pentad.ui.splats.frames.missing_opengl", lambda: missing)
    canvas.show_cloud(plate())
    qtbot.waitUntil(lambda: canvas.notice.alarming)
    assert canvas.notice.remedy == "Install a driver."
    canvas.show_pose(standing())
    canvas.repaint()
    assert canvas.picture is None
