"""A calibration of another program that cannot be right is refused in words; what is only odd is said."""

import contextlib
import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.box import Box
from pentad.core.camera import Camera, Rig
from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.geometry.resizing import cropped, scaled
from pentad.io.calibration import (
    RigReading,
    check_image_size,
    format_rig,
    parse_rig,
    read_calibration,
    read_rig,
    write_rig,
)
from tests.helpers.calibrations import (
    MATRIX,
    SHIFT,
    SIZE,
    TURN,
    camera_to_world,
    middlebury_line,
    storage_values,
    write_colmap_binary,
    write_colmap_text,
    write_nerf,
    write_storage,
)

PUBLISHED = [read_calibration(resource("calibration", f"camera_{number}.yaml")).camera for number in (1, 2, 3, 4)]
NOISY = TURN + np.random.default_rng(1).normal(size=(3, 3)) * 0.01
LOOSE = np.round(TURN, 5)


def only_camera(reading: RigReading) -> Camera:
    (camera,) = reading.rig.cameras
    return camera


def refused(path: Path, *, size: tuple[int, int] | None = None) -> str:
    with pytest.raises(Problem) as caught:
        read_rig(path, size=size)
    assert caught.value.remedy
    assert path.name in str(caught.value) or path.stem in str(caught.value) or "images." in str(caught.value)
    return str(caught.value)


def pose_files(folder: Path, turn: Doubles) -> list[Path]:
    """The same pose as each format writes it."""
    there = np.eye(4)
    there[:3, :3], there[:3, 3] = turn.T @ np.diag([1, -1, -1]), -turn.T @ SHIFT
    frames = [{"file_path": "a", "transform_matrix": there.tolist()}]
    line = folder / "a_par.txt"
    line.write_text(f"1\n{middlebury_line('a.png', turn=turn)}\n")
    return [
        line,
        write_nerf(folder / "transforms.json", frames, camera_angle_x=0.5),
        write_storage(folder / "cam.xml", storage_values(R=turn)),
        write_storage(folder / "cam.yml", storage_values(R=turn)),
    ]


def test_a_mirror_image_is_told_from_noise(tmp_path: Path) -> None:
    for path in pose_files(tmp_path, TURN @ np.diag([1.0, 1.0, -1.0])):
        assert "determinant -1" in refused(path, size=SIZE)
    for path in pose_files(tmp_path, NOISY @ np.diag([1.0, 1.0, -1.0])):
        assert "determinant -1), and is not orthonormal besides" in refused(path, size=SIZE)
    for path in pose_files(tmp_path, NOISY):
        said = refused(path, size=SIZE)
        assert "not orthonormal" in said
        assert "determinant" not in said


def test_a_scaled_scene_is_named_as_one(tmp_path: Path) -> None:
    for path in pose_files(tmp_path, 2.5 * TURN):
        assert "times 2.5" in refused(path, size=SIZE)


def test_a_rotation_of_few_digits_is_made_exact_and_that_is_said(tmp_path: Path) -> None:
    for path in pose_files(tmp_path, LOOSE):
        reading = read_rig(path, size=SIZE)
        turn = reading.rig.cameras[0].world_to_camera[:3, :3]
        assert np.abs(turn @ turn.T - np.eye(3)).max() < 1e-12
        assert any("made exact" in str(note) for note in reading.notes)


def test_a_camera_before_whom_there_is_no_board_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cam.xml"
    write_storage(path, storage_values(T=-SHIFT[:, None]))
    assert "the board lies behind cam" in refused(path)


@pytest.mark.parametrize(
    ("model", "number"), [("OPENCV_FISHEYE", 5), ("FOV", 7), ("THIN_PRISM_FISHEYE", 10), ("number 99", 99)]
)
def test_other_lenses_of_colmap_are_refused_by_name(model: str, number: int, tmp_path: Path) -> None:
    assert model in refused(write_colmap_binary(tmp_path / "b", "OPENCV", number=number))
    path = write_colmap_text(tmp_path / "t", "OPENCV")
    path.write_text(path.read_text().replace("OPENCV", model.replace(" ", "_")))
    assert model.replace(" ", "_") in refused(path)


