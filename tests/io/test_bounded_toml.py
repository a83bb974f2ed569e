"""No TOML keeps the reader busy for longer than its length deserves."""

import time

import pytest

from pentad.core.problem import Problem
from pentad.io.bounded_toml import read_toml
from pentad.io.datasets.manifest_file import parse_manifest


def test_what_is_toml_is_read() -> None:
    assert read_toml("format = 1\n[a.b]\nnumbers = [1.5, 2.25]\n") == {
        "format": 1,
        "a": {"b": {"numbers": [1.5, 2.25]}},
    }


@pytest.mark.parametrize("text", ["a" + ".a" * 30_000 + " = 1", "a = " + "[" * 50_000, "a = "])
def test_what_would_take_hours_or_is_none_is_refused_at_once(text: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(ValueError, match=r"dots|deep|Invalid"):
        read_toml(text)
    assert time.perf_counter() - begun < 1


def test_a_manifest_made_to_hang_is_a_problem() -> None:
    with pytest.raises(Problem, match="not readable TOML"):
        parse_manifest(b"format = 1\nlayout" + b".a" * 30_000 + b" = 1")
