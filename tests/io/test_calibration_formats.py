"""The cameras of OpenCV, COLMAP, NeRF and Middlebury see each point where those programs' own formulas put it."""

import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.projection import project
from pentad.io.calibration import RigReading, read_rig, write_rig
from pentad.io.datasets.rig import rig_reading_of
from pentad.io.tree import open_tree
from tests.helpers.calibrations import (
    COLMAP_MODELS,
    LENS,
    MATRIX,
    POINTS,
    SHIFT,
    SIZE,
    TURN,
    by_opencv,
    camera_to_world,
    middlebury_line,
    storage_values,
    write_colmap_binary,
    write_colmap_text,
    write_nerf,
    write_storage,
)
from tests.helpers.tiny_dataset import write_tiny_dataset


def only(reading: RigReading) -> Camera:
    (camera,) = reading.rig.cameras
    return camera


@pytest.mark.parametrize("suffix", ["yml", "yaml", "xml", "json"])
@pytest.mark.parametrize("lens", [LENS[:4], LENS, np.arange(8) / 1000, np.arange(12) / 1000])
def test_what_opencv_writes_is_read_bit_for_bit(suffix: str, lens: Doubles, tmp_path: Path) -> None:
    path = write_storage(tmp_path / f"cam.{suffix}", storage_values(distortion_coefficients=lens[:, None]))
    reading = read_rig(path)
    camera = only(reading)
    assert (reading.kind, reading.notes, reading.unplaced, camera.name) == ("opencv", (), (), "cam")
    assert camera.size == SIZE
    assert np.array_equal(camera.matrix, MATRIX)
    assert np.array_equal(camera.distortion, lens)
    assert np.abs(project(camera, POINTS) - by_opencv(POINTS, lens=lens)).max() < 1e-8


@pytest.mark.parametrize("suffix", ["yml", "xml", "json"])
def test_arrays_of_one_dimension_are_read_as_opencv_writes_them(suffix: str, tmp_path: Path) -> None:
    path = write_storage(tmp_path / f"cam.{suffix}", storage_values(distortion_coefficients=LENS, T=SHIFT))
    assert "opencv-nd-matrix" in path.read_text("utf-8")
    camera = only(read_rig(path))
    assert np.array_equal(camera.distortion, LENS)
    assert np.array_equal(camera.world_to_camera[:3, 3], SHIFT)


def test_the_yaml_of_older_opencv_is_read(tmp_path: Path) -> None:
    newer = write_storage(tmp_path / "new.yml", storage_values()).read_text("utf-8")
    old = tmp_path / "old.yml"
    old.write_text(newer.replace("%YAML 1.2", "%YAML:1.0"), "utf-8")
    assert np.array_equal(only(read_rig(old)).matrix, MATRIX)


@pytest.mark.parametrize(
    "values",
    [
        {"R": cv2.Rodrigues(TURN)[0]},
        {"R": None, "rvec": cv2.Rodrigues(TURN)[0], "T": None, "tvec": SHIFT[:, None]},
        {"R": None, "T": None, "extrinsic_matrix": np.hstack([TURN, SHIFT[:, None]])},
        {"R": None, "T": None, "extrinsic_parameters": np.hstack([cv2.Rodrigues(TURN)[0].T, SHIFT[None]])},
        {"R": TURN.astype(np.float32), "T": SHIFT[:, None].astype(np.float32)},
    ],
)
def test_a_pose_is_read_in_each_of_its_spellings(values: dict[str, Any], tmp_path: Path) -> None:
    every = {name: value for name, value in storage_values(**values).items() if value is not None}
    camera = only(read_rig(write_storage(tmp_path / "cam.xml", every)))
    assert np.abs(project(camera, POINTS) - by_opencv(POINTS)).max() < 1e-3


def test_a_lens_without_a_place_is_read_and_said_to_have_none(tmp_path: Path) -> None:
    values = {name: value for name, value in storage_values().items() if name not in "RT"}
    reading = read_rig(write_storage(tmp_path / "cam.yml", values))
    assert reading.unplaced == ("cam",)
    assert "no place" in str(reading.notes[0])
    assert reading.suggested_scale is None


def test_the_first_of_several_boards_is_taken_and_that_is_said(tmp_path: Path) -> None:
    row = np.hstack([cv2.Rodrigues(TURN)[0].ravel(), SHIFT])
    values = {name: value for name, value in storage_values().items() if name not in "RT"}
    path = write_storage(tmp_path / "cam.yml", values | {"extrinsic_parameters": np.stack([row, row + 1])})
    reading = read_rig(path)
    assert "2 poses" in str(reading.notes[0])
    assert np.abs(project(only(reading), POINTS) - by_opencv(POINTS)).max() < 1e-8


