"""Runs: resumable while they are made, whole when they are finished."""

import dataclasses
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from pentad.core.heatmap import Heatmap
from pentad.core.prediction import Prediction, Provenance, ViewPrediction
from pentad.core.problem import Problem
from pentad.io.packed_map import pack_view, unpack_view
from pentad.io.results import Existing, RunFile, RunWriter, Skipped, each_prediction, read_prediction
from pentad.io.run_file import write_run_file
from pentad.io.run_parts import Part
from tests.helpers.disks import fill, small_disk
from tests.helpers.parts import MADE_BY, make_prediction

IDS = [f"pin/test/S{number}" for number in range(7)]
OTHER = dataclasses.replace(MADE_BY, model="patchcore")


def _make(path: Path, ids: list[str] = IDS, *, made_by: Provenance = MADE_BY) -> None:
    with RunWriter(path, made_by) as writer:
        for number, id in enumerate(ids):
            writer.add(make_prediction(id, number))
        writer.finish()


def _same(found: Prediction | None, expected: Prediction) -> bool:
    assert found is not None
    assert (found.sample, found.made_by, found.score) == (expected.sample, expected.made_by, expected.score)
    assert list(found.views) == list(expected.views)
    for name, view in expected.views.items():
        kept = found.views[name]
        assert (kept.heatmap.low, kept.heatmap.high, kept.score) == (view.heatmap.low, view.heatmap.high, view.score)
        np.testing.assert_allclose(kept.heatmap.values, view.heatmap.values, atol=0.01 / 2048, rtol=0)
    return True


def test_a_finished_run_gives_back_what_was_added(tmp_path: Path) -> None:
    path = tmp_path / "results" / "run.h5"
    _make(path)
    with RunFile.open(path) as run:
        assert run.made_by == MADE_BY
        assert run.samples == tuple(IDS)
        assert run.scores == {id: make_prediction(id, number).score for number, id in enumerate(IDS)}
        assert all(_same(run.prediction(id), make_prediction(id, number)) for number, id in enumerate(IDS))
        run.verify()
    assert [prediction.sample for prediction in each_prediction(path)] == IDS
    assert os.listdir(path.parent) == ["run.h5"]


@pytest.mark.parametrize("values", [[0.95, 0.9500001, 0.96], [1e-30, 3e-30, 2e-12], [-5e6, 0.0, 7e6], [3.5, 3.5, 3.5]])
def test_storing_keeps_order_and_four_digits_whatever_the_range(values: list[float]) -> None:
    heat = np.array([values], np.float32)
    view = ViewPrediction(Heatmap(heat, 0.0, 1.0), 0.5)
    back = unpack_view(pack_view("top", view, sample="s")).heatmap.values
    distance = heat - heat.min()
    assert np.all(np.abs(back - heat) <= distance * 2.0**-11 + distance.max() * 2.0**-40 + np.spacing(np.abs(heat)))
    assert np.all(np.diff(back[0][np.argsort(heat[0])]) >= 0)


