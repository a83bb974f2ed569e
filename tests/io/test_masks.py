"""What a person drew comes back exactly."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from pentad.core.arrays import Labels
from pentad.core.problem import Problem
from pentad.io.masks import MaskFolder, encode_mask, read_mask


def _same(read: Labels | None, labels: Labels) -> bool:
    return read is not None and np.array_equal(read, labels)


@settings(max_examples=50, deadline=None)
@given(labels=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_every_label_raster_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, labels: Labels) -> None:
    path = tmp_path_factory.mktemp("mask") / "m.png"
    path.write_bytes(encode_mask(labels))
    assert np.array_equal(read_mask(path), labels)


def test_the_file_is_an_indexed_png_that_other_tools_show_in_colours(tmp_path: Path) -> None:
    labels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    path = tmp_path / "m.png"
    path.write_bytes(encode_mask(labels))
    with Image.open(path) as image:
        assert image.mode == "P"
    shown = cv2.imread(str(path))
    assert shown is not None
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 200
    assert not shown[0, 0].any()


def test_a_mask_lies_at_sample_and_view_and_unusual_names_stay_inside(tmp_path: Path) -> None:
    folder = MaskFolder(tmp_path / "masks")
    labels = np.eye(5, dtype=np.uint8)
    names = [
        ("pin/test/S0001", "top"),
        ("../../etc", "a/b"),
        ("con/x:y", "nul"),
        ("Ä ö/.hidden", "view."),
        ("a//b", "v"),
    ]
    for sample, view in names[:-1]:
        folder.write(sample, view, labels)
        assert _same(folder.read(sample, view), labels)
        assert folder.path(sample, view).resolve().is_relative_to(tmp_path / "masks")
    assert folder.path("pin/test/S0001", "top") == tmp_path / "masks/pin/test/S0001/top.png"
    assert folder.annotated() == sorted(names[:-1])
    with pytest.raises(Problem, match="Nothing can be kept"):
        folder.write(*names[-1], labels)


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_name_leaves_the_root(sample: str, view: str) -> None:
    root = Path("/project/masks")
    try:
        path = MaskFolder(root).path(sample, view)
    except Problem:
        return
    assert ".." not in path.parts
    assert path.is_relative_to(root)


def test_no_mask_is_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    folder = MaskFolder(tmp_path)
    assert folder.read("s", "top") is None
    folder.write("s", "top", np.ones((300, 300), np.uint8))
    path = folder.path("s", "top")
    path.write_bytes(path.read_bytes()[:80])
    with pytest.raises(Problem, match=r"top\.png"):
        folder.read("s", "top")
    Image.new("RGB", (4, 4)).save(path)
    with pytest.raises(Problem, match="is no mask"):
        folder.read("s", "top")


def test_twenty_megapixels_come_back(tmp_path: Path) -> None:
    labels = np.zeros((3648, 5472), np.uint8)
    labels[1000:1400, 2000:2500] = 3
    folder = MaskFolder(tmp_path)
    folder.write("s", "top", labels)
    assert _same(folder.read("s", "top"), labels)
