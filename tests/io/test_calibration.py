"""Published calibrations and rig files: read exactly, or refused in words."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera, Rig
from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.io.calibration import (
    field_of_view,
    format_rig,
    read_calibration,
    read_rig,
    summary,
    turn,
)

PATHS = [resource("calibration", f"camera_{number}.yaml") for number in (1, 2, 3, 4)]
TEXT = PATHS[0].read_text("utf-8")
ANY_NUMBER = st.floats(-1e6, 1e6)
NAMES = st.text(st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=("Cs", "Cc")), max_size=8)


def entry(text: str, key: str) -> Doubles:
    """The numbers below ``key``, read line by line and by no YAML parser."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.replace(" ", "").startswith(f"{key}:"))
    numbers = []
    for line in lines[at + 4 :]:
        if not line.strip().startswith("- "):
            break
        numbers.append(float(line.strip().removeprefix("- ")))
    return np.array(numbers)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_published_number_is_read_as_it_is_written(path: Path) -> None:
    camera, text = read_calibration(path).camera, path.read_text("utf-8")
    assert np.array_equal(camera.matrix.ravel(), entry(text, "intrinsic_matrix"))
    assert np.array_equal(camera.world_to_camera[:3].ravel(), entry(text, "extrinsic_matrix"))
    assert np.array_equal(camera.distortion, entry(text, "distortion_matrix"))
    assert (camera.name, camera.size) == (path.stem, (3000, 4096))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_published_homography_is_k_r1_r2_t(path: Path) -> None:
    calibration = read_calibration(path)
    pose = calibration.camera.world_to_camera
    board = calibration.camera.matrix @ np.stack([pose[:3, 0], pose[:3, 1], pose[:3, 3]], axis=1)
    published = entry(path.read_text("utf-8"), "H_matrix").reshape(3, 3)
    assert np.abs(board / board[2, 2] - published).max() < 1e-12 * np.abs(published).max()
    assert calibration.homography_error is not None
    assert calibration.homography_error < 1e-12


def test_the_pitfalls_are_in_the_files_and_do_no_harm() -> None:
    texts = [path.read_text("utf-8") for path in PATHS]
    assert all("rows :" in text and "e+004" in text for text in texts)
    # Why: in one file YAML takes the time stamp for a date.
    assert len({type(yaml.safe_load(text)["calibration_time"]) for text in texts}) == 2


def test_the_rig_turns_each_board_by_a_quarter() -> None:
    rig = read_rig(PATHS[0].parent).rig
    assert [camera.name for camera in rig.cameras] == ["camera_1", "camera_2", "camera_3", "camera_4"]
    headings = [np.degrees(np.arctan2(camera.station[1, 0], camera.station[0, 0])) for camera in rig.cameras]
    assert np.allclose(headings, [0, 90, 180, -90])


def angle(camera: Camera, one: tuple[float, float], other: tuple[float, float]) -> float:
    """Degrees between the rays through two pixels ``x, y``, the lens left out."""
    first, second = (np.linalg.solve(camera.matrix, [*pixel, 1.0]) for pixel in (one, other))
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_info_says_agrees_with_the_appendix(path: Path) -> None:
    calibration = read_calibration(path)
    camera = calibration.camera
    x, y = camera.matrix[:2, 2]
    across, down = np.degrees(field_of_view(camera))
    assert across == pytest.approx(angle(camera, (-0.5, y), (4095.5, y)))
    assert down == pytest.approx(angle(camera, (x, -0.5), (x, 2999.5)))
    assert 11.5 < across < 13.6
    assert 8.3 < down < 10.1
    said = summary(camera, error=calibration.homography_error, frame="board")
    assert np.abs(np.array(said["centre_mm"]) - (13, -175, -183)).max() < 30


def changed(key: str, change: Callable[[Doubles], Doubles]) -> str:
    """The first published file with the numbers of ``key`` changed."""
    found = yaml.safe_load(TEXT)
    numbers = np.array(found[key]["data"], np.float64)
    found[key]["data"] = change(numbers).tolist()
    found.pop("H_matrix", None)
    return str(yaml.safe_dump(found))


def mirrored(numbers: Doubles) -> Doubles:
    return np.asarray(numbers * np.tile([-1, 1, 1, 1], 3))


BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BAD = {
    "not orthonormal": (changed("extrinsic_matrix", lambda e: e * np.tile([1.01, 1, 1, 1], 3)), "not orthonormal"),
    "a mirror image": (changed("extrinsic_matrix", mirrored), "determinant -1"),
    "no focal length": (changed("intrinsic_matrix", lambda k: k * 0), "not a camera matrix"),
    "too few numbers": (changed("intrinsic_matrix", lambda k: k[:8]), "intrinsic_matrix"),
    "not a number": (changed("intrinsic_matrix", lambda k: k * np.nan), "not finite"),
    "a homography of another camera": (TEXT.replace("7.5142908289968972e+001", "7.9e+001"), "homography"),
    "a homography without a scale": (
        TEXT.replace("    - 1.0000000000000000e+000\ndistortion_model", "    - 0.0\ndistortion_model"),
        "no scale",
    ),
    "no extrinsics": (TEXT.replace("extrinsic_matrix", "extrinsic"), "no extrinsic_matrix"),
    "no intrinsics": (TEXT.replace("intrinsic_matrix", "intrinsic"), "no intrinsic_matrix"),
    "no size": (TEXT.replace("image_width: 4096", "image_width: wide"), "image_width"),
    "a negative size": (TEXT.replace("image_width: 4096", "image_width: -4096"), "-4096"),
    "words for numbers": (TEXT.replace("7.5142908289968972e+001", "seventy"), "H_matrix"),
    "an endless number": (TEXT.replace("7.5142908289968972e+001", "1" + "0" * 400), "H_matrix"),
    "no date of this world": (TEXT.replace("2025-1-24 15:6:57", "2025-13-41 15:06:57"), "camera.yaml"),
    "empty": ("", "no intrinsic_matrix"),
    "a list": ("- 1\n- 2\n", "no intrinsic_matrix"),
    "rubbish": ("\x07{[:", "camera.yaml"),
    "nested beyond reason": ("[" * 50_000, "nested"),
    "aliases of aliases": (BOMB + TEXT, "aliases"),
    "merges of merges": ("a: &a {x: 1}\nb: {<<: [*a, *a]}\n" + TEXT, "aliases"),
    "a call": ("x: !!python/object/apply:os.system ['exit 1']\n" + TEXT, "camera.yaml"),
    "too long": (TEXT + "#" * 1_100_000, "longer"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_words(case: str, tmp_path: Path) -> None:
    text, word = BAD[case]
    path = tmp_path / "camera.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(Problem) as caught:
        read_calibration(path)
    assert str(path) in caught.value.what
    assert word in str(caught.value)
    assert caught.value.remedy


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(TEXT) - 1), put=st.binary(min_size=1, max_size=6), cut=st.integers(0, 40))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path: Path, at: int, put: bytes, cut: int) -> None:
    raw = TEXT.encode()
    path = tmp_path / "camera.yaml"
    path.write_bytes(raw[:at] + put + raw[at + cut :])
    with contextlib.suppress(Problem):
        assert np.isfinite(read_calibration(path).camera.matrix).all()


def test_a_missing_file_and_an_empty_folder_are_problems(tmp_path: Path) -> None:
    for reader in (read_calibration, read_rig):
        with pytest.raises(Problem, match=r"gone\.yaml"):
            reader(tmp_path / "gone.yaml")
    with pytest.raises(Problem, match="No calibration in"):
        read_rig(tmp_path)


def some_camera(name: str, numbers: Doubles, distortion: Doubles) -> Camera:
    matrix = np.array([[abs(numbers[0]) + 1, 0, numbers[1]], [0, abs(numbers[2]) + 1, numbers[3]], [0, 0, 1]])
    pose = turn(numbers[4])
    pose[:3, 3] = numbers[5:8]
    return Camera(name, matrix, pose, (3000, 4096), distortion, turn(numbers[8]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(NAMES, min_size=1, max_size=5, unique=True),
    numbers=arrays(np.float64, 9, elements=ANY_NUMBER),
    distortion=arrays(np.float64, st.sampled_from((4, 5, 8, 12)), elements=st.floats(-0.3, 0.3)),
)
def test_a_rig_file_reads_back_bit_for_bit(
    tmp_path: Path, names: list[str], numbers: Doubles, distortion: Doubles
) -> None:
    rig = Rig(tuple(some_camera(name, numbers, distortion) for name in names))
    path = tmp_path / "rig.toml"
    path.write_text(format_rig(rig), "utf-8")
    for before, after in zip(rig.cameras, read_rig(path).rig.cameras, strict=True):
        assert (before.name, before.size) == (after.name, after.size)
        for field in ("matrix", "world_to_camera", "station", "distortion"):
            assert np.array_equal(getattr(before, field), getattr(after, field))


RIG = format_rig(read_rig(PATHS[0].parent).rig)
BAD_RIGS = {
    "another format": (RIG.replace("format = 1", "format = 2"), "format 1"),
    "no cameras": ("format = 1\n", "[[camera]]"),
    "a camera without a name": (RIG.replace('name = "camera_1"', "name = 1"), "no name"),
    "one name twice": (RIG.replace("camera_2", "camera_1"), "one name"),
    "lens terms in words": (RIG.replace("distortion = [", 'distortion = ["k1", '), "distortion"),
    "seven lens terms": (RIG.replace("distortion = [", "distortion = [0, 0, 0, 0, 0, 0, 0] # "), "7 distortion terms"),
    "a last row that is none": (RIG.replace("0.0, 0.0, 0.0, 1.0]]", "0.0, 0.0, 0.1, 1.0]]"), "last row"),
    "half a pixel": (RIG.replace("size = [3000, 4096]", "size = [3000, 4096.5]"), "width"),
    "a table for a size": (RIG.replace("size = [3000, 4096]", "size = {a = 1}"), "size"),
    "rubbish": ("\x00\x01", "rig.toml"),
    "nested beyond reason": ("a = " + "[" * 5000, "rig.toml"),
}


@pytest.mark.parametrize("case", BAD_RIGS)
def test_a_bad_rig_is_refused_in_words(case: str, tmp_path: Path) -> None:
    text, word = BAD_RIGS[case]
    path = tmp_path / "rig.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Problem) as caught:
        read_rig(path)
    assert str(path) in caught.value.what
    assert word in str(caught.value)


def test_a_station_that_is_no_turn_is_refused(tmp_path: Path) -> None:
    rig = read_rig(PATHS[0].parent).rig
    bent = Rig((replace(rig.cameras[0], station=np.diag([1.0, 1.0, 2.0, 1.0])),))
    path = tmp_path / "rig.toml"
    path.write_text(format_rig(bent), "utf-8")
    with pytest.raises(Problem, match="station of camera_1 is not orthonormal"):
        read_rig(path)