def test_a_box_that_a_model_gave_is_kept_and_none_stays_none(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    heatmap, box = Heatmap(np.zeros((2, 3), np.float32), 0.0, 1.0), (0.25, 0.1, 0.75, 1 / 3)
    views = {"top": ViewPrediction(heatmap, 0.5), "north": ViewPrediction(heatmap, 0.6, box)}
    with RunWriter(path, MADE_BY) as writer:
        writer.add(make_prediction(IDS[0], 0))
        writer.add(Prediction(IDS[1], views, MADE_BY))
        begun = read_prediction(path, IDS[1])
        writer.finish()
    for kept in (begun, read_prediction(path, IDS[1])):
        assert kept is not None
        assert [view.box for view in kept.views.values()] == [None, box]


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    with RunWriter(path, MADE_BY) as writer:
        writer.skip(IDS[0], "west", Problem("west.png is cut short", remedy="x"))
        writer.add(make_prediction(IDS[0], 0))
        writer.skip(IDS[1], "", Problem("all is lost", remedy="x"))
    assert not path.exists()
    assert _same(read_prediction(path, IDS[0]), make_prediction(IDS[0], 0))
    assert read_prediction(path, IDS[1]) is None
    with RunWriter(path, MADE_BY, data={"path": "/data"}) as writer:
        assert writer.done == {IDS[0]}
        writer.add(make_prediction(IDS[1], 1))
        writer.skip(IDS[2], "", Problem("no views", remedy="x"))
        writer.finish()
    with RunFile.open(path) as run:
        assert run.samples == tuple(IDS[:2])
        assert run.data == {"path": "/data"}
        assert set(run.skipped) == {Skipped(IDS[0], "west", "west.png is cut short"), Skipped(IDS[2], "", "no views")}
    assert _same(read_prediction(path, IDS[1]), make_prediction(IDS[1], 1))
    assert read_prediction(path, IDS[2]) is None


def test_another_models_parts_are_not_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    with RunWriter(path, MADE_BY) as writer:
        writer.add(make_prediction(IDS[0], 0))
    with pytest.raises(Problem, match="interrupted run of another model"):
        RunWriter(path, OTHER)
    with RunWriter(path, OTHER, existing=Existing.REPLACE) as writer:
        assert writer.done == set()


def test_an_existing_run_is_refused_replaced_or_extended(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    _make(path, IDS[:3])
    before = path.read_bytes()
    with pytest.raises(Problem, match="exists already"):
        RunWriter(path, MADE_BY)
    with pytest.raises(Problem, match="another model's run"):
        RunWriter(path, OTHER, existing=Existing.EXTEND)
    assert path.read_bytes() == before
    with RunWriter(path, MADE_BY, existing=Existing.EXTEND) as writer:
        assert writer.done == set(IDS[:3])
        writer.add(make_prediction(IDS[5], 5))
        writer.finish()
    with RunFile.open(path) as run:
        assert run.samples == (*IDS[:3], IDS[5])
        assert _same(run.prediction(IDS[1]), make_prediction(IDS[1], 1))
        run.verify()
    with RunWriter(path, OTHER, existing=Existing.REPLACE) as writer:
        writer.finish()
    with RunFile.open(path) as run:
        assert (run.samples, run.made_by) == ((), OTHER)


def test_replacing_starts_from_nothing_and_goes_on_if_that_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    parts = tmp_path / "run.h5.parts"
    with RunWriter(path, MADE_BY) as writer:
        writer.add(make_prediction(IDS[0], 0))
        shutil.copytree(parts, tmp_path / "copy")
        writer.finish()
    # As a kill between finishing the run and clearing its parts leaves it.
    shutil.copytree(tmp_path / "copy", parts)
    with RunWriter(path, MADE_BY, existing=Existing.REPLACE) as writer:
        assert writer.done == set()
        writer.add(make_prediction(IDS[1], 1))
    with RunWriter(path, MADE_BY, existing=Existing.REPLACE) as writer:
        assert writer.done == {IDS[1]}


def test_two_cannot_make_the_same_run(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run.h5", MADE_BY), pytest.raises(Problem, match="held by"):
        RunWriter(tmp_path / "run.h5", MADE_BY)
    assert os.listdir(tmp_path) == []


def test_a_damaged_part_is_judged_again(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    with RunWriter(path, MADE_BY) as writer:
        for number, id in enumerate(IDS):
            writer.add(make_prediction(id, number))
    parts = sorted((tmp_path / "run.h5.parts").glob("*.npz"))
    parts[0].write_bytes(parts[0].read_bytes()[:100])
    with RunWriter(path, MADE_BY) as writer:
        (lost,) = set(IDS) - writer.done
        writer.add(make_prediction(lost, IDS.index(lost)))
        writer.finish()
    with RunFile.open(path) as run:
        assert run.samples == tuple(IDS)


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    view = ViewPrediction(Heatmap(np.array([[0.0, np.nan]], np.float32), 0.0, 1.0), 0.5)
    with RunWriter(tmp_path / "run.h5", MADE_BY) as writer:
        with pytest.raises(Problem, match="no usable heatmap for a, view top"):
            writer.add(Prediction("a", {"top": view}, MADE_BY))
        assert writer.done == set()


def test_missing_cut_foreign_and_newer_files_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    with pytest.raises(Problem, match="no run at"):
        RunFile.open(path)
    _make(path)
    whole = path.read_bytes()
    for content in (b"", b"hello" * 1000, whole[:2000], whole[:-500]):
        path.write_bytes(content)
        with pytest.raises(Problem, match=r"run\.h5"):
            RunFile.open(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.zeros(3))
    with pytest.raises(Problem, match="no run of Pentad"):
        RunFile.open(path)
    path.write_bytes(whole)
    with h5py.File(path, "a") as file:
        file.attrs["version"] = 9
    with pytest.raises(Problem, match="newer"):
        RunFile.open(path)


def test_a_single_wrong_byte_is_found(tmp_path: Path) -> None:
    path = tmp_path / "run.h5"
    _make(path)
    whole = bytearray(path.read_bytes())
    halves = pack_view("top", make_prediction(IDS[3], 3).views["top"], sample="").halves.tobytes()
    place = whole.index(halves) + 100
    whole[place] ^= 4
    path.write_bytes(whole)
    with RunFile.open(path) as run:
        assert run.prediction(IDS[2]).sample == IDS[2]
        with pytest.raises(Problem, match=f"damaged at {IDS[3]}"):
            run.verify()


def test_a_full_disk_keeps_the_parts_and_finishing_can_be_tried_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=2000) as disk:
        path = disk / "run.h5"
        with RunWriter(path, MADE_BY) as writer:
            for number in range(40):
                writer.add(make_prediction(f"s{number:02d}", number))
            for leave in (0, 30_000, 200_000, 300_000):
                filler = fill(disk, leave=leave)
                with pytest.raises(Problem, match="full") as caught:
                    writer.finish()
                assert "Nothing was lost" in caught.value.remedy
                assert not path.exists()
                filler.unlink()
            fill(disk, leave=1000)
            with pytest.raises(Problem, match="full"):
                writer.add(make_prediction("s99", 99))
            (disk / "filler").unlink()
            writer.finish()
        with RunFile.open(path) as run:
            assert len(run.samples) == 40
            run.verify()


@pytest.mark.parametrize("leave", [0, 10_000, 100_000, 250_000])
def test_a_disk_that_fills_while_hdf5_writes_leaves_the_old_run(tmp_path: Path, leave: int) -> None:
    with small_disk(tmp_path / "disk", kilobytes=2000) as disk:
        path = disk / "run.h5"
        _make(path)
        before = path.read_bytes()
        packed = tuple(pack_view(name, view, sample="s") for name, view in make_prediction("s", 1).views.items())
        fill(disk, leave=leave)
        with pytest.raises(Problem, match="full") as caught:
            write_run_file(path, MADE_BY, parts=(Part(f"s{number}", packed) for number in range(40)))
        assert "as it was before" in caught.value.remedy
        assert path.read_bytes() == before
        assert sorted(os.listdir(disk)) == ["filler", "run.h5"]
