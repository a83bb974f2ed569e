"""Training can be stopped, taken up, repeated and refused."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from pentad.core.problem import Problem
from pentad.sdk import FeatureSource, Request, Value
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket, RandomParts, made_up_view
from pentad_models.cprn import MODEL
from tests.plugins.small import SMALL_CPRN


def _train(
    folder: Path,
    tiny: str,
    more: Mapping[str, Value] | None = None,
    *,
    patience: int | None = None,
    parts: RandomParts | None = None,
) -> None:
    ticket = PatientTicket() if patience is None else ImpatientTicket(patience)
    settings: dict[str, Value] = {**SMALL_CPRN, "backbone": tiny, **(more or {})}
    MODEL.trainer(settings).train(RandomParts() if parts is None else parts, folder, ticket)


def test_training_lowers_the_reconstruction_loss(tmp_path: Path, tiny: str) -> None:
    settings: dict[str, Value] = {**SMALL_CPRN, "backbone": tiny, "steps": 40, "tokens": 0}
    ticket = PatientTicket()
    losses = MODEL.trainer(settings).train(RandomParts(), tmp_path, ticket).losses
    assert losses[-1] < 0.8 * losses[0]
    assert [news.losses["cosine distance"] for news in ticket.news] == list(losses)


@pytest.mark.parametrize("patience", [3, 22, 24, 27])
def test_a_training_taken_up_again_ends_with_the_very_weights_of_an_uninterrupted_one(
    tmp_path: Path, tiny: str, patience: int
) -> None:
    _train(tmp_path / "whole", tiny)
    with pytest.raises(Cancelled):
        _train(tmp_path / "halved", tiny, patience=patience)
    assert not (tmp_path / "halved" / "model.json").exists()
    _train(tmp_path / "halved", tiny)
    whole, halved = (load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "halved"))
    assert all(np.array_equal(whole[name], halved[name]) for name in whole)
    assert sorted(path.name for path in (tmp_path / "halved").iterdir()) == ["model.json", "weights.safetensors"]


def test_a_damaged_checkpoint_is_begun_anew(tmp_path: Path, tiny: str) -> None:
    _train(tmp_path / "whole", tiny)
    with pytest.raises(Cancelled):
        _train(tmp_path / "halved", tiny, patience=26)
    checkpoint = tmp_path / "halved" / "training" / "checkpoint.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    _train(tmp_path / "halved", tiny)
    whole, halved = (load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "halved"))
    assert all(np.array_equal(whole[name], halved[name]) for name in whole)


def test_an_interrupted_training_of_other_settings_is_not_taken_up(tmp_path: Path, tiny: str) -> None:
    _train(tmp_path / "whole", tiny, {"seed": 1})
    with pytest.raises(Cancelled):
        _train(tmp_path / "other", tiny, {"seed": 2}, patience=26)
    _train(tmp_path / "other", tiny, {"seed": 1})
    whole, other = (load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "other"))
    assert all(np.array_equal(whole[name], other[name]) for name in whole)


def test_without_normals_auto_looks_at_rgb_and_says_so(tmp_path: Path, tiny: str) -> None:
    _train(tmp_path, tiny, parts=RandomParts(normals=False))
    assert MODEL.load(tmp_path).made_by.settings["streams"] == "rgb"


def test_asking_for_missing_normals_is_a_problem(tmp_path: Path, tiny: str) -> None:
    with pytest.raises(Problem, match="no normals"):
        _train(tmp_path, tiny, {"streams": "both"}, parts=RandomParts(normals=False))


def test_a_model_of_both_streams_refuses_a_view_without_normals(tmp_path: Path, tiny: str) -> None:
    _train(tmp_path, tiny)
    request = Request("part", (made_up_view("top", seed=0, normals=False),))
    with pytest.raises(Problem, match="'top' has no normals"):
        MODEL.load(tmp_path).predict(request, PatientTicket())


def test_training_on_nothing_is_a_problem(tmp_path: Path, tiny: str) -> None:
    with pytest.raises(Problem, match="no good views"):
        _train(tmp_path, tiny, parts=RandomParts(0))


@pytest.mark.parametrize(("key", "value"), [("input", 60), ("heads", 5), ("blocks", "2-9"), ("blocks", "many")])
def test_a_setting_that_does_not_fit_the_backbone_is_a_problem(
    tmp_path: Path, tiny: str, key: str, value: Value
) -> None:
    with pytest.raises(Problem):
        _train(tmp_path, tiny, {key: value})


def test_other_models_may_read_its_tokens_and_prototypes(tmp_path: Path, tiny: str) -> None:
    _train(tmp_path, tiny)
    predictor = MODEL.load(tmp_path)
    assert isinstance(predictor, FeatureSource)
    request = Request("part", (made_up_view("view0", seed=100), made_up_view("view1", seed=101)))
    found = predictor.features(request, PatientTicket())
    assert list(found) == ["view0", "view1"]
    for features in found.values():
        assert list(features.tokens) == ["rgb", "normal"]
        (layers, rows, columns, width), prototypes = features.tokens["rgb"].shape, features.prototypes
        assert features.tokens["normal"].shape == (layers, rows, columns, width)
        assert prototypes.shape == (6, width)
        assert 0 <= features.region[0] < features.region[2] <= 1
    assert not np.allclose(found["view0"].prototypes, found["view1"].prototypes)


def test_the_paper_preset_is_literal() -> None:
    trainer = MODEL.trainer({"preset": "paper", "score": "max"})
    settings = getattr(trainer, "settings")  # noqa: B009 (the protocol does not show it)
    assert [settings[key] for key in ("reconstruct", "loss", "map", "score")] == ["rgb", "mean", "last", "max"]


def test_a_view_of_one_pixel_is_judged(tmp_path: Path, tiny: str) -> None:
    _train(tmp_path, tiny, parts=RandomParts(normals=False))
    view = made_up_view("top", seed=0, normals=False)
    request = Request("part", (type(view)("top", view.rgb[:1, :1].copy(), None, (1, 1)),))
    prediction = MODEL.load(tmp_path).predict(request, PatientTicket())
    assert np.isfinite(prediction.views["top"].heatmap.values).all()


def test_an_altered_part_is_hotter_than_the_good_one(tmp_path: Path, tiny: str) -> None:
    _train(tmp_path, tiny, {"steps": 60, "tokens": 0})
    good = made_up_view("top", seed=1)
    rgb = good.rgb.copy()
    rgb[40:80, 40:80] = 255 - rgb[40:80, 40:80]
    bad = type(good)("bad", rgb, good.normals, good.size)
    views = MODEL.load(tmp_path).predict(Request("part", (good, bad)), PatientTicket()).views
    assert views["bad"].heatmap.values.max() > views["top"].heatmap.values.max()