def test_both_cameras_of_a_stereo_pair_are_read(tmp_path: Path) -> None:
    values = {"M1": MATRIX, "D1": LENS[None], "M2": MATRIX, "D2": LENS[None], "R": TURN, "T": SHIFT[:, None]}
    reading = read_rig(write_storage(tmp_path / "stereo.yml", values), size=SIZE)
    left, right = reading.rig.cameras
    assert (left.name, right.name, reading.unplaced) == ("left", "right", ())
    assert np.array_equal(left.world_to_camera, np.eye(4))
    assert np.abs(project(right, POINTS) - by_opencv(POINTS)).max() < 1e-8


def by_colmap(model: str, points: Doubles) -> Doubles:
    """COLMAP's own formulas (src/colmap/sensor/models.h), a pixel's centre at .5; then ours, half a pixel less."""
    terms = COLMAP_MODELS[model][1]
    place = points @ TURN.T + SHIFT
    u, v = place[:, 0] / place[:, 2], place[:, 1] / place[:, 2]
    single = model in {"SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL"}
    fx, fy = terms[0], terms[0] if single else terms[1]
    cx, cy, *extra = terms[1:] if single else terms[2:]
    k1, k2, p1, p2, k3, k4, k5, k6 = (*extra, *[0.0] * (8 - len(extra)))
    u2, v2, uv = u * u, v * v, u * v
    r2 = u2 + v2
    radial = (1 + k1 * r2 + k2 * r2**2 + k3 * r2**3) / (1 + k4 * r2 + k5 * r2**2 + k6 * r2**3)
    x = u * radial + 2 * p1 * uv + p2 * (r2 + 2 * u2)
    y = v * radial + 2 * p2 * uv + p1 * (r2 + 2 * v2)
    return np.stack([fx * x + cx, fy * y + cy], axis=1) - 0.5


@pytest.mark.parametrize("model", COLMAP_MODELS)
def test_every_lens_of_colmap_sees_as_colmap_does(model: str, tmp_path: Path) -> None:
    for path in (write_colmap_text(tmp_path / "t", model), write_colmap_binary(tmp_path / "b", model)):
        reading = read_rig(path)
        assert [camera.name for camera in reading.rig.cameras] == ["part/view one", "part/two"]
        assert reading.kind == "colmap"
        assert "millimetres" in str(reading.notes[0])
        for camera in reading.rig.cameras:
            assert camera.size == SIZE
            assert np.abs(project(camera, POINTS) - by_colmap(model, POINTS)).max() < 1e-8


def test_a_model_is_found_from_its_images_and_from_its_project(tmp_path: Path) -> None:
    write_colmap_binary(tmp_path / "sparse/0", "OPENCV")
    for path in (tmp_path, tmp_path / "sparse/0", tmp_path / "sparse/0/images.bin"):
        assert len(read_rig(path).rig.cameras) == 2


def by_nerf(points: Doubles, fx: float, fy: float, cx: float, cy: float) -> Doubles:
    """OpenGL's axes: right, up, backwards; the image from its upper left corner, then half a pixel less."""
    place = points - camera_to_world()[:3, 3]
    right, up, back = (place @ camera_to_world()[:3, axis] for axis in range(3))
    return np.stack([fx * right / -back + cx, -fy * up / -back + cy], axis=1) - 0.5


def test_a_field_of_view_of_nerf_is_read(tmp_path: Path) -> None:
    camera = only(read_rig(write_nerf(tmp_path / "transforms.json", camera_angle_x=0.6)))
    focal = SIZE[1] / 2 / np.tan(0.3)
    expected = by_nerf(POINTS, focal, focal, SIZE[1] / 2, SIZE[0] / 2)
    assert camera.name == "images/a"
    assert np.abs(project(camera, POINTS) - expected).max() < 1e-8


def test_one_focal_length_of_nerf_is_both(tmp_path: Path) -> None:
    for path in (write_nerf(tmp_path / "transforms.json", fl_x=900.0), write_nerf(tmp_path / "b.json", fl_y=900.0)):
        matrix = only(read_rig(path)).matrix
        assert (matrix[0, 0], matrix[1, 1]) == (900.0, 900.0)


def test_focal_lengths_and_lens_terms_of_nerf_are_read_and_a_frame_goes_before_the_file(tmp_path: Path) -> None:
    pose = camera_to_world().tolist()
    frames = [
        {"file_path": "a", "transform_matrix": pose},
        {"file_path": "b", "transform_matrix": pose[:3], "fl_x": 900.0, "k1": 0.0, "p1": 0.0, "w": 640.0},
    ]
    path = write_nerf(
        tmp_path / "transforms.json", frames, fl_x=1400.0, fl_y=1410.0, cx=650.5, cy=480.5, k1=-0.1, p1=0.002
    )
    first, second = read_rig(path).rig.cameras
    assert first.distortion.tolist() == [-0.1, 0, 0.002, 0, 0]
    assert (second.size, first.size) == ((960, 640), (960, 1280))
    assert np.abs(project(second, POINTS) - by_nerf(POINTS, 900, 1410, 650.5, 480.5)).max() < 1e-8
    matrix = np.array([[1400.0, 0, 650], [0, 1410, 480], [0, 0, 1]])
    assert np.abs(project(first, POINTS) - by_opencv(POINTS, matrix, first.distortion)).max() < 1e-8


