"""``pentad normals`` with what a light box gives, ``pentad lights`` and ``pentad encode``."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from pentad.core.arrays import Doubles, Image
from pentad.geometry.chrome_sphere import Circle
from tests.cli.conftest import Pentad
from tests.geometry.test_chrome_sphere import chrome, disc
from tests.geometry.test_light_order import UNEVEN, bumps

BALL = Circle(118, 97, 80, 0)
KINDS = (("a.png", 8), ("b.png", 16), ("c.tif", 8), ("d.tif", 16), ("e.tif", 32), ("f.npy", 32))


@pytest.fixture
def stack(tmp_path: Path) -> list[Path]:
    """Seven photos of bumps and the lights file beside them."""
    paths = [tmp_path / f"{number}.png" for number in range(7)]
    for path, plane in zip(paths, bumps(UNEVEN).planes, strict=True):
        cv2.imwrite(str(path), plane.reshape(96, 128))
    np.savetxt(tmp_path / "lights.txt", UNEVEN)
    return paths


def image(path: Path) -> Image:
    return cast(Image, cv2.imread(str(path), cv2.IMREAD_UNCHANGED))


def vectors(path: Path) -> Doubles:
    if path.suffix == ".npy":
        return np.asarray(np.load(path, allow_pickle=False), np.float64)
    codes = image(path)[..., ::-1]
    return codes.astype(np.float64) if codes.dtype == np.float32 else codes / np.iinfo(codes.dtype).max * 2.0 - 1


@pytest.mark.parametrize("method", ["mask", "trim", "l1"])
def test_robust_methods_write_their_maps_too(pentad: Pentad, stack: list[Path], tmp_path: Path, method: str) -> None:
    words = ["--lights", tmp_path / "lights.txt", "--method", method, "--maps", tmp_path / "maps"]
    said = pentad("normals", *stack, *words, "--out", tmp_path / "n.npy").json
    assert (said["method"], said["pixels"], said["order"]) == (method, 96 * 128, None)
    assert said["fewest_lights"] >= 3
    assert image(tmp_path / "maps/albedo.tif").dtype == np.float32
    assert image(tmp_path / "maps/residuals.tif").max() < 20
    assert image(tmp_path / "maps/lights_used.png").max() <= 7
    again = pentad("normals", *stack, *words, "--out", tmp_path / "other.npy")
    assert "albedo.tif is there already" in again.error


def test_the_wrong_order_is_said_with_how_sure_and_nothing_is_turned(
    pentad: Pentad, stack: list[Path], tmp_path: Path
) -> None:
    said = pentad("normals", *stack[::-1], "--lights", tmp_path / "lights.txt", "--out", tmp_path / "n.npy")
    assert said.json["order"]["lights"] == [7, 6, 5, 4, 3, 2, 1]
    assert said.json["order"]["sure"] > 0.9
    assert "reversed" in said.err
    assert "%" in said.err


@pytest.mark.parametrize("encoding", ["opengl", "directx"])
def test_every_kind_of_file_holds_the_same_normals(
    pentad: Pentad, stack: list[Path], tmp_path: Path, encoding: str
) -> None:
    flip = np.array([1, -1 if encoding == "directx" else 1, 1])
    found = {}
    for name, bits in KINDS:
        words = ["--lights", tmp_path / "lights.txt", "--encoding", encoding, "--bits", str(bits)]
        assert pentad("normals", *stack, *words, "--out", tmp_path / name).code == 0
        found[bits, name] = vectors(tmp_path / name) * flip
    for (bits, _), normals in found.items():
        allowed = 1.01 / (2**bits - 1) if bits < 32 else 1e-6
        assert np.abs(normals - found[32, "f.npy"]).max() <= allowed
        assert (normals[..., 2] > 0.5).all()


def test_normals_are_encoded_anew_and_back_without_loss(pentad: Pentad, stack: list[Path], tmp_path: Path) -> None:
    lights = ["--lights", tmp_path / "lights.txt", "--bits", "8"]
    assert pentad("normals", *stack, *lights, "--out", tmp_path / "a.png").code == 0
    to = ["--from", "opengl", "--encoding", "directx", "--bits", "16", "--out", tmp_path / "b.tif"]
    assert pentad("encode", tmp_path / "a.png", *to).json["pixels"] == 96 * 128
    back = ["--from", "directx", "--encoding", "opengl", "--bits", "8", "--out", tmp_path / "c.png"]
    assert pentad("encode", tmp_path / "b.tif", *back).code == 0
    assert np.array_equal(image(tmp_path / "a.png"), image(tmp_path / "c.png"))
    assert "cannot hold 32" in pentad("encode", tmp_path / "a.png", *back[:3], "opengl", "--bits", "32", "--out",
                                      tmp_path / "d.png").error  # fmt: skip


def test_lights_are_read_from_a_chrome_ball_and_solve_the_stack(
    pentad: Pentad, stack: list[Path], tmp_path: Path
) -> None:
    units = UNEVEN / np.linalg.norm(UNEVEN, axis=1, keepdims=True)
    ball = disc(118, 97, 80)
    cv2.imwrite(str(tmp_path / "mask.png"), ball.astype(np.uint8) * 255)
    names = [tmp_path / f"ball_{number}.png" for number in range(7)]
    for name, light in zip(names, units, strict=True):
        cv2.imwrite(str(name), chrome(BALL, light))
    out = tmp_path / "found.txt"
    said = pentad("lights", *names, "--mask", tmp_path / "mask.png", "--out", out).json
    assert said["lights"] == 7
    assert said["ball"]["radius"] == pytest.approx(80, abs=0.5)
    assert np.degrees(np.linalg.norm(np.loadtxt(out) - units, axis=1)).max() < 1.5
    assert pentad("normals", *stack, "--lights", out, "--out", tmp_path / "n.npy").json["order"] is None
    cv2.imwrite(str(names[2]), np.zeros((200, 240), np.uint8))
    dark = pentad("lights", *names, "--mask", tmp_path / "mask.png", "--out", out, "--force")
    assert "ball_2.png shows no highlight" in dark.error


def test_near_lights_need_their_pixel_size_and_fragile_ones_are_warned_of(
    pentad: Pentad, stack: list[Path], tmp_path: Path
) -> None:
    lights = ["--lights", tmp_path / "lights.txt", "--out", tmp_path / "n.npy"]
    np.save(tmp_path / "heights.npy", np.zeros((96, 128), np.float32))
    assert "--near" in pentad("normals", *stack, *lights, "--heights", tmp_path / "heights.npy").error
    assert "no size of a pixel" in pentad("normals", *stack, *lights, "--near", "0").error
    np.savetxt(tmp_path / "lights.txt", UNEVEN * [0.1, 0.1, 1] * 100)
    said = pentad("normals", *stack, *lights, "--near", "0.01", "--heights", tmp_path / "heights.npy")
    assert said.json["condition"] > 10
    assert "fragile" in said.err


def test_bad_stacks_are_refused_in_words(pentad: Pentad, stack: list[Path], tmp_path: Path) -> None:
    words = ["--lights", tmp_path / "lights.txt", "--out", tmp_path / "n.npy"]
    cv2.imwrite(str(tmp_path / "black.png"), np.zeros((96, 128), np.uint8))
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((96, 128), 999, np.uint16))
    for bad, word in (("black.png", "black.png is black"), ("deep.png", "deep.png holds uint16")):
        assert word in pentad("normals", *stack[:6], tmp_path / bad, *words).error
    assert "mask has no pixels" in pentad("normals", *stack, *words, "--mask", tmp_path / "black.png").error
    assert not (tmp_path / "n.npy").exists()
