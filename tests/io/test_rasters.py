"""Pixels come out of every kind of file as they went in, or as the house rule for that kind says."""

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pil

from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding, RasterRef
from pentad.geometry.normals_codec import encode_normals
from pentad.io import rasters
from pentad.io.tree import FileTree, open_tree
from tests.helpers.layouts import write_image


@pytest.fixture
def tree(tmp_path: Path) -> FileTree:
    return open_tree(tmp_path)


def _smooth(height: int, width: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(7).integers(0, 256, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _pil(path: Path, image: Pil.Image, **options: Any) -> None:
    with io.BytesIO() as stream:
        image.save(stream, path.suffix[1:].upper().replace("JPG", "JPEG"), **options)
        path.write_bytes(stream.getvalue())


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp"])
def test_rgb_comes_back_red_first(tree: FileTree, tmp_path: Path, suffix: str) -> None:
    image = np.zeros((20, 30, 3), np.uint8)
    image[..., 0] = 200
    image[5:, :, 2] = 90
    write_image(tmp_path / f"x{suffix}", image)
    back = rasters.read_rgb(tree, RasterRef(f"x{suffix}"))
    np.testing.assert_allclose(back.astype(int), image, atol=0 if suffix != ".webp" else 6)
    assert rasters.size(tree, RasterRef(f"x{suffix}")) == (20, 30)


def test_sixteen_bits_stay_sixteen_in_raw_and_scale_to_eight_in_rgb(tree: FileTree, tmp_path: Path) -> None:
    codes = np.random.default_rng(1).integers(0, 65536, (9, 11, 3), np.uint16)
    for name in ("x.png", "x.tif"):
        write_image(tmp_path / name, codes)
        raw = rasters.read_raw(tree, RasterRef(name))
        assert raw.dtype == np.uint16
        np.testing.assert_array_equal(raw, codes)
        np.testing.assert_allclose(rasters.read_rgb(tree, RasterRef(name)), codes / 257.0, atol=0.5001)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int16, np.uint32])
@pytest.mark.parametrize("shape", [(7, 9), (7, 9, 3)])
def test_tiffs_of_any_depth_keep_their_values(
    tree: FileTree, tmp_path: Path, dtype: type[np.generic], shape: tuple[int, ...]
) -> None:
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    write_image(tmp_path / "x.tif", values)
    raw = rasters.read_raw(tree, RasterRef("x.tif"))
    assert raw.dtype == dtype
    np.testing.assert_array_equal(raw, values)


def test_float_photos_are_read_between_zero_and_one(tree: FileTree, tmp_path: Path) -> None:
    ramp = np.dstack([np.linspace(0, 1, 256, dtype=np.float32)[None].repeat(4, axis=0)] * 3)
    ramp[0, 0] = np.nan
    tifffile.imwrite(tmp_path / "x.tif", ramp, photometric="rgb")
    np.testing.assert_array_equal(rasters.read_rgb(tree, RasterRef("x.tif"))[1, :, 0], np.arange(256))


