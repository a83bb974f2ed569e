"""A part is told from the background, its shadow, dust and highlights."""

from typing import Literal

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Floats, Rgb
from pentad.core.problem import Problem
from pentad.geometry.silhouette import mask_of_photo
from tests.helpers.silhouettes import overlap

SIZE = (200, 260)


def shape(*, seed: int = 0) -> Floats:
    """A plate with a hole and a pin, its border at fractions of pixels."""
    large = np.zeros((SIZE[0] * 8, SIZE[1] * 8), np.uint8)
    turned = cv2.boxPoints(((130 * 8, 100 * 8), (120 * 8, 70 * 8), 20 + seed * 7))
    cv2.fillPoly(large, [np.rint(turned).astype(np.int32)], 255)
    cv2.circle(large, (150 * 8, 105 * 8), 14 * 8, 0, -1)
    cv2.line(large, (105 * 8, 100 * 8), (30 * 8, 40 * 8), 255, 5 * 8)
    return np.asarray(cv2.resize(large, SIZE[::-1], interpolation=cv2.INTER_AREA) / 255, np.float32)


def linear(codes: Floats) -> Floats:
    """sRGB codes as amounts of light, which is what mixes within a pixel."""
    share = codes / 255
    return np.asarray(np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4), np.float32)


def photographed(mask: Floats, part: tuple[int, int, int], floor: Floats, *, noise: float = 2.0, seed: int = 0) -> Rgb:
    g = np.random.default_rng(seed)
    light = mask[..., None] * linear(np.array(part, np.float32)) + (1 - mask[..., None]) * linear(floor)
    clean = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.clip(clean + g.normal(0, noise, clean.shape), 0, 255).astype(np.uint8)


def floor(*colour: int, slope: float = 0.0) -> Floats:
    """A background that becomes darker to the right and below."""
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    light = 1 - slope * (x / SIZE[1] + (y / SIZE[0]) ** 2) / 2
    return np.asarray(light[..., None] * np.array(colour), np.float32)


@pytest.mark.parametrize("method", ["threshold", "grabcut"])
@pytest.mark.parametrize(
    ("part", "ground", "slope"),
    [((70, 75, 80), (250, 250, 250), 0.0), ((120, 125, 130), (28, 30, 29), 0.3), ((200, 60, 40), (90, 90, 95), 0.4)],
)
def test_a_part_is_found_whole_with_its_hole(
    method: Literal["threshold", "grabcut"], part: tuple[int, int, int], ground: tuple[int, int, int], slope: float
) -> None:
    true = shape()
    found = mask_of_photo(photographed(true, part, floor(*ground, slope=slope)), method=method)
    assert found.dtype == np.float32
    assert overlap(found > 0.5, true > 0.5) > 0.97
    assert found[105, 150] == 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10), grey=st.integers(20, 170), noise=st.floats(0, 4))
def test_its_border_lies_where_it_is(seed: int, grey: int, noise: float) -> None:
    true = shape(seed=seed)
    found = mask_of_photo(photographed(true, (grey, grey, grey), floor(250, 250, 250), noise=noise, seed=seed))
    around = float(np.abs(np.diff(true > 0.5, axis=1)).sum() + np.abs(np.diff(true > 0.5, axis=0)).sum())
    assert abs(float(found.sum() - true.sum())) / around < 0.3  # pixels that the border is off by, in the mean


def test_a_blurred_border_is_not_drawn_outwards() -> None:
    true = shape()
    photo = photographed(true, (60, 60, 60), floor(250, 250, 250), noise=0)
    found = mask_of_photo(np.asarray(cv2.GaussianBlur(photo, (0, 0), 1.2), np.uint8))
    assert abs(float(found.sum() / true.sum()) - 1) < 0.04


def test_a_soft_shadow_is_left_out() -> None:
    true = shape()
    true[85:125, 130:170] = 1  # a hole that lies all in shadow is one of the things this cannot tell
    shade = cv2.GaussianBlur(np.roll(true, (12, 10), (0, 1)), (0, 0), 8)
    ground = floor(250, 250, 250) * (1 - 0.2 * shade[..., None])
    found = mask_of_photo(photographed(true, (90, 70, 60), ground, noise=1.0))
    assert overlap(found > 0.5, true > 0.5) > 0.95


def test_dust_and_highlights_are_no_matter() -> None:
    true = shape()
    photo = photographed(true, (70, 75, 80), floor(250, 250, 250))
    photo[20:22, 220:222] = 0
    photo[110:112, 100:102] = 250
    found = mask_of_photo(photo)
    assert not found[15:30, 210:230].any()
    assert found[108:114, 98:104].all()


def test_what_shows_no_part_or_no_background_is_a_problem() -> None:
    plain = photographed(np.zeros(SIZE, np.float32), (0, 0, 0), floor(128, 128, 128))
    with pytest.raises(Problem, match="No part was found"):
        mask_of_photo(plain)
    for size in ((1, 1), (2, 3), (40, 1)):
        with pytest.raises(Problem):
            mask_of_photo(np.full((*size, 3), 9, np.uint8))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), height=st.integers(1, 40), width=st.integers(1, 40))
def test_any_photo_gives_a_mask_or_a_problem(seed: int, height: int, width: int) -> None:
    photo = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    try:
        found = mask_of_photo(photo, method="grabcut" if seed % 2 else "threshold")
    except Problem:
        return
    assert found.shape == (height, width)
    assert np.isfinite(found).all()
