"""How long a project of 100,000 images takes to open, and its scores to list."""

import time
from pathlib import Path

import pytest

from pentad.io.packed_map import pack_view
from pentad.io.results import RunFile
from pentad.io.run_file import write_run_file
from pentad.io.run_parts import Part
from pentad.io.store import ProjectStore
from tests.helpers.parts import MADE_BY, make_prediction, make_sample

SAMPLES = 20_000


@pytest.mark.benchmark
def test_a_hundred_thousand_images_are_listed_from_the_index_in_under_five_seconds(tmp_path: Path) -> None:
    samples = [make_sample(number) for number in range(SAMPLES)]
    begun = time.perf_counter()
    with ProjectStore.create(tmp_path / "project", name="x", data=tmp_path, layout="mvn") as store:
        store.replace_samples(samples)
    written = time.perf_counter()
    with ProjectStore.open(tmp_path / "project") as store:
        assert len(store.samples()) == SAMPLES
    read = time.perf_counter()
    print(f"\n100,000 images, 400,000 rasters: written in {written - begun:.2f} s, opened in {read - written:.2f} s")
    assert read - written < 5


@pytest.mark.benchmark
def test_scores_of_a_large_run_need_no_heatmaps(tmp_path: Path) -> None:
    packed = tuple(pack_view(name, view, sample="s") for name, view in make_prediction("s", 1).views.items())
    path = tmp_path / "run.h5"
    begun = time.perf_counter()
    write_run_file(path, MADE_BY, parts=(Part(f"s{number:05d}", packed) for number in range(SAMPLES)))
    written = time.perf_counter()
    with RunFile.open(path) as run:
        assert len(run.scores) == SAMPLES
        scored = time.perf_counter()
        for number in range(0, SAMPLES, 100):
            run.prediction(f"s{number:05d}")
        each = (time.perf_counter() - scored) / (SAMPLES / 100)
        begun_again = time.perf_counter()
        run.verify()
        verified = time.perf_counter() - begun_again
    size, opened = path.stat().st_size / 1e6, scored - written
    print(
        f"\n{SAMPLES} samples of 5 views, {size:.0f} MB: written in {written - begun:.2f} s, "
        f"opened with scores in {opened:.3f} s, one prediction {each * 1000:.2f} ms, verified in {verified:.2f} s"
    )
    assert opened < 1
