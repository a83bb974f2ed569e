"""The rig a data set names is found in a folder, in a zip and in a wrapper; one that cannot be used is named."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from pentad.core.camera import Rig
from pentad.core.problem import Problem
from pentad.gantry.station import gantry_rig
from pentad.io.calibration import calibration_files, format_rig
from pentad.io.datasets.reader import Options
from pentad.io.datasets.rig import rig_reading_of
from pentad.io.tree import FileTree, open_tree
from tests.helpers.tiny_dataset import write_tiny_dataset

RIG = gantry_rig(96)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = write_tiny_dataset(tmp_path / "in" / "plates", train=1, good=0, bad=0)
    (data / "rig.toml").write_text(format_rig(RIG), "utf-8")
    with (data / "pentad.toml").open("a", encoding="utf-8") as manifest:
        manifest.write('[rig]\nfile = "rig.toml"\n')
    return data


def rig_of(tree: FileTree, options: Options) -> Rig | None:
    reading = rig_reading_of(tree, options)
    return None if reading is None else reading.rig


def names(found: object) -> list[str]:
    return [camera.name for camera in getattr(found, "cameras", ())]


def test_the_rig_is_found_wherever_the_manifest_lies(data: Path, tmp_path: Path) -> None:
    packed = tmp_path / "wrapped.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in data.rglob("*"):
            archive.write(file, Path("inside") / file.relative_to(data))
    elsewhere = tmp_path / "other.toml"
    elsewhere.write_bytes((data / "pentad.toml").read_bytes())
    expected = [camera.name for camera in RIG.cameras]
    for place in (data, data.parent, packed):
        found = rig_of(open_tree(place), {})
        assert names(found) == expected
        assert found is not None
        assert np.array_equal(found.cameras[1].matrix, RIG.cameras[1].matrix)
    (data / "pentad.toml").unlink()
    assert rig_of(open_tree(data), {}) is None
    assert names(rig_of(open_tree(data), {"manifest": str(elsewhere)})) == expected


def test_a_manifest_that_is_written_after_the_folder_was_listed_counts(data: Path) -> None:
    manifest = (data / "pentad.toml").read_bytes()
    (data / "pentad.toml").unlink()
    tree = open_tree(data)
    assert tree.files
    (data / "pentad.toml").write_bytes(manifest)
    assert names(rig_of(tree, {})) == [camera.name for camera in RIG.cameras]


@pytest.mark.parametrize("content", [b"", b"format = 1\n", b"\xff\xfe", b"#" * 1_200_000])
def test_a_rig_that_cannot_be_used_is_named(data: Path, content: bytes) -> None:
    (data / "rig.toml").write_bytes(content)
    with pytest.raises(Problem, match=r"rig\.toml"):
        rig_of(open_tree(data), {})


def test_a_rig_outside_the_data_is_refused(data: Path) -> None:
    manifest = data / "pentad.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('"rig.toml"', '"../rig.toml"'), "utf-8")
    with pytest.raises(Problem):
        rig_of(open_tree(data), {})


def test_a_folders_calibration_lies_in_it_and_not_below() -> None:
    assert calibration_files(["deep/a_par.txt", "deep/rig.toml"]) == ()
    assert calibration_files(["deep/a_par.txt", "b_par.txt"]) == ("b_par.txt",)
    assert calibration_files(["camera_2.yml", "x/camera_1.yaml", "camera_1.yaml"]) == ("camera_1.yaml", "camera_2.yml")
    assert calibration_files(["transforms.json", "rig.toml", "cameras.bin"]) == ("rig.toml",)
