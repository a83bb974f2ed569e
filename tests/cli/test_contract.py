"""``train``, ``detect`` and ``evaluate`` keep the contract that scripts rely on."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from pentad.io.results import RunFile, RunWriter, each_prediction
from tests.cli.conftest import Pentad
from tests.helpers.layouts import write_image

METRICS = {"i_auroc", "i_f1", "p_auroc", "p_ap", "p_aupro"}


def scores(run: Path) -> dict[str, float]:
    return {prediction.sample[-4:]: prediction.score for prediction in each_prediction(run)}


def test_train_detect_and_evaluate_say_what_they_promise(pentad: Pentad, plates: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    trained = pentad("train", "bright", "--data", plates, "--category", "plate", "--out", out).json
    assert trained.keys() >= {"model", "backbone", "epochs", "final_loss", "seconds", "parameters"}
    assert (trained["model"], trained["final_loss"], trained["problems"]) == ("bright", 0.5, [])
    run = tmp_path / "run.h5"
    judged = pentad("detect", "--model", out, "--data", plates, "--out", run).json
    assert judged.keys() >= {"run", "images", "samples", "seconds", "images_per_second"}
    assert (judged["run"], judged["images"], judged["samples"]) == (str(run), 30, 6)
    measured = pentad("evaluate", run).json
    assert measured.keys() >= {"images", "threshold", "per_category", "seconds"} | METRICS
    assert measured["images"] == 30
    assert measured["per_category"].keys() == {"plate"}
    assert measured["per_category"]["plate"].keys() >= METRICS | {"images", "threshold"}
    assert all(measured["per_category"]["plate"][name] == measured[name] for name in METRICS)


def test_what_is_undefined_is_null_and_says_why(pentad: Pentad, model: Path, plates: Path, tmp_path: Path) -> None:
    shutil.rmtree(plates / "plate/test/spot")
    pentad("detect", "--model", model, "--data", plates, "--out", tmp_path / "good.h5")
    measured = pentad("evaluate", tmp_path / "good.h5").json
    assert [measured[name] for name in sorted(METRICS)] == [None] * 5
    assert measured["reasons"].keys() >= METRICS


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "G000 G001 G002 S000 S001 S002"),
        (["--split", "train"], "T000 T001 T002 T003"),
        (["--split", "all", "--samples", "*/S00[01]"], "S000 S001"),
        (["--samples", "plate/test/good/G002", "*/T003"], "G002 T003"),
    ],
)
def test_detect_judges_the_samples_asked_for(
    words: list[str], expected: str, pentad: Pentad, model: Path, plates: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.h5"
    assert pentad("detect", "--model", model, "--data", plates, "--out", out, *words).code == 0
    assert sorted(scores(out)) == expected.split()


def test_an_existing_output_is_replaced_only_by_force(pentad: Pentad, run: Path, model: Path, plates: Path) -> None:
    before = run.read_bytes()
    words = ("detect", "--model", model, "--data", plates, "--out", run, "--samples", "*/S000")
    assert "--force" in pentad(*words).error
    assert run.read_bytes() == before
    assert pentad(*words, "--force").json["samples"] == 1
    assert list(scores(run)) == ["S000"]
    again = ("train", "bright", "--data", plates, "--out", model)
    assert "--force" in pentad(*again).error
    assert pentad(*again, "--force").code == 0


def test_the_same_input_gives_the_same_scores_from_folder_zip_and_project(
    pentad: Pentad, run: Path, model: Path, plates: Path, tmp_path: Path
) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", plates))
    assert pentad("project", "new", tmp_path / "project", "--data", plates).json["samples"] == 10
    for number, data in enumerate((plates, packed, tmp_path / "project")):
        out = tmp_path / f"{number}.h5"
        assert pentad("detect", "--model", model, "--data", data, "--out", out).code == 0
        assert scores(out) == scores(run)
        assert pentad("evaluate", out).json["i_auroc"] == pentad("evaluate", run).json["i_auroc"]


def test_a_run_is_measured_where_its_data_has_moved_to(pentad: Pentad, run: Path, plates: Path, tmp_path: Path) -> None:
    here = pentad("evaluate", run).json
    shutil.move(plates, tmp_path / "moved")
    assert "no longer at" in (error := pentad("evaluate", run).error)
    assert "--data" in error
    assert pentad("evaluate", run, "--data", tmp_path / "moved").json["p_ap"] == here["p_ap"]


def test_a_moved_data_set_keeps_the_manifest_that_was_named(
    pentad: Pentad, model: Path, plates: Path, tmp_path: Path
) -> None:
    manifest = shutil.move(plates / "pentad.toml", tmp_path / "outside.toml")
    words = ("--model", model, "--data", plates, "--manifest", manifest, "--out", tmp_path / "run.h5")
    assert pentad("detect", *words).json["images"] == 30
    shutil.move(plates, tmp_path / "moved")
    assert pentad("evaluate", tmp_path / "run.h5", "--data", tmp_path / "moved").json["images"] == 30


def test_evaluate_counts_the_defects_asked_for_on_the_grid_asked_for(pentad: Pentad, run: Path) -> None:
    assert pentad("evaluate", run, "--anomaly", "scratch").json["images"] == 15
    assert pentad("evaluate", run, "--grid", "64").json["grid"] == "64x64"
    assert pentad("evaluate", run, "--grid", "native").json["grid"] == "native"
    assert "grid" in pentad("evaluate", run, "--grid", "7").error


def test_folders_of_maps_are_measured_too(pentad: Pentad, tmp_path: Path) -> None:
    mask = np.zeros((20, 30), np.uint8)
    mask[5:9, 5:9] = 255
    write_image(tmp_path / "masks/b_mask.png", mask)
    (tmp_path / "maps").mkdir()
    np.save(tmp_path / "maps/a.npy", np.zeros((20, 30), np.float32))
    np.save(tmp_path / "maps/b.npy", mask.astype(np.float32))
    words = ("evaluate", "--maps", tmp_path / "maps", "--masks", tmp_path / "masks")
    measured = pentad(*words).json
    assert [measured[name] for name in sorted(METRICS)] == pytest.approx([1.0] * 5, abs=1e-6)
    assert "masks" in pentad("evaluate", "--maps", tmp_path / "maps").error
    assert "nothing to evaluate" in pentad("evaluate").error


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["train", "nonsense", "--data", "{plates}", "--out", "{new}"], "bright"),
        (["train", "bright", "--data", "{plates}", "--category", "nut", "--out", "{new}"], "plate"),
        (["train", "bright", "--data", "{plates}", "--out", "{new}", "--set", "steps"], "key=value"),
        (["train", "bright", "--data", "{plates}", "--out", "{new}", "--set", "colour=red"], "steps, fast"),
        (["train", "bright", "--data", "{plates}", "--out", "{new}", "--set", "steps=many"], "whole number"),
        (["train", "bright", "--data", "{plates}", "--out", "{new}", "--set", "steps=0"], "'steps' cannot be 0"),
        (["train", "bright", "--data", "{plates}", "--layout", "visa", "--out", "{new}"], "VisA"),
        (["train", "bright", "--data", "{plates}", "--layout", "nonsense", "--out", "{new}"], "mvtec"),
        (["train", "bright", "--data", "{plates}/nowhere", "--out", "{new}"], "nowhere"),
        (["detect", "--model", "nobody", "--data", "{plates}", "--out", "{new}.h5"], "nobody"),
        (["detect", "--model", "{plates}", "--data", "{plates}", "--out", "{new}.h5"], "no trained model"),
        (["detect", "--model", "{model}", "--data", "{plates}", "--out", "{new}.h5", "--samples", "X*"], "X*"),
        (["detect", "--model", "{model}", "--data", "{plates}", "--out", "{new}.h5", "--split", "validation"], "plate"),
        (["detect", "--model", "{model}", "--data", "{plates}", "--out", "{model}/model.json/run.h5"], "model.json"),
        (["train", "bright", "--data", "{plates}", "--out", "{plates}/pentad.toml/model"], "pentad.toml"),
        (["detect", "--model", "{model}", "--data", "{plates}", "--out", "{plates}", "--force"], "is a folder"),
        (["sample", "{new}", "--size", "5"], "5 px"),
        (["sample", "{new}", "--seed", "-1"], "-1"),
        (["sample", "{new}", "--parts", "0"], "0 parts"),
        (["sample", "{new}", "--family", "nonsense"], "crimp_terminal"),
        (["sample", "{plates}"], "not empty"),
        (["sample", "{new}", "--recipe", "chairs", "--parts", "0"], "0 shapes"),
        (["sample", "{new}", "--recipe", "chairs", "--size", "5"], "5 px"),
        (["sample", "{new}", "--recipe", "chairs", "--lights"], "--lights"),
        (["sample", "{plates}/pentad.toml"], "pentad.toml"),
        (["project", "new", "{plates}/pentad.toml", "--data", "{plates}"], "pentad.toml"),
        (["project", "new", "{new}", "--data", "{plates}", "--manifest", "{new}.toml"], "new.toml"),
        (["info", "/" + 300 * "a"], "aaa"),
        (["evaluate", "{plates}"], "plates"),
    ],
)
def test_a_wrong_word_is_a_problem_that_says_what_is_right(
    words: list[str], named: str, pentad: Pentad, plates: Path, model: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    before = sorted(tmp_path.iterdir())
    assert named in pentad(*(word.format(plates=plates, model=model, new=new) for word in words)).error
    left = [path for path in tmp_path.iterdir() if path not in before and any(path.rglob("*"))]
    assert left == []


def test_a_run_stopped_before_goes_on_and_another_models_parts_are_not_mixed_in(
    pentad: Pentad, run: Path, model: Path, plates: Path, tmp_path: Path
) -> None:
    out = tmp_path / "stopped.h5"
    with RunFile.open(run) as whole:
        kept, made_by = whole.prediction("plate/test/good/G000"), whole.made_by
    with RunWriter(out, made_by) as writer:
        writer.add(kept)
    judged = pentad("detect", "--model", model, "--data", plates, "--out", out).json
    assert (judged["images"], judged["samples"]) == (25, 6)
    assert scores(out) == scores(run)
