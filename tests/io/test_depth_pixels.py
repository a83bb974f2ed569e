"""A view comes with its true depth where a model asks for it: measured values, never means of two of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile

from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, View
from pentad.io.datasets import open_dataset
from pentad.io.view_pixels import load_view
from tests.helpers.tiny_dataset import write_tiny_dataset


def with_raster(view: View, kind: Modality, ref: RasterRef) -> View:
    return replace(view, rasters={**view.rasters, kind: ref})


def test_depth_is_brought_to_the_photos_size_without_mixing_the_sides_of_a_step(tmp_path: Path) -> None:
    data = open_dataset(write_tiny_dataset(tmp_path / "plates"))
    view = data.samples[0].views[0]
    photo = load_view(data.tree, view, 4096)
    assert photo.depth is None
    height, width = photo.rgb.shape[:2]
    codes = np.where(np.arange(2 * width) < width + 3, 1000, 3000).astype(np.uint16)
    codes = np.broadcast_to(codes, (2 * height, 2 * width)).copy()
    codes[:4] = 0
    tifffile.imwrite(tmp_path / "plates/deep.tif", codes)
    deep = with_raster(view, Modality.DEPTH, RasterRef("deep.tif", scale=0.01))
    depth = load_view(data.tree, deep, 4096, with_depth=True).depth
    assert depth is not None
    assert depth.shape == (height, width)
    assert set(np.unique(depth[2:])) == {np.float32(10), np.float32(30)}
    assert np.isnan(depth[:2]).all()
    assert load_view(data.tree, deep, 4096).depth is None


def test_of_a_point_cloud_the_depth_is_z(tmp_path: Path) -> None:
    data = open_dataset(write_tiny_dataset(tmp_path / "plates"))
    view = data.samples[0].views[0]
    height, width = load_view(data.tree, view, 4096).rgb.shape[:2]
    cloud = np.random.default_rng(0).normal(0, 9, (height, width, 3)).astype(np.float32)
    cloud[1, 2] = 0
    tifffile.imwrite(tmp_path / "plates/cloud.tif", cloud, photometric="minisblack", planarconfig="contig")
    depth = load_view(data.tree, with_raster(view, Modality.XYZ, RasterRef("cloud.tif")), 4096, with_depth=True).depth
    assert depth is not None
    assert np.isnan(depth[1, 2])
    assert np.array_equal(np.nan_to_num(depth), cloud[:, :, 2])


def test_depth_of_other_proportions_is_a_problem(tmp_path: Path) -> None:
    data = open_dataset(write_tiny_dataset(tmp_path / "plates"))
    tifffile.imwrite(tmp_path / "plates/deep.tif", np.ones((40, 40), np.uint16))
    view = with_raster(data.samples[0].views[0], Modality.DEPTH, RasterRef("deep.tif"))
    with pytest.raises(Problem, match=r"deep\.tif does not fit its photo"):
        load_view(data.tree, view, 4096, with_depth=True)
