"""Depth of the sample on screen is made in the background, kept in the project, and found again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pentad.io.depth_files import read_depth_made
from pentad.io.view_pixels import load_view
from pentad.sdk import DepthWish
from pentad.session.jobs import State
from pentad.session.modelling import start_training
from tests.helpers.depth_model import STEPS, depth_models, drawn
from tests.helpers.workroom import Workroom, open_workroom


@pytest.fixture
def studio(plates: Path) -> Iterator[Workroom]:
    """The plates are open, and the depth of grey is trained on them."""
    with open_workroom(depth_models()) as room:
        room.open(plates)
        for model in ("bright", "grey"):
            room.result(start_training(room.session, model))
        room.session.open(room.sample("S000").id)
        yield room


def make(studio: Workroom, *, seed: int = 0) -> Path:
    """One depth of the sample on screen."""
    depths = studio.session.depths
    depths.options.set("seed", seed)
    job = depths.make(depths.models()[0])
    assert job is not None
    made, file = studio.result(job)
    assert file is not None
    assert made is depths.made
    return file


def test_only_models_that_make_depth_are_offered(studio: Workroom) -> None:
    assert [folder.name for folder in studio.session.depths.models()] == ["grey-plate"]
    bright = next(folder for folder in studio.project.models if folder.name == "bright-plate")
    job = studio.session.depths.make(bright)
    assert job is not None
    studio.settle()
    assert job.problem is not None
    assert "makes no depth" in str(job.problem)


def test_what_is_made_is_what_the_model_says_and_lies_in_the_project(studio: Workroom) -> None:
    depths = studio.session.depths
    assert (depths.files, depths.made, depths.exists) == ([], None, False)
    file = make(studio, seed=7)
    assert file == studio.project.folder / f"depths/{depths.made.sample if depths.made else ''}/001-grey.npz"
    kept = read_depth_made(file)
    assert (kept.seed, kept.samples, kept.steps, kept.made_by.model) == (7, 1, STEPS, "grey")
    for view in studio.sample("S000").views:
        expected = drawn(load_view(studio.project.tree, view, 128), 7)
        assert np.array_equal(kept.views[view.name].depth, expected)
        assert np.array_equal(depths.views()[view.name].depth, expected)


def test_it_is_found_again_when_the_project_opens_and_read_when_asked_for(studio: Workroom, plates: Path) -> None:
    first, second = make(studio, seed=1), make(studio, seed=2)
    studio.session.close_project()
    assert studio.session.depths.files == []
    studio.open(plates)
    studio.session.open(studio.sample("S000").id)
    depths = studio.session.depths
    assert (depths.files, depths.file) == ([first, second], second)
    assert depths.made is None
    depths.ask()
    studio.settle()
    assert depths.made is not None
    assert depths.made.seed == 2
    depths.choose(first)
    studio.settle()
    assert depths.made.seed == 1
    studio.session.open(studio.sample("G000").id)
    assert (depths.files, depths.made, depths.exists) == ([], None, False)


def test_a_damaged_file_is_told_of_once_and_the_others_open(studio: Workroom) -> None:
    first, second = make(studio, seed=1), make(studio, seed=2)
    second.write_bytes(second.read_bytes()[:-400])
    studio.session.depths.use(studio.project)
    studio.session.depths.show(studio.sample("S000"))
    for _ in range(3):
        studio.session.depths.ask()
        studio.settle()
    assert [str(problem).partition(":")[0] for problem in studio.problems] == [
        "002-grey.npz is no generated depth, or damaged"
    ]
    assert studio.session.depths.problem is not None
    studio.session.depths.choose(first)
    studio.settle()
    assert studio.session.depths.made is not None
    assert studio.session.depths.problem is None


def test_no_more_is_kept_in_memory_than_there_is_room_for(studio: Workroom) -> None:
    depths = studio.session.depths
    files = [make(studio, seed=seed) for seed in range(4)]
    assert depths.made is not None
    one = sum(3 * each.depth.nbytes for each in depths.made.views.values())
    depths.use(studio.project)
    depths.room = int(2.5 * one)
    depths.show(studio.sample("S000"))
    for file in files:
        depths.choose(file)
        depths.ask()
        studio.settle()
        assert depths.made is not None
    depths.choose(files[2])
    assert depths.made is not None
    depths.choose(files[0])
    assert depths.made is None


def test_a_depth_that_is_not_wanted_any_more_is_not_kept(studio: Workroom) -> None:
    depths = studio.session.depths
    job = depths.make(depths.models()[0])
    assert job is not None
    job.cancel()
    studio.settle()
    assert job.state is State.CANCELLED
    assert depths.files == []


def test_where_nothing_can_be_written_it_is_shown_all_the_same(studio: Workroom) -> None:
    (studio.project.folder / "depths").write_text("in the way")
    depths = studio.session.depths
    job = depths.make(depths.models()[0])
    assert job is not None
    studio.result(job)
    assert len(studio.problems) == 1
    assert depths.made is not None
    assert depths.exists
    assert depths.files == []


def test_the_wish_is_what_was_set(studio: Workroom) -> None:
    options = studio.session.depths.options
    for id, value in (("seed", 3), ("samples", 4), ("steps", 20)):
        options.set(id, value)
    assert studio.session.depths.wish == DepthWish(3, 4, 20)
