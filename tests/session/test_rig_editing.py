"""The rig of a project is edited, saved beside the project, and read from there; against closed forms."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pentad.core.box import Box
from pentad.core.camera import Camera, Rig
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.geometry.projection import project
from pentad.geometry.resizing import in_millimetres
from pentad.io.calibration import RigReading, format_rig, read_rig
from pentad.io.datasets.rig import rig_reading_of
from pentad.sdk.testing import PatientTicket
from pentad.session.project import create_project
from pentad.session.rig_editing import Pair, RigEditing, Station
from tests.helpers.tiny_dataset import VIEWS
from tests.helpers.tiny_rig import write_tiny_rig
from tests.helpers.workroom import Workroom, open_workroom


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_tiny_rig(tmp_path / "plates")


def begin(room: Workroom, data: Path) -> RigEditing:
    project = room.open(data)
    room.session.rig.ask(None)
    room.settle()
    reading = room.session.rig.reading
    assert isinstance(reading, RigReading)
    return RigEditing(project, rig_reading_of(project.tree, project.store.options), reading)


def camera(editing: RigEditing, name: str) -> Camera:
    found = editing.camera(name)
    assert found is not None
    return found


def saved(room: Workroom, editing: RigEditing) -> RigReading:
    editing.save()
    room.session.rig.read_again()
    room.settle()
    assert room.session.rig.reading is not None
    return room.session.rig.reading


def test_a_station_is_a_turn_about_the_boards_normal_and_a_shift(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    editing.cameras = tuple(replace(one, station=np.eye(4)) for one in editing.cameras)
    before = camera(editing, "north")
    editing.set_station("north", Station(30.0, (10.0, -4.0, 2.5)))
    after = camera(editing, "north")
    point = np.array([3.0, 5.0, 7.0])
    cos, sin = math.cos(math.radians(30)), math.sin(math.radians(30))
    on_board = np.array([3 * cos - 5 * sin + 10, 3 * sin + 5 * cos - 4, 7 + 2.5])
    seen = after.rig_to_camera @ [*point, 1.0]
    assert seen == pytest.approx(before.world_to_camera @ [*on_board, 1.0], abs=1e-9)
    read = Station.of(after)
    assert (read.turn_deg, *read.shift_mm, read.tilt_deg) == pytest.approx((30.0, 10.0, -4.0, 2.5, 0.0), abs=1e-9)
    rows = {row.title: (row.published, row.rig) for row in editing.rows("north")}
    assert rows["Board turned"] == ("-", "30.000°")
    assert rows["Stands at, mm"][0] == ", ".join(f"{x:.2f}" for x in np.linalg.inv(before.world_to_camera)[:3, 3] + 0.0)
    assert rows["Stands at, mm"][1] == ", ".join(f"{x:.2f}" for x in np.linalg.inv(after.rig_to_camera)[:3, 3] + 0.0)


def test_turning_a_tilted_board_keeps_its_tilt(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    tilt = math.radians(3.0)
    tilted = np.eye(4)
    tilted[1:3, 1:3] = [[math.cos(tilt), -math.sin(tilt)], [math.sin(tilt), math.cos(tilt)]]
    editing.cameras = tuple(replace(one, station=tilted) for one in editing.cameras)
    before = Station.of(camera(editing, "top"))
    assert before.tilt_deg == pytest.approx(3.0)
    editing.set_station("top", Station(before.turn_deg + 90, (1.0, 0.0, 0.0)))
    quarter = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    assert camera(editing, "top").station[:3, :3] == pytest.approx(quarter @ tilted[:3, :3], abs=1e-9)


def test_what_is_saved_is_in_force_at_once_and_tomorrow_and_the_data_set_is_as_it_was(
    room: Workroom, data: Path
) -> None:
    published = (data / "rig.toml").read_bytes()
    editing = begin(room, data)
    editing.set_station("top", Station(12.0, (1.0, 2.0, 3.0)))
    assert editing.edited
    wanted = camera(editing, "top").rig_to_camera
    reading = saved(room, editing)
    assert not editing.edited
    assert np.array_equal(reading.rig.camera("top").rig_to_camera, wanted)
    assert (data / "rig.toml").read_bytes() == published
    folder = room.project.folder
    room.session.close_project()
    again = begin(room, folder)
    assert np.array_equal(camera(again, "top").rig_to_camera, wanted)
    again.as_published("top")
    assert np.array_equal(camera(again, "top").station, np.eye(4))
    again.discard()
    assert np.array_equal(camera(again, "top").rig_to_camera, wanted)


def test_square_millimetres_follow_the_edited_rig(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    sample = room.sample("S0001") if any(s.id.endswith("S0001") for s in room.project.samples) else None
    sample = sample or next(s for s in room.project.samples if not s.good)
    key = MaskKey(sample.id, VIEWS[0])
    room.session.annotation.documents.open(sample, key.view)
    room.settle()
    document = room.session.annotation.documents.document(key)
    assert document is not None
    document.mask.put(Box(20, 30, 30, 50), np.ones((10, 20), np.uint8))
    areas = room.session.areas

    def area() -> float:
        areas.of(key)
        room.settle()
        areas.of(key)
        room.settle()
        found = areas.of(key)[1].mm2
        assert found is not None
        return found

    before = area()
    top = camera(editing, VIEWS[0])
    distance = abs(float(top.centre[2]))
    editing.set_station(VIEWS[0], Station(0.0, (0.0, 0.0, -distance)))
    saved(room, editing)
    # The board's plane lies twice as far away: areas are four times as large (the view looks straight down).
    assert area() == pytest.approx(4 * before, rel=0.02)


def test_another_image_size_is_a_choice_on_record(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    before = camera(editing, "east")
    point = np.array([2.0, 1.0, 3.0])
    x, y = project(before, point)
    editing.crop("east", Box(4, 6, 44, 66))
    assert project(camera(editing, "east"), point) == pytest.approx([x - 6, y - 4])
    editing.scale("east", (80, 120))
    now = camera(editing, "east")
    assert project(now, point) == pytest.approx([2 * (x - 6) + 0.5, 2 * (y - 4) + 0.5])
    assert now.size == (80, 120)
    reading = saved(room, editing)
    assert reading.rig.camera("east").resized == now.resized
    assert "60 x 40 at 6, 4 of 96 x 64, times 2 x 2" in {row.rig for row in editing.rows("east")}
    with pytest.raises(Problem, match="cropped"):
        editing.crop("east", Box(0, 0, 500, 500))


def test_a_camera_is_placed_by_pairs_and_a_wrong_pair_shows_in_its_residual(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    editing.scale("west", (640, 960))
    truth = camera(editing, "west")
    points = np.array([[x, y, z] for x in (-9.0, 9.0) for y in (-4.0, 4.0) for z in (0.0, 6.0)])
    pairs = [Pair((a, b, c), (u, v)) for (a, b, c), (u, v) in zip(points, project(truth, points), strict=True)]
    pairs[3] = Pair(pairs[3].point_mm, (pairs[3].pixel[0] + 25, pairs[3].pixel[1]))
    found = editing.place("fifth", pairs, like="west")
    assert camera(editing, "fifth").centre == pytest.approx(truth.centre, abs=0.05)
    assert found.residuals[3] == pytest.approx(25, abs=1)
    assert not found.used[3]
    assert np.delete(found.residuals, 3).max() < 1e-3
    reading = saved(room, editing)
    assert reading.rig.camera("fifth").centre == pytest.approx(truth.centre, abs=0.05)
    editing.as_published("fifth")
    assert editing.camera("fifth") is None
    cameras = editing.cameras
    with pytest.raises(Problem, match="four pairs"):
        editing.place("fifth", pairs[:3], like="west")
    assert editing.cameras == cameras


def test_intrinsics_of_other_photos_place_nothing(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    editing.scale("west", (640, 960))
    truth = camera(editing, "west")
    points = np.array([[x, y, z] for x in (-9.0, 9.0) for y in (-4.0, 4.0) for z in (0.0, 6.0)])
    pairs = [Pair((a, b, c), (u, v)) for (a, b, c), (u, v) in zip(points, project(truth, points), strict=True)]
    assert editing.fitting((640, 960)) == ("west",)
    assert set(editing.fitting(None)) == set(VIEWS)
    with pytest.raises(Problem, match="960 x 640 pixels, this view has 96 x 64"):
        editing.place("fifth", pairs, like="west", size=(64, 96))
    assert editing.camera("fifth") is None
    editing.place("fifth", pairs, like="west", size=(640, 960))
    assert editing.camera("fifth") is not None


def test_metres_are_asked_about_when_they_are_read_and_become_millimetres_when_said(room: Workroom, data: Path) -> None:
    rig = read_rig(data / "rig.toml").rig
    metres = tuple(in_millimetres(each, unit_mm=0.001) for each in rig.cameras)
    (data / "rig.toml").write_text(format_rig(Rig(metres)), "utf-8")
    heard: list[Problem] = []
    room.session.rig.noticed.connect(heard.append)
    editing = begin(room, data)
    (asked,) = heard
    assert "metres" in asked.why
    assert "rig editor" in asked.remedy
    assert editing.suggested_scale == 1000
    assert str(editing.unit_question) == str(asked)
    assert str(asked) in {str(note) for note in editing.notes}
    editing.convert(1000)
    assert {editing.suggested_scale, editing.unit_question} == {None}
    reading = saved(room, editing)
    assert len(heard) == 1
    for before, after in zip(rig.cameras, reading.rig.cameras, strict=True):
        assert after.rig_to_camera == pytest.approx(before.rig_to_camera, abs=1e-9)
        assert after.station == pytest.approx(before.station, abs=1e-9)


def test_a_homographys_error_stands_beside_the_cameras_numbers(room: Workroom, data: Path) -> None:
    for number in (1, 2, 3, 4):
        shutil.copy(resource("calibration", f"camera_{number}.yaml"), data)
    manifest = (data / "pentad.toml").read_text("utf-8")
    (data / "pentad.toml").write_text(manifest.replace('"rig.toml"', '"camera_2.yaml"'), "utf-8")
    editing = begin(room, data)
    rows = {row.title: row.published for row in editing.rows("camera_2")}
    assert float(rows["Homography off by"].split()[0]) < 1e-12
    assert "principal point of camera_2" in str(editing.notes[0])


def test_what_the_projects_rig_lacks_is_the_data_sets_still(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    own = replace(camera(editing, "east"), station=np.eye(4))
    (room.project.folder / "rig.toml").write_text(format_rig(Rig((own,))), "utf-8")
    room.session.rig.read_again()
    room.settle()
    reading = room.session.rig.reading
    assert reading is not None
    assert {each.name for each in reading.rig.cameras} == set(VIEWS)
    assert np.array_equal(reading.rig.camera("east").station, np.eye(4))
    (data / "rig.toml").write_text("format = 1\n", "utf-8")
    room.session.rig.read_again()
    room.settle()
    reading = room.session.rig.reading
    assert reading is not None
    assert [each.name for each in reading.rig.cameras] == ["east"]
    assert "rig.toml" in str(reading.notes[-1])


def test_a_lens_without_a_place_gets_one_and_gives_it_back(room: Workroom, data: Path) -> None:
    there = read_rig(data / "rig.toml").rig.camera("west")
    rows = "\n".join(f"{name}: {values}" for name, values in (("K", there.matrix.tolist()), ("image_size", [96, 64])))
    (data / "west.yml").write_text(f"%YAML:1.0\n---\n{rows}\n", "utf-8")
    manifest = (data / "pentad.toml").read_text("utf-8")
    (data / "pentad.toml").write_text(manifest.replace('"rig.toml"', '"west.yml"'), "utf-8")
    editing = begin(room, data)
    assert editing.unplaced == {"west"}
    truth = replace(there, distortion=np.zeros(5))
    points = np.array([[x, y, z] for x in (-12.0, 0.0, 12.0) for y in (-6.0, 6.0) for z in (0.0, 8.0)])
    pairs = [Pair((a, b, c), (u, v)) for (a, b, c), (u, v) in zip(points, project(truth, points), strict=True)]
    editing.place("west", pairs, like="west", size=(64, 96))
    assert not editing.unplaced
    assert saved(room, editing).rig.camera("west").centre == pytest.approx(truth.centre, abs=0.01)
    editing.as_published("west")
    assert editing.unplaced == {"west"}


def test_a_damaged_rig_of_the_project_is_named_with_a_way_back(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    editing.set_station("top", Station(12.0, (1.0, 2.0, 3.0)))
    editing.save()
    file = room.project.folder / "rig.toml"
    file.write_bytes(file.read_bytes()[:-300])
    room.session.rig.read_again()
    room.settle()
    problem = room.session.rig.problem
    assert problem is not None
    assert "rig.toml" in problem.why
    assert "delete it" in problem.remedy
    file.unlink()
    room.session.rig.read_again()
    room.settle()
    assert room.session.rig.problem is None


def test_a_rig_that_cannot_be_written_leaves_the_edits_and_the_old_one(room: Workroom, data: Path) -> None:
    editing = begin(room, data)
    (room.project.folder / "rig.toml").mkdir()
    editing.set_station("top", Station(1.0, (0.0, 0.0, 0.0)))
    with pytest.raises(Problem):
        editing.save()
    assert editing.edited


def test_a_project_that_another_program_writes_keeps_its_rig(room: Workroom, data: Path) -> None:
    with open_workroom() as other:
        folder = other.open(data).folder
        editing = begin(room, folder)
        assert room.project.store.read_only
        editing.set_station("top", Station(1.0, (0.0, 0.0, 0.0)))
        with pytest.raises(Problem, match="the project is open for reading only") as caught:
            editing.save()
        assert "Close it where it is open for writing" in caught.value.remedy
        assert editing.edited
        assert not (folder / "rig.toml").exists()


def test_a_project_in_the_data_sets_own_folder_does_not_replace_the_published_rig(room: Workroom, data: Path) -> None:
    create_project(data, data, ticket=PatientTicket()).close()
    published = (data / "rig.toml").read_bytes()
    editing = begin(room, data)
    editing.set_station("top", Station(1.0, (0.0, 0.0, 0.0)))
    with pytest.raises(Problem, match=r"whose rig\.toml it would replace") as caught:
        editing.save()
    assert "a folder of its own" in caught.value.remedy
    assert editing.edited
    assert (data / "rig.toml").read_bytes() == published
