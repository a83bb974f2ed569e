"""Two masks in one picture, held against the same said pixel by pixel."""

import numpy as np
import pytest

from pentad.canvas.pyramid import Bgra
from pentad.core.arrays import Floats, Rgb
from pentad.core.pose_trace import Residual
from pentad.ui.pose.overlaying import BOTH, PHOTO_THROUGH, PHOTO_UNDER, QUERY_ONLY, RENDERED_ONLY, Overlay, wiped

SIZE = (13, 17)


def case(seed: int) -> tuple[Floats, Residual, Rgb]:
    """A query mask, what another mask leaves over it, and a photo."""
    random = np.random.default_rng(seed)
    query, rendered = random.integers(0, 128, (2, *SIZE)) / 127
    residual = np.rint((rendered - query) * 127).astype(np.int8)
    return query.astype(np.float32), residual, random.integers(0, 256, (*SIZE, 3), np.uint8)


def slowly(query: Floats, residual: Residual, photo: Rgb | None) -> Bgra:
    """One pixel after the other."""
    picture = np.full((*query.shape, 4), 255, np.uint8)
    for y in range(query.shape[0]):
        for x in range(query.shape[1]):
            mask = float(query[y, x])
            rendered = min(max(mask + int(residual[y, x]) / 127, 0.0), 1.0)
            both, lost, extra = min(mask, rendered), max(mask - rendered, 0.0), max(rendered - mask, 0.0)
            grey = 0.0 if photo is None else sum(int(value) for value in photo[y, x]) / 3
            through = 0.0 if photo is None else PHOTO_THROUGH
            for k in range(3):
                white = (1 - through) * BOTH[k] + through * grey
                value = both * white + lost * QUERY_ONLY[k] + extra * RENDERED_ONLY[k]
                picture[y, x, 2 - k] = round(value + (1 - both - lost - extra) * PHOTO_UNDER * grey)
    return picture


@pytest.mark.parametrize("seed", range(4))
def test_an_overlay_is_what_the_same_said_pixel_by_pixel_gives(seed: int) -> None:
    query, residual, photo = case(seed)
    bare = Overlay(query).over(residual).astype(int)
    lit = Overlay(query, photo).over(residual).astype(int)
    assert np.abs(bare - slowly(query, residual, None)).max() <= 1
    assert np.abs(lit - slowly(query, residual, photo)).max() <= 2


def test_full_masks_have_the_colours_of_the_legend() -> None:
    query = np.array([[1, 1, 0, 0]], np.float32)
    residual = np.array([[0, -127, 127, 0]], np.int8)
    shown = Overlay(query).over(residual)[0, :, 2::-1]
    assert [tuple(pixel) for pixel in shown.tolist()] == [BOTH, QUERY_ONLY, RENDERED_ONLY, (0, 0, 0)]


@pytest.mark.parametrize("seed", range(4))
def test_agreement_is_the_intersection_over_the_union_of_both_masks(seed: int) -> None:
    query, residual, _ = case(seed)
    rendered = query + residual / 127
    both, either = (query > 0.5) & (rendered > 0.5), (query > 0.5) | (rendered > 0.5)
    assert Overlay(query).agreement(residual) == pytest.approx(both.sum() / either.sum())


def test_empty_masks_agree() -> None:
    nothing = np.zeros(SIZE, np.float32)
    assert Overlay(nothing).agreement(np.zeros(SIZE, np.int8)) == 1


@pytest.mark.parametrize(("share", "left"), [(-0.2, 0), (0.0, 0), (0.5, 8), (1.0, 17), (7.0, 17)])
def test_a_wipe_shows_before_left_of_a_column_and_now_right_of_it(share: float, left: int) -> None:
    before, now = np.full((*SIZE, 4), 10, np.uint8), np.full((*SIZE, 4), 200, np.uint8)
    shown, column = wiped(before, now, share)
    assert column == left
    assert (shown[:, :left] == 10).all()
    assert (shown[:, left:] == 200).all()
    assert shown.shape == now.shape