def test_npy_files_are_read_and_pickles_in_them_are_not(tree: FileTree, tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    np.save(tmp_path / "x.npy", values)
    np.testing.assert_array_equal(rasters.read_raw(tree, RasterRef("x.npy")), values)
    assert rasters.size(tree, RasterRef("x.npy")) == (2, 4)
    np.save(tmp_path / "trap.npy", np.array([[{}]], object), allow_pickle=True)
    with pytest.raises(Problem, match=r"trap\.npy cannot be read as an image"):
        rasters.read_raw(tree, RasterRef("trap.npy"))


def test_grey_becomes_three_equal_channels(tree: FileTree, tmp_path: Path) -> None:
    grey = np.arange(200, dtype=np.uint8).reshape(10, 20)
    write_image(tmp_path / "x.png", grey)
    write_image(tmp_path / "x.jpg", grey)
    np.testing.assert_array_equal(rasters.read_rgb(tree, RasterRef("x.png")), np.dstack([grey] * 3))
    assert np.ptp(rasters.read_rgb(tree, RasterRef("x.jpg")).astype(int), axis=2).max() == 0


def test_cmyk_photos_have_the_colours_they_were_made_from(tree: FileTree, tmp_path: Path) -> None:
    image = _smooth(64, 96)
    _pil(tmp_path / "x.jpg", Pil.fromarray(image).convert("CMYK"), quality=95)
    for longest in (None, 24):
        back = rasters.read_rgb(tree, RasterRef("x.jpg"), longest)
        want = cv2.resize(image, back.shape[1::-1], interpolation=cv2.INTER_AREA)
        assert np.abs(back.astype(int) - want).mean() < 4


def test_alpha_is_dropped_not_blended(tree: FileTree, tmp_path: Path) -> None:
    image = _smooth(8, 8)
    _pil(tmp_path / "x.png", Pil.fromarray(np.dstack([image, np.full((8, 8), 10, np.uint8)])))
    np.testing.assert_array_equal(rasters.read_rgb(tree, RasterRef("x.png")), image)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright_as_their_tag_says(tree: FileTree, tmp_path: Path, suffix: str, orientation: int) -> None:
    image = _smooth(48, 80)
    exif = Pil.Exif()
    exif[0x0112] = orientation
    _pil(tmp_path / f"x{suffix}", Pil.fromarray(image), exif=exif.tobytes(), quality=95)
    flips = {
        1: image,
        2: image[:, ::-1],
        3: image[::-1, ::-1],
        4: image[::-1],
        5: image.transpose(1, 0, 2),
        6: np.rot90(image, -1),
        7: image[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(image),
    }
    ref = RasterRef(f"x{suffix}")
    back = rasters.read_rgb(tree, ref)
    assert rasters.size(tree, ref) == back.shape[:2] == flips[orientation].shape[:2]
    assert np.abs(back.astype(int) - flips[orientation]).mean() < 4
    small = rasters.read_rgb(tree, ref, 20)
    want = cv2.resize(flips[orientation], small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - want).mean() < 6


@pytest.mark.parametrize("longest", [500, 250, 130, 62, 30])
def test_a_reduced_decode_is_the_area_mean(tree: FileTree, tmp_path: Path, longest: int) -> None:
    write_image(tmp_path / "x.jpg", _smooth(336, 504))
    full = rasters.read_rgb(tree, RasterRef("x.jpg"))
    small = rasters.read_rgb(tree, RasterRef("x.jpg"), longest)
    assert max(small.shape) == longest
    want = cv2.resize(full, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - want).mean() < 1.5


def test_nothing_is_ever_enlarged(tree: FileTree, tmp_path: Path) -> None:
    write_image(tmp_path / "x.png", _smooth(10, 20))
    assert rasters.read_rgb(tree, RasterRef("x.png"), 1000).shape == (10, 20, 3)


def test_the_size_is_told_without_decoding(tree: FileTree, tmp_path: Path) -> None:
    for name in ("x.jpg", "x.png", "x.bmp", "x.tif"):
        path = write_image(tmp_path / name, _smooth(60, 90))
        data = path.read_bytes()
        if name != "x.tif":
            path.write_bytes(data[: len(data) // 3])
        assert rasters.size(tree, RasterRef(name)) == (60, 90)


def test_the_size_is_found_behind_a_large_thumbnail(tree: FileTree, tmp_path: Path) -> None:
    path = write_image(tmp_path / "x.jpg", _smooth(60, 90))
    data = path.read_bytes()
    segment = b"\xff\xec\xff\xff" + b"\0" * 65_533
    path.write_bytes(data[:2] + segment * 3 + data[2:])
    assert rasters.size(tree, RasterRef("x.jpg")) == (60, 90)


def test_a_photo_with_a_film_behind_it_is_whole(tree: FileTree, tmp_path: Path) -> None:
    path = write_image(tmp_path / "x.jpg", np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8))
    data = path.read_bytes()
    assert len(data) > 131_072
    path.write_bytes(data + bytes(3 * len(data)))
    assert rasters.read_rgb(tree, RasterRef("x.jpg")).shape == (600, 600, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("encoding", [NormalEncoding.OPENGL, NormalEncoding.DIRECTX])
def test_normals_come_back_within_their_codes(
    tree: FileTree, tmp_path: Path, encoding: NormalEncoding, dtype: type[np.generic]
) -> None:
    vectors = np.random.default_rng(3).normal(size=(20, 30, 3)).astype(np.float32)
    unit = (vectors / np.linalg.norm(vectors, axis=2, keepdims=True)).astype(np.float32)
    write_image(tmp_path / "n.png", encode_normals(unit, encoding, dtype=dtype))
    back = rasters.read_normals(tree, RasterRef("n.png", encoding=encoding))
    cosine = np.clip((back * unit).sum(axis=2), -1, 1)
    assert np.degrees(np.arccos(cosine)).max() < (0.6 if dtype == np.uint8 else 0.06)


def test_reduced_normals_are_unit_vectors_of_the_mean(tree: FileTree, tmp_path: Path) -> None:
    tilt = np.zeros((8, 8, 3), np.float32)
    tilt[:, 0::2] = [0.6, 0, 0.8]
    tilt[:, 1::2] = [-0.6, 0, 0.8]
    write_image(tmp_path / "n.png", encode_normals(tilt, NormalEncoding.OPENGL))
    small = rasters.read_normals(tree, RasterRef("n.png", encoding=NormalEncoding.OPENGL), 4)
    np.testing.assert_allclose(small, np.broadcast_to([0, 0, 1], (4, 4, 3)), atol=1e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_reduced_normals_are_those_of_the_full_map_where_the_part_is(
    tree: FileTree, tmp_path: Path, dtype: type[np.generic]
) -> None:
    y, x = np.mgrid[0:90, 0:120].astype(np.float32)
    dome = np.dstack([(x - 60) / 80, (45 - y) / 80, np.ones_like(x)])
    dome /= np.linalg.norm(dome, axis=2, keepdims=True)
    dome[(x - 60) ** 2 + (y - 45) ** 2 > 40**2] = 0
    write_image(tmp_path / "n.png", encode_normals(dome, NormalEncoding.DIRECTX, dtype=dtype))
    small = rasters.read_normals(tree, RasterRef("n.png", encoding=NormalEncoding.DIRECTX), 40)
    sums = dome.reshape(30, 3, 40, 3, 3).sum(axis=(1, 3))
    whole = np.abs(dome).max(axis=2).reshape(30, 3, 40, 3).min(axis=(1, 3)) > 0
    none = np.abs(dome).max(axis=2).reshape(30, 3, 40, 3).max(axis=(1, 3)) == 0
    want = sums[whole] / np.linalg.norm(sums[whole], axis=1, keepdims=True)
    cosine = np.clip((small[whole] * want).sum(axis=1), -1, 1)
    assert np.degrees(np.arccos(cosine)).max() < 0.3
    assert not small[none].any()
    np.testing.assert_allclose(np.linalg.norm(small[whole], axis=1), 1, atol=1e-5)


def test_float_normals_are_read_from_npy_and_tiff(tree: FileTree, tmp_path: Path) -> None:
    vectors = np.broadcast_to(np.array([0.6, -0.8, 0], np.float32), (5, 6, 3))
    np.save(tmp_path / "n.npy", vectors)
    write_image(tmp_path / "n.tif", np.ascontiguousarray(vectors))
    for name in ("n.npy", "n.tif"):
        up = rasters.read_normals(tree, RasterRef(name, encoding=NormalEncoding.FLOAT_DIRECTX))
        np.testing.assert_allclose(up, -vectors * [-1, 1, 1], atol=1e-6)


def test_masks_are_above_their_threshold_in_any_channel(tree: FileTree, tmp_path: Path) -> None:
    grey = np.array([[0, 1, 127, 128, 255]], np.uint8)
    write_image(tmp_path / "grey.png", grey)
    assert rasters.read_mask(tree, RasterRef("grey.png")).tolist() == [[0, 0, 0, 1, 1]]
    assert rasters.read_mask(tree, RasterRef("grey.png", above=0)).tolist() == [[0, 1, 1, 1, 1]]
    blue = np.zeros((1, 2, 3), np.uint8)
    blue[0, 1, 2] = 255
    write_image(tmp_path / "blue.png", blue)
    assert rasters.read_mask(tree, RasterRef("blue.png")).tolist() == [[0, 1]]


def test_palette_and_one_bit_masks_read(tree: FileTree, tmp_path: Path) -> None:
    labels = Pil.fromarray(np.array([[0, 1, 2]], np.uint8))
    labels.putpalette([0, 0, 0, 0, 0, 200, 128, 0, 0])
    _pil(tmp_path / "palette.png", labels)
    assert rasters.read_mask(tree, RasterRef("palette.png")).tolist() == [[0, 1, 1]]
    _pil(tmp_path / "bit.png", Pil.fromarray(np.array([[False, True]])))
    assert rasters.read_mask(tree, RasterRef("bit.png")).tolist() == [[0, 1]]


def test_masks_are_resampled_by_nearest_neighbour(tree: FileTree, tmp_path: Path) -> None:
    pattern = (np.indices((4, 6)).sum(axis=0) % 2 * 255).astype(np.uint8)
    write_image(tmp_path / "m.png", pattern)
    large = rasters.read_mask(tree, RasterRef("m.png"), (12, 18))
    np.testing.assert_array_equal(large, np.kron(pattern // 255, np.ones((3, 3), np.uint8)))


@pytest.mark.parametrize(("kind", "full"), [(np.uint8, 255), (np.uint16, 65_535)])
def test_alpha_is_how_opaque_a_pixel_is(tree: FileTree, tmp_path: Path, kind: type, full: int) -> None:
    image: np.ndarray = np.random.default_rng(4).integers(0, full + 1, (6, 8, 4)).astype(kind)
    cv2.imwrite(str(tmp_path / "a.png"), image)
    alpha = rasters.read_alpha(tree, RasterRef("a.png"))
    assert alpha is not None
    np.testing.assert_allclose(alpha, image[..., 3] / full, atol=1e-6)
    reduced = rasters.read_alpha(tree, RasterRef("a.png"), 4)
    assert reduced is not None
    assert reduced.shape == (3, 4)
    cv2.imwrite(str(tmp_path / "b.png"), image[..., :3])
    assert rasters.read_alpha(tree, RasterRef("b.png")) is None
