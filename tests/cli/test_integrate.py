"""``pentad integrate`` gives the depth that the normals came from."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
import trimesh

from pentad.core.sample import NormalEncoding
from pentad.geometry.normals_codec import encode_normals
from tests.cli.conftest import Pentad
from tests.helpers.reliefs import Shape, hills

SIDE = 90


@pytest.fixture
def shape() -> Shape:
    return hills(SIDE)


@pytest.fixture
def floats(shape: Shape, tmp_path: Path) -> Path:
    np.save(tmp_path / "normals.npy", shape.normals)
    return tmp_path / "normals.npy"


def write_codes(path: Path, shape: Shape, encoding: NormalEncoding) -> Path:
    """16-bit codes of it."""
    codes = encode_normals(shape.normals, encoding)
    cv2.imwrite(str(path), codes[..., ::-1])
    return path


@pytest.mark.parametrize("method", ["dct", "bilateral"])
def test_a_float_map_gives_its_depth(pentad: Pentad, shape: Shape, floats: Path, tmp_path: Path, method: str) -> None:
    said = pentad("integrate", floats, "--out", tmp_path / "depth.npy", "--method", method).json
    depth = np.load(tmp_path / "depth.npy", allow_pickle=False)
    assert depth.dtype == np.float32
    assert shape.error(depth) < 0.01
    assert (said["pixels"], said["method"], said["unit"], said["pieces"]) == (SIDE * SIDE, method, "px", 1)
    assert said["seconds"] > 0


def test_codes_with_green_down_and_a_mask_give_a_tiff_with_nan_outside(
    pentad: Pentad, shape: Shape, tmp_path: Path
) -> None:
    normals = write_codes(tmp_path / "normals.png", shape, NormalEncoding.DIRECTX)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[10:40, 20:70] = mask[60:70, 20:70] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    run = pentad("integrate", normals, "--encoding", "directx", "--mask", tmp_path / "mask.png",
                 "--out", tmp_path / "depth.tiff", "--pixel-mm", "0.02")  # fmt: skip
    depth = tifffile.imread(tmp_path / "depth.tiff")
    assert (run.json["pieces"], run.json["unit"]) == (2, "mm")
    assert depth.dtype == np.float32
    assert "2 regions do not touch" in run.err
    assert np.array_equal(np.isfinite(depth), mask > 0)
    rest = (depth / 0.02 - shape.depth)[10:40, 20:70]
    assert np.ptp(rest) < 0.05


def test_intrinsics_and_a_known_pixel_give_millimetres_and_a_mesh_on_the_rays(pentad: Pentad, tmp_path: Path) -> None:
    """A tilted plane: every vertex of the mesh lies in it."""
    normal = np.array([0.3, 0.2, np.sqrt(1 - 0.13)])
    np.save(tmp_path / "plane.npy", np.broadcast_to(normal.astype(np.float32), (SIDE, SIDE + 30, 3)))
    camera = {"fx": 200.0, "fy": 205.0, "cx": 60.0, "cy": 40.0, "width": SIDE + 30, "height": SIDE, "dist": [-0.1]}
    (tmp_path / "camera.json").write_text(json.dumps(camera))
    said = pentad("integrate", tmp_path / "plane.npy", "--intrinsics", tmp_path / "camera.json", "--known", 60, 40, 300,
                  "--out", tmp_path / "depth.npy", "--mesh", tmp_path / "plane.ply").json  # fmt: skip
    surface = trimesh.load(tmp_path / "plane.ply", process=False)
    assert isinstance(surface, trimesh.Trimesh)
    assert said["unit"] == "mm"
    assert len(surface.vertices) == SIDE * (SIDE + 30)
    inward = normal * [1, -1, -1]
    off = np.asarray(surface.vertices) @ inward - 300 * inward[2]
    assert np.abs(off).max() < 0.01
    assert np.asarray(surface.face_normals)[:, 2].max() < 0


def test_bad_input_is_refused_in_words_and_leaves_nothing(pentad: Pentad, floats: Path, tmp_path: Path) -> None:
    out = tmp_path / "depth.npy"
    cv2.imwrite(str(tmp_path / "black.png"), np.zeros((SIDE, SIDE), np.uint8))
    cv2.imwrite(str(tmp_path / "small.png"), np.full((SIDE, 7), 255, np.uint8))
    np.save(tmp_path / "nothing.npy", np.full((SIDE, SIDE, 3), np.nan, np.float32))
    np.save(tmp_path / "flat.npy", np.zeros((SIDE, SIDE), np.float32))
    (tmp_path / "camera.json").write_text('{"fx": 1, "fy": 1, "cx": 0, "cy": 0, "width": 640, "height": 480}')

    def refused(*words: object) -> str:
        error = pentad("integrate", *words, "--out", out).error
        assert not out.exists()
        return error

    assert "no pixels" in refused(floats, "--mask", tmp_path / "black.png")
    assert f"7 x {SIDE}" in refused(floats, "--mask", tmp_path / "small.png")
    assert "640 x 480" in refused(floats, "--intrinsics", tmp_path / "camera.json")
    assert "no normals" in refused(tmp_path / "nothing.npy")
    assert "flat.npy" in refused(tmp_path / "flat.npy")
    assert "no file" in refused(tmp_path / "gone.png")
    assert "no whole numbers" in refused(floats, "--pixel-mm", 1, "--known", 0.5, 2, 10)
    assert "gone.json" in refused(floats, "--intrinsics", tmp_path / "gone.json")
    assert "no name for a relief" in refused(floats, "--mesh", tmp_path / "relief.stl")
    assert "no format for depth" in pentad("integrate", floats, "--out", tmp_path / "depth.jpg").error
    out.write_bytes(b"mine")
    assert "is there already" in pentad("integrate", floats, "--out", out).error
    assert out.read_bytes() == b"mine"
