"""An annotator's minutes on 20 MP views, by real mouse events: what is waited for, and what is seen.

PENTAD_SHOTS=DIR keeps pictures of the window on the way.
"""

import os
import time
from math import cos, pi, sin
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from pentad.canvas.canvas import Canvas
from pentad.core.mask import MaskKey
from pentad.session.view_state import Row
from tests.helpers.desk import Desk, open_desk
from tests.helpers.hand import Hand, Way
from tests.helpers.heartbeat import Heartbeat
from tests.helpers.tiny_dataset import MANIFEST, VIEWS

SIZE = (3648, 5472)
PATIENCE_MS = 60_000


def write_large_parts(root: Path) -> Path:
    """Two parts of five 20 MP JPEGs and normal maps, the kind of files an annotator is given."""
    small = np.random.default_rng(0).normal(120, 30, (SIZE[0] // 12, SIZE[1] // 12, 3)).clip(0, 255).astype(np.uint8)
    image = cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    photo = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    codes = cv2.resize(small // 8 + 112, SIZE[::-1], interpolation=cv2.INTER_LINEAR)
    codes[..., 0] = 250
    normal = cv2.imencode(".png", codes, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()
    for part in ("P000", "P001"):
        folder = root / "plate/test/good" / part
        folder.mkdir(parents=True)
        for view in VIEWS:
            (folder / f"{view}_rgb.jpg").write_bytes(photo)
            (folder / f"{view}_normal.png").write_bytes(normal)
    (root / "pentad.toml").write_text(MANIFEST.replace("_rgb.png", "_rgb.jpg"), "utf-8")
    return root


def squiggle(canvas: Canvas, turn: float, points: int = 100) -> Way:
    """A stroke of ``points`` moves around the middle of the canvas."""
    width, height = canvas.viewport().width(), canvas.viewport().height()
    turns = np.linspace(turn, turn + 1.7 * pi, points)
    reach = 0.3 * min(width, height)
    return [(width / 2 + reach * cos(t), height / 2 + reach * (0.4 + 0.6 * sin(turn)) * sin(2 * t)) for t in turns]


def keep_picture(desk: Desk, name: str) -> None:
    folder = os.environ.get("PENTAD_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        assert desk.window.grab().save(str(Path(folder) / f"{name}.png"))


def settle(desk: Desk) -> None:
    desk.qtbot.waitUntil(desk.settled, timeout=PATIENCE_MS)
    desk.qtbot.wait(300)


def held(heart: Heartbeat) -> str:
    return f"loop held at most {heart.longest_ms:.0f} ms ({heart.longest_cpu_ms:.0f} ms of them its own work)"


def open_for_painting(desk: Desk, data: Path) -> Canvas:
    """Open the parts, go to the Annotate workspace, make the top view large; says what was waited for."""
    session, views = desk.session, desk.window.views
    session.open_project(data)
    settle(desk)
    heart = Heartbeat(desk.window)
    desk.window.arrange("annotate")
    settle(desk)
    print(f"\nfirst switch to Annotate: {held(heart)}")
    session.close_project()
    settle(desk)
    heart.begin_anew()
    begun = time.perf_counter()
    session.open_project(data)
    desk.qtbot.waitUntil(lambda: bool(views.tiles) and views.tiles[0].canvas.stack is not None, timeout=PATIENCE_MS)
    first = time.perf_counter() - begun
    assert session.current is not None
    key = MaskKey(session.current.id, VIEWS[0])
    desk.qtbot.waitUntil(lambda: session.annotation.documents.document(key) is not None, timeout=PATIENCE_MS)
    paintable = time.perf_counter() - begun
    desk.qtbot.waitUntil(lambda: not session.jobs.unsettled, timeout=PATIENCE_MS)
    whole = time.perf_counter() - begun
    print(f"20 MP for painting: first pixels {1e3 * first:.0f} ms, paintable {1e3 * paintable:.0f} ms, ", end="")
    print(f"everything {1e3 * whole:.0f} ms; {held(heart)}")
    session.view_state.set(active=VIEWS[0])
    desk.qtbot.wait(200)
    return views.tile(VIEWS[0], Row.COMPOSITE).canvas


@pytest.mark.benchmark
def test_a_painting_session_on_20_mp(qtbot: QtBot, tmp_path: Path) -> None:
    desk = open_desk(qtbot)
    desk.window.resize(1900, 1150)
    canvas = open_for_painting(desk, write_large_parts(tmp_path / "large"))
    annotation, hand = desk.session.annotation, Hand(qtbot, canvas.viewport())
    annotation.toolbox.take("brush")
    keep_picture(desk, "1-open")
    heart = Heartbeat(desk.window)
    for number, radius in enumerate((10, 60, 200)):
        annotation.toolbox.tools["brush"].options.set("radius", radius)
        hand.hover(squiggle(canvas, number, 30))
        hand.stroke(squiggle(canvas, number))
    print(f"three strokes of 100 moves: {held(heart)}")
    assert len(annotation.history.done) == 3
    keep_picture(desk, "2-strokes")
    heart.begin_anew()
    canvas.zoom_to(1.0)
    annotation.toolbox.take("eraser")
    hand.stroke(squiggle(canvas, 1.0))
    canvas.setFocus()
    for _ in range(2):
        qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.wait(20)
    assert len(annotation.history.done) == 2
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.wait(20)
    assert len(annotation.history.done) == 3
    qtbot.waitUntil(lambda: not annotation.documents.unsaved and not desk.session.jobs.unsettled, timeout=PATIENCE_MS)
    print(f"zoom, erase, undo, redo, save: {held(heart)}")
    keep_picture(desk, "3-close")
    qtbot.wait(20)
    heart.begin_anew()
    desk.session.step(1)
    qtbot.waitUntil(lambda: not desk.session.jobs.unsettled, timeout=PATIENCE_MS)
    desk.session.step(-1)
    qtbot.waitUntil(lambda: not desk.session.jobs.unsettled, timeout=PATIENCE_MS)
    print(f"to the next part and back: {held(heart)}")
    keep_picture(desk, "4-back")
    assert desk.session.project is not None
    assert desk.session.current is not None
    saved = desk.session.project.store.masks.read(desk.session.current.id, VIEWS[0])
    assert saved is not None
    assert saved[canvas.visible.slices].any() or saved.any()
    assert canvas.viewport().rect().contains(QPoint(10, 10))
    desk.window.close()
