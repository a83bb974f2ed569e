"""A whole evaluation, per category, view and part."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pentad.core.problem import Problem
from pentad.evaluation.report import Evaluator, JudgedView, evaluate_maps
from tests.evaluation.exact import exact_aupro, flat, made_up_images


def _views(category: str, count: int = 8, seed: int = 0) -> list[JudgedView]:
    images = made_up_images(count, 64, seed)
    return [
        JudgedView(category, f"{category}/{n // 2}", ("top", "north")[n % 2], values, mask, mask is not None)
        for n, (values, mask) in enumerate(images)
    ]


def test_one_category_at_native_size_is_the_plain_metric() -> None:
    views = _views("pin")
    found = evaluate_maps(views, grid=None)
    images = [(view.values, view.mask) for view in views]
    values, truth = flat(images)
    assert found.overall.p_auroc == pytest.approx(roc_auc_score(truth, values), abs=1e-9)
    assert found.overall.p_aupro == pytest.approx(exact_aupro(images), abs=1e-9)
    assert found.overall.images == 8
    assert found.overall == found.per_category["pin"]
    assert found.grid == "native"


def test_categories_are_averaged_and_an_undefined_one_is_named() -> None:
    good = [JudgedView("clip", "c1", "top", np.eye(64, dtype=np.float32), None, defective=False)]
    found = evaluate_maps([*_views("pin", seed=1), *_views("rib", seed=2), *good])
    known = [found.per_category[name].p_aupro for name in ("pin", "rib")]
    assert found.overall.p_aupro == pytest.approx(sum(value for value in known if value is not None) / 2)
    assert found.per_category["clip"].p_aupro is None
    assert "clip: no mask has a defect" in found.overall.reasons["p_aupro"]
    assert found.overall.images == 17


def test_views_and_parts_are_judged_on_their_own() -> None:
    views = [
        JudgedView("pin", part, view, np.full((4, 4), score, np.float32), None, defective, score)
        for part, view, score, defective in [
            ("a", "top", 0.9, True),
            ("a", "north", 0.1, False),
            ("b", "top", 0.2, False),
            ("b", "north", 0.3, False),
        ]
    ]
    found = evaluate_maps(views)
    assert found.per_sample.images == 2
    assert (found.per_sample.i_auroc, found.per_sample.i_f1) == (1.0, 1.0)
    assert found.per_view["top"].i_auroc == 1.0
    assert found.per_view["north"].i_auroc is None
    assert found.unmasked == 1
    assert evaluate_maps(views, fusion="2-of-n").per_sample.i_auroc == 0.0


def test_masks_and_maps_meet_on_the_grid_edge_to_edge() -> None:
    mask = np.zeros((512, 512), np.uint8)
    mask[:128, :128] = 1
    values = np.zeros((4, 4), np.float32)
    values[0, 0] = 1.0
    found = evaluate_maps([JudgedView("pin", "a", "top", values, mask, defective=True)], grid=256)
    assert found.overall.p_auroc is not None
    assert found.overall.p_auroc > 0.98
    speck = np.zeros((2048, 2048), np.uint8)
    speck[0, 0] = 1
    assert evaluate_maps([JudgedView("pin", "a", "top", values, speck, defective=True)]).lost == 1


def test_the_summary_is_json_with_the_promised_fields() -> None:
    said = json.loads(json.dumps(evaluate_maps(_views("pin")).summary()))
    promised = {"images", "i_auroc", "i_f1", "p_auroc", "p_ap", "p_aupro", "threshold", "per_category", "seconds"}
    assert promised <= said.keys()
    assert said["grid"] == "256x256"
    empty = json.loads(json.dumps(evaluate_maps([]).summary()))
    assert empty["images"] == 0
    assert all(empty[name] is None and empty["reasons"][name] for name in ("i_auroc", "p_aupro", "threshold"))


def test_a_map_with_nan_is_named() -> None:
    bad = JudgedView("pin", "S7", "top", np.full((3, 3), np.nan, np.float32), None, defective=False)
    with pytest.raises(Problem, match="S7, view top"):
        evaluate_maps([bad])


def test_shards_of_views_add_up_to_the_whole() -> None:
    views = [*_views("pin", seed=1), *_views("rib", seed=2)]
    whole, shards = evaluate_maps(views, grid=None), [Evaluator(grid=None) for _ in range(3)]
    for number, view in enumerate(views):
        shards[number % 3].add(view)
    shards[0].merge(shards[1])
    shards[0].merge(shards[2])
    merged = shards[0].evaluation()
    assert merged.per_sample == whole.per_sample
    assert (merged.overall.i_auroc, merged.overall.p_auroc) == (whole.overall.i_auroc, whole.overall.p_auroc)
    assert merged.overall.p_aupro == pytest.approx(whole.overall.p_aupro, abs=1e-12)
