"""Masks to be exported, held in memory, and masks as hypothesis makes them: holes, islands, single pixels, borders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from pentad.core.arrays import Labels
from pentad.core.label_class import LabelClass
from pentad.core.sample import Split
from pentad.sdk import Value
from pentad.sdk.exchange import Drawn, Exporter, Picture
from pentad.sdk.settings import checked_settings

ndimage: Any = scipy_ndimage

CLASSES = (
    LabelClass(1, "Kratzer & <Riß>", "#56b4e9"),
    LabelClass(3, "dent, deep", "#ff0000"),
    LabelClass(200, "x", "#00ff7f"),
)
NAMES = {0: None, **{known.index: known.name for known in CLASSES}}


@dataclass
class Masks:
    """A ``MaskSet`` of these labels, one view each."""

    labels: Sequence[Labels]
    classes: Sequence[LabelClass] = CLASSES
    photos: list[Path] = field(default_factory=list)

    @property
    def pictures(self) -> list[Picture]:
        return [
            Picture(f"plate/S{n:03d}", "top", f"plate/spot/S{n:03d}/top_rgb.png", "plate", Split.TEST, "spot", 5)
            for n in range(len(self.labels))
        ]

    def __iter__(self) -> Iterator[tuple[Picture, Labels]]:
        return zip(self.pictures, self.labels, strict=True)

    def photo(self, picture: Picture, to: Path) -> None:
        self.photos.append(to)


def settings_of(exporter: Exporter, **given: Value) -> Mapping[str, Value]:
    return checked_settings(exporter.info, given)


def by_name(drawn: Drawn, size: tuple[int, int]) -> NDArray[np.object_]:
    """(H, W): what each pixel is called, None for background."""
    labels = drawn.draw(size)
    table = np.empty(256, object)
    for number, known in drawn.classes.items():
        table[number] = known.name if known is not None else number
    return table[labels]


def names_of(labels: Labels) -> NDArray[np.object_]:
    """The same of labels of CLASSES."""
    table = np.empty(256, object)
    for known in CLASSES:
        table[known.index] = known.name
    return table[labels]


def _islands(shape: tuple[int, int], seed: int, coarse: int) -> Labels:
    noise = np.random.default_rng(seed).random(shape)
    smooth = ndimage.gaussian_filter(noise, coarse)
    ranks = smooth.argsort(axis=None).argsort().reshape(shape) / max(1, smooth.size)
    found: Labels = np.select([ranks < 0.2, ranks < 0.4, ranks > 0.85], [1, 3, 200], 0).astype(np.uint8)
    return found


def label_rasters(largest: int = 28) -> st.SearchStrategy[Labels]:
    """Pixels at random, and blobs with holes, islands and classes that touch, to the very edges."""
    shape = st.tuples(st.integers(1, largest), st.integers(1, largest))
    pixels = shape.flatmap(lambda s: hnp.arrays(np.uint8, s, elements=st.sampled_from([0, 0, 1, 3, 200])))
    blobs = st.builds(_islands, shape, st.integers(0, 10**6), st.integers(0, 3))
    return st.one_of(pixels, blobs)
