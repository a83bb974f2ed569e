"""Looking at normals through the real window: as maps, along a line, and as a surface."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pentad.annotation.section_line import Line
from pentad.canvas.canvas import Canvas
from pentad.canvas.transform import Viewport
from pentad.core.problem import Problem
from pentad.session.shape_maps import Shown
from pentad.session.view_state import NormalMap, Row
from pentad.ui.look_memory import remembered_look
from pentad.ui.panels.surface_panel import SurfacePanel
from pentad.ui.profile.profile_view import ProfileView
from tests.helpers.desk import Desk, open_desk
from tests.helpers.hand import Hand
from tests.helpers.tiny_dataset import SIZE, VIEWS, spot

ALT = Qt.KeyboardModifier.AltModifier
MAPS = {
    Qt.Key.Key_S: NormalMap.SLOPE,
    Qt.Key.Key_C: NormalMap.CURVATURE,
    Qt.Key.Key_T: NormalMap.DETAIL,
    Qt.Key.Key_F: NormalMap.DIFFERENCE,
}


def canvas_of(desk: Desk, view: str = "top") -> Canvas:
    return desk.window.views.tile(view, Row.NORMAL).canvas


def on_screen(canvas: Canvas, y: float, x: float) -> tuple[float, float]:
    """Where a point of the image is on the canvas, x first."""
    transform, port = canvas.view_transform, canvas.viewport()
    assert transform is not None
    there_y, there_x = transform.to_screen(y, x, Viewport(port.height(), port.width()))
    return there_x, there_y


def shown(desk: Desk, view: str = "top") -> Shown:
    found = desk.session.shape_maps.shown(view)
    assert isinstance(found, Shown)
    return found


@pytest.fixture
def normals(desk: Desk, plates: Path) -> Desk:
    """A part with a spot, its normals in their row."""
    desk.open(plates)
    desk.show("S000")
    desk.session.view_state.set(rows=(Row.RGB, Row.NORMAL))
    desk.wait_until_settled()
    desk.window.views.setFocus()
    return desk


def test_each_map_is_one_key_away_and_says_its_range_and_unit(normals: Desk) -> None:
    desk = normals
    for key, kind in MAPS.items():
        desk.press(key, ALT)
        desk.wait_until_settled()
        assert desk.session.view_state.look.normals is kind
        for view in VIEWS:
            stack = canvas_of(desk, view).stack
            assert stack is not None
            assert stack.map is not None
            assert stack.size == SIZE
        assert shown(desk).map.kind is kind
        told = desk.window.views.tile("top", Row.NORMAL).canvas.findChildren(type(canvas_of(desk)._strip))[0]
        assert shown(desk).map.unit in told.accessibleName()
    desk.press(Qt.Key.Key_N, ALT)
    stack = canvas_of(desk).stack
    assert stack is not None
    assert stack.map is None


def test_the_number_under_the_pointer_is_the_maps(normals: Desk) -> None:
    desk = normals
    desk.press(Qt.Key.Key_S, ALT)
    desk.wait_until_settled()
    canvas = canvas_of(desk)
    x, y = on_screen(canvas, 36, 90)
    Hand(desk.qtbot, canvas.viewport()).hover([(x - 2, y), (x, y)])
    value = shown(desk).map.pyramid.at(36, 90)
    assert 5 < value < 45
    assert f"slope {value:.1f}°" in desk.window.views._read


def test_the_difference_to_a_part_like_it_is_none_and_the_good_parts_are_found_by_themselves(normals: Desk) -> None:
    desk = normals
    desk.press(Qt.Key.Key_F, ALT)
    desk.wait_until_settled()
    found = shown(desk)
    assert "mean of 7 good parts" in found.map.made
    assert float(np.nanmax(found.map.pyramid.levels[0])) < 0.1
    desk.press(Qt.Key.Key_R, ALT)
    desk.show("G000")
    assert "S000, lined up by 0.0 px" in shown(desk).map.made
    desk.press(Qt.Key.Key_M, ALT)
    desk.wait_until_settled()
    assert "mean" in shown(desk).map.made
    assert desk.session.project is not None
    assert list((desk.session.project.folder / "cache" / "mean-normals").glob("*.npz"))


def test_a_lamp_takes_the_maps_place_and_a_map_the_lamps(normals: Desk) -> None:
    desk = normals
    desk.press(Qt.Key.Key_S, ALT)
    desk.press(Qt.Key.Key_D, ALT)
    look = desk.session.view_state.look
    assert (look.normals, look.lamp.on) == (None, True)
    desk.press(Qt.Key.Key_C, ALT)
    look = desk.session.view_state.look
    assert (look.normals, look.lamp.on) == (NormalMap.CURVATURE, False)


def test_a_cancelled_mean_says_so_and_can_be_asked_for_again(normals: Desk) -> None:
    desk, maps = normals, normals.session.shape_maps
    desk.session.jobs.started.connect(lambda job: job.cancel() if job.title.startswith("Difference") else None)
    desk.press(Qt.Key.Key_F, ALT)
    desk.wait_until_settled()
    problem = maps.shown("top")
    assert isinstance(problem, Problem)
    assert "cancelled" in str(problem)
    desk.session.jobs.started.disconnect()
    desk.press(Qt.Key.Key_F, ALT)
    desk.wait_until_settled()
    assert isinstance(maps.shown("top"), Shown)


def test_what_was_shown_is_shown_again_tomorrow(normals: Desk, qtbot: QtBot) -> None:
    normals.press(Qt.Key.Key_T, ALT)
    normals.session.shape_maps.options.set("sigma", 20)
    normals.wait_until_settled()
    normals.window.close()
    assert remembered_look(normals.settings)["normals"] is NormalMap.DETAIL
    tomorrow = open_desk(qtbot)
    assert tomorrow.session.view_state.look.normals is NormalMap.DETAIL
    assert tomorrow.session.shape_maps.options.number("sigma") == 20
    tomorrow.window.close()


def plots(desk: Desk) -> ProfileView:
    found = desk.window.docks["profile"].findChild(ProfileView)
    assert isinstance(found, ProfileView)
    return found


def test_a_line_is_drawn_and_its_slopes_are_plotted_moved_and_copied(normals: Desk) -> None:
    desk, session = normals, normals.session
    desk.press(Qt.Key.Key_J)
    desk.wait_until_settled()
    canvas = canvas_of(desk)
    hand = Hand(desk.qtbot, canvas.viewport())
    hand.stroke([on_screen(canvas, 36, x) for x in (5, 20, 60, 90)])
    desk.wait_until_settled()
    section = session.profiling.section
    assert section is not None
    across = np.degrees(np.arctan(section.found.places[:, 1] / SIZE[1] - 0.5))
    assert np.abs(section.found.slope_deg + across).max() < 1
    hand.stroke([on_screen(canvas, 36, x) for x in (90, 80, 50)])
    desk.wait_until_settled()
    assert session.profiling.section is not None
    assert session.profiling.section.line.end[1] == pytest.approx(50, abs=1)
    plots(desk).copy_csv()
    assert QGuiApplication.clipboard().text().startswith("along [px],y [px],x [px],height [px]")


def test_a_place_in_the_plot_is_marked_on_the_line_and_the_other_way_round(normals: Desk) -> None:
    desk, session = normals, normals.session
    desk.press(Qt.Key.Key_J)
    desk.wait_until_settled()
    canvas = canvas_of(desk)
    hand = Hand(desk.qtbot, canvas.viewport())
    hand.stroke([on_screen(canvas, 36, x) for x in (10, 50, 90)])
    hand.hover([on_screen(canvas, 30, x) for x in (40, 50)])
    desk.wait_until_settled()
    assert session.profiling.mark == pytest.approx(0.5, abs=0.03)
    assert plots(desk).plots["slope"]._cursor.value() == pytest.approx(40, abs=2)
    session.annotation.toolbox.section.out()
    plot = plots(desk).plots["slope"]
    box = plot.getPlotItem().getViewBox()
    there = plot.mapFromScene(box.mapViewToScene(QPointF(20, 0)))
    Hand(desk.qtbot, plot.viewport()).hover([(there.x() - 3, there.y()), (there.x(), there.y())])
    assert session.profiling.mark == pytest.approx(0.25, abs=0.03)
    desk.window.views.setFocus()
    desk.press(Qt.Key.Key_Escape)
    assert session.profiling.line is None


def test_the_line_is_laid_over_the_next_part_too(normals: Desk) -> None:
    desk, session = normals, normals.session
    session.annotation.toolbox.section.draw(Line("top", (36, 10), (36, 90)))
    desk.wait_until_settled()
    session.reference.choose(session.current)
    desk.show("G001")
    section = session.profiling.section
    assert section is not None
    assert (section.sample, section.against) == ("G001", "S000")
    assert section.reference is not None


def test_a_rectangle_becomes_a_surface_in_its_panel(normals: Desk) -> None:
    desk, session = normals, normals.session
    desk.press(Qt.Key.Key_J, ALT)
    canvas = canvas_of(desk)
    hand = Hand(desk.qtbot, canvas.viewport())
    hand.stroke([on_screen(canvas, y, x) for y, x in ((20, 20), (30, 30), (60, 70))])
    desk.wait_until_settled()
    panel = desk.window.docks["surface"].widget()
    assert isinstance(panel, SurfacePanel)
    assert panel.isVisible()
    patch = session.surfacing.patch
    assert patch is not None
    assert len(patch.still.vertices) == pytest.approx(41 * 51, rel=0.06)
    panel.heights.setValue(50)
    QTest.qWait(50)
    assert "drawn 10.0 times as high" in panel.words.text()
    assert session.surfacing.overlay("top").shapes
    assert not session.surfacing.overlay("east").shapes
    desk.window.docks["surface"].close()
    assert not session.surfacing.overlay("top").shapes


def test_what_is_marked_becomes_a_surface_of_just_that(normals: Desk) -> None:
    desk, session = normals, normals.session
    desk.press(Qt.Key.Key_F3)
    desk.wait_until_settled()
    desk.press(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | ALT)
    desk.wait_until_settled()
    patch = session.surfacing.patch
    assert patch is not None
    assert len(patch.still.vertices) == int(spot("top").sum())
