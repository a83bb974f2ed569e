"""Heat is counted from what good parts show at that place, and survives the weights file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.arrays import Floats
from pentad_models.backbones.ordinary import Ordinary


def good_maps(count: int, seed: int = 0) -> list[Floats]:
    """Maps with a place that is always hard (row 3) and one whose error varies (row 7)."""
    random = np.random.default_rng(seed)
    maps = random.normal(0.1, 0.01, (count, 10, 12)).astype(np.float32)
    maps[:, 3] += 0.5
    maps[:, 7] += random.normal(0, 0.1, (count, 12)).astype(np.float32)
    return list(maps)


def test_a_faint_defect_in_a_calm_place_beats_an_ordinary_edge() -> None:
    ordinary = Ordinary.of({("rgb", "top"): good_maps(40)})
    part = good_maps(1, seed=9)[0]
    part[5, 6] += 0.2
    assert part[3].min() > part[5, 6]
    surprise = ordinary.surprise("rgb", "top", part)
    assert surprise.argmax() == np.ravel_multi_index((5, 6), surprise.shape)


def test_surprise_is_counted_in_spreads_above_the_mean_of_the_place() -> None:
    maps = good_maps(50)
    ordinary = Ordinary.of({("rgb", "top"): maps})
    mean, spread = np.mean(maps, axis=0), np.std(maps, axis=0)
    part = good_maps(1, seed=3)[0]
    expected = (part - mean) / (spread + 0.3 * np.median(spread))
    np.testing.assert_allclose(ordinary.surprise("rgb", "top", part), expected, rtol=1e-3, atol=1e-3)


def test_few_views_share_one_mean_and_one_spread() -> None:
    ordinary = Ordinary.of({("rgb", "top"): good_maps(3)})
    part = good_maps(1, seed=3)[0]
    found = ordinary.surprise("rgb", "top", part)
    assert np.corrcoef(found.ravel(), part.ravel())[0, 1] == pytest.approx(1.0, abs=1e-5)


def test_a_view_never_seen_is_left_as_it_is() -> None:
    part = good_maps(1)[0]
    assert np.array_equal(Ordinary.of({("rgb", "top"): good_maps(9)}).surprise("rgb", "left", part), part)


@given(views=st.lists(st.text("abc/_ 0", min_size=1, max_size=6), min_size=1, max_size=4, unique=True))
def test_it_comes_back_from_a_weights_file_whatever_the_views_are_called(views: list[str]) -> None:
    ordinary = Ordinary.of({(stream, view): good_maps(7) for stream in ("rgb", "normal") for view in views})
    weights = {**ordinary.tensors(), "network.weight": next(iter(ordinary.tensors().values()))}
    again = Ordinary.taken_from(weights)
    assert list(weights) == ["network.weight"]
    assert again.maps.keys() == ordinary.maps.keys()
    assert all(np.array_equal(again.maps[key], ordinary.maps[key]) for key in ordinary.maps)