def test_an_image_beside_the_file_tells_its_size(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    cv2.imwrite(str(tmp_path / "train/r_0.png"), np.zeros((30, 40), np.uint8))
    frames = [{"file_path": "./train/r_0", "transform_matrix": camera_to_world().tolist()}]
    path = write_nerf(tmp_path / "transforms_train.json", frames, w=None, h=None, camera_angle_x=0.7)
    path.write_text(path.read_text().replace('"w": null, "h": null, ', ""))
    assert only(read_rig(path)).size == (30, 40)
    assert only(read_rig(tmp_path)).size == (30, 40)
    assert only(read_rig(path, size=(5, 7))).size == (30, 40)
    line = tmp_path / "a_par.txt"
    line.write_text(f"1\n{middlebury_line('train/r_0.png')}\n")
    assert only(read_rig(line, size=(5, 7))).size == (30, 40)
    (tmp_path / "train" / "r_0.png").unlink()
    assert {only(read_rig(each, size=(5, 7))).size for each in (path, line)} == {(5, 7)}


def test_a_line_of_middlebury_is_k_times_r_and_t(tmp_path: Path) -> None:
    path = tmp_path / "some_par.txt"
    path.write_text(f"2\n{middlebury_line('a b.png')}\n{middlebury_line('c.png')}\n")
    reading = read_rig(path, size=SIZE)
    seen = (MATRIX @ (TURN @ POINTS.T + SHIFT[:, None])).T
    assert [camera.name for camera in reading.rig.cameras] == ["a b", "c"]
    assert np.abs(project(reading.rig.cameras[0], POINTS) - seen[:, :2] / seen[:, 2:]).max() < 1e-9


def test_the_temple_lies_where_its_box_is_projected(real_data: Path) -> None:
    folder = real_data / "multiview/templeSparseRing"
    reading = read_rig(folder, scale=1000)
    assert len(reading.rig.cameras) == 16
    low, high = np.array([-0.073568, 0.021728, -0.012445]), np.array([0.028855, 0.181892, 0.062736])
    corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    for camera in reading.rig.cameras:
        image = cv2.imread(str(folder / f"{camera.name}.png"), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        assert camera.size == image.shape
        box = np.zeros(image.shape, np.uint8)
        cv2.fillConvexPoly(box, cv2.convexHull(np.rint(project(camera, corners * 1000)).astype(np.int32)), 1)
        bright = image > 40
        assert (bright & (box > 0)).sum() > 0.88 * bright.sum()
        assert bright[box > 0].mean() > 0.4


def test_metres_are_suspected_and_a_given_scale_is_obeyed(real_data: Path) -> None:
    folder = real_data / "multiview/templeSparseRing"
    asked = read_rig(folder)
    assert asked.suggested_scale == 1000
    assert "millimetres" in str(asked.notes[0])
    told = read_rig(folder, scale=1000)
    assert (told.suggested_scale, told.notes) == (None, ())
    before, after = asked.rig.cameras[3], told.rig.cameras[3]
    assert np.allclose(after.centre, before.centre * 1000)
    assert np.allclose(project(after, [[0.0, 100.0, 20.0]]), project(before, [[0.0, 0.1, 0.02]]))


@pytest.mark.parametrize("packed", [False, True])
def test_a_manifest_may_name_any_of_them_and_its_scale(packed: bool, tmp_path: Path) -> None:
    data = write_tiny_dataset(tmp_path / "plates", train=1, good=0, bad=0)
    write_colmap_text(data / "calibration/sparse", "OPENCV")
    (data / "calibration/cam.xml").write_bytes(write_storage(tmp_path / "cam.xml", storage_values()).read_bytes())
    manifest = data / "pentad.toml"
    text = manifest.read_text("utf-8")
    for file, count in (("calibration/sparse/cameras.txt", 2), ("calibration/sparse", 2), ("calibration/cam.xml", 1)):
        manifest.write_text(f'{text}[rig]\nfile = "{file}"\nscale = 10\n', "utf-8")
        place = data
        if packed:
            place = tmp_path / f"{Path(file).stem}{count}.zip"
            with zipfile.ZipFile(place, "w") as archive:
                for each in filter(Path.is_file, data.rglob("*")):
                    archive.write(each, each.relative_to(data))
        reading = rig_reading_of(open_tree(place), {})
        assert reading is not None
        assert len(reading.rig.cameras) == count
        assert np.allclose(reading.rig.cameras[0].world_to_camera[:3, 3], SHIFT * 10)


def test_a_rig_read_elsewhere_is_kept_as_pentads_own(tmp_path: Path) -> None:
    reading = read_rig(write_colmap_binary(tmp_path / "b", "FULL_OPENCV"))
    write_rig(tmp_path / "rig.toml", reading.rig)
    for before, after in zip(reading.rig.cameras, read_rig(tmp_path / "rig.toml").rig.cameras, strict=True):
        assert np.array_equal(project(before, POINTS), project(after, POINTS))
