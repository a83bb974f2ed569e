"""A project's files are its data set's and its own, and nothing else is reached."""

from pathlib import Path

import pytest

from pentad.core.problem import Problem
from pentad.io.project_tree import OWN, ProjectTree
from pentad.io.tree import open_tree


@pytest.fixture
def tree(tmp_path: Path) -> ProjectTree:
    for name, text in {
        "data/a.txt": "theirs",
        "project/normals/b.txt": "ours",
        "secret.txt": "nobody's",
        "project/project.sqlite": "index",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return ProjectTree(open_tree(tmp_path / "data"), tmp_path / "project")


def test_both_kinds_of_files_are_read_and_only_the_data_sets_are_listed(tree: ProjectTree, tmp_path: Path) -> None:
    assert list(tree.files) == ["a.txt"]
    assert tree.read_bytes("a.txt") == b"theirs"
    assert tree.read_bytes(f"{OWN}b.txt") == b"ours"
    assert tree.read_bytes(f"{OWN}b.txt", 2) == b"ou"
    assert tree.local_path(f"{OWN}b.txt") == tmp_path / "project" / "normals" / "b.txt"
    assert [tree.exists(name) for name in ("a.txt", f"{OWN}b.txt", f"{OWN}a.txt")] == [True, True, False]
    assert (tree.name, tree.location) == ("data", tmp_path / "data")


@pytest.mark.parametrize(
    "path", ["../../secret.txt", "../project.sqlite", "/../../secret.txt", "x/../../../secret.txt"]
)
def test_nothing_outside_the_project_is_reached(tree: ProjectTree, path: str) -> None:
    with pytest.raises(Problem):
        tree.read_bytes(OWN + path)
    assert not tree.exists(OWN + path)
