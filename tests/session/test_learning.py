"""A training lets one look on: its losses become curves, its last maps are kept, and all of it comes home."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.io.view_pixels import load_view
from pentad.sdk import Ticket, TrainingNews, TrainingReport, tell
from pentad.session.learning import MOST_KEPT, MOST_POINTS, Curve
from pentad.session.modelling import start_training
from tests.helpers.depth_model import STEPS, depth_models, depth_of_grey
from tests.helpers.workroom import Workroom, open_workroom


@pytest.fixture
def studio(plates: Path) -> Iterator[Workroom]:
    with open_workroom(depth_models()) as room:
        room.open(plates)
        yield room


def test_the_losses_of_a_training_are_curves_by_their_names(studio: Workroom) -> None:
    trainings = studio.session.trainings
    heard: list[int] = []
    trainings.told.connect(lambda: heard.append(1))
    assert trainings.shown is None
    studio.result(start_training(studio.session, "grey"))
    learning = trainings.shown
    assert learning is not None
    assert learning.title == "Train Depth of grey on plate"
    assert (learning.stage, learning.step, learning.steps) == ("grey", STEPS, STEPS)
    curves = learning.stages["grey"]
    assert curves["loss"].steps == [1, 2, 3, 4]
    assert curves["loss"].values == [1, 0.5, 0.25, 0.125]
    assert learning.last == {"loss": 0.125, "depth": 0.25}
    (shown,) = learning.maps
    view = next(s for s in studio.project.samples if s.id.endswith("T000")).views[0]
    assert np.array_equal(shown.values, depth_of_grey(load_view(studio.project.tree, view, 128)))
    assert heard


def test_a_model_that_tells_nothing_has_no_curves(studio: Workroom) -> None:
    studio.result(start_training(studio.session, "bright"))
    learning = studio.session.trainings.shown
    assert learning is not None
    assert (learning.stages, learning.maps, dict(learning.last)) == ({}, (), {})


def test_the_last_ones_can_be_looked_at_again_and_no_more_are_kept(studio: Workroom) -> None:
    trainings = studio.session.trainings

    def work(ticket: Ticket) -> TrainingReport:
        tell(ticket, TrainingNews("one", 1, 1, {"loss": 1.0}))
        raise Problem("it went wrong", remedy="Try again")

    for number in range(MOST_KEPT + 3):
        trainings.begin(f"training {number}", work)
        studio.settle()
    assert [one.title for one in trainings.kept] == [f"training {number}" for number in range(3, MOST_KEPT + 3)]
    trainings.show(trainings.kept[0])
    assert trainings.shown is trainings.kept[0]
    assert dict(trainings.kept[0].last) == {"loss": 1.0}


def test_a_long_curve_becomes_means_of_its_neighbours_and_keeps_its_shape() -> None:
    curve, count = Curve(), 50_000
    for step in range(count):
        curve.add(step + 1, math.exp(-step / 10_000))
    assert MOST_POINTS / 3 < len(curve.steps) <= MOST_POINTS + 1
    assert np.all(np.diff(curve.steps) > 0)
    width = curve.steps[1] - curve.steps[0]
    expected = np.exp(-(np.array(curve.steps) - width / 2) / 10_000)
    assert np.allclose(curve.values, expected, rtol=0.01)
    assert curve.steps[-1] > count - 2 * width
