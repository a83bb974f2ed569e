"""One camera out of one file."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.core.resource import resource
from pentad.io.calibration.lone_camera import read_lone_camera

PLAIN = {"fx": 355.0, "fy": 356.0, "cx": 127.5, "cy": 126.5, "width": 256, "height": 255}


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**PLAIN, "dist": [0.1, -0.2]}))
    (tmp_path / "b.toml").write_text("\n".join(f"{k} = {v}" for k, v in PLAIN.items()) + "\ndist = [0.1, -0.2]\n")
    one, other = read_lone_camera(tmp_path / "a.json"), read_lone_camera(tmp_path / "b.toml")
    np.testing.assert_array_equal(one.matrix, [[355, 0, 127.5], [0, 356, 126.5], [0, 0, 1]])
    np.testing.assert_array_equal(one.matrix, other.matrix)
    np.testing.assert_array_equal(one.distortion, [0.1, -0.2, 0, 0, 0])
    assert one.size == other.size == (255, 256)
    np.testing.assert_array_equal(one.rig_to_camera, np.eye(4))


def test_a_published_camera_keeps_its_lens_and_pose() -> None:
    camera = read_lone_camera(resource("calibration", "camera_1.yaml"))
    assert camera.size == (3000, 4096)
    assert camera.distortion.any()
    assert not np.array_equal(camera.rig_to_camera, np.eye(4))


@pytest.mark.parametrize(
    "changed",
    [
        {"fx": 0},
        {"fx": "a"},
        {"fy": float("nan")},
        {"width": 12.5},
        {"height": -3},
        {"width": 10**9},
        {"dist": [1] * 13},
        {"dist": "a"},
        {"dist": [[1, 2]]},
        {"cx": None},
    ],
)
def test_what_is_no_camera_is_a_problem(tmp_path: Path, changed: dict[str, object]) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**PLAIN, **changed}))
    with pytest.raises(Problem, match=r"a\.json"):
        read_lone_camera(tmp_path / "a.json")


def test_several_cameras_are_not_one(tmp_path: Path) -> None:
    rig = resource("calibration", "camera_1.yaml")
    (tmp_path / "a.txt").write_text("no")
    with pytest.raises(Problem):
        read_lone_camera(tmp_path / "a.txt")
    with pytest.raises(Problem):
        read_lone_camera(rig.parent / "none.json")


@given(text=st.text(max_size=60))
def test_any_text_is_a_camera_or_a_problem(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    for suffix in ("json", "toml"):
        file = tmp_path_factory.mktemp("any") / f"a.{suffix}"
        file.write_text(text, "utf-8")
        with pytest.raises(Problem):
            read_lone_camera(file)
