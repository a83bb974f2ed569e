"""How long listing 100,000 images and reading 20 MP rasters take."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pentad.core.sample import NormalEncoding, RasterRef
from pentad.geometry.normals_codec import decode_normals, encode_normals, reduce_normals, unit
from pentad.io import rasters
from pentad.io.datasets import describe, open_dataset
from pentad.io.tree import open_tree
from tests.helpers.layouts import write_image

HEIGHT, WIDTH = 3648, 5472


def _seconds(work: Callable[[], object], *, times: int = 1) -> float:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return min(spent)


def _touch(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()


@pytest.fixture
def five_views(tmp_path: Path) -> Path:
    """100,000 photos of 20,000 parts."""
    for category in range(10):
        for part in range(2000):
            label = "train/good" if part < 1000 else "test/dent"
            _touch(tmp_path / f"nut{category}/{label}/S{part:04d}", [f"C{view}_rgb.png" for view in range(5)])
    pattern = "{category}/{split}/{label}/{sample}/{view}"
    layout = f'[layout]\nrgb = "{pattern}_rgb.png"\nmask = "{pattern}_mask.png"\n'
    (tmp_path / "pentad.toml").write_text(f"format = 1\n{layout}", encoding="utf-8")
    return tmp_path


@pytest.fixture
def mvtec(tmp_path: Path) -> Path:
    """100,000 photos and 25,000 masks."""
    for category in range(10):
        for folder, count in (("train/good", 5000), ("test/good", 2500), ("test/hole", 2500)):
            _touch(tmp_path / f"nut{category}/{folder}", [f"{part:04d}.png" for part in range(count)])
        masks = [f"{part:04d}_mask.png" for part in range(2500)]
        _touch(tmp_path / f"nut{category}/ground_truth/hole", masks)
    return tmp_path


@pytest.fixture
def broken_chairs(tmp_path: Path) -> Path:
    """100,000 photos of 5,000 chairs, half of them with an anomaly and its three annotations."""
    shapes = [str(number) for number in range(5000)]
    tmp_path.joinpath("split.json").write_text(json.dumps({"train": shapes[1000:], "test": shapes[:1000]}), "utf-8")
    for shape in shapes:
        stems = [f"{shape}_{view}_2.5_{view * 36}_30_4" for view in range(10)]
        _touch(tmp_path / f"images/N{shape}", [f"render_{stem}_normal.png" for stem in stems])
        _touch(tmp_path / f"images/A{shape}_position", [f"render_{stem}_anomaly.png" for stem in stems])
        files = ("mask_new_{}.png", "mask_old_{}.png", "info_{}.json")
        annotated = [file.format(f"{stem}_anomaly") for stem in stems for file in files]
        _touch(tmp_path / f"annotations/A{shape}_position", annotated)
    return tmp_path


@pytest.mark.benchmark
@pytest.mark.parametrize("layout", ["five_views", "mvtec", "broken_chairs"])
def test_a_hundred_thousand_images_are_listed(layout: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(layout)
    walk = _seconds(lambda: open_tree(root).files)
    listing = _seconds(lambda: open_dataset(root))
    print(f"\n{layout}: 100,000 images listed in {listing:.2f} s, of which walking the folders {walk:.2f} s")
    assert describe(open_dataset(root))["images"] == 100_000


@pytest.mark.benchmark
def test_reduced_reading_of_20_megapixels_against_full(tmp_path: Path) -> None:
    coarse = np.random.default_rng(0).integers(0, 256, (300, 450, 3), np.uint8)
    write_image(tmp_path / "x.jpg", np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT)), np.uint8))
    tree, ref = open_tree(tmp_path), RasterRef("x.jpg")
    full = _seconds(lambda: rasters.read_rgb(tree, ref), times=3)
    small = _seconds(lambda: rasters.read_rgb(tree, ref, 392), times=3)
    print(f"\n20 MP JPEG: {full * 1e3:.0f} ms in full, {small * 1e3:.0f} ms at 392 px ({full / small:.1f} times less)")
    assert small < full


@pytest.mark.benchmark
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_reduced_normals_of_20_megapixels_against_decoding_first(tmp_path: Path, dtype: type[np.generic]) -> None:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    waves = unit(np.dstack([np.sin(x / 300) / 2, np.cos(y / 200) / 2, np.ones_like(x)]))
    write_image(tmp_path / "n.png", encode_normals(waves, NormalEncoding.OPENGL, dtype=dtype))
    tree, ref = open_tree(tmp_path), RasterRef("n.png", encoding=NormalEncoding.OPENGL)

    def decode_first() -> object:
        return reduce_normals(decode_normals(rasters.read_raw(tree, ref), NormalEncoding.OPENGL), (261, 392))

    slow, quick = _seconds(decode_first, times=2), _seconds(lambda: rasters.read_normals(tree, ref, 392), times=2)
    print(
        f"\n20 MP {np.dtype(dtype)} normals at 392 px: {quick * 1e3:.0f} ms, decoded in full first {slow * 1e3:.0f} ms"
    )
    assert quick < slow
