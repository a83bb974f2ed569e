"""How long splatting takes at the paper's density, and how many pictures a second splats are drawn in."""

import time

import numpy as np
import pytest
import trimesh
from PySide6.QtGui import QOffscreenSurface
from pytestqt.qtbot import QtBot

from pentad.core.mesh import Mesh
from pentad.core.splat_cloud import SplatCloud
from pentad.geometry.viewpoint import looking_from
from pentad.sdk.testing import PatientTicket
from pentad.session.jobs import Jobs
from pentad.ui.bridge import MainThread
from pentad.ui.garbage import MainThreadCollector
from pentad.ui.qthread_lane import QThreadLanes
from pentad.ui.splats.canvas import SplatCanvas
from pentad.ui.splats.content import Eye, Gaussians, SplatContent, SplatPicture
from pentad.ui.splats.stage import SplatStage
from pentad_models.ptad.splatting import Splatting, splatted
from tests.helpers.hand import Hand
from tests.helpers.heartbeat import Heartbeat

pytestmark = pytest.mark.benchmark
SIZE = (600, 800)
POLE = (0.0, 0.0, 1.0)


def knot(resolution: int) -> SplatCloud:
    """Three rings through each other."""
    ring = trimesh.creation.torus(20, 3, 96, 48)
    places, faces = [], []
    for axis in range(3):
        faces.append(ring.faces + len(ring.vertices) * axis)
        places.append(np.roll(ring.vertices, axis, axis=1))
    mesh = Mesh(np.concatenate(places), np.concatenate(faces).astype(np.int32))
    return splatted(mesh, Splatting(resolution, mode="exact"), ticket=PatientTicket())


def test_the_papers_density_is_splatted_in_a_second() -> None:
    knot(64)
    begun, cpu = time.perf_counter(), time.process_time()
    cloud = knot(520)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(f"\n{len(cloud):,} splats (R = 520) in {seconds:.2f} s, {cpu:.2f} s of processor time")
    assert cpu < 1.5


@pytest.mark.gl
def test_splats_are_drawn_often_enough_to_be_turned(qapp: object) -> None:
    surface = QOffscreenSurface()
    surface.create()
    stage = SplatStage(surface, PatientTicket())
    print()
    try:
        for resolution in (103, 188, 322):
            gaussians = Gaussians.of(knot(resolution))
            content = SplatContent(gaussians, np.eye(4), (20, 20, 22), "normal")
            still, moving = (turned(stage, content, moving=moving) for moving in (False, True))
            whole_s, quick_s = (float(np.median([each.seconds for each in some])) for some in (still, moving))
            across, few = moving[-1].pixels.shape[1], moving[-1].splats
            print(f"{stage.renderer}, {SIZE[1]} x {SIZE[0]}, {len(gaussians):,} splats,", end=" ")
            print(f"whole {whole_s * 1e3:.0f} ms, moving {few:,} on {across} px across {quick_s * 1e3:.0f} ms")
            assert 1 / quick_s > 5
    finally:
        stage.close()


def turned(stage: SplatStage, content: SplatContent, *, moving: bool) -> list[SplatPicture]:
    bounds = content.gaussians.cloud.bounds
    viewpoint = looking_from((1, -1, 0.7), bounds, up=POLE, aspect=SIZE[1] / SIZE[0])
    pictures = []
    for _ in range(24 if moving else 4):
        viewpoint = viewpoint.orbited(0.05, 0.0, pole=POLE)
        pictures.append(stage.draw(content, Eye.of(viewpoint, SIZE, spread=0.3), PatientTicket(), moving=moving))
    return pictures[8 if moving else 1 :]


@pytest.mark.gl
def test_the_window_is_never_held_while_a_large_cloud_is_turned(qtbot: QtBot) -> None:
    jobs = Jobs(QThreadLanes(), MainThread())
    canvas = SplatCanvas(jobs)
    MainThreadCollector(canvas)
    qtbot.addWidget(canvas)
    canvas.resize(SIZE[1], SIZE[0])
    canvas.show()
    canvas.show_cloud(knot(322))
    try:
        qtbot.waitUntil(lambda: canvas.still, timeout=60_000)
        pictures: list[SplatPicture] = []
        canvas.drawn.connect(pictures.append)
        beat, begun = Heartbeat(canvas), time.perf_counter()
        Hand(qtbot, canvas).stroke([(300 + 2 * k, 300 + k % 40) for k in range(150)])
        seconds = time.perf_counter() - begun
        qtbot.waitUntil(lambda: canvas.still, timeout=60_000)
        print(f"\n{len(pictures)} pictures in {seconds:.1f} s of turning; the loop was held {beat.longest_ms:.0f} ms")
        print(f"{beat.longest_cpu_ms:.0f} ms of its own processor time, at most")
        assert beat.longest_cpu_ms < 50
    finally:
        canvas.close_stage()
        jobs.close()