def test_fisheyes_are_refused_by_name_elsewhere_too(tmp_path: Path) -> None:
    nerf = write_nerf(tmp_path / "transforms.json", camera_angle_x=0.5, camera_model="OPENCV_FISHEYE")
    assert "OPENCV_FISHEYE" in refused(nerf)
    assert "fisheye" in refused(write_nerf(tmp_path / "transforms.json", camera_angle_x=0.5, is_fisheye=True))
    storage = write_storage(tmp_path / "cam.yml", storage_values(distortion_model="equidistant"))
    assert "equidistant" in refused(storage)


ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "{0}">]><opencv_storage><K>&b;</K></opencv_storage>'
POSE = camera_to_world().tolist()
HOSTILE = {
    "a key of half a million parts": ("rig.toml", "a." * 490_000 + "a = 1", "dots"),
    "a document type": ("cam.xml", ENTITY.format("x" * 1000), "document type"),
    "a file named by an entity": (
        "cam.xml",
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "document type",
    ),
    "no storage": ("cam.xml", "<a><b>1</b></a>", "no map"),
    "deep xml": ("cam.xml", "<a>" * 5000, "nested"),
    "broken xml": ("cam.xml", "<opencv_storage><K>", "cam.xml"),
    "deep json": ("cam.json", '{"a":' + "[" * 100_000, "cam.json"),
    "endless digits": ("cam.json", '{"K": ' + "9" * 5000 + "}", "cam.json"),
    "a tag that would be run": (
        "cam.yml",
        "%YAML:1.0\n---\nK: !!python/object/apply:os.system ['exit 1']\n",
        "cam.yml",
    ),
    "aliases": ("cam.yml", "%YAML:1.0\n---\na: &a [1]\nK: [*a, *a, *a]\n", "aliases"),
    "no lens": ("cam.yml", "%YAML:1.0\n---\nwidth: 3\n", "camera_matrix"),
    "too large": ("cam.yml", "%YAML:1.0\n" + "# ...\n" * 200_000, "longer"),
    "too many values": ("cam.yml", "%YAML:1.0\n---\na: [" + "1," * 40_000 + "1]\n", "30,000 values"),
    "an endless number of base 60": ("cam.yml", "%YAML:1.0\n---\na: " + "1:" * 300_000 + "1\n", "1,000 characters"),
    "a list": ("cam.json", "[1, 2]", "no map"),
    "no frames": ("transforms.json", '{"frames": []}', "no frames"),
    "no image": ("transforms.json", '{"frames": [{"transform_matrix": 3}]}', "file_path"),
    "an image twice": ("transforms.json", json.dumps({"frames": [{"file_path": "a"}] * 2}), "two frames"),
    "no pose": ("transforms.json", '{"frames": [{"file_path": "a"}]}', "transform_matrix"),
    "no focal length": (
        "transforms.json",
        json.dumps({"w": 9, "h": 9, "frames": [{"file_path": "a", "transform_matrix": POSE}]}),
        "camera_angle_x",
    ),
    "a field of view of a whole turn": (
        "transforms.json",
        json.dumps({"w": 9, "h": 9, "camera_angle_x": 6.3, "frames": [{"file_path": "a", "transform_matrix": POSE}]}),
        "between 0 and pi",
    ),
    "no size": (
        "transforms.json",
        json.dumps({"camera_angle_x": 0.5, "frames": [{"file_path": "a", "transform_matrix": POSE}]}),
        "how large",
    ),
    "an image elsewhere": (
        "transforms.json",
        json.dumps({"camera_angle_x": 0.5, "frames": [{"file_path": "../../a", "transform_matrix": POSE}]}),
        "how large",
    ),
    "more frames than any capture": (
        "transforms.json",
        json.dumps({"frames": [{"file_path": str(i)} for i in range(10_001)]}),
        "10,001",
    ),
    "a lying count": ("a_par.txt", f"3\n{middlebury_line('a.png')}\n", "promises 3"),
    "no count": ("a_par.txt", f"{middlebury_line('a.png')}\n", "first line"),
    "a short line": ("a_par.txt", "1\na.png 1 2 3\n", "line of"),
    "an image of an endless name": ("a_par.txt", f"1\n{middlebury_line('a' * 5000)}\n", "how large"),
    "nan": ("a_par.txt", "1\n" + middlebury_line("a.png", shift=SHIFT * np.nan) + "\n", "not finite"),
    "infinity": ("a_par.txt", "1\n" + middlebury_line("a.png", matrix=np.full((3, 3), np.inf)) + "\n", "not finite"),
    "beyond reason": ("a_par.txt", "1\n" + middlebury_line("a.png", shift=SHIFT * 1e200) + "\n", "beyond any camera"),
    "a lying first row": ("a_par.txt", "1\n" + middlebury_line("a.png", matrix=MATRIX * 0) + "\n", "camera matrix"),
    "two of one name": ("a_par.txt", "2\n" + f"{middlebury_line('a.png')}\n" * 2, "one name"),
    "an unknown kind": ("a.txt", "hello\n", "called like that"),
    "half a model": ("cameras.txt", "1 PINHOLE 10 10 5 5 5 5\n", "images.txt"),
    "a short model": ("cameras.txt", "1 PINHOLE\n", "PARAMS"),
    "too many terms": ("cameras.txt", "1 PINHOLE 10 10 5 5 5 5 5\n", "PARAMS"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_words(case: str, tmp_path: Path) -> None:
    name, text, word = HOSTILE[case]
    (tmp_path / name).write_text(text, "utf-8")
    sized = name.endswith("_par.txt") and word != "how large"
    assert word in refused(tmp_path / name, size=SIZE if sized else None)


def test_a_model_that_claims_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    for name in ("cameras.bin", "images.bin"):
        path = write_colmap_binary(tmp_path, "OPENCV")
        file = tmp_path / name
        file.write_bytes(struct.pack("<Q", 2**63) + file.read_bytes()[8:])
        assert "10,000 is the limit" in refused(path)
        path = write_colmap_binary(tmp_path, "OPENCV")
        file.write_bytes(file.read_bytes()[:-5])
        assert "in the middle" in refused(path)


def test_a_model_whose_camera_or_quaternion_is_none_is_refused(tmp_path: Path) -> None:
    path = write_colmap_text(tmp_path, "OPENCV")
    images = tmp_path / "images.txt"
    text = images.read_text()
    images.write_text(text.replace(" 7 part/two", " 8 part/two"))
    assert "camera 8" in refused(path)
    images.write_text("1 2 0 0 0 0 0 1 7 a.jpg\n\n")
    assert "length 2" in refused(path)


def of_bytes(folder: Path) -> list[Path]:
    """A good file of each kind."""
    line = folder / "a_par.txt"
    line.write_text(f"1\n{middlebury_line('a.png')}\n")
    rig = folder / "rig.toml"
    write_rig(rig, Rig((cropped(PUBLISHED[0], Box(1, 2, 30, 40)),)))
    write_colmap_text(folder, "FULL_OPENCV")
    write_colmap_binary(folder, "OPENCV")
    write_nerf(folder / "transforms.json", fl_x=1400.0, k1=-0.1)
    for suffix in ("xml", "yml", "json"):
        write_storage(folder / f"cam.{suffix}", storage_values())
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return of_bytes(tmp_path_factory.mktemp("good"))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_changed_bytes_is_read_or_refused_and_nothing_else(
    data: st.DataObject, good_files: list[Path], tmp_path: Path
) -> None:
    for each in good_files:
        (tmp_path / each.name).write_bytes(each.read_bytes())
    path = tmp_path / data.draw(st.sampled_from([each.name for each in good_files]))
    raw = path.read_bytes()
    at = data.draw(st.integers(0, len(raw) - 1))
    put = data.draw(
        st.binary(max_size=9) | st.sampled_from([b"1e300", b"-", b"nan", b".inf", b"\0", b"[", b"<!", b"e"])
    )
    path.write_bytes(raw[:at] + put + raw[at + data.draw(st.integers(0, 30)) :])
    with contextlib.suppress(Problem):
        for camera in read_rig(path, size=SIZE).rig.cameras:
            assert np.isfinite(camera.matrix).all()
            assert np.isfinite(camera.world_to_camera).all()


def test_an_image_of_another_size_is_said_and_never_rescaled() -> None:
    camera = PUBLISHED[0]
    assert check_image_size(camera, (3000, 4096)) is None
    scaled_note, other_note = check_image_size(camera, (1500, 2048)), check_image_size(camera, (3648, 5472))
    assert scaled_note is not None
    assert other_note is not None
    assert "4096 x 3000" in scaled_note.why
    assert "scaled" in scaled_note.remedy
    assert "5472 x 3648" in other_note.why
    assert "scaled" not in other_note.remedy


def test_an_axis_outside_the_image_is_a_note_and_no_error() -> None:
    reading = read_rig(resource("calibration", "camera_2.yaml"))
    (note,) = reading.notes
    assert "camera_2 lies outside" in note.what
    assert "x = -430" in note.why


def test_a_lens_without_an_inverse_in_its_image_is_told_once_and_says_where(tmp_path: Path) -> None:
    lens = np.array([-0.4, 0.0, 0.0, 0.0, 0.0])
    # r (1 - 0.4 r²) grows up to r² = 1 / 1.2 only, and is 0.6086 there: beyond that no ray is seen.
    matrix = np.array([[800.0, 0, 639.5], [0, 800.0, 479.5], [0, 0, 1]])
    reading = read_rig(
        write_storage(tmp_path / "cam.yml", storage_values(camera_matrix=matrix, distortion_coefficients=lens))
    )
    (note,) = [note for note in reading.notes if "no inverse" in note.what]
    reach = 800 * np.sqrt(1 / 1.2) * (1 - 0.4 / 1.2)
    x, y = np.meshgrid(np.linspace(0, 1279, 9) - 639.5, np.linspace(0, 959, 9) - 479.5)
    beyond = np.hypot(x, y)[np.hypot(x, y) > reach]
    assert f"about {100 * beyond.size / 81:.0f} %" in note.why
    assert f"{beyond.min():.0f} px off" in note.why
    frames = [{"file_path": str(n), "transform_matrix": POSE, "k1": -0.4} for n in range(300)]
    path = write_nerf(tmp_path / "transforms.json", frames, fl_x=800.0)
    assert sum("no inverse" in note.what for note in read_rig(path).notes) == 1


@pytest.mark.parametrize(
    ("x", "y", "outside"), [(-0.5, 959.5, False), (1279.6, 5, True), (5, 959.6, True), (5, -0.6, True)]
)
def test_every_border_tells_whether_the_axis_is_outside(x: float, y: float, outside: bool, tmp_path: Path) -> None:
    matrix = np.array([[1500.0, 0, x], [0, 1500.0, y], [0, 0, 1]])
    reading = read_rig(write_storage(tmp_path / "cam.yml", storage_values(camera_matrix=matrix)))
    assert any("principal point" in note.what for note in reading.notes) == outside


def test_a_tilted_sensor_is_refused_and_one_that_is_not_is_read(tmp_path: Path) -> None:
    lens = np.zeros((14, 1))
    lens[0] = -0.1
    path = write_storage(tmp_path / "cam.yml", storage_values(distortion_coefficients=lens))
    assert only_camera(read_rig(path)).distortion.size == 12
    lens[13] = 0.01
    assert "tilted" in refused(write_storage(tmp_path / "cam.yml", storage_values(distortion_coefficients=lens)))


def test_micrometres_are_suspected(tmp_path: Path) -> None:
    reading = read_rig(write_storage(tmp_path / "cam.yml", storage_values(T=1000 * SHIFT[:, None])))
    assert reading.suggested_scale == 0.001
    assert "in micrometres that is 410" in reading.notes[0].why


def test_a_published_file_without_distortion_is_read_and_that_is_said(tmp_path: Path) -> None:
    text = resource("calibration", "camera_3.yaml").read_text("utf-8")
    (tmp_path / "camera_3.yaml").write_text(text.replace("distortion_matrix", "other_matrix"), "utf-8")
    reading = read_rig(tmp_path / "camera_3.yaml")
    assert not only_camera(reading).distortion.any()
    assert "no distortion" in str(reading.notes[0])
    assert read_rig(resource("calibration", "camera_3.yaml")).notes == ()


def test_a_camera_on_the_back_of_its_board_is_a_note(tmp_path: Path) -> None:
    text = resource("calibration", "camera_3.yaml").read_text("utf-8")
    found = yaml.safe_load(text)
    del found["H_matrix"]
    pose = np.array(found["extrinsic_matrix"]["data"]).reshape(3, 4) * [1, -1, -1, 1]
    found["extrinsic_matrix"]["data"] = pose.ravel().tolist()
    (tmp_path / "camera_3.yaml").write_text(yaml.safe_dump(found), "utf-8")
    (note,) = read_rig(tmp_path / "camera_3.yaml").notes
    assert "looks at the back of its board" in note.what
    height = -(pose[:, :3].T @ pose[:, 3])[2]
    assert f"{height:.4g} mm" in note.why


def test_the_folder_of_published_files_is_one_rig_of_turned_boards() -> None:
    reading = read_rig(resource("calibration", "camera_1.yaml").parent)
    assert [camera.name for camera in reading.rig.cameras] == [camera.name for camera in PUBLISHED]
    headings = [np.degrees(np.arctan2(each.station[1, 0], each.station[0, 0])) for each in reading.rig.cameras]
    assert np.allclose(headings, [0, 90, 180, -90])
    assert all(error is not None and error < 1e-12 for error in reading.errors.values())
    assert (reading.kind, reading.frame) == ("published", "board")


def test_a_changed_image_size_is_on_record_in_the_rig_file(tmp_path: Path) -> None:
    camera = scaled(cropped(PUBLISHED[2], Box(100, 200, 2900, 4000)), factor=0.37)
    write_rig(tmp_path / "rig.toml", Rig((PUBLISHED[0], camera)))
    reading = read_rig(tmp_path / "rig.toml")
    assert reading.rig.cameras[0].resized is None
    assert reading.rig.cameras[1].resized == camera.resized
    assert reading.frame == "rig"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("scale = [0.5, 0.5]", "scale = [1.0, 1.0]", "image size"),
        ("resized = {", "resized = 3 # {", "no table"),
        ("crop = [100.0", "crop = [nan", "crop"),
        ("size = [1400", "size = [1400.5", "height"),
    ],
)
def test_a_record_that_cannot_be_true_is_refused(old: str, new: str, word: str) -> None:
    text = format_rig(Rig((scaled(cropped(PUBLISHED[2], Box(100, 200, 2900, 4000)), factor=0.5),)))
    assert old in text
    with pytest.raises(Problem, match=word):
        parse_rig(text.replace(old, new), Path("rig.toml"))


def test_a_scale_beyond_reason_is_refused() -> None:
    for scale in (0.0, -1.0, float("nan"), 1e9):
        with pytest.raises(Problem, match="scale"):
            read_rig(resource("calibration", "camera_1.yaml"), scale=scale)


def test_metres_in_a_published_file_are_suspected(tmp_path: Path) -> None:
    camera = PUBLISHED[0]
    pose = camera.world_to_camera.copy()
    pose[:3, 3] /= 1000
    write_rig(tmp_path / "rig.toml", Rig((replace(camera, world_to_camera=pose),)))
    reading: RigReading = read_rig(tmp_path / "rig.toml")
    assert reading.suggested_scale == 1000
    again = read_rig(tmp_path / "rig.toml", scale=1000)
    assert np.allclose(again.rig.cameras[0].centre, camera.centre)
