"""Colours that say what they mean."""

import cv2
import numpy as np
import pytest

from pentad.canvas import CLASS_COLOURS, HeatMapName, heat_table, normals_as_rgb
from pentad.canvas.colours import HEAT_SCALES, heat_picture
from pentad.core.arrays import Floats


@pytest.mark.parametrize("name", [name for name in HEAT_SCALES if name is not HeatMapName.TURBO])
def test_an_even_heat_scale_only_ever_gets_lighter(name: HeatMapName) -> None:
    lightness = cv2.cvtColor(heat_table(name)[None], cv2.COLOR_RGB2LAB)[0, :, 0].astype(int)
    assert (np.diff(lightness) >= -1).all()
    assert lightness[-1] - lightness[0] > 100


def test_a_diverging_scale_is_as_bright_on_either_side_and_darkest_at_zero() -> None:
    table = heat_table(HeatMapName.DIVERGING)
    lightness = cv2.cvtColor(table[None], cv2.COLOR_RGB2LAB)[0, :, 0].astype(int)
    assert (np.diff(lightness[:128]) <= 0).all()
    assert (np.diff(lightness[128:]) >= -1).all()
    assert np.abs(lightness - lightness[::-1]).max() < 20
    assert table[60, 2] > table[60, 0] + 60
    assert table[195, 0] > table[195, 2] + 60


def test_a_heat_scale_ends_where_its_authors_put_it() -> None:
    assert tuple(heat_table(HeatMapName.INFERNO)[0]) == (0, 0, 4)
    assert heat_table(HeatMapName.VIRIDIS)[255] == pytest.approx((253, 231, 37), abs=2)


def picture(values: Floats, *, opacity: float = 1.0, fade: float = 0.0, threshold: float | None = None) -> Floats:
    return heat_picture(
        values, low=0, high=1, colours=HeatMapName.INFERNO, opacity=opacity, fade=fade, threshold=threshold
    ).astype(np.float32)


def test_heat_is_multiplied_by_its_own_opacity() -> None:
    values = np.linspace(-0.5, 1.5, 50, dtype=np.float32)[None]
    step = np.rint(np.clip(values[0] * 255, 0, 255)).astype(int)
    drawn = picture(values, opacity=0.4)[0]
    assert np.abs(drawn[:, :3] - heat_table(HeatMapName.INFERNO)[step][:, ::-1] * 0.4).max() <= 0.5
    assert (drawn[:, 3] == 102).all()


def test_heat_fades_in_from_the_low_end() -> None:
    drawn = picture(np.array([[0.0, 0.125, 0.25, 1.0]], np.float32), fade=0.25)
    assert drawn[0, :, 3] == pytest.approx([0, 127.5, 255, 255], abs=3)


def test_below_the_threshold_and_without_a_value_nothing_is_drawn() -> None:
    values = np.array([[0.29, 0.31, np.nan]], np.float32)
    assert (picture(values, threshold=0.3)[0, :, 3] > 0).tolist() == [False, True, False]
    assert (picture(values)[0, :, 3] > 0).tolist() == [True, True, False]


def test_a_heatmap_of_one_value_is_drawn_too() -> None:
    flat = heat_picture(
        np.zeros((2, 2), np.float32), low=0, high=0, colours=HeatMapName.TURBO, opacity=1, fade=0, threshold=None
    )
    assert (flat == flat[0, 0]).all()


def test_class_colours_differ_for_a_colour_blind_eye() -> None:
    # Machado, Oliveira and Fernandes 2009, table 1, severity 1.0, on linear RGB.
    protan = np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    )
    deutan = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]])
    linear = (np.array(CLASS_COLOURS[:7]) / 255) ** 2.2
    for eye in (protan, deutan):
        seen = (np.clip(linear @ eye.T, 0, 1) ** (1 / 2.2)).astype(np.float32)
        lab = cv2.cvtColor(seen[None], cv2.COLOR_RGB2LAB)[0]
        apart = np.linalg.norm(lab[:, None] - lab[None], axis=2)[~np.eye(7, dtype=bool)]
        assert apart.min() > 10


def test_normals_become_the_usual_picture_in_any_bands() -> None:
    rng = np.random.default_rng(1)
    normals = rng.normal(size=(300, 40, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    normals[10:20] = 0
    expected = np.rint((normals.astype(np.float64) + 1) * 127.5)
    expected[10:20] = 0
    assert np.abs(normals_as_rgb(normals) - expected).max() <= 1
    assert np.array_equal(normals_as_rgb(normals, band=7), normals_as_rgb(normals))
    facing = np.zeros((1, 1, 3), np.float32) + np.array([0, 0, 1], np.float32)
    assert normals_as_rgb(facing)[0, 0] == pytest.approx((128, 128, 255), abs=1)
