"""TOML from anybody, read in a time that its length bounds."""

import tomllib
from typing import Any

_MOST_DOTS = 200
"""In one line; the widest line of a rig file has sixteen."""


def read_toml(text: str) -> dict[str, Any]:
    """What ``text`` says; ValueError where it says nothing in TOML, or a line of it could keep the parser for hours."""
    # Why: the parser takes time by the square of a dotted key's parts, and deep nesting ends its stack.
    if max(line.count(".") for line in text.split("\n")) > _MOST_DOTS:
        raise ValueError(f"a line has more than {_MOST_DOTS} dots")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
