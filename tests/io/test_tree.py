"""A tree shows what is in a folder or a zip, and nothing outside it."""

import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.io import tree as trees
from pentad.io.tree import FileTree, confined, only_folder, open_tree, subtree
from tests.helpers.layouts import zipped


@pytest.fixture(params=["folder", "zip", "mounted zip"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> FileTree:
    """``a/one.txt`` and ``two.txt`` among what operating systems leave behind, kept in three ways."""
    folder = tmp_path / "data" / "set"
    (folder / "a").mkdir(parents=True)
    (folder / "a/one.txt").write_bytes(b"one")
    (folder / "two.txt").write_bytes(b"two two")
    for junk in ("a/._one.txt", ".DS_Store", "Thumbs.db", "a/.hidden"):
        (folder / junk).write_bytes(b"junk")
    if request.param == "folder":
        return open_tree(folder)
    if request.param == "zip":
        return open_tree(zipped(folder, tmp_path / "set.zip"))
    (tmp_path / "beside").mkdir()
    zipped(folder, tmp_path / "beside" / "set.zip", top="set/")
    return subtree(open_tree(tmp_path / "beside"), "set")


def test_files_are_sorted_and_free_of_what_systems_strew_about(tree: FileTree) -> None:
    assert list(tree.files) == ["a/one.txt", "two.txt"]
    assert tree.name == "set"
    assert not tree.problems


def test_bytes_are_read_whole_or_from_the_start(tree: FileTree) -> None:
    assert tree.read_bytes("a/one.txt") == b"one"
    assert tree.read_bytes("two.txt", 3) == b"two"


def test_existence_is_told_by_the_full_path(tree: FileTree) -> None:
    assert tree.exists("a/one.txt")
    assert not tree.exists("one.txt")


def test_a_missing_file_is_a_problem_that_names_it(tree: FileTree) -> None:
    with pytest.raises(Problem, match=r"a/three\.txt is missing"):
        tree.read_bytes("a/three.txt")


@pytest.mark.parametrize(
    "path", ["../set/two.txt", "/etc/hostname", "a/../../x", "..", "C:\\x", "a\\..\\..\\x", "a\0b"]
)
def test_no_path_leaves_the_root(tree: FileTree, path: str) -> None:
    with pytest.raises(Problem):
        tree.read_bytes(path)


def test_many_threads_read_one_tree(tree: FileTree) -> None:
    paths = ["a/one.txt", "two.txt"] * 100
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tree.read_bytes, paths)) == [b"one", b"two two"] * 100


@given(st.text(max_size=40))
def test_a_confined_path_stays_below_any_root(text: str) -> None:
    try:
        path = confined(text, "a list")
    except Problem:
        return
    joined = os.path.normpath(f"/base/{path}")
    assert joined.startswith("/base/")


@pytest.mark.parametrize("value", [None, 3, ["a"], "", "/", ".", "../a", "/a", "a/../b", "c:/a", "\ud800", "a\nb"])
def test_what_is_no_path_inside_is_refused_by_name(value: object) -> None:
    with pytest.raises(Problem, match="the list names"):
        confined(value, "the list")


def test_links_that_leave_the_folder_are_left_out_and_named(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret")
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / "real/x.txt").write_text("x")
    (root / "leak.txt").symlink_to(outside)
    (root / "leaking").symlink_to(tmp_path)
    (root / "gone.txt").symlink_to(root / "nothing.txt")
    (root / "loop").symlink_to(root)
    (root / "fine.txt").symlink_to(root / "real/x.txt")
    tree = open_tree(root)
    assert list(tree.files) == ["fine.txt", "real/x.txt"]
    assert sorted(str(problem).split(" ")[0] for problem in tree.problems) == [
        "gone.txt",
        "leak.txt",
        "leaking",
        "loop",
    ]
    assert tree.read_bytes("fine.txt") == b"x"
    for path in ("leak.txt", "leaking/secret.txt"):
        with pytest.raises(Problem, match="leaves the data folder"):
            tree.read_bytes(path)


def test_a_pipe_does_not_hang_the_listing_or_the_reading(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    tree = open_tree(tmp_path)
    assert list(tree.files) == []
    assert "pipe.png" in str(tree.problems[0])
    with pytest.raises(Problem):
        tree.read_bytes("pipe.png")


def test_a_zip_with_unsafe_names_gives_the_others(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("../up.txt", "/etc/passwd", "a/../../b", "fine/a.txt", "windows\\b.txt"):
            archive.writestr(name, "x")
    tree = open_tree(tmp_path / "x.zip")
    assert list(tree.files) == ["fine/a.txt", "windows/b.txt"]
    assert len(tree.problems) == 3


def test_a_member_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "LARGEST_MEMBER", 10_000)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", b"\0" * 20_000)
    with pytest.raises(Problem, match=r"bomb\.png in x\.zip is too large"):
        open_tree(tmp_path / "x.zip").read_bytes("bomb.png")


def test_a_damaged_member_is_a_problem_and_its_neighbour_reads(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.txt", b"a" * 1000)
        archive.writestr("b.txt", b"b" * 1000)
    data = (tmp_path / "x.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(data.replace(b"a" * 1000, b"a" * 500 + b"z" * 500))
    tree = open_tree(tmp_path / "x.zip")
    with pytest.raises(Problem, match=r"a\.txt in x\.zip cannot be unpacked"):
        tree.read_bytes("a.txt")
    assert tree.read_bytes("b.txt") == b"b" * 1000


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 400), junk=st.binary(min_size=1, max_size=4))
def test_a_zip_with_bytes_turned_reads_or_is_a_problem(at: int, junk: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", "hello" * 50)
        archive.writestr("ü.txt", "y")
    data = bytearray(file.read_bytes())
    at %= len(data)
    data[at : at + len(junk)] = junk
    file.write_bytes(data)
    outcome: list[object] = []
    try:
        tree = open_tree(file)
        outcome = [tree.read_bytes(path) for path in tree.files]
    except Problem as problem:
        outcome = [str(problem)]
    assert all(isinstance(what, bytes) or "zip" in str(what) for what in outcome)


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut"])
def test_what_is_no_zip_is_a_problem(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(Problem, match=r"x\.zip cannot be opened"):
        open_tree(tmp_path / "x.zip")


def test_a_broken_zip_in_a_folder_spares_the_rest(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK")
    (tmp_path / "a.txt").write_bytes(b"a")
    tree = open_tree(tmp_path)
    assert list(tree.files) == ["a.txt", "bad.zip"]
    assert "bad.zip cannot be opened" in str(tree.problems[0])


def test_an_unpacked_folder_goes_before_its_zip(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat/new.txt").write_bytes(b"new")
    with zipfile.ZipFile(tmp_path / "cat.zip", "w") as archive:
        archive.writestr("old.txt", "old")
    assert list(open_tree(tmp_path).files) == ["cat.zip", "cat/new.txt"]


def test_nothing_at_the_path_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="nothing at"):
        open_tree(tmp_path / "absent")


def test_the_only_folder_is_found_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "wrap/a").mkdir(parents=True)
    (tmp_path / "wrap/a/x.txt").touch()
    assert only_folder(open_tree(tmp_path)) == "wrap"
    (tmp_path / "beside.txt").touch()
    assert only_folder(open_tree(tmp_path)) is None
