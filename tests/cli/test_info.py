"""``pentad info`` says what a thing is, and ``pentad project`` makes, verifies and moves one."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import trimesh

from pentad.core.resource import resource
from pentad.io.store import ProjectStore
from tests.cli.conftest import Pentad
from tests.helpers.calibrations import storage_values, write_colmap_binary, write_nerf, write_storage
from tests.helpers.layouts import write_realiad
from tests.helpers.tiny_dataset import VIEWS
from tests.helpers.tiny_rig import write_tiny_rig


@pytest.fixture
def project(pentad: Pentad, plates: Path, tmp_path: Path) -> Path:
    """A project of the plates, elsewhere than they are."""
    folder = tmp_path / "somewhere/else/project"
    assert pentad("project", "new", folder, "--data", plates).code == 0
    return folder


def test_a_data_set(pentad: Pentad, plates: Path) -> None:
    (plates / "plate/test/good/G000/east_rgb.png").unlink()
    said = pentad("info", plates).json
    assert said["kind"] == "dataset"
    assert said.keys() >= {"layout", "categories", "samples", "images", "views", "normal", "anomalous", "missing"}
    assert (said["layout"], said["samples"], said["normal"], said["anomalous"]) == ("manifest", 10, 7, 3)
    assert "G000" in json.dumps(said["problems"]) or said["missing"] > 0


def test_a_calibration_and_a_folder_of_them(pentad: Pentad) -> None:
    said = pentad("info", resource("calibration", "camera_1.yaml")).json
    camera = said["cameras"][0]
    assert said["kind"] == "calibration"
    assert camera.keys() >= {"name", "image_size", "fov_deg", "centre_mm", "homography_error", "frame"}
    folder = resource("calibration", "camera_1.yaml").parent
    assert camera in pentad("info", folder).json["cameras"]


def test_calibrations_of_other_programs_and_what_is_odd_about_them(pentad: Pentad, tmp_path: Path) -> None:
    write_colmap_binary(tmp_path / "model", "OPENCV")
    write_storage(tmp_path / "cam.xml", storage_values())
    write_nerf(tmp_path / "transforms.json", camera_angle_x=0.5)
    paths = {"colmap": tmp_path / "model", "opencv": tmp_path / "cam.xml", "nerf": tmp_path / "transforms.json"}
    for kind, path in paths.items():
        said = pentad("info", path).json
        assert (said["kind"], said["format"]) == ("calibration", kind)
        assert said["cameras"][0]["image_size"] == [1280, 960]
        assert any("millimetres" in note["what"] for note in said["notes"]) == (kind != "opencv")
    assert said["unplaced"] == []
    (tmp_path / "lens.yml").write_text(
        "%YAML:1.0\nimage_width: 64\nimage_height: 48\nK: [[60, 0, 32], [0, 60, 24], [0, 0, 1]]\n"
    )
    lens = pentad("info", tmp_path / "lens.yml").json
    assert lens["unplaced"] == ["lens"]
    assert "no place" in lens["notes"][0]["what"]
    (tmp_path / "cam.xml").write_text("<!DOCTYPE a><a/>")
    assert "document type" in pentad("info", tmp_path / "cam.xml").error


def test_metres_are_asked_about_and_a_scale_answers(pentad: Pentad, real_data: Path) -> None:
    path = real_data / "multiview/templeSparseRing"
    asked, told = pentad("info", path).json, pentad("info", path, "--scale", "1000").json
    assert (asked["suggested_scale"], told["suggested_scale"]) == (1000, None)
    assert "--scale 1000" in asked["notes"][0]["remedy"]
    assert told["notes"] == []
    before, after = (np.array([each["centre_mm"] for each in said["cameras"]]) for said in (asked, told))
    assert np.abs(after - 1000 * before).max() < 0.06
    assert "scale" in pentad("info", path, "--scale", "nan").error


def test_the_rig_that_a_data_set_names_is_checked_with_it(pentad: Pentad, tmp_path: Path) -> None:
    data = write_tiny_rig(tmp_path / "plates")
    said = pentad("info", data).json
    assert said["rig"] == list(VIEWS)
    assert all("principal point" in note["what"] for note in said["rig_notes"])
    rig = (data / "rig.toml").read_text()
    (data / "rig.toml").write_text(rig.replace("size = [64, 96]", "size = [128, 192]", 1))
    note = pentad("info", data).json["rig_notes"][-1]
    assert "192 x 128 pixels, this view has 96 x 64" in note["why"]
    (data / "rig.toml").write_text("format = 1\n")
    said = pentad("info", data).json
    assert said["rig"] is None
    assert "rig.toml" in said["rig_notes"][0]["what"]


def test_a_rig_and_a_mesh_and_a_part_of_the_sample(pentad: Pentad, tmp_path: Path) -> None:
    out = tmp_path / "sample"
    assert pentad("sample", out, "--parts", 1, "--size", 96).json["parts"] == 1
    rig = pentad("info", out / "data/rig.toml").json
    assert [camera["name"] for camera in rig["cameras"]] == ["top", "front", "right", "back", "left"]
    (tmp_path / "box.stl").write_bytes(bytes(trimesh.creation.box().export(file_type="stl")))
    mesh = pentad("info", tmp_path / "box.stl").json
    assert (mesh["kind"], mesh["vertices"], mesh["faces"], mesh["watertight"]) == ("mesh", 8, 12, True)
    assert pentad("info", out).json["kind"] == "project"
    assert pentad("info", out / "data").json["samples"] == 1


def test_a_sample_of_chairs_and_a_mesh_of_one(pentad: Pentad, tmp_path: Path) -> None:
    out = tmp_path / "chairs"
    made = pentad("sample", out, "--recipe", "chairs", "--parts", 2, "--size", 64, "--seed", 3).json
    assert (made["data"], made["shapes"], made["images"], made["size"], made["seed"]) == (str(out), 2, 40, 64, 3)
    assert (made["train"], made["test"], made["val"]) == (1, 1, 0)
    said = pentad("info", out).json
    assert (said["layout"], said["images"], said["normal"], said["anomalous"]) == ("broken_chairs", 40, 20, 20)
    assert (said["problems"], said["missing"]) == ([], 0)
    assert pentad("info", out / "shapes/shape_1/model.ply").json["watertight"] is True
    assert "not empty" in pentad("sample", out, "--recipe", "chairs").error


def test_a_sample_that_is_refused_or_asked_for_in_another_mix_unlists_nothing(pentad: Pentad, tmp_path: Path) -> None:
    words = ("sample", tmp_path / "sample", "--parts", 1)
    assert pentad(*words, "--size", 96).json["parts"] == 1
    assert "another data set" in pentad(*words, "--size", 48, "--family", "ribbed_housing").error
    assert pentad("info", tmp_path / "sample").json["samples"] == 1
    assert pentad(*words, "--size", 96, "--family", "ribbed_housing").json["parts"] == 1
    assert pentad("info", tmp_path / "sample").json["samples"] == 2


def test_a_model(pentad: Pentad, model: Path) -> None:
    said = pentad("info", model).json
    assert (said["kind"], said["model"], said["category"]) == ("model", "bright", "plate")
    (model / "model.json").write_text('{"format": 1, "model": "bright"}')
    assert pentad("info", model).json["category"] is None
    (model / "model.json").write_text('{"format": 1, "mod')
    assert "model.json is damaged" in pentad("info", model).error


def test_a_run(pentad: Pentad, model: Path, plates: Path, tmp_path: Path) -> None:
    (plates / "plate/test/good/G000/east_rgb.png").write_bytes(b"no image")
    pentad("detect", "--model", model, "--data", plates, "--out", tmp_path / "run_of_today")
    said = pentad("info", tmp_path / "run_of_today").json
    assert (said["kind"], said["model"], said["samples"], said["images"]) == ("run", "bright", 6, 29)
    (skipped,) = said["skipped"]
    assert (skipped["sample"], skipped["view"]) == ("plate/test/good/G000", "east")
    assert "east_rgb.png" in skipped["why"]


@pytest.mark.parametrize("name", ["a.txt", "a.png", "a.h5", "a.stl", "a.zip", "a.json", "a.yaml", "a.toml", "a", "dir"])
def test_rubbish_of_any_name_is_a_problem_that_names_it(name: str, pentad: Pentad, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "dir":
        path.mkdir()
    else:
        path.write_bytes(b"\x00\xffrubbish: [")
    assert name in pentad("info", path).error


def test_a_corrupt_json_of_a_data_set_is_named(pentad: Pentad, tmp_path: Path) -> None:
    write_realiad(tmp_path / "set")
    (file,) = (tmp_path / "set").rglob("*.json")
    file.write_bytes(file.read_bytes()[:-20])
    assert file.name in pentad("info", tmp_path / "set").error


def test_a_corrupt_manifest_is_named(pentad: Pentad, plates: Path) -> None:
    (plates / "pentad.toml").write_text("format = 1\n[layout\n")
    assert "pentad.toml" in pentad("info", plates).error


def test_a_project_is_checked_and_its_faults_are_named(pentad: Pentad, project: Path, plates: Path) -> None:
    said = pentad("project", "check", project).json
    assert (said["samples"], said["images"], said["missing"], said["problems"]) == (10, 50, 0, [])
    (plates / "plate/test/good/G000/east_rgb.png").unlink()
    said = pentad("project", "check", project).json
    assert said["missing"] == 1
    assert "G000/east_rgb.png" in said["problems"][0]["what"]
    assert said["problems"][0]["remedy"]


def test_a_second_project_in_one_folder_is_refused(pentad: Pentad, project: Path, plates: Path) -> None:
    assert "already holds a project" in pentad("project", "new", project, "--data", plates).error
    assert "no project" in pentad("project", "check", plates).error


def test_a_moved_data_set_can_be_pointed_at(pentad: Pentad, project: Path, plates: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(plates, tmp_path / "moved"))
    words = ("detect", "--model", tmp_path / "model", "--data", project, "--out", tmp_path / "run.h5")
    assert pentad("train", "bright", "--data", moved, "--out", tmp_path / "model").code == 0
    assert f"pentad project data {project}" in pentad(*words).error
    assert "not there" in pentad("project", "data", project, "--data", tmp_path / "model").error
    assert "nothing at" in pentad("project", "data", project, "--data", tmp_path / "gone").error
    said = pentad("project", "data", project, "--data", moved).json
    assert (said["data"], said["missing"], said["problems"]) == (str(moved), 0, [])
    assert pentad(*words).json["images"] == 6 * len(VIEWS)
    with ProjectStore.open(project, read_only=True) as store:
        assert store.data == moved
