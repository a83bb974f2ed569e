"""Where the checkout is, and what of it the scripts beside this one share; it needs the standard library alone."""

import sys
import tomllib
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
LOCK = HOME / "packaging" / "release.lock"
# Why first: the scripts describe this checkout, whichever Pentad is installed beside them.
sys.path.insert(0, str(HOME / "app"))

from pentad.io.third_party import installed, normal  # noqa: E402 -- found through the line above


def project() -> dict[str, Any]:
    """The table ``project`` of pyproject.toml."""
    with (HOME / "pyproject.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)["project"]
    return found


def closure() -> dict[str, Distribution]:
    """Every package that a plain installation of this checkout needs on this machine, by its normal name."""
    found = {normal(str(one.metadata["Name"])): one for one in installed(project()["dependencies"])}
    return dict(sorted(found.items()))


def fail(what: str, remedy: str) -> None:
    """Say what is wrong as Pentad does, and end with 2."""
    print(f"error: {what} (remedy: {remedy})", file=sys.stderr)
    raise SystemExit(2)
