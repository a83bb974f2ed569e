"""Streaming pixel metrics equal the slow, exact ones."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from pentad.core.arrays import Floats, Labels
from pentad.core.problem import Problem
from pentad.evaluation.pixel_metrics import PixelMetrics, PixelScores, check_map
from pentad.evaluation.tally import Tally, sortable_keys
from tests.evaluation.exact import Image, exact_aupro, flat, made_up_images


def _measure(images: Iterable[Image]) -> PixelMetrics:
    metrics = PixelMetrics()
    for values, mask in images:
        metrics.add(values, mask)
    return metrics


def _equal(scores: PixelScores, images: list[Image], tolerance: float) -> None:
    values, truth = flat(images)
    assert scores.p_auroc == pytest.approx(roc_auc_score(truth, values), abs=tolerance)
    assert scores.p_ap == pytest.approx(average_precision_score(truth, values), abs=tolerance)
    assert scores.p_aupro == pytest.approx(exact_aupro(images), abs=tolerance)


@st.composite
def _small_images(draw: st.DrawFn) -> list[Image]:
    """Few values, so many ties; at least one pixel of each kind and two values."""
    palette = st.sampled_from([-2.0, -0.0, 0.0, 1e-40, 0.5, 0.5000001, 3.0])
    images: list[Image] = []
    for _ in range(draw(st.integers(1, 4))):
        shape = (draw(st.integers(1, 7)), draw(st.integers(1, 7)))
        size = shape[0] * shape[1]
        values = np.array(draw(st.lists(palette, min_size=size, max_size=size)), np.float32).reshape(shape)
        mask = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), np.uint8).reshape(shape)
        images.append((values, mask))
    images.append((np.array([[0.5, 3.0, 0.25]], np.float32), np.array([[1, 0, 0]], np.uint8)))
    return images


@settings(max_examples=150, deadline=None)
@given(images=_small_images())
def test_small_maps_full_of_ties_are_measured_exactly(images: list[Image]) -> None:
    _equal(_measure(images).scores(), images, 1e-12)


def test_a_monotone_map_of_the_scores_changes_nothing() -> None:
    images = made_up_images(6, 512, seed=3)
    powered: list[Image] = [(values**6, mask) for values, mask in images]
    _equal(_measure(images).scores(), images, 5e-6)
    plain, raised = _measure(images).scores(), _measure(powered).scores()
    for name in ("p_auroc", "p_ap", "p_aupro"):
        assert getattr(raised, name) == pytest.approx(getattr(plain, name), abs=5e-6)


@pytest.mark.parametrize("squeeze", [lambda s: s**6, lambda s: 0.95 + s / 100, lambda s: 1 / (1 + np.exp(-40 * s))])
def test_scores_crowded_together_are_still_told_apart(squeeze: object) -> None:
    assert callable(squeeze)
    images: list[Image] = [
        (np.asarray(squeeze(values), np.float32), mask) for values, mask in made_up_images(4, 512, seed=4)
    ]
    _equal(_measure(images).scores(), images, 5e-6)


def test_shards_add_up_to_the_whole() -> None:
    images = made_up_images(12, 256, seed=5)
    whole, shards = _measure(images).scores(), [_measure(images[start::3]) for start in range(3)]
    for shard in shards[1:]:
        shards[0].merge(shard)
    merged = shards[0].scores()
    assert (merged.p_auroc, merged.p_ap) == (whole.p_auroc, whole.p_ap)
    assert merged.p_aupro == pytest.approx(whole.p_aupro, abs=1e-12)


def test_memory_stays_bounded_and_the_answer_good_with_few_cells() -> None:
    generator = np.random.default_rng(0)
    values = generator.random(1_000_000).astype(np.float32) ** 6
    tally, half, other = Tally(limit=4096), Tally(limit=4096), Tally(limit=4096)
    for part in np.split(values, 20):
        tally.add(part)
    half.add(values[:300_000])
    other.add(values[300_000:])
    half.merge(other)
    keys, sums, _ = tally.tables(Tally())
    merged_keys, merged_sums, _ = half.tables(Tally())
    assert keys.size <= 4096
    assert np.array_equal(keys, merged_keys)
    assert np.array_equal(sums, merged_sums)
    dropped = int(sortable_keys(values.max())[0] // keys[-1]).bit_length() - 1
    assert np.array_equal(keys, np.unique(sortable_keys(values) >> np.uint32(dropped)))
    assert 2.0 ** (dropped - 23) < 0.04


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=30))
def test_keys_sort_like_the_numbers(numbers: list[float]) -> None:
    values = np.array(numbers, np.float32)
    keys = sortable_keys(values)
    assert np.array_equal(values[:, None] < values, keys[:, None] < keys)


def test_regions_touch_at_corners_and_each_weighs_the_same() -> None:
    mask = np.zeros((9, 9), np.uint8)
    mask[0, 0] = mask[1, 1] = mask[2, 2] = 1
    mask[5:9, 5:9] = 1
    values = np.zeros((9, 9), np.float32)
    values[mask == 1] = 1.0
    values[0, 0] = values[1, 1] = values[2, 2] = 0.0
    # One region of two is covered at no false positive; then all at once: 0.5 to 1 along FPR 0 to 1.
    assert _measure([(values, mask)]).scores().p_aupro == pytest.approx(0.5 + 0.5 * 0.3 / 2)


@pytest.mark.parametrize(
    ("images", "why"),
    [
        ([], "no mask has a defect"),
        ([(np.eye(3, dtype=np.float32), None)], "no mask has a defect"),
        ([(np.eye(3, dtype=np.float32), np.ones((3, 3), np.uint8))], "no good pixel"),
        ([(np.full((3, 3), 0.3, np.float32), np.eye(3, dtype=np.uint8))], "one and the same value"),
    ],
)
def test_what_is_undefined_is_none_with_a_reason(images: list[Image], why: str) -> None:
    scores = _measure(images).scores()
    assert (scores.p_auroc, scores.p_ap, scores.p_aupro) == (None, None, None)
    assert all(why in reason for reason in scores.reasons.values())
    assert len(scores.reasons) == 3


def test_values_that_are_no_numbers_are_refused() -> None:
    bad = np.array([[1.0, np.nan]], np.float32)
    with pytest.raises(Problem, match="not numbers"):
        PixelMetrics().add(bad, None)
    with pytest.raises(Problem, match="map of S1"):
        check_map(bad, name="S1")
    with pytest.raises(Problem, match="no image"):
        check_map(np.zeros(3, np.float32), name="S1")


def test_a_snake_is_one_region_and_a_thousand_specks_are_a_thousand() -> None:
    snake: Labels = np.zeros((101, 101), np.uint8)
    snake[::4, :] = 1
    snake[2::8, -1] = snake[1::8, -1] = snake[3::8, -1] = 1
    snake[6::8, 0] = snake[5::8, 0] = snake[7::8, 0] = 1
    specks: Labels = np.zeros((101, 101), np.uint8)
    specks[::3, ::3] = 1
    values: Floats = np.random.default_rng(0).random((101, 101)).astype(np.float32)
    images: list[Image] = [(values, snake), (values[::-1].copy(), specks)]
    _equal(_measure(images).scores(), images, 1e-12)
