"""When garbage is collected: full collections hold the window, so they wait for a hand that rests."""

import gc
import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QCursor
from pytestqt.qtbot import QtBot

from pentad.ui import garbage
from pentad.ui.garbage import MainThreadCollector

Full = list[int]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[Full]:
    """The generations that were collected, much having grown old; five times as often as in the window."""
    done: Full = []
    monkeypatch.setattr(garbage, "EVERY_MS", 100)
    monkeypatch.setattr(garbage, "FULL_EVERY", 5)
    monkeypatch.setattr(garbage, "OLD", -1)
    enabled = gc.isenabled()

    def hear(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            done.append(info["generation"])

    gc.callbacks.append(hear)
    yield done
    gc.callbacks.remove(hear)
    gc.unfreeze()
    if enabled:
        gc.enable()


def test_a_full_collection_waits_until_the_hand_rests(qtbot: QtBot, full: Full) -> None:
    owner = QObject()
    collector = MainThreadCollector(owner)
    assert not gc.isenabled()
    full.clear()
    # Why a timer: between two turns of the collector's it has its own, however busy the machine is.
    hand, step = QTimer(owner, interval=10), itertools.count()
    hand.timeout.connect(lambda: QCursor.setPos(QPoint(200 + next(step), 300)))
    hand.start()
    qtbot.wait(1500)
    assert 2 not in full
    hand.stop()
    qtbot.waitUntil(lambda: 2 in full, timeout=5000)
    del hand, collector, owner
    assert gc.isenabled()
