"""When garbage is collected: full collections hold the window, so they wait for a hand that rests."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor
from pytestqt.qtbot import QtBot

from pentad.ui import garbage
from pentad.ui.garbage import MainThreadCollector

Full = list[int]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[Full]:
    """The generations that were collected, once much has grown old; 20 times as often as in the window."""
    done: Full = []
    monkeypatch.setattr(garbage, "EVERY_MS", 25)
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
    for step in range(40):
        QCursor.setPos(QPoint(300 + 5 * (step % 2), 300))
        qtbot.wait(25)
    assert 2 not in full
    qtbot.waitUntil(lambda: 2 in full, timeout=5000)
    del collector, owner
    assert gc.isenabled()
