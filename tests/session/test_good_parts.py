"""The mean of good parts: which parts, what is kept, and what is made anew."""

from pathlib import Path

import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, Split, View
from pentad.geometry.normal_maps import difference_deg
from pentad.io.tree import open_tree
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import PatientTicket
from pentad.session.good_parts import FOLDER, good_parts, mean_of
from tests.geometry.test_lining_up import SIZE as BUMPY
from tests.geometry.test_lining_up import bumpy

SIZE = (6, 8)


def tilted(degrees: float) -> np.ndarray:
    """(6, 8, 3) a plane turned about the image's x axis."""
    turn = np.radians(degrees)
    return np.broadcast_to(np.array([0, np.sin(turn), np.cos(turn)], np.float32), (*SIZE, 3)).copy()


def part(name: str, *, split: Split = Split.TRAIN, anomaly: str | None = None, category: str = "pin") -> Sample:
    ref = RasterRef(f"{name}.npy", encoding=NormalEncoding.FLOAT_OPENGL)
    return Sample(name, category, split, anomaly, (View("top", {Modality.NORMAL: ref}),))


def written(folder: Path, *degrees: float) -> list[Sample]:
    for number, each in enumerate(degrees):
        np.save(folder / f"G{number}.npy", tilted(each))
    return [part(f"G{number}") for number in range(len(degrees))]


def test_good_parts_are_others_of_the_category_that_nobody_rejected_training_ones_first() -> None:
    here = part("here")
    every = [
        part("test", split=Split.TEST), here, part("bad", anomaly="dent"), part("other", category="ring"),
        part("refused"), part("b"), part("a"), Sample("bare", "pin", Split.TRAIN, None, ()),
    ]  # fmt: skip
    found = good_parts(every, here, "top", most=9, rejected=frozenset({"refused"}))
    assert [each.id for each in found] == ["a", "b", "test"]
    assert [each.id for each in good_parts(every, here, "top", most=1, rejected=frozenset())] == ["a"]
    assert good_parts(every, here, "left", most=9, rejected=frozenset()) == []


def test_the_mean_lies_between_the_parts_and_says_how_far_they_are_from_it(tmp_path: Path) -> None:
    parts = written(tmp_path, -4, 4)
    found = mean_of(open_tree(tmp_path), parts, "top", size=SIZE, cache=None, ticket=PatientTicket())
    np.testing.assert_allclose(found.normals, tilted(0), atol=1e-6)
    assert found.spread_deg == pytest.approx(4, rel=1e-3)
    assert "2 good parts" in found.words


def test_it_is_kept_and_found_again_until_a_part_is_another(tmp_path: Path) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    data.mkdir()
    parts, tree = written(data, 2, 6), open_tree(data)
    first = mean_of(tree, parts, "top", size=SIZE, cache=cache, ticket=PatientTicket())
    again = mean_of(tree, parts, "top", size=SIZE, cache=cache, ticket=NeverTicket())
    np.testing.assert_allclose(again.normals, first.normals, atol=5e-5)
    assert (again.parts, again.spread_deg) == (first.parts, first.spread_deg)
    np.save(data / "G1.npy", np.concatenate([tilted(10), tilted(10)])[: SIZE[0]])
    (data / "G1.npy").touch()
    moved = mean_of(tree, parts, "top", size=SIZE, cache=cache, ticket=PatientTicket())
    np.testing.assert_allclose(moved.normals, tilted(6), atol=1e-4)


def test_parts_that_lie_otherwise_are_laid_over_each_other_before_they_are_averaged(tmp_path: Path) -> None:
    for number, shift in enumerate(((0, 0), (4, -5), (-3, 4))):
        np.save(tmp_path / f"G{number}.npy", bumpy(shift=shift))
    parts, tree = [part(f"G{number}") for number in range(3)], open_tree(tmp_path)
    apart, together = (
        mean_of(tree, parts, "top", size=BUMPY, line_up=line_up, cache=None, ticket=PatientTicket())
        for line_up in (False, True)
    )
    middle = np.s_[30:-30, 40:-40]
    off = [float(np.nanmean(difference_deg(mean.normals[middle], bumpy()[middle]))) for mean in (apart, together)]
    assert off[1] < 0.3 * off[0]
    assert together.spread_deg < 0.5 * apart.spread_deg


@pytest.mark.parametrize("rubbish", [b"", b"PK\x03\x04 cut short", b"no archive at all"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, rubbish: bytes) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    data.mkdir()
    parts, tree = written(data, 2, 6), open_tree(data)
    mean_of(tree, parts, "top", size=SIZE, cache=cache, ticket=PatientTicket())
    for file in (cache / FOLDER).iterdir():
        file.write_bytes(rubbish)
    found = mean_of(tree, parts, "top", size=SIZE, cache=cache, ticket=PatientTicket())
    np.testing.assert_allclose(found.normals, tilted(4), atol=1e-4)


def test_what_cannot_be_read_is_left_out_and_counted_and_nothing_at_all_is_a_problem(tmp_path: Path) -> None:
    parts, tree = written(tmp_path, 2, 2, 2), open_tree(tmp_path)
    (tmp_path / "G1.npy").write_bytes(b"no array")
    np.save(tmp_path / "G2.npy", np.ones((3, 3, 3), np.float32))
    found = mean_of(tree, parts, "top", size=SIZE, cache=None, ticket=PatientTicket())
    assert (found.parts, found.left_out) == (1, 2)
    with pytest.raises(Problem, match=r"G1\.npy"):
        mean_of(tree, parts[1:2], "top", size=SIZE, cache=None, ticket=PatientTicket())
    with pytest.raises(Problem, match="no mean"):
        mean_of(tree, [], "top", size=SIZE, cache=None, ticket=PatientTicket())


def test_a_mean_that_cannot_be_kept_is_given_all_the_same(tmp_path: Path) -> None:
    data, taken = tmp_path / "data", tmp_path / "cache"
    data.mkdir()
    taken.write_text("a file where the folder should be")
    parts, tree = written(data, 2, 6), open_tree(data)
    found = mean_of(tree, parts, "top", size=SIZE, cache=taken, ticket=PatientTicket())
    np.testing.assert_allclose(found.normals, tilted(4), atol=1e-6)


def test_it_stops_between_two_parts_and_keeps_nothing(tmp_path: Path) -> None:
    parts, tree = written(tmp_path, 2, 2), open_tree(tmp_path)
    with pytest.raises(Cancelled):
        mean_of(tree, parts, "top", size=SIZE, cache=tmp_path / "cache", ticket=NeverTicket())
    assert not (tmp_path / "cache").exists()


class NeverTicket:
    """Stops whatever asks."""

    def check(self) -> None:
        raise Cancelled

    def report(self, fraction: float, message: str = "") -> None:
        raise Cancelled
