"""Words where a picture should be: all of them if there is room, and never outside."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from pytestqt.qtbot import QtBot

from pentad.canvas import Caption
from pentad.canvas.notice import broken
from pentad.core.problem import Problem
from tests.canvas.scenes import noise, pixels, plain, shown_canvas

PROBLEM = Problem("This view could not be read", "S0007_view_3.png is truncated", remedy="Copy the file again.")


@pytest.mark.usefixtures("qapp")
@given(st.text(max_size=300), st.floats(20, 400), st.integers(0, 6))
@settings(deadline=None, max_examples=60)
def test_broken_text_keeps_to_its_room(text: str, width: float, most: int) -> None:
    lines = broken(text, QFont(), width=width, most=most)
    assert len(lines) <= most
    widest = QFontMetricsF(QFont()).horizontalAdvance("W")
    assert all(QFontMetricsF(QFont()).horizontalAdvance(line) <= width + widest for line in lines)


@pytest.mark.usefixtures("qapp")
def test_text_with_room_is_all_there_and_text_without_ends_in_an_ellipsis() -> None:
    path = "/data/" + "long_folder_name/" * 12 + "view_3.png"
    assert "".join(broken(path, QFont(), width=150, most=50)) == path
    assert broken(path, QFont(), width=150, most=2)[-1].endswith("…")


def test_a_problem_is_told_in_the_picture_s_place_and_a_picture_takes_it_back(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 200, 400)
    canvas.show_picture(plain(noise(200, 400)))
    canvas.show_problem(PROBLEM)
    assert canvas.stack is None
    ground = canvas.palette().base().color().red()
    told = pixels(canvas)
    assert 0.005 < (told[..., 0] != ground).mean() < 0.2
    assert (told[:10] == ground).all()
    assert (told[:, :10] == ground).all()
    canvas.show_picture(plain(noise(200, 400)))
    assert np.array_equal(pixels(canvas), noise(200, 400))


def test_a_remedy_is_not_lost_in_a_small_tile(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 130, 220)
    palette = QPalette(canvas.palette())
    palette.setColor(QPalette.ColorRole.PlaceholderText, palette.color(QPalette.ColorRole.Base))
    canvas.setPalette(palette)
    canvas.show_problem(Problem("Unreadable", "because " * 60, remedy="Copy it again."))
    rows = (pixels(canvas) != pixels(canvas)[0, 0]).any(axis=(1, 2)).nonzero()[0]
    assert rows.max() > 80


def test_waiting_is_quieter_than_a_problem(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 200, 400)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.BrightText, QColor(255, 0, 0))
    canvas.setPalette(palette)
    canvas.show_waiting("Reading view_3")
    assert not ((pixels(canvas) == (255, 0, 0)).all(axis=2)).any()
    canvas.show_problem(PROBLEM)
    assert ((pixels(canvas) == (255, 0, 0)).all(axis=2)).any()


def test_a_caption_stands_beside_the_picture_and_not_on_it(qtbot: QtBot) -> None:
    canvas, rgb = shown_canvas(qtbot, 222, 300), noise(200, 300)
    canvas.show_picture(plain(rgb))
    canvas.show_caption(Caption("view_0", "rgb", "0.93", 0.93, 0.61))
    assert np.array_equal(pixels(canvas)[22:], rgb)
    canvas.show_caption(None)
    assert canvas.viewport().height() == 222


def test_a_score_that_reaches_the_threshold_is_shown_in_the_alarm_colour(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 100, 300)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.BrightText, QColor(255, 0, 0))
    canvas.setPalette(palette)
    alarming = []
    for level in (0.60, 0.61, 0.62):
        canvas.show_caption(Caption("view_0", "rgb", f"{level}", level, 0.61))
        alarming.append(bool((pixels(canvas)[:22] == (255, 0, 0)).all(axis=2).any()))
    assert alarming == [False, True, True]


def test_a_long_name_does_not_run_into_the_score(qtbot: QtBot) -> None:
    canvas = shown_canvas(qtbot, 100, 160)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(0, 0, 255))
    palette.setColor(QPalette.ColorRole.Window, QColor(0, 0, 0))
    canvas.setPalette(palette)
    canvas.show_caption(Caption("a_view_with_a_very_long_name_indeed", "normals", ""))
    alone = pixels(canvas)[:22]
    canvas.show_caption(Caption("a_view_with_a_very_long_name_indeed", "normals", "0.93"))
    both = pixels(canvas)[:22]
    assert not np.array_equal(alone, both)
    gap = (both[:, 100:] == 0).all(axis=(0, 2))
    assert gap.any()
