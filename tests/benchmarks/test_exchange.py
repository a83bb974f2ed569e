"""How long a 20 MP mask takes to go out and to come back, in each format: what a person draws, and noise."""

import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage as scipy_ndimage

from pentad.core.arrays import Labels
from pentad.io.exporters.opening import exporter
from pentad.sdk import Value
from pentad.sdk.testing import PatientTicket
from tests.helpers.mask_sets import Masks, by_name, names_of, settings_of

ndimage: Any = scipy_ndimage
SIZE = (3648, 5472)
WAYS: list[tuple[str, dict[str, Value]]] = [
    ("coco", {}),
    ("coco", {"shapes": "polygons"}),
    ("labelme", {}),
    ("cvat", {}),
    ("cvat", {"shapes": "polygons"}),
    ("yolo", {}),
    ("png", {}),
    ("mvtec", {}),
]


def defects() -> Labels:
    """What an annotator draws: a few hundred scratches, dents with holes, and stains."""
    generator = np.random.default_rng(0)
    labels = np.zeros(SIZE, np.uint8)
    y, x = np.mgrid[:301, :301] - 150
    for number in range(300):
        radius = generator.integers(8, 150)
        ring = (np.hypot(y, x) < radius) & (np.hypot(y + 5, x) > radius * 0.4)
        top, left = (int(generator.integers(0, side - 301)) for side in SIZE)
        labels[top : top + 301, left : left + 301][ring] = (1, 3, 200)[number % 3]
    return labels


def noise() -> Labels:
    """What a bad threshold gives: 10 MP in thousands of ragged regions."""
    smooth = ndimage.gaussian_filter(np.random.default_rng(1).random(SIZE, np.float32), 3)
    found: Labels = (smooth > 0.5).astype(np.uint8)
    return found


@pytest.mark.benchmark
@pytest.mark.parametrize("scene", [defects, noise])
def test_a_20_mp_mask_goes_out_and_comes_back(tmp_path: Path, scene: Any) -> None:
    labels = scene()
    lines: list[str] = []
    for format, given in WAYS:
        chosen, folder = exporter(format), tmp_path / f"{format}-{len(lines)}"
        folder.mkdir()
        begun = time.perf_counter()
        count = chosen.write(Masks([labels]), folder, settings_of(chosen, **given), PatientTicket())
        out = time.perf_counter()
        (drawn,) = chosen.read(folder, lambda item, why: None, PatientTicket())
        again = drawn.draw(SIZE)
        back = time.perf_counter()
        if format == "mvtec":
            assert ((again > 0) == (labels > 0)).all()
        else:
            assert np.array_equal(by_name(drawn, SIZE), names_of(labels))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        words = f"{format} {given.get('shapes', '')}".strip()
        lines.append(
            f"{words:14} {count:6} annotations, {size:7.2f} MB, out {out - begun:5.2f} s, in {back - out:5.2f} s"
        )
    print(f"\n{scene.__name__}, 20 MP:", *lines, sep="\n  ")


@pytest.mark.benchmark
def test_a_hundred_masks_need_no_more_memory_than_ten(tmp_path: Path) -> None:
    class Lazy(Masks):
        def __iter__(self) -> Any:
            labels = np.zeros((1000, 1000), np.uint8)
            labels[200:800:2, 200:800] = 1
            return ((picture, labels) for picture in self.pictures)

    peaks = []
    for count in (10, 100):
        chosen = exporter("coco")
        (tmp_path / str(count)).mkdir()
        tracemalloc.start()
        chosen.write(
            Lazy([np.zeros((1, 1), np.uint8)] * count), tmp_path / str(count), settings_of(chosen), PatientTicket()
        )
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    print(f"\nCOCO, 300 annotations a mask: peak {peaks[0]:.0f} MB for 10 masks, {peaks[1]:.0f} MB for 100")
    assert peaks[1] < 1.3 * peaks[0] + 5
