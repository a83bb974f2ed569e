"""The colours of a run's scene say what they are said to say, in both themes and for runs of every kind."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from pentad.canvas.colours import HeatMapName, heat_table
from pentad.canvas.pyramid import bgra_of
from pentad.core.pose_trace import PoseStart, Reference
from pentad.session.pose_run import PoseRun
from pentad.ui.main import application
from pentad.ui.pose.looking import PoseLook
from pentad.ui.pose.path_drawing import PathPicture, compose_path, compose_waiting, distances, loss_table
from pentad.ui.pose.path_scene import Stand, trails
from pentad.ui.scene3d.content import Lines, check
from pentad.ui.theme import Theme
from tests.helpers.pose_traces import MESH, circling

KEPT = circling(aside=("second", "third"))


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest, qapp: object) -> Theme:
    return Theme(application(), request.param)


def picture(
    theme: Theme, run: PoseRun, index: int, *, marked: str | None = None, beside: PoseRun | None = None
) -> PathPicture:
    assert run.start is not None
    camera = run.start.cameras[0]
    photos = {c.name: bgra_of(p) for c, p in zip(run.start.cameras, run.photos, strict=False)}
    drawn = compose_path(
        PoseLook(run, index, beside), Stand.of(MESH, camera, run.start.references), trails(run.steps, camera), theme,
        beside=trails(beside.steps, camera) if beside else (), photos=photos, marked=marked,
    )  # fmt: skip
    check(drawn.content)
    return drawn


def coloured(drawn: PathPicture, colour: QColor) -> list[Lines]:
    wanted = (colour.red(), colour.green(), colour.blue())
    return [lines for lines in drawn.content.lines if lines.colour == wanted]


def test_the_winning_path_is_wide_and_coloured_by_loss_and_the_loser_faint(theme: Theme) -> None:
    run = PoseRun.of(KEPT, "1")
    drawn = picture(theme, run, run.best)
    wide = [lines for lines in drawn.content.lines if lines.width == 3.5]
    faint = [lines for lines in drawn.content.lines if lines.opacity < 1]
    assert sum(len(lines.pieces) for lines in wide) == 11
    assert sum(len(lines.pieces) for lines in faint) == 11
    assert all(lines.width < 2 for lines in faint)
    # The last piece leads to the least loss there is, and has about the colour of the table's beginning.
    table = loss_table(theme.name)
    last = next(
        lines
        for lines in wide
        if np.array_equal(lines.pieces[-1, 1], trails(run.steps, KEPT.trace.cameras[0])[1].eyes[-1])
    )
    assert np.abs(np.array(last.colour) - table[0]).max() < 25
    assert drawn.span == pytest.approx((0.2 * 0.8**11, 0.3))


def test_the_least_loss_stands_out_most_from_the_background(theme: Theme) -> None:
    canvas = theme.colour("canvas")
    ground = np.array([canvas.red(), canvas.green(), canvas.blue()], float)
    table, plasma = loss_table(theme.name).astype(float), heat_table(HeatMapName.PLASMA)
    assert np.linalg.norm(table[0] - ground) > np.linalg.norm(table[-1] - ground) > 60
    assert all((plasma == colour).all(axis=1).any() for colour in table[::25])


def test_a_losing_start_that_is_looked_at_is_no_longer_faint(theme: Theme) -> None:
    run = PoseRun.of(KEPT, "1")
    assert sum(len(lines.pieces) for lines in picture(theme, run, 3).content.lines if lines.opacity == 0.9) == 11


def test_the_nearest_reference_is_in_the_accent_and_a_marked_one_lies_over_the_others(theme: Theme) -> None:
    run = PoseRun.of(KEPT, "1")
    drawn = picture(theme, run, run.best, marked="reference 3")
    accent = coloured(drawn, theme.colour("accent"))
    nearest = Stand.of(MESH, KEPT.trace.cameras[0], KEPT.trace.references).references[5]
    assert len(accent) == 1
    assert np.array_equal(accent[0].pieces, nearest.edges)
    assert len(coloured(drawn, theme.colour("warn"))) == 1
    assert sum(len(lines.pieces) for lines in drawn.content.lines if lines.width == 1.2) == 19 * 8 + 2 * 8


def test_the_answer_is_shown_beside_another_iteration_and_photos_on_every_camera(theme: Theme) -> None:
    run = PoseRun.of(KEPT, "1")
    there, here = picture(theme, run, run.best), picture(theme, run, 2)
    assert {name.text for name in here.scene.names} - {name.text for name in there.scene.names} == {
        "answer",
        "first, iteration 3",
    }
    assert len(here.content.photos) == 3
    assert any(name.text == "second" for name in here.scene.names)


def test_the_run_beside_has_a_colour_of_its_own(theme: Theme) -> None:
    run, other = PoseRun.of(KEPT, "1"), PoseRun.of(circling(iterations=5), "2")
    beside = coloured(picture(theme, run, run.best, beside=other), theme.colour("good"))
    assert sum(len(lines.pieces) for lines in beside) == 4
    assert not coloured(picture(theme, run, run.best), theme.colour("good"))


def test_a_run_of_one_iteration_without_references_or_photos_is_drawn(theme: Theme) -> None:
    """As a run that begins at a given pose is after its first iteration."""
    run = PoseRun.of(KEPT, "1")
    assert run.start is not None
    run.start, run.steps, run.photos, run.kept = replace(run.start, references=()), run.steps[:1], (), None
    run.start = PoseStart(run.start.cameras[:1], run.start.masks[:1], ())
    drawn = picture(theme, run, 0)
    assert drawn.scene.trails[0].eyes.shape == (1, 3)
    assert not drawn.content.photos


def test_before_the_first_iteration_the_part_stands_among_its_references(theme: Theme) -> None:
    stand = Stand.of(MESH, KEPT.trace.cameras[0], KEPT.trace.references)
    drawn = compose_waiting(stand, KEPT.trace.references, theme)
    check(drawn.content)
    assert len(drawn.scene.frusta) == 20
    assert sum(len(lines.pieces) for lines in drawn.content.lines) == 20 * 8 + 3
    assert {name.text for name in drawn.scene.names} == {*map(str, range(20)), "x", "y", "z"}


def test_a_reference_whose_distance_is_not_known_is_far() -> None:
    poses = [Reference(np.eye(4), distance) for distance in (3.0, np.inf, np.nan, 7.0)]
    assert distances(poses).tolist() == [3, 7, 7, 7]
    assert distances([Reference(np.eye(4), np.nan)]).tolist() == [1]
    assert distances([replace(each, aligned=2.0) for each in poses]).tolist() == [2, 2, 2, 2]
