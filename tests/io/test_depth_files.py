"""Generated depth comes back as it was written, and nothing else passes for one."""

import contextlib
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.io.arrays_file import write_arrays
from pentad.io.depth_files import read_depth_made, write_depth_made
from pentad.sdk import DepthEstimate, DepthMade


def made_up(seed: int, *, views: int = 2) -> DepthMade:
    """Depth that no model made."""
    g = np.random.default_rng(seed)

    def estimate(number: int) -> DepthEstimate:
        shape = (int(g.integers(1, 9)), int(g.integers(1, 9)))
        depth = g.normal(300, 20, shape).astype(np.float32)
        depth[g.random(shape) < 0.2] = np.nan
        integrated = g.normal(300, 20, shape).astype(np.float32) if number % 2 else None
        spread = g.random(shape).astype(np.float32)
        return DepthEstimate(depth, spread, (0.1, 0.2, 0.8, 0.9), "mm" if number % 2 else "relative", integrated)

    made_by = Provenance("depthgen", "imgfocus", "default", "pin", "2026-11-22", {"input": 256, "normals": True})
    return DepthMade("pin/test/S001", {f"view {k}": estimate(k) for k in range(views)}, made_by, seed, 3, 20)


@given(st.integers(0, 1000), st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_it_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, seed: int, views: int) -> None:
    file = tmp_path_factory.mktemp("depths") / "pin" / "001-depthgen.npz"
    made = made_up(seed, views=views)
    write_depth_made(file, made)
    first = file.read_bytes()
    found = read_depth_made(file)
    assert (found.sample, found.made_by, found.seed, found.samples, found.steps) == (
        made.sample, made.made_by, made.seed, made.samples, made.steps,
    )  # fmt: skip
    assert list(found.views) == list(made.views)
    for name, one in made.views.items():
        other = found.views[name]
        assert (one.region, one.unit) == (other.region, other.unit)
        assert np.array_equal(one.depth, other.depth, equal_nan=True)
        assert np.array_equal(one.spread, other.spread)
        assert (one.integrated is None) == (other.integrated is None)
    write_depth_made(file, made)
    assert file.read_bytes() == first


@given(st.binary(max_size=40), st.integers(0, 10_000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_spoilt_file_is_a_problem_or_still_sound(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, cut: bool
) -> None:
    file = tmp_path_factory.mktemp("spoilt") / "001-depthgen.npz"
    write_depth_made(file, made_up(1))
    data = bytearray(file.read_bytes())
    at %= len(data)
    file.write_bytes(data[:at] if cut else data[:at] + noise + data[at + len(noise) :])
    with contextlib.suppress(Problem):
        found = read_depth_made(file)
        assert all(np.isfinite(each.spread).all() for each in found.views.values())


@pytest.mark.parametrize(
    "spoil",
    [
        {"version": 0},
        {"format": "pentad pose trace"},
        {"views": []},
        {"seed": 1.5},
        {"steps": -1},
        {"samples": float("nan")},
        {"views": [{"name": "top", "region": [0, 0, 2, 1], "unit": "mm", "integrated": False}]},
        {"views": [{"name": "top", "region": [0, 0, 1, 1], "unit": "inch", "integrated": False}]},
        {"views": [{"name": "top", "region": [0, 0, 1, 1], "unit": "mm", "integrated": True}]},
        {"views": 100 * [{"name": "top", "region": [0, 0, 1, 1], "unit": "mm", "integrated": False}]},
        {"made_by": {"model": "x", "nonsense": 1, "settings": {}}},
    ],
)
def test_words_that_do_not_fit_are_a_problem(tmp_path: Path, spoil: dict[str, object]) -> None:
    file = tmp_path / "001-depthgen.npz"
    words = {
        "format": "pentad depth", "version": 1, "sample": "S", "seed": 0, "samples": 1, "steps": 1,
        "views": [{"name": "top", "region": [0, 0, 1, 1], "unit": "mm", "integrated": False}],
        "made_by": {"model": "m", "backbone": "b", "preset": "p", "trained_on": "", "made": "", "settings": {}},
    }  # fmt: skip
    maps = {"depth0": np.ones((3, 4), np.float32), "spread0": np.zeros((3, 4), np.float32)}
    about = np.frombuffer(json.dumps(words).encode(), np.uint8)
    write_arrays(file, {**maps, "about": about})
    assert read_depth_made(file).views["top"].unit == "mm"
    write_arrays(file, {**maps, "about": np.frombuffer(json.dumps({**words, **spoil}).encode(), np.uint8)})
    with pytest.raises(Problem, match=r"001-depthgen\.npz is no generated depth"):
        read_depth_made(file)
    write_arrays(file, {**maps, "about": np.frombuffer(json.dumps({**words, "version": 2}).encode(), np.uint8)})
    with pytest.raises(Problem, match="depth was made by a newer Pentad: its format is 2"):
        read_depth_made(file)


def test_arrays_that_do_not_fit_are_a_problem_and_nothing_is_unpickled(tmp_path: Path) -> None:
    file = tmp_path / "001-depthgen.npz"
    good = made_up(1, views=1)
    (estimate,) = good.views.values()
    for wrong in (
        replace(estimate, spread=np.zeros((1, 99), np.float32)),
        replace(estimate, depth=np.full_like(estimate.depth, np.inf)),
        replace(estimate, depth=np.full_like(estimate.depth, 1e9)),
    ):
        write_depth_made(file, replace(good, views={"top": wrong}))
        with pytest.raises(Problem):
            read_depth_made(file)
    file.write_bytes(pickle.dumps({"depth0": 1}))
    with pytest.raises(Problem):
        read_depth_made(file)
    with pytest.raises(Problem, match="cannot be read"):
        read_depth_made(tmp_path / "nothing.npz")
