"""The top level is a closed list, and each folder says what lives in it."""

import subprocess
from pathlib import Path

import pytest

from tests.house.source import APP, PLUGINS, ROOT, TESTS, place, python_files

FOLDERS = {"app", "plugins", "resources", "tests", "packaging", ".ci"}
FILES = {"pyproject.toml", "README.md", "LICENSE", "CONTRIBUTING.md", ".gitignore"}
PAGES = (
    "app/ARCHITECTURE.md",
    "plugins/WRITING_A_PLUGIN.md",
    "resources/README.md",
    "tests/README.md",
    "packaging/README.md",
)


def _committed() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone: there is no telling what belongs to it")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [Path(name) for name in listed.decode().split("\0") if name]


def test_the_top_level_holds_nothing_new() -> None:
    files = _committed()
    assert {file.parts[0] for file in files if len(file.parts) > 1} <= FOLDERS
    assert {file.name for file in files if len(file.parts) == 1} <= FILES


@pytest.mark.parametrize("page", PAGES)
def test_each_folder_says_what_lives_there(page: str) -> None:
    assert len((ROOT / page).read_text(encoding="utf-8").split()) > 20


def test_packaging_and_the_source_roots_are_no_packages() -> None:
    # Why: an __init__.py in packaging/ would shadow the package of that name that pip and pytest import.
    assert [folder for folder in ("packaging", "app", "plugins") if (ROOT / folder / "__init__.py").exists()] == []


def test_every_folder_of_source_and_tests_is_a_package() -> None:
    folders = {path.parent for path in python_files(APP, TESTS, *PLUGINS.glob("*/"))}
    assert [place(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = "bash packaging/bootstrap.sh test"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
