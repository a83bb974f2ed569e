"""What a person sets is checked against what a model offers."""

import pytest

from pentad.core.problem import Problem
from pentad.core.sample import Modality
from pentad.sdk import ModelInfo, Setting, Value
from pentad.sdk.settings import checked_settings

_INFO = ModelInfo(
    "m",
    "M",
    "a model",
    frozenset({Modality.RGB}),
    (
        Setting("preset", "default", "a set of values", choices=("default", "paper")),
        Setting("steps", 10, "how many", minimum=1, maximum=100),
        Setting("rate", 0.5, "how fast", minimum=0.0),
        Setting("quick", False, "hurry"),
    ),
)
_PRESETS: dict[str, dict[str, Value]] = {"paper": {"steps": 50}}


def test_what_is_given_stands_over_the_preset_and_the_preset_over_the_default() -> None:
    assert checked_settings(_INFO, {}, presets=_PRESETS)["steps"] == 10
    assert checked_settings(_INFO, {"preset": "paper"}, presets=_PRESETS)["steps"] == 50
    assert checked_settings(_INFO, {"preset": "paper", "steps": 7}, presets=_PRESETS)["steps"] == 7


def test_words_from_a_command_line_become_the_kind_of_the_default() -> None:
    found = checked_settings(_INFO, {"steps": "20", "rate": "1e-2", "quick": "yes"})
    assert found == {"preset": "default", "steps": 20, "rate": 0.01, "quick": True}
    assert isinstance(found["steps"], int)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("steps", 0), ("steps", 101), ("steps", 1.5), ("steps", "many"), ("rate", -1.0), ("rate", "nan")],
        *[("quick", "maybe"), ("preset", "x"), ("nothing", 1)],
    ],
)
def test_what_does_not_fit_is_a_problem_that_names_the_setting(key: str, value: Value) -> None:
    with pytest.raises(Problem, match=key):
        checked_settings(_INFO, {key: value})
