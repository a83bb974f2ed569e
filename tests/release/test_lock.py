"""The lock of a release names exact files, and none that pyproject.toml would not take."""

import re
from pathlib import Path

import pytest

from tests.release.scripts import ROOT, run, script

LOCK = ROOT / "packaging" / "release.lock"


def test_the_lock_is_what_pyproject_asks_for_and_whole() -> None:
    said, _ = run("lock", "--check")
    assert " 0 faults" in said


def test_every_package_has_one_version_and_one_hash() -> None:
    pins = script("lock").read_lock(LOCK.read_text("utf-8"))
    assert len(pins) > 40
    assert {"torch", "pyside6-essentials", "vtk", "numpy"} <= set(pins)
    assert all(re.fullmatch(r"[0-9a-f]{64}", pin.sha256) for pin in pins.values())
    assert len({pin.sha256 for pin in pins.values()}) == len(pins)
    assert script("lock").write_lock(pins).split("\n", 2)[2] == LOCK.read_text("utf-8").split("\n", 2)[2]


def test_the_lock_names_no_place() -> None:
    text = LOCK.read_text("utf-8")
    for word in ("://", "//", "file:", "index", "/home", "/root", "find-links", "@"):
        assert word not in text, word


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((r"numpy==[\d.]+", "numpy==1.26.4"), "numpy 1.26.4 is outside pyproject.toml's"),
        ((r"psygnal==.*\n.*\n", ""), "psygnal is wanted by pyproject.toml and not in the lock"),
        ((r"filelock==.*\n.*\n", ""), "filelock is wanted by"),
    ],
)
def test_a_lock_that_fell_behind_is_told(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    behind = tmp_path / "release.lock"
    behind.write_text(re.sub(*change, LOCK.read_text("utf-8"), count=1), "utf-8")
    _, err = run("lock", "--check", "--file", behind, code=1)
    assert words in err


def test_a_line_without_a_hash_is_refused(tmp_path: Path) -> None:
    loose = tmp_path / "release.lock"
    loose.write_text(LOCK.read_text("utf-8") + "requests==2.34.2\n", "utf-8")
    _, err = run("lock", "--check", "--file", loose, code=2)
    assert "no pin" in err
    run("lock", "--check", "--file", tmp_path / "none", code=2)
