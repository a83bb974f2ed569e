"""A model's folder is whole or a Problem."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pentad.core.problem import Problem
from pentad.sdk.atomic import write_bytes
from pentad.sdk.model_folder import ModelCard, read_model, save_model

_CARD = ModelCard(
    "m", "tiny", "abc", "default", {"steps": 3}, "pins", "2026-11-22T01:00:00+00:00", {"low": 0.1, "high": 0.9}
)


def test_what_was_saved_is_read(tmp_path: Path) -> None:
    save_model(tmp_path, _CARD, b"weights")
    assert read_model(tmp_path, "m") == (_CARD, b"weights")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["model.json", "weights.safetensors"]


def test_a_model_of_another_kind_is_a_problem_that_names_both(tmp_path: Path) -> None:
    save_model(tmp_path, _CARD, b"weights")
    with pytest.raises(Problem, match=r"not a cprn model.*'m'"):
        read_model(tmp_path, "cprn")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("format", 2, "newer Pentad"),
        ("format", "x", "damaged"),
        ("scale", {"low": 1, "high": 1}, "damaged"),
        ("scale", {"low": 1}, "damaged"),
        ("scale", 3, "damaged"),
        ("weights_sha256", "0", "checksum"),
    ],
)
def test_a_card_that_cannot_be_true_is_a_problem(tmp_path: Path, key: str, value: object, says: str) -> None:
    save_model(tmp_path, _CARD, b"weights")
    content = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**content, key: value}))
    with pytest.raises(Problem, match=says):
        read_model(tmp_path, "m")


def test_training_again_replaces_the_model(tmp_path: Path) -> None:
    save_model(tmp_path, _CARD, b"old")
    save_model(tmp_path, replace(_CARD, category="caps"), b"new")
    card, weights = read_model(tmp_path, "m")
    assert (card.category, weights) == ("caps", b"new")


def test_a_place_that_cannot_be_written_is_a_problem_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(Problem, match="could not be written"):
        write_bytes(tmp_path / "taken", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
