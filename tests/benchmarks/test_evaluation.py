"""Streaming pixel metrics beside scikit-learn's on the same pixels."""

import time

import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from pentad.evaluation.pixel_metrics import PixelMetrics
from tests.evaluation.exact import Image, flat, made_up_images


@pytest.mark.benchmark
def test_a_hundred_maps_of_a_megapixel_take_seconds() -> None:
    images = made_up_images(10, 1024, seed=1)
    powered: list[Image] = [(values**6, mask) for values, mask in images]
    begun = time.perf_counter()
    metrics = PixelMetrics()
    for _ in range(10):
        for values, mask in images:
            metrics.add(values, mask)
    scores = metrics.scores()
    ours = time.perf_counter() - begun
    raised = PixelMetrics()
    for values, mask in powered:
        raised.add(values, mask)
    again = raised.scores()
    values, truth = flat(images[:4])
    begun = time.perf_counter()
    roc_auc_score(truth, values)
    average_precision_score(truth, values)
    theirs = (time.perf_counter() - begun) * 25
    print(
        f"\n100 maps of 1024 x 1024, all three metrics: {ours:.1f} s; scikit-learn's AUROC and AP "
        f"alone (from 4 maps): {theirs:.0f} s, {theirs / ours:.0f} times as long"
        f"\nP-AUROC {scores.p_auroc:.6f}, P-AP {scores.p_ap:.6f}, P-AUPRO {scores.p_aupro:.6f}; of s ** 6: "
        f"{again.p_auroc:.6f}, {again.p_ap:.6f}, {again.p_aupro:.6f}"
    )
    for name in ("p_auroc", "p_ap", "p_aupro"):
        assert getattr(again, name) == pytest.approx(getattr(scores, name), abs=1e-5)
    assert ours < theirs
