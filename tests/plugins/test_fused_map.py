"""How the streams' error maps become one map."""

import numpy as np

from pentad.core.arrays import Floats
from pentad_models.backbones.ordinary import Ordinary
from pentad_models.cprn.scale import fused_map

SCALE = {"ordinary_rgb": 0.2, "ordinary_normal": 0.4}


def noise(count: int, seed: int) -> list[Floats]:
    return list(np.random.default_rng(seed).normal(0.5, 0.05, (count, 6, 8)).astype(np.float32))


def test_what_is_missing_is_as_surprising_as_what_is_too_much() -> None:
    ordinary = Ordinary.of({("rgb", "top"): noise(40, 0), ("normal", "top"): noise(40, 1)})
    part = {"rgb": noise(1, 2)[0], "normal": noise(1, 3)[0]}
    part["rgb"][1, 1] = 0.2
    part["normal"][4, 6] = 0.9
    heat = fused_map(part, "top", ordinary, SCALE)
    assert set(np.argsort(heat.ravel())[-2:]) == {1 * 8 + 1, 4 * 8 + 6}


def test_without_places_each_stream_counts_by_its_mean_error_on_good_parts() -> None:
    part = {"rgb": np.full((2, 2), 0.3, np.float32), "normal": np.full((2, 2), 0.2, np.float32)}
    np.testing.assert_allclose(fused_map(part, "top", None, SCALE), (0.3 / 0.2 + 0.2 / 0.4) / 2)


def test_a_single_stream_without_places_stays_a_cosine_distance() -> None:
    part = {"rgb": noise(1, 0)[0]}
    assert np.array_equal(fused_map(part, "top", None, {"ordinary_rgb": 0.2}), part["rgb"])
