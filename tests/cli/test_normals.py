"""``pentad normals`` solves a stack as the closed form does."""

import json
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from pentad.cli import main
from pentad.core.arrays import Doubles, Image

LIGHTS = np.array([[0, 0, 1], [0.5, 0, 0.8], [-0.3, 0.4, 0.8], [0, -0.5, 0.7]])


def write_stack(folder: Path, normals: Doubles, albedo: float) -> list[str]:
    """A Lambert stack of ``normals`` (H, W, 3) as 16-bit PNGs, and its lights file."""
    names = []
    for index, light in enumerate(LIGHTS / np.linalg.norm(LIGHTS, axis=1, keepdims=True)):
        codes = np.rint(np.clip(normals @ light, 0, None) * albedo * 65535).astype(np.uint16)
        names.append(str(folder / f"{index}.png"))
        cv2.imwrite(names[-1], codes)
    np.savetxt(folder / "lights.txt", LIGHTS)
    return names


@pytest.fixture
def tilted() -> Doubles:
    """(20, 30, 3) normals of a gentle bowl: the lights reach all of it."""
    y, x = np.mgrid[-1:1:20j, -1:1:30j] * 0.3
    normals = np.stack([x, y, np.ones_like(x)], axis=2)
    return np.asarray(normals / np.linalg.norm(normals, axis=2, keepdims=True))


def test_a_bowl_comes_back_to_a_hundredth_of_a_degree(
    tmp_path: Path, tilted: Doubles, capsys: pytest.CaptureFixture[str]
) -> None:
    images = write_stack(tmp_path, tilted, albedo=0.7)
    out = tmp_path / "normals.npy"
    assert main(["normals", *images, "--lights", str(tmp_path / "lights.txt"), "--out", str(out), "--json"]) == 0
    found = np.load(out, allow_pickle=False)
    # Why: the chord between unit vectors; near 1 an arccos of float32 cannot tell hundredths of a degree.
    assert np.degrees(np.linalg.norm(found - tilted, axis=2)).max() < 0.01
    said = json.loads(capsys.readouterr().out)
    assert (said["pixels"], said["lights"]) == (600, 4)
    assert said["condition"] == pytest.approx(np.linalg.cond(LIGHTS / np.linalg.norm(LIGHTS, axis=1)[:, None]))


def test_a_16_bit_png_holds_the_same_normals(tmp_path: Path, tilted: Doubles) -> None:
    images = write_stack(tmp_path, tilted, albedo=0.7)
    out = tmp_path / "normals.png"
    directx = ["--encoding", "directx"]
    assert main(["normals", *images, "--lights", str(tmp_path / "lights.txt"), "--out", str(out), *directx]) == 0
    codes = cast(Image, cv2.imread(str(out), cv2.IMREAD_UNCHANGED))[..., ::-1]
    vectors = (codes / 65535.0 * 2 - 1) * [1, -1, 1]
    assert codes.dtype == np.uint16
    assert np.abs(vectors - tilted).max() < 1e-3


def test_images_that_do_not_belong_together_are_refused_in_words(
    tmp_path: Path, tilted: Doubles, capsys: pytest.CaptureFixture[str]
) -> None:
    images = write_stack(tmp_path, tilted, albedo=0.7)
    words = ["--lights", str(tmp_path / "lights.txt"), "--out", str(tmp_path / "n.npy")]

    def refused(*names: str) -> str:
        assert main(["normals", *names, *words]) == 2
        assert not (tmp_path / "n.npy").exists()
        return capsys.readouterr().err

    cv2.imwrite(str(tmp_path / "taller.png"), np.zeros((21, 30), np.uint16))
    cv2.imwrite(str(tmp_path / "colour.png"), np.zeros((20, 30, 3), np.uint16))
    (tmp_path / "letter.png").write_text("dear reader")
    assert "30 x 21 px" in refused(*images[:3], str(tmp_path / "taller.png"))
    assert "grey" in refused(*images[:3], str(tmp_path / "colour.png"))
    assert "letter.png" in refused(*images[:3], str(tmp_path / "letter.png"))
    assert "gone.png" in refused(*images[:3], str(tmp_path / "gone.png"))
    assert "3 images but 4 light directions" in refused(*images[:3])


def test_coplanar_lights_are_refused_in_words(
    tmp_path: Path, tilted: Doubles, capsys: pytest.CaptureFixture[str]
) -> None:
    images = write_stack(tmp_path, tilted, albedo=0.7)
    (tmp_path / "lights.txt").write_text("0 0 1\n0.5 0 1\n1 0 1\n-1 0 1\n")
    code = main(["normals", *images, "--lights", str(tmp_path / "lights.txt"), "--out", str(tmp_path / "n.npy")])
    assert code == 2
    assert "plane" in capsys.readouterr().err
    assert not (tmp_path / "n.npy").exists()
