"""A file that cannot be used is a Problem that names it and says what to do, whatever is wrong with it."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pil

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, Split, View
from pentad.io import rasters
from pentad.io.headers import read_header
from pentad.io.tree import open_tree
from pentad.io.view_pixels import load_request, load_view
from tests.helpers.layouts import mask, normals, photo, write_image

NOISE = np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8)


def _png_of_size(width: int, height: int) -> bytes:
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    head = struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


def _cut(name: str, share: float) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = write_image(folder / name, NOISE)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        return path

    return write


def _with_a_chunk_of_four_gigabytes(folder: Path) -> Path:
    path = write_image(folder / "x.png", NOISE)
    data = path.read_bytes()
    at = data.index(b"IDAT")
    path.write_bytes(data[: at - 4] + b"\xff\xff\xff\xff" + data[at:])
    return path


def _content(name: str, data: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


BAD = {
    "empty": _content("x.png", b""),
    "text called png": _content("x.png", b"this is a letter, not an image"),
    "text called jpg": _content("x.jpg", b"<html>404</html>"),
    "text called tif": _content("x.tif", b"II*\0 nothing"),
    "only a png's first bytes": _content("x.png", b"\x89PNG\r\n\x1a\n"),
    "only a jpg's first bytes": _content("x.jpg", b"\xff\xd8\xff"),
    "zeros": _content("x.jpg", bytes(5000)),
    "half a jpg": _cut("x.jpg", 0.5),
    "nearly a jpg": _cut("x.jpg", 0.98),
    "half a png": _cut("x.png", 0.5),
    "nearly a png": _cut("x.png", 0.98),
    "a png with a chunk of 4 GB": _with_a_chunk_of_four_gigabytes,
    "half a tif": _cut("x.tif", 0.5),
    "half a bmp": _cut("x.bmp", 0.5),
    "half an npy": _content("x.npy", b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, "),
    "an npy with an open bracket": _content("x.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': ('<f4'," + bytes(40)),
    "a png of 10 gigapixels": _content("x.png", _png_of_size(100_000, 100_000)),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_a_problem_that_names_it(kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = BAD[kind](tmp_path)
    tree, ref = open_tree(tmp_path), RasterRef(path.name, encoding=NormalEncoding.OPENGL)
    for read in (rasters.read_raw, rasters.read_rgb, rasters.read_normals, rasters.read_mask):
        with pytest.raises(Problem, match=path.name.replace(".", r"\.")) as caught:
            read(tree, ref)
        assert caught.value.remedy
    with pytest.raises(Problem):
        rasters.read_rgb(tree, ref, 16)
    assert "libpng" not in capfd.readouterr().err


def test_an_enormous_image_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    for width, height in ((40_000, 20_000), (20_000, 10_000)):
        (tmp_path / "x.png").write_bytes(_png_of_size(width, height))
        with pytest.raises(Problem, match="too large") as caught:
            rasters.read_rgb(open_tree(tmp_path), RasterRef("x.png"))
        assert f"{width} x {height}" in caught.value.why


def test_a_folder_or_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    for name in ("x.png", "y.png"):
        with pytest.raises(Problem, match="missing"):
            rasters.read_rgb(open_tree(tmp_path), RasterRef(name))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    data=st.binary(max_size=300),
    start=st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"BM", b"\x93NUMPY"]),
)
def test_no_leading_bytes_break_the_header_reader(data: bytes, start: bytes) -> None:
    header = read_header(start + data)
    assert header is None or len(header.size) == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    at=st.integers(0, 3000), junk=st.binary(min_size=1, max_size=8), name=st.sampled_from(["x.jpg", "x.png", "x.tif"])
)
def test_a_file_with_bytes_turned_reads_or_is_a_problem(at: int, junk: bytes, name: str, tmp_path: Path) -> None:
    path = write_image(tmp_path / name, NOISE[:16, :16])
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at : at + len(junk)] = junk
    path.write_bytes(bytes(data))
    try:
        outcome = str(rasters.read_rgb(open_tree(tmp_path), RasterRef(name), 64).dtype)
    except Problem as problem:
        outcome = str(problem)
    assert outcome == "uint8" or name in outcome


def _view(tmp_path: Path, name: str = "top", **made: tuple[int, int]) -> View:
    """A view whose rasters of the sizes given are on disk."""
    writers = {"rgb": photo, "mask": mask, "normal": normals}
    refs = {}
    for kind, size in made.items():
        path = tmp_path / f"{name}_{kind}.png"
        writers[kind](path, size=size)
        encoding = NormalEncoding.OPENGL if kind == "normal" else None
        refs[Modality(kind)] = RasterRef(path.name, encoding=encoding)
    return View(name, refs)


def test_a_mask_of_another_size_names_both_sizes(tmp_path: Path) -> None:
    view = _view(tmp_path, rgb=(20, 30), mask=(10, 15))
    with pytest.raises(Problem, match=r"top_mask\.png does not fit") as caught:
        load_view(open_tree(tmp_path), view, 100, with_mask=True)
    assert "30 x 20 pixels" in caught.value.why
    assert "15 x 10 pixels" in caught.value.why
    assert load_view(open_tree(tmp_path), view, 100).mask is None


def test_a_mask_drawn_on_the_unturned_photo_is_told_as_such(tmp_path: Path) -> None:
    view = _view(tmp_path, rgb=(20, 30), mask=(20, 30))
    exif = Pil.Exif()
    exif[0x0112] = 6
    Pil.fromarray(NOISE[:20, :30]).save(tmp_path / "top_rgb.png", exif=exif.tobytes())
    with pytest.raises(Problem, match="EXIF"):
        load_view(open_tree(tmp_path), view, 100, with_mask=True)


def test_normals_of_another_resolution_are_brought_to_the_photo(tmp_path: Path) -> None:
    view = _view(tmp_path, rgb=(20, 30), normal=(40, 60))
    pixels = load_view(open_tree(tmp_path), view, 100)
    assert pixels.normals is not None
    assert pixels.normals.shape == (20, 30, 3)
    np.testing.assert_allclose(pixels.normals[5, 5], [0.48, 0.6, 0.64], atol=0.01)


def test_normals_of_another_shape_are_a_problem(tmp_path: Path) -> None:
    view = _view(tmp_path, rgb=(20, 30), normal=(30, 20))
    with pytest.raises(Problem, match="does not fit its photo"):
        load_view(open_tree(tmp_path), view, 100)


def test_a_turned_normal_map_is_refused(tmp_path: Path) -> None:
    exif = Pil.Exif()
    exif[0x0112] = 3
    Pil.fromarray(NOISE).save(tmp_path / "n.png", exif=exif.tobytes())
    with pytest.raises(Problem, match=r"n\.png cannot be read as a normal map"):
        rasters.read_normals(open_tree(tmp_path), RasterRef("n.png", encoding=NormalEncoding.OPENGL))


def test_normals_of_unknown_encoding_are_not_guessed(tmp_path: Path) -> None:
    normals(tmp_path / "n.png")
    with pytest.raises(Problem, match="unknown encoding"):
        rasters.read_normals(open_tree(tmp_path), RasterRef("n.png"))


def test_one_broken_view_of_five_spares_the_other_four(tmp_path: Path) -> None:
    views = tuple(_view(tmp_path, name, rgb=(20, 30), normal=(20, 30)) for name in "abcde")
    (tmp_path / "c_rgb.png").write_bytes(b"")
    sample = Sample("part/S1", "part", Split.TEST, None, views)
    request, problems = load_request(open_tree(tmp_path), sample, 16)
    assert [view.view for view in request.views] == ["a", "b", "d", "e"]
    assert all(max(view.rgb.shape) == 16 and view.size == (20, 30) for view in request.views)
    assert list(problems) == ["c"]
    assert "c_rgb.png is empty" in str(problems["c"])


def test_a_sample_without_a_readable_view_is_a_problem(tmp_path: Path) -> None:
    sample = Sample(
        "part/S1", "part", Split.TEST, None, (View("a", {Modality.RGB: RasterRef("gone.png")}), View("b", {}))
    )
    with pytest.raises(Problem, match="No view of part/S1 can be read"):
        load_request(open_tree(tmp_path), sample, 16)
