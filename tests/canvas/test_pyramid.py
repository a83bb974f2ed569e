"""Smaller pictures that stay true, and smaller labels that lose nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.canvas import LabelPyramid, Pyramid
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.mask import Mask
from tests.canvas.scenes import noise


def test_every_level_is_the_area_mean_of_the_picture() -> None:
    rgb = noise(768, 1024)
    pyramid = Pyramid.build(rgb)
    assert [level.shape[:2] for level in pyramid.levels[:3]] == [(768, 1024), (384, 512), (192, 256)]
    assert max(pyramid.levels[-1].shape[:2]) == 16
    for k, level in enumerate(pyramid.levels):
        step = 2**k
        mean = rgb.reshape(768 // step, step, 1024 // step, step, 3).mean(axis=(1, 3))
        assert np.abs(level[..., 2::-1] - mean).max() <= 0.5 * k + 0.5
        assert (level[..., 3] == 255).all()


def test_a_level_of_an_odd_picture_covers_the_picture_exactly() -> None:
    rgb = np.broadcast_to(np.arange(301, dtype=np.float64)[None, :, None] * 0.8, (9, 301, 3)).astype(np.uint8)
    level = Pyramid.build(rgb).levels[1]
    assert level.shape == (5, 151, 4)
    edges = np.linspace(0, 301, 152)
    cumulated = np.interp(edges, np.arange(302), np.concatenate([[0], np.cumsum(rgb[0, :, 0], dtype=np.float64)]))
    assert np.abs(level[2, :, 0] - np.diff(cumulated) / (301 / 151)).max() < 1


def test_a_reduced_picture_stands_for_the_whole_one() -> None:
    pyramid = Pyramid.build(noise(64, 96), size=(512, 768))
    assert pyramid.size == (512, 768)
    assert not pyramid.full
    assert Pyramid.build(noise(64, 96)).full


@pytest.mark.parametrize(("scale", "level"), [(4, 0), (1, 0), (0.51, 0), (0.5, 1), (0.3, 1), (0.25, 2), (0.001, 7)])
def test_the_level_drawn_has_a_pixel_for_every_device_pixel(scale: float, level: int) -> None:
    assert Pyramid.build(noise(1, 2048)).level_for(scale) == level


def brute_force(labels: Labels, level: int) -> Labels:
    step = 2**level
    rows, columns = (-(-extent // step) for extent in labels.shape)
    found = np.zeros((rows, columns), np.uint8)
    for row in range(rows):
        for column in range(columns):
            found[row, column] = labels[row * step : (row + 1) * step, column * step : (column + 1) * step].max()
    return found


def agrees_with_brute_force(pyramid: LabelPyramid) -> bool:
    labels = pyramid.mask.labels
    return all(np.array_equal(level, brute_force(labels, k)) for k, level in enumerate(pyramid.levels))


@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 2**32 - 1), st.data())
@settings(max_examples=60, deadline=None)
def test_coarse_labels_are_maxima_and_follow_changes_of_any_box(
    height: int, width: int, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    sparse = rng.integers(1, 255, (height, width), dtype=np.uint8) * (rng.random((height, width)) < 0.02)
    mask = Mask(sparse.astype(np.uint8))
    pyramid = LabelPyramid(mask)
    assert agrees_with_brute_force(pyramid)
    y0, x0 = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    box = Box(y0, x0, data.draw(st.integers(y0 + 1, height)), data.draw(st.integers(x0 + 1, width)))
    mask.put(box, rng.integers(0, 4, box.shape, dtype=np.uint8))
    assert agrees_with_brute_force(pyramid)


def test_a_scratch_one_pixel_wide_is_in_every_level() -> None:
    for level in LabelPyramid(Mask(np.eye(1000, dtype=np.uint8))).levels:
        assert (np.diagonal(level) == 1).all()


def test_the_occupied_box_holds_every_label_and_little_else() -> None:
    labels = np.zeros((1000, 1500), np.uint8)
    labels[300:310, 700] = 1
    pyramid = LabelPyramid(Mask(labels))
    found = pyramid.occupied(Box(0, 0, 1000, 1500))
    assert found.y0 <= 300 < 310 <= found.y1
    assert found.x0 <= 700 < found.x1
    assert found.shape[0] <= 128
    assert pyramid.occupied(Box(500, 0, 1000, 1500)).empty
    assert LabelPyramid(Mask(np.zeros((50, 50), np.uint8))).occupied(Box(0, 0, 50, 50)).empty
