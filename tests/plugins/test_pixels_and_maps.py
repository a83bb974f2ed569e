"""Views become images for the encoder and patch distances become heatmaps without moving anything."""

import cv2
import numpy as np
import pytest
import torch

from pentad_models.backbones.maps import heat_values, image_score, scale_of, view_prediction
from pentad_models.backbones.pixels import colour_image, normal_image
from pentad_models.backbones.windows import Window

WHOLE = Window(0.0, 0.0, 1.0, 1.0, 28, 28)
SCALE = {"low": 0.1, "high": 0.9}


def test_a_wide_image_is_squeezed_whole() -> None:
    rgb = np.zeros((40, 160, 3), np.uint8)
    rgb[:, 80:] = 255
    image = colour_image(rgb, (28, 28))
    assert image.shape == (3, 28, 28)
    assert float(image[:, :, :12].max()) < 0.01
    assert float(image[:, :, 16:].min()) > 0.99


def test_a_reduced_image_is_averaged_as_by_area() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (112, 112, 3), dtype=np.uint8)
    found = colour_image(rgb, (28, 28)).permute(1, 2, 0).numpy()
    area = cv2.resize(rgb.astype(np.float32) / 255, (28, 28), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(found.ravel(), area.ravel())[0, 1] > 0.8


def test_normals_are_coloured_the_usual_way_and_stay_unit_length() -> None:
    normals = np.zeros((56, 56, 3), np.float32)
    normals[:, :28] = (0.6, 0, 0.8)
    normals[:, 28:] = (-0.6, 0, 0.8)
    codes = normal_image(normals, (28, 28))
    np.testing.assert_allclose(codes[:, 5, 5].numpy(), [0.8, 0.5, 0.9], atol=1e-5)
    length = (codes * 2 - 1).norm(dim=0)
    assert torch.allclose(length, torch.ones_like(length), atol=1e-4)


def test_a_place_without_normal_looks_like_a_face_towards_the_camera() -> None:
    normals = np.zeros((56, 56, 3), np.float32)
    normals[:, :, 2] = 1
    normals[10:30, 10:30] = 0
    normals[40, 40] = np.nan
    np.testing.assert_allclose(
        normal_image(normals, (28, 28)).numpy(), np.broadcast_to([[[0.5]], [[0.5]], [[1.0]]], (3, 28, 28))
    )


def test_heat_stays_where_its_patch_is() -> None:
    patches = torch.zeros(28, 28)
    patches[6, 20] = 1
    values = heat_values(patches.ravel(), WHOLE, 0.44)
    assert values.shape == (256, 256)
    y, x = np.unravel_index(values.argmax(), values.shape)
    assert abs((y + 0.5) / 256 - 6.5 / 28) < 1 / 256
    assert abs((x + 0.5) / 256 - 20.5 / 28) < 1 / 256


def test_smoothing_keeps_the_mean_of_a_constant_map() -> None:
    np.testing.assert_allclose(heat_values(torch.full((28 * 28,), 0.3), WHOLE, 0.44), 0.3, rtol=1e-5)


def test_a_whole_map_is_the_bilinear_one_smoothed_as_the_peers_do() -> None:
    patches = torch.rand(28, 28, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.interpolate(patches[None, None], (256, 256), mode="bilinear")[0, 0].numpy()
    found = heat_values(patches.ravel(), WHOLE, 0.0)
    assert np.abs(found - expected).max() < 0.02  # OpenCV interpolates in steps of 1/32 of a pixel
    smooth = cv2.GaussianBlur(expected, (0, 0), 4.0, borderType=cv2.BORDER_REPLICATE)
    assert np.abs(heat_values(patches.ravel(), WHOLE, 4.0 * 28 / 256) - smooth).max() < 0.02


def test_a_windows_heat_lies_where_the_window_is_in_the_view() -> None:
    window = Window(0.25, 0.5, 0.75, 1.0, 10, 20)
    patches = torch.zeros(10, 20)
    patches[2, 15] = 1
    heatmap = view_prediction(heat_values(patches.ravel(), window, 0.0), window, SCALE, "max").heatmap.values
    y, x = np.unravel_index(heatmap.argmax(), heatmap.shape)
    assert abs((y + 0.5) / 256 - (0.25 + 0.5 * 2.5 / 10)) < 1.5 / 256
    assert abs((x + 0.5) / 256 - (0.5 + 0.5 * 15.5 / 20)) < 1.5 / 256
    assert heatmap[:64].max() == heatmap[:, :128].max() == 0


def test_the_three_image_scores() -> None:
    values = np.arange(10_000, dtype=np.float32).reshape(100, 100)
    assert image_score(values, "max") == 9999
    assert image_score(values, "mean") == pytest.approx(4999.5)
    assert image_score(values, "top1") == pytest.approx(np.sort(values.ravel())[-100:].mean())


def test_the_scale_of_constant_maps_is_still_a_range() -> None:
    scale = scale_of([np.full((8, 8), 0.2, np.float32)], "top1")
    assert scale["low"] < scale["high"]
