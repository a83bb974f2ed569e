"""``pentad align`` finds where a part stands, and says how sure it is."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import trimesh

from pentad.core.arrays import Doubles
from pentad.io.traces import read_trace
from tests.cli.conftest import Pentad

K = {"fx": 355.0, "fy": 355.0, "cx": 127.5, "cy": 127.5, "width": 256, "height": 256}


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bracket that looks different from everywhere, its outline from one place, and the camera's file."""
    folder = tmp_path_factory.mktemp("part")
    boxes = [
        ((60, 10, 40), (0, 0, 0)),
        ((12, 40, 12), (-20, 25, 8)),
        ((8, 20, 8), (22, 15, -12)),
        ((6, 6, 30), (10, 2, 30)),
    ]
    mesh: Any = trimesh.util.concatenate(
        [trimesh.creation.box(size, trimesh.transformations.translation_matrix(at)) for size, at in boxes]
    )
    mesh.export(folder / "part.stl")
    mask = outline(np.asarray(mesh.vertices), np.asarray(mesh.faces), truth())
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


def outline(vertices: Doubles, faces: np.ndarray, pose: Doubles) -> np.ndarray:
    """(256, 256) uint8 by filling every triangle at four times the size."""
    places = vertices @ pose[:3, :3].T + pose[:3, 3]
    pixels = places[:, :2] / places[:, 2:] * K["fx"] + K["cx"]
    large = np.zeros((1024, 1024), np.uint8)
    for face in np.rint(((pixels + 0.5) * 4 - 0.5)[faces] * 16).astype(np.int32):
        cv2.fillConvexPoly(large, face, 255, shift=4)
    return cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)


def apart(found: Doubles) -> float:
    """Degrees between a pose and the true one."""
    turn = found[:3, :3] @ truth()[:3, :3].T
    return float(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))


@pytest.mark.parametrize(("given", "file"), [("--mask", "mask.png"), ("--photo", "photo.png")])
def test_a_part_is_found_from_its_outline(pentad: Pentad, part: Path, tmp_path: Path, given: str, file: str) -> None:
    out = tmp_path / "trace.npz"
    words = ["align", "--mesh", part / "part.stl", given, part / file, "--camera", part / "camera.json", "--out", out]
    said = pentad(*words).json
    pose = np.array(said["world_to_camera"])
    assert apart(pose) < 1
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
