"""The rig and the part are read when they are asked for, and what is wrong with them is said."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import trimesh

from pentad.session.rig_scene import Frame
from pentad.session.rig_state import NO_RIG
from tests.helpers.tiny_dataset import VIEWS, write_tiny_dataset
from tests.helpers.tiny_rig import write_tiny_rig
from tests.helpers.workroom import Workroom, open_workroom


@pytest.fixture
def room() -> Iterator[Workroom]:
    with open_workroom() as room:
        yield room


def ask(room: Workroom) -> None:
    room.session.rig.ask(room.session.current)
    room.settle()


def test_cameras_and_part_come_when_they_are_asked_for(room: Workroom, tmp_path: Path) -> None:
    project = room.open(write_tiny_rig(tmp_path / "plates"))
    rig = room.session.rig
    assert rig.reading is None
    assert rig.part is None
    ask(room)
    assert list(rig.cameras(project.samples[0])) == list(VIEWS)
    assert rig.part is not None
    assert np.allclose(rig.part.surface.bounds, [[-10, -4, 0], [10, 4, 6]])
    assert (rig.part_name, rig.problem) == ("part.stl", None)


def test_one_mesh_for_all_samples_is_read_once(room: Workroom, tmp_path: Path) -> None:
    project = room.open(write_tiny_rig(tmp_path / "plates"))
    ask(room)
    first = room.session.rig.part
    room.session.open(project.samples[-1].id)
    ask(room)
    assert room.session.rig.part is first


def test_a_data_set_without_a_rig_says_how_it_gets_one(room: Workroom, tmp_path: Path) -> None:
    room.open(write_tiny_dataset(tmp_path / "plates"))
    ask(room)
    assert room.session.rig.problem is NO_RIG
    assert room.session.rig.cameras(room.project.samples[0]) == {}


def test_a_broken_mesh_leaves_the_cameras_and_is_named(room: Workroom, tmp_path: Path) -> None:
    data = write_tiny_rig(tmp_path / "plates")
    (data / "part.stl").write_bytes(b"solid nothing")
    room.open(data)
    ask(room)
    rig = room.session.rig
    assert rig.problem is None
    assert rig.part is None
    assert rig.part_problem is not None
    assert "part.stl" in rig.part_problem.what


def test_a_part_that_a_person_opens_stays_for_the_project(room: Workroom, tmp_path: Path) -> None:
    project = room.open(write_tiny_rig(tmp_path / "plates"))
    ask(room)
    ball = tmp_path / "ball.ply"
    trimesh.creation.icosphere(radius=5.0).export(ball)
    room.result(room.session.rig.load_part(ball))
    room.session.open(project.samples[-1].id)
    ask(room)
    rig = room.session.rig
    assert rig.part_name == "ball.ply"
    assert rig.part is not None
    assert np.allclose(rig.part.surface.bounds, [[-5] * 3, [5] * 3])
    room.session.close_project()
    assert rig.part is None


def test_what_is_odd_about_a_mesh_is_noticed_and_it_is_shown_all_the_same(room: Workroom, tmp_path: Path) -> None:
    room.open(write_tiny_rig(tmp_path / "plates"))
    fan = trimesh.Trimesh(
        [[0, 0, 0], [0, 0, 1], [1, 0, 0], [-1, 1, 0], [-1, -1, 0]], [[0, 1, 2], [0, 1, 3], [0, 1, 4]], process=False
    )
    fan.export(tmp_path / "fan.off")
    room.result(room.session.rig.load_part(tmp_path / "fan.off"))
    assert ["not a proper surface" in problem.what for problem in room.problems] == [True]
    assert room.session.rig.part is not None


def test_changing_the_frame_is_announced_once(room: Workroom) -> None:
    heard: list[Frame] = []
    rig = room.session.rig
    rig.changed.connect(lambda: heard.append(rig.frame))
    rig.set_frame(Frame.PUBLISHED)
    rig.set_frame(Frame.PUBLISHED)
    assert heard == [Frame.PUBLISHED]
