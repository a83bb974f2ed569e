"""``pentad align`` finds where a part stands, and says how sure it is."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh

from pentad.core.arrays import Doubles
from pentad.io.traces import read_trace
from tests.cli.conftest import Pentad
from tests.helpers.silhouettes import CAMERA, bracket, degrees_apart, outline

K = {"fx": 355.0, "fy": 355.0, "cx": 127.5, "cy": 127.5, "width": 256, "height": 256}


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bracket that looks different from everywhere, its outline from one place, and the camera's file."""
    folder = tmp_path_factory.mktemp("part")
    mesh = bracket()
    trimesh.Trimesh(mesh.vertices, mesh.faces).export(folder / "part.stl")
    mask = np.rint(255 * outline(mesh, truth(), CAMERA)).astype(np.uint8)
    cv2.imwrite(str(folder / "mask.png"), mask)
    cv2.imwrite(str(folder / "photo.png"), np.where(mask[..., None] > 127, (90, 120, 60), (250, 250, 250)))
    (folder / "camera.json").write_text(json.dumps(K))
    return folder


def truth() -> Doubles:
    """(4, 4) mesh to camera: from 30 degrees above, turned by 40."""
    turn = cv2.Rodrigues(np.radians([180 + 30, 0, 0]))[0] @ cv2.Rodrigues(np.radians([0, 40.0, 0]))[0]
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turn, (3, -2, 190)
    return pose


@pytest.mark.parametrize(("given", "file"), [("--mask", "mask.png"), ("--photo", "photo.png")])
def test_a_part_is_found_from_its_outline(pentad: Pentad, part: Path, tmp_path: Path, given: str, file: str) -> None:
    out = tmp_path / "trace.npz"
    words = ["align", "--mesh", part / "part.stl", given, part / file, "--camera", part / "camera.json", "--out", out]
    said = pentad(*words).json
    pose = np.array(said["world_to_camera"])
    assert degrees_apart(pose, truth()) < 1
    np.testing.assert_allclose(pose[:3, 3], truth()[:3, 3], atol=2)
    assert said["method"] == "lm"
    assert said["iou"] > 0.95
    assert {"l1", "renders", "seconds", "ambiguous"} <= set(said)
    kept = read_trace(out)
    np.testing.assert_allclose(kept.trace.cameras[0].rig_to_camera @ kept.trace.pose, pose)
    assert len(kept.trace.references) == 20
    assert "is there already" in pentad(*words).error


def test_what_cannot_be_aligned_is_said(pentad: Pentad, part: Path, tmp_path: Path) -> None:
    def told(**changed: object) -> str:
        words = {"--mesh": part / "part.stl", "--mask": part / "mask.png", "--camera": part / "camera.json", **changed}
        return pentad("align", *(word for pair in words.items() for word in pair), "--out", tmp_path / "a.npz").error

    cv2.imwrite(str(tmp_path / "empty.png"), np.zeros((256, 256), np.uint8))
    cv2.imwrite(str(tmp_path / "full.png"), np.full((256, 256), 255, np.uint8))
    (tmp_path / "small.json").write_text(json.dumps({**K, "width": 200}))
    (tmp_path / "nothing.json").write_text(json.dumps({**K, "fx": 0}))
    for changed in (
        {"--mask": tmp_path / "empty.png"},
        {"--mask": tmp_path / "full.png"},
        {"--mask": tmp_path / "none.png"},
        {"--camera": tmp_path / "small.json"},
        {"--camera": tmp_path / "nothing.json"},
        {"--mesh": part / "mask.png"},
    ):
        assert told(**changed)
    assert not (tmp_path / "a.npz").exists()


def test_a_sample_is_aligned_in_all_its_views(pentad: Pentad, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert pentad("sample", folder, "--parts", 1, "--size", 288, "--family", "crimp_terminal").code == 0
    id = pentad("info", folder / "data").json
    assert id["samples"] == 1
    sample = next((folder / "data").glob("*/train/good/*")).relative_to(folder / "data").as_posix()
    said = pentad("align", "--data", folder, "--sample", sample, "--out", tmp_path / "a.npz").json
    assert len(said["cameras"]) == 5
    pose = read_trace(tmp_path / "a.npz").trace.pose  # the mesh lies in the rig as it was photographed
    assert np.degrees(np.linalg.norm(cv2.Rodrigues(pose[:3, :3])[0])) < 1
    np.testing.assert_allclose(pose[:3, 3], 0, atol=0.3)
    assert "no sample" in pentad("align", "--data", folder, "--sample", "none", "--out", tmp_path / "b.npz").error
    assert "no mesh" in pentad("align", "--mask", tmp_path / "a.npz", "--out", tmp_path / "b.npz").error
