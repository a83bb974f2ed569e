"""A map gets coarser without its holes growing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pentad.geometry.value_pyramid import ValuePyramid

NAN = np.float32(np.nan)


def test_what_is_known_is_averaged_and_a_hole_stays_one_only_where_nothing_is_known() -> None:
    values = np.full((32, 32), 3.0, np.float32)
    values[:16:2] = NAN
    values[16:, 16:] = NAN
    coarse = ValuePyramid.of(values).levels[1]
    assert coarse.shape == (16, 16)
    assert (coarse[:8] == 3).all()
    assert (coarse[8:, :8] == 3).all()
    assert np.isnan(coarse[8:, 8:]).all()


@given(st.integers(17, 90), st.integers(17, 90), st.integers(0, 2**31))
def test_every_level_lies_between_the_least_and_the_greatest(height: int, width: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(height, width)).astype(np.float32)
    values[generator.random((height, width)) < 0.3] = NAN
    for level in ValuePyramid.of(values).levels:
        known = level[np.isfinite(level)]
        assert known.min() >= np.nanmin(values) - 1e-5
        assert known.max() <= np.nanmax(values) + 1e-5


def test_a_point_of_the_photo_finds_its_value_in_a_map_of_another_resolution() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    pyramid = ValuePyramid.of(values, size=(6, 8))
    assert [pyramid.at(0, 0), pyramid.at(1, 1), pyramid.at(2, 2), pyramid.at(5, 7)] == [0, 0, 5, 11]
    assert np.isnan(pyramid.at(6, 0))
    assert np.isnan(pyramid.at(0, -1))


def test_the_screen_gets_the_coarsest_level_that_has_a_value_for_each_of_its_pixels() -> None:
    pyramid = ValuePyramid.of(np.zeros((256, 256), np.float32), size=(512, 512))
    assert [pyramid.level_for(scale) for scale in (4.0, 1.0, 0.5, 0.25, 0.2, 0.125)] == [0, 0, 0, 1, 1, 2]
