"""``pentad depth`` writes what the model makes, on the photos' pixels, and the same again for the same seed."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import tifffile

from pentad.core.sample import Sample
from pentad.io.datasets import open_dataset
from pentad.io.depth_files import read_depth_made
from pentad.io.view_pixels import load_view
from pentad.sdk import DepthMade
from pentad.session.depth_making import DepthModel
from pentad.session.models import Models
from tests.cli.conftest import Pentad
from tests.helpers.depth_model import GRAIN_MM, STEPS, depth_models, drawn
from tests.helpers.tiny_dataset import SIZE, VIEWS


@pytest.fixture
def grey(pentad: Pentad, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The depth of grey as trained on the plates."""
    monkeypatch.setattr(Models, "installed", depth_models)
    assert pentad("train", "grey", "--data", plates, "--out", tmp_path / "grey").code == 0
    return tmp_path / "grey"


def test_it_says_what_it_promises_and_writes_an_image_a_view(pentad: Pentad, grey: Path, tmp_path: Path) -> None:
    out = tmp_path / "depth"
    words = ("depth", "--model", grey, "--data", tmp_path / "plates", "--sample", "*/S000", "--out", out)
    said = pentad(*words, "--seed", 5).json
    assert said.keys() >= {"run", "samples", "images", "units", "seed", "drawn", "steps", "seconds", "problems"}
    assert (said["samples"], said["images"], said["units"]) == (1, 5, ["mm"])
    assert (said["seed"], said["drawn"], said["steps"], said["problems"]) == (5, 1, STEPS, [])
    data = open_dataset(tmp_path / "plates")
    sample = next(sample for sample in data.samples if sample.id.endswith("S000"))
    for view in sample.views:
        depth = tifffile.imread(out / sample.id / f"{view.name}.tiff")
        assert depth.shape == SIZE
        assert depth.dtype == np.float32
        assert np.array_equal(depth, drawn(load_view(data.tree, view, 128), 5))
    again = pentad(*words, "--seed", 5)
    assert "is not empty" in again.error
    assert pentad(*words, "--seed", 5, "--force").code == 0


def test_several_samples_give_a_mean_and_a_spread(pentad: Pentad, grey: Path, tmp_path: Path) -> None:
    out = tmp_path / "depth"
    words = ("--data", tmp_path / "plates", "--sample", "*/G001", "--samples", 6, "--format", "npy", "--out", out)
    assert pentad("depth", "--model", grey, *words).json["drawn"] == 6
    (folder,) = (file.parent for file in out.rglob("depth.npz"))
    made = read_depth_made(folder / "depth.npz")
    assert set(made.views) == set(VIEWS)
    data = open_dataset(tmp_path / "plates")
    view = next(sample for sample in data.samples if sample.id == made.sample).view("east")
    each = np.stack([drawn(load_view(data.tree, view, 128), seed) for seed in range(6)])
    assert np.allclose(made.views["east"].depth, each.mean(axis=0), atol=1e-3)
    assert np.allclose(made.views["east"].spread, each.std(axis=0), atol=1e-3)
    assert np.median(made.views["east"].spread) == pytest.approx(GRAIN_MM, rel=0.2)
    assert np.array_equal(np.load(folder / "east.npy"), made.views["east"].depth)


def test_an_interrupted_run_is_gone_on_with_and_another_wish_is_refused(
    pentad: Pentad, grey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "depth"
    words = ("depth", "--model", grey, "--data", tmp_path / "plates", "--seed", 3, "--out", out)
    plain, calls = DepthModel.make, list[str]()

    def interrupted(self: DepthModel, tree: object, sample: Sample, *rest: object, **more: object) -> DepthMade:
        calls.append(sample.id)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return cast(DepthMade, cast(Any, plain)(self, tree, sample, *rest, **more))

    monkeypatch.setattr(DepthModel, "make", interrupted)
    assert pentad(*words).code == 130
    kept = {file: file.stat().st_mtime_ns for file in out.rglob("*.tiff")}
    assert len(kept) == 10
    assert "something else begun" in pentad(*words[:-3], 4, *words[-2:]).error
    said = pentad(*words).json
    assert said["samples"] == len({file.parent for file in out.rglob("*.tiff")}) == len(set(calls))
    assert calls.count(calls[0]) == 1
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    assert "is not empty" in pentad(*words).error


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--model", "{bright}", "--data", "{plates}"], "depthgen"),
        (["--model", "nobody", "--data", "{plates}"], "nobody"),
        (["--model", "{grey}", "--data", "{plates}", "--sample", "X*"], "X*"),
        (["--model", "{grey}", "--data", "{plates}", "--samples", "0"], "1 to 64"),
        (["--model", "{grey}", "--data", "{plates}", "--seed", "-1"], "seed -1"),
        (["--model", "{grey}", "--data", "{plates}", "--steps", "-5"], "-5 steps"),
    ],
)
def test_a_wrong_word_is_a_problem_that_says_what_is_right(
    words: list[str], named: str, pentad: Pentad, grey: Path, plates: Path, tmp_path: Path
) -> None:
    bright = tmp_path / "bright"
    assert pentad("train", "bright", "--data", plates, "--out", bright).code == 0
    filled = [word.format(bright=bright, grey=grey, plates=plates) for word in words]
    assert named in pentad("depth", *filled, "--out", tmp_path / "new").error
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder_and_a_broken_photo_is_left_out(
    pentad: Pentad, grey: Path, plates: Path, tmp_path: Path
) -> None:
    words = ("depth", "--model", grey, "--data", plates, "--sample", "*/S000", "--out")
    assert "is a file" in pentad(*words, plates / "pentad.toml").error
    (plates / "plate/test/spot/S000/east_rgb.png").write_bytes(b"nonsense")
    said = pentad(*words, tmp_path / "new").json
    assert said["images"] == 4
    assert len(said["problems"]) == 1
