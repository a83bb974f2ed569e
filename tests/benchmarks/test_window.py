"""How long a person waits for the window, and for five 20 megapixel photos in it."""

import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from pentad.session.view_state import Row
from tests.helpers.desk import WAIT_MS, Desk, open_desk
from tests.helpers.heartbeat import Heartbeat
from tests.helpers.tiny_dataset import MANIFEST, VIEWS

SIZE = (3648, 5472)
START = """
import time
begun = time.perf_counter()
import sys
from PySide6.QtCore import QEvent, QObject, QTimer
import pentad.ui.main as main
import pentad.ui.main_window as window
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print(time.perf_counter() - begun, flush=True)
            QTimer.singleShot(0, watched.window().close)
            watched.removeEventFilter(self)
        return False
watch, made = Watch(), window.MainWindow.__init__
def init(self, *args):
    made(self, *args)
    self.views.viewport().installEventFilter(watch)
window.MainWindow.__init__ = init
main.begin = lambda *args, **named: None
sys.exit(main.run_window([]))
"""


def write_large_photos(root: Path) -> Path:
    """One part of five 20 MP JPEGs, about 4 MB each, and a second one, so that there is a neighbour."""
    (root / "plate/test/good").mkdir(parents=True)
    (root / "pentad.toml").write_text(MANIFEST, "utf-8")
    small = np.random.default_rng(0).normal(120, 30, (SIZE[0] // 12, SIZE[1] // 12, 3)).clip(0, 255).astype(np.uint8)
    image = cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
    for part in ("L000", "L001"):
        folder = root / "plate/test/good" / part
        folder.mkdir()
        for view in VIEWS:
            (folder / f"{view}_rgb.jpg").write_bytes(coded)
    manifest = root / "pentad.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("_rgb.png", "_rgb.jpg"), "utf-8")
    return root


@pytest.mark.benchmark
def test_five_20_mp_photos_are_seen_soon_and_never_block(qtbot: QtBot, tmp_path: Path) -> None:
    desk = open_desk(qtbot)
    desk.open(write_large_photos(tmp_path / "large"))
    session, views = desk.session, desk.window.views
    session.close_project()
    desk.wait_until_settled()
    session.open_project(tmp_path / "large")
    qtbot.waitUntil(lambda: session.project is not None, timeout=WAIT_MS)
    begun, heart = time.perf_counter(), Heartbeat(desk.window)
    qtbot.waitUntil(lambda: all(tile.canvas.stack is not None for tile in views.tiles) and bool(views.tiles))
    first = time.perf_counter() - begun

    def complete() -> bool:
        pictures = (views.content(view).pictures for view in VIEWS)
        return (
            all(picture.complete for found in pictures for picture in found.values()) and not desk.window.pictures.busy
        )

    qtbot.waitUntil(complete, timeout=WAIT_MS)
    whole = time.perf_counter() - begun
    print(f"\nfive 20 MP JPEGs: first pixels of all {first * 1000:.0f} ms, whole {whole * 1000:.0f} ms, ", end="")
    print(f"event loop blocked at most {heart.longest_ms:.0f} ms (median {heart.median_ms:.1f} ms)")
    desk.wait_until_settled()
    begun = time.perf_counter()
    session.step(1)
    qtbot.waitUntil(lambda: all(tile.canvas.stack is not None for tile in views.tiles))
    print(f"next sample, prefetched: {1000 * (time.perf_counter() - begun):.0f} ms to first pixels")
    assert len([tile for tile in views.tiles if tile.row is Row.COMPOSITE]) == 5
    desk.window.close()


@pytest.mark.benchmark
def test_the_window_is_on_screen_soon_after_the_start() -> None:
    times = [
        float(subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    print(f"\nfirst paint of the window after {min(times):.2f} s (best of 3; worst {max(times):.2f} s)")
    assert min(times) < 15


@pytest.mark.benchmark
def test_twenty_thousand_samples_scroll(desk_of_many: Desk) -> None:
    panel = desk_of_many.window.samples
    bar = panel.list.verticalScrollBar()
    assert panel.model.rowCount() == 20_000
    spent = []
    for step in range(60):
        bar.setValue(bar.maximum() * step // 60)
        begun = time.perf_counter()
        panel.list.viewport().repaint()
        spent.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    panel.text.setText("S01234")
    desk_of_many.qtbot.waitUntil(lambda: panel.model.rowCount() == 1)
    print(
        f"\n20,000 rows: a page repaints in {np.median(spent) * 1000:.1f} ms (worst {max(spent) * 1000:.1f} ms), ",
        end="",
    )
    print(f"filtered {1000 * (time.perf_counter() - begun):.0f} ms after the last key")


@pytest.fixture
def desk_of_many(qtbot: QtBot, tmp_path: Path) -> Desk:
    """A project that lists 20,000 parts, whose files are not there: the list must not need them."""
    from tests.helpers.many_samples import project_of

    desk = open_desk(qtbot)
    desk.session.show_project(project_of(20_000, tmp_path))
    return desk
