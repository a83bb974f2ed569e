"""The window's small parts keep their word."""

import gc
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psygnal import EmitLoopError, Signal
from PySide6.QtCore import QObject

from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.session.actions import Action, Actions
from pentad.ui.arranging import SMALLEST_TILE, arrange
from pentad.ui.bridge import listen
from pentad.ui.excepthook import in_words
from pentad.ui.readout import heat_at
from pentad.ui.score_scale import ScoreScale
from pentad.ui.theme import NAMES, tokens
from tests.helpers.desk import Desk


class Noun:
    """Something that announces."""

    changed = Signal(int, str)


class Ear(QObject):
    """Hears one of two arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[int] = []

    def hear(self, number: int) -> None:
        self.heard.append(number)


def test_a_listener_ends_with_its_widget(qtbot: object) -> None:
    noun, ear = Noun(), Ear()
    listen(ear, noun.changed, ear.hear)
    noun.changed.emit(1, "one")
    assert ear.heard == [1]
    assert len(noun.changed) == 1
    del ear
    gc.collect()
    assert len(noun.changed) == 0


def test_a_problem_inside_a_signal_is_shown_as_it_is(qtbot: object) -> None:
    def fails(number: int) -> None:
        raise Problem("The disk is full", remedy="Make room")

    noun = Noun()
    noun.changed.connect(fails)
    with pytest.raises(EmitLoopError) as caught:
        noun.changed.emit(1, "one")
    assert in_words(caught.value).remedy == "Make room"


def test_no_two_actions_share_an_id_or_a_key() -> None:
    accept = Action("a", "Accept", int, "Review", ("A",))
    with pytest.raises(ValueError, match="'A' is the key of both"):
        Actions([accept, Action("b", "Other", int, "Review", ("A",))])
    with pytest.raises(ValueError, match="two actions are called 'a'"):
        Actions([accept, accept])


def test_every_action_has_a_menu_a_name_and_an_icon_that_exists(desk: Desk) -> None:
    for action in desk.window.actions_by_id.table:
        body = desk.window.actions_by_id[action.id]
        assert body.text()
        assert action.icon == "" or not body.icon().isNull(), action.icon
        assert all(shortcut.toString() for shortcut in body.shortcuts())


def test_every_icon_button_says_what_it_does(desk: Desk) -> None:
    from PySide6.QtWidgets import QToolButton

    silent = [b for b in desk.window.findChildren(QToolButton) if b.isVisible() and not b.text() and not b.toolTip()]
    assert silent == []


def test_the_themes_define_the_same_tokens() -> None:
    assert tokens("dark").keys() == tokens("light").keys()
    assert set(NAMES) == {file.stem for file in resource("theme").glob("*.json")}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("ink", "paper"), [("text", "window"), ("text", "panel"), ("quiet", "panel"), ("alarm", "panel")]
)
def test_words_stand_out_from_what_they_stand_on(name: str, ink: str, paper: str) -> None:
    """WCAG 2: contrast of at least 4.5."""
    colours = tokens(name)

    def luminance(code: str) -> float:
        channels = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, bright = sorted((luminance(colours[ink]), luminance(colours[paper])))
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


@given(st.integers(1, 8), st.integers(1, 5), st.integers(200, 3800), st.integers(200, 2100), st.floats(0.4, 2.5))
def test_tiles_never_overlap_and_never_shrink_below_use(
    views: int, rows: int, width: int, height: int, aspect: float
) -> None:
    grid = arrange(views, rows, (width, height), caption=22, aspect=aspect)
    taken = np.zeros((grid.height, grid.width), np.uint8)
    for cell in grid.cells.values():
        taken[cell.y : cell.y + cell.height, cell.x : cell.x + cell.width] += 1
        assert cell.width >= SMALLEST_TILE
    assert len(grid.cells) == views * rows
    assert taken.max() == 1
    assert grid.width <= max(width, SMALLEST_TILE)


@given(st.lists(st.floats(-10, 10), min_size=1), st.none() | st.floats(-10, 10))
def test_every_score_and_the_threshold_lie_inside_their_bar(scores: list[float], threshold: float | None) -> None:
    scale = ScoreScale.of(scores, threshold)
    assert all(0 <= scale.fraction(score) < 1 for score in scores)
    assert scale.limit is None or 0 <= scale.limit < 1


def test_heat_under_the_pointer_is_bilinear_between_cell_centres() -> None:
    values = np.array([[0.0, 1.0], [2.0, 3.0]], np.float32)
    assert heat_at(values, (4, 4), (0.5, 0.5)) == pytest.approx(0.0)
    assert heat_at(values, (4, 4), (1.5, 1.5)) == pytest.approx(1.5)
    assert heat_at(values, (4, 4), (3.4, 3.4)) == pytest.approx(3.0)


def test_the_window_is_imported_without_anything_heavy() -> None:
    heavy = "('torch','vtkmodules','pyvista','trimesh','matplotlib','scipy','transformers','vispy','numba')"
    code = f"import sys, pentad.ui.main; print([name for name in {heavy} if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
