"""Anything done at any time, by real events, loses no stroke, raises nothing and never holds the window.

``--rounds N`` plays N stories instead of two.
"""

import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pentad.session.saving import Pace
from tests.helpers.desk import open_desk
from tests.helpers.heartbeat import Heartbeat
from tests.helpers.monkey import Monkey
from tests.helpers.tiny_dataset import write_tiny_dataset

ACTS = 240
KILLS = 3
"""How often in a story a copy is looked at as it would be after a kill."""
LONGEST_HOLD_S = 1.0
"""Of the main thread's own time; the figures that count are in the benchmarks."""


def play(qtbot: QtBot, folder: Path, seed: int) -> tuple[int, float]:
    """One story; how many strokes were acknowledged, and how long the window was ever held (seconds)."""
    data = [write_tiny_dataset(folder / name, train=2, good=2, bad=2, size=(144, 192)) for name in ("one", "two")]
    desk = open_desk(qtbot)
    monkey, heart = Monkey(desk, data, seed), Heartbeat(desk.window)
    desk.session.annotation.documents.pace = Pace(quiet=0.1, longest=0.5, busy=0.02)
    desk.open(data[0])
    desk.window.arrange("annotate")
    try:
        for number in range(ACTS):
            monkey.act()
            if number % (ACTS // KILLS) == 7 and desk.session.project is not None:
                monkey.witness.check_as_killed(folder / f"killed-{number}")
        monkey.close_dialogs()
        monkey._begin_stroke()
        desk.window.close()
        for place in {place[0] for place in monkey.witness.known}:
            monkey.witness.check(place, place)
    except BaseException:
        print(f"seed {seed}:", *monkey.diary, sep="\n", file=sys.stderr)
        raise
    return monkey.witness.strokes, heart.longest_cpu_ms / 1000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A story a seed: each has a desk of its own."""
    metafunc.parametrize("seed", range(int(metafunc.config.getoption("--rounds") or 2)))


def test_a_monkey_at_the_desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    for asked in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, asked, lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    begun = time.monotonic()
    strokes, held = play(qtbot, tmp_path, seed)
    assert held < LONGEST_HOLD_S, f"the window was held for {held:.1f} s"
    print(f"\nstory {seed}: {strokes} strokes, 0 lost, {time.monotonic() - begun:.0f} s, held {1000 * held:.0f} ms")
