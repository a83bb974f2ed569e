"""Image scores against scikit-learn, and where the line is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from pentad.core.problem import Problem
from pentad.evaluation.fusion import fuse
from pentad.evaluation.image_metrics import ImageMetrics
from pentad.evaluation.threshold import f1_threshold

_SCORES = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.2, 0.5, 1e300, -3.0]), st.booleans()), max_size=30)


def _measure(pairs: list[tuple[float, bool]]) -> ImageMetrics:
    metrics = ImageMetrics()
    for score, defective in pairs:
        metrics.add(score, defective=defective)
    return metrics


@given(pairs=_SCORES)
def test_auroc_and_f1_are_scikit_learns_ties_and_all(pairs: list[tuple[float, bool]]) -> None:
    pairs = [*pairs, (0.1, True), (0.2, False)]
    scores, truth = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    found = _measure(pairs).scores()
    assert found.i_auroc == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    best = max(f1_score(truth, scores >= threshold) for threshold in np.unique(scores))
    assert found.i_f1 == pytest.approx(best, abs=1e-12)
    assert found.threshold is not None
    assert f1_score(truth, scores > found.threshold) == pytest.approx(best, abs=1e-12)
    assert f1_score(truth, scores >= found.threshold) == pytest.approx(best, abs=1e-12)


@given(first=_SCORES, second=_SCORES)
def test_shards_add_up_to_the_whole(first: list[tuple[float, bool]], second: list[tuple[float, bool]]) -> None:
    shard = _measure(first)
    shard.merge(_measure(second))
    assert shard.scores() == _measure(first + second).scores()


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([], "no defective image"),
        ([(0.1, False), (0.2, False)], "no defective image"),
        ([(0.1, True), (0.2, True)], "no good image"),
        ([(0.1, True), (0.1, False)], "all scores are the same"),
    ],
)
def test_what_is_undefined_is_none_with_a_reason(pairs: list[tuple[float, bool]], why: str) -> None:
    found = _measure(pairs).scores()
    assert (found.i_auroc, found.i_f1, found.threshold) == (None, None, None)
    assert all(why in reason for reason in found.reasons.values())


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(Problem, match="nan"):
        ImageMetrics().add(float("nan"), defective=True)


def test_the_line_lies_between_the_flagged_and_the_rest() -> None:
    threshold, f1 = f1_threshold(np.array([0.1, 0.3, 0.5, 0.9]), np.array([False, False, True, True]))
    assert threshold == pytest.approx(0.4)
    assert f1 == 1.0
    lowest, _ = f1_threshold(np.array([0.5, 0.5]), np.array([True, True]))
    assert 0.4999999 < lowest < 0.5


def test_views_are_fused_by_the_highest_the_mean_or_the_vote() -> None:
    views = {"top": 0.1, "north": 0.9, "east": 0.7, "south": 0.2, "west": 0.1}
    assert fuse(views) == 0.9
    assert fuse(views, "mean") == pytest.approx(0.4)
    assert [fuse(views, f"{k}-of-n") for k in (1, 2, 3, 9)] == [0.9, 0.7, 0.2, 0.1]
    for word in ("median", "0-of-n", ""):
        with pytest.raises(Problem, match="no way to fuse"):
            fuse(views, word)
