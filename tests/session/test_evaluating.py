"""What an evaluation says is what scikit-learn says of the same maps and masks."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.evaluation.report import Evaluation
from pentad.io.datasets import open_dataset
from pentad.io.results import each_prediction
from pentad.sdk.testing import PatientTicket
from pentad.session.detection import detect
from pentad.session.evaluating import evaluate_folders, evaluate_run
from tests.helpers.bright_model import bright_predictor
from tests.helpers.layouts import write_image
from tests.helpers.tiny_dataset import SIZE, SPOT_VIEWS, VIEWS, spot

GRID = 64


def judged(plates: Path) -> Path:
    """A run of the brightness model over every sample."""
    found, out = open_dataset(plates), plates.parent / "run.h5"
    detect(bright_predictor("plate"), found.tree, found.samples, out=out, ticket=PatientTicket())
    return out


def measured(plates: Path, run: Path, *, grid: int | None = GRID, only: list[str] | None = None) -> Evaluation:
    found = open_dataset(plates)
    return evaluate_run(run, found.tree, found.samples, ticket=PatientTicket(), grid=grid, only=only)


def direct(run: Path, size: tuple[int, int], resize_mask: int) -> dict[str, float]:
    """The metrics over all test views at once, from the run's maps and the spots as they were drawn."""
    scores, labels, pixels, truth = list[float](), list[bool](), list[NDArray[np.float32]](), list[NDArray[np.uint8]]()
    for prediction in each_prediction(run):
        if "/test/" not in prediction.sample:
            continue
        for view, said in prediction.views.items():
            mask = spot(view) * ("spot" in prediction.sample and view in SPOT_VIEWS)
            scores.append(said.score)
            labels.append(bool(mask.any()))
            pixels.append(cv2.resize(said.heatmap.values, size[::-1], interpolation=cv2.INTER_LINEAR).astype("f4"))
            truth.append(cv2.resize(mask, size[::-1], interpolation=resize_mask).astype(np.uint8))
    flat, marked = np.stack(pixels).ravel(), np.stack(truth).ravel()
    return {
        "i_auroc": float(roc_auc_score(labels, scores)),
        "p_auroc": float(roc_auc_score(marked, flat)),
        "p_ap": float(average_precision_score(marked, flat)),
    }


@pytest.mark.parametrize("grid", [GRID, None])
def test_a_runs_metrics_are_those_of_scikit_learn(plates: Path, grid: int | None) -> None:
    run = judged(plates)
    said = measured(plates, run, grid=grid)
    size = SIZE if grid is None else (GRID, GRID)
    for name, expected in direct(run, size, cv2.INTER_NEAREST_EXACT).items():
        assert getattr(said.overall, name) == pytest.approx(expected, abs=1e-4), name
    assert said.overall.images == 30
    assert 0.5 < float(said.overall.p_auroc or 0) < 1


def test_views_without_a_mask_are_good_where_another_view_of_the_part_has_one(plates: Path) -> None:
    run = judged(plates)
    with_empty_masks = measured(plates, run)
    for file in plates.glob("plate/test/spot/*/*_mask.png"):
        if file.name.split("_")[0] not in SPOT_VIEWS:
            file.unlink()
    without = measured(plates, run)
    assert without.overall == with_empty_masks.overall
    assert without.unmasked == 0
    assert set(without.per_view) == set(VIEWS)


def test_where_no_view_of_a_part_has_a_mask_its_label_decides(plates: Path) -> None:
    run = judged(plates)
    for file in plates.glob("plate/test/spot/S000/*_mask.png"):
        file.unlink()
    said = measured(plates, run)
    assert said.unmasked == 5
    assert said.per_view["north"].i_auroc is not None
    assert said.overall.images == 30


def test_only_the_defects_that_were_asked_for_count(plates: Path) -> None:
    shutil.move(plates / "plate/test/spot/S002", plates / "plate/test/dent/S002")
    run = judged(plates)
    assert measured(plates, run).overall.images == 30
    assert measured(plates, run, only=["spot"]).overall.images == 25
    assert measured(plates, run, only=["dent"]).overall.images == 20
    only_good = measured(plates, run, only=["scratch"])
    assert only_good.overall.images == 15
    assert only_good.overall.i_auroc is None
    assert only_good.overall.reasons["i_auroc"]


def test_parts_of_the_train_split_are_left_out(plates: Path) -> None:
    found, out = open_dataset(plates), plates.parent / "train.h5"
    train = [sample for sample in found.samples if sample.split is Split.TRAIN]
    detect(bright_predictor("plate"), found.tree, train, out=out, ticket=PatientTicket())
    with pytest.raises(Problem, match="nothing to measure") as caught:
        measured(plates, out)
    assert "test split" in caught.value.remedy


def test_a_bad_mask_is_left_out_and_named(plates: Path) -> None:
    run = judged(plates)
    (plates / "plate/test/spot/S000/top_mask.png").write_bytes(b"no image")
    write_image(plates / "plate/test/spot/S001/east_mask.png", np.full((10, 20), 255, np.uint8))
    found, problems = open_dataset(plates), list[Problem]()
    said = evaluate_run(run, found.tree, found.samples, ticket=PatientTicket(), noticed=problems.append)
    assert said.overall.images == 28
    assert ["S000/top_mask.png" in str(problems[0]), "S001/east_mask.png" in str(problems[1])] == [True, True]
    assert "20 x 10" in str(problems[1])


def write_maps(folder: Path, *, count: int = 6) -> tuple[Path, Path]:
    """Noise that is higher where the masks are; the first half has none."""
    random = np.random.default_rng(3)
    for number in range(count):
        mask = np.zeros((40, 50), np.uint8)
        if number >= count // 2:
            mask[10 + number : 20, 12:30] = 255
            write_image(folder / f"masks/{number:03d}_mask.png", mask)
        values = (random.random((40, 50)) + 0.4 * (mask > 0)).astype(np.float32)
        (folder / "maps").mkdir(exist_ok=True, parents=True)
        np.save(folder / f"maps/{number:03d}.npy", values)
    return folder / "maps", folder / "masks"


def test_folders_of_maps_and_masks_are_measured_as_scikit_learn_does(tmp_path: Path) -> None:
    maps, masks = write_maps(tmp_path)
    values = [np.load(file, allow_pickle=False) for file in sorted(maps.iterdir())]
    drawn = {file.stem.removesuffix("_mask"): cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in masks.iterdir()}
    truth = [np.asarray(drawn.get(file.stem, np.zeros((40, 50)))) > 0 for file in sorted(maps.iterdir())]
    said = evaluate_folders(maps, masks, ticket=PatientTicket()).overall
    flat, marked = np.concatenate([v.ravel() for v in values]), np.concatenate([t.ravel() for t in truth])
    assert said.p_auroc == pytest.approx(roc_auc_score(marked, flat), abs=1e-4)
    assert said.p_ap == pytest.approx(average_precision_score(marked, flat), abs=1e-4)
    assert said.i_auroc == pytest.approx(roc_auc_score([t.any() for t in truth], [v.max() for v in values]), abs=1e-4)
    assert said.images == 6


def test_a_map_of_another_size_than_its_mask_is_a_problem_naming_both_sizes(tmp_path: Path) -> None:
    maps, masks = write_maps(tmp_path)
    np.save(maps / "004.npy", np.zeros((20, 25), np.float32))
    with pytest.raises(Problem, match=r"004\.npy does not fit its mask: .*25 x 20 px.*50 x 40"):
        evaluate_folders(maps, masks, ticket=PatientTicket())


def test_masks_without_a_map_are_a_problem(tmp_path: Path) -> None:
    maps, masks = write_maps(tmp_path)
    (maps / "005.npy").unlink()
    with pytest.raises(Problem, match="1 masks have no map: such as 005"):
        evaluate_folders(maps, masks, ticket=PatientTicket())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shutil.rmtree, "no folder"),
        (lambda maps: [file.unlink() for file in maps.iterdir()], "no maps in"),
        (lambda maps: (maps / "001.npy").write_bytes(b"\x93NUMPY"), r"001\.npy"),
        (lambda maps: np.save(maps / "001.npy", np.zeros((4, 5, 3), np.float32)), "is not a map"),
        (lambda maps: np.save(maps / "001.npy", np.full((4, 5), np.nan, np.float32)), "001"),
        (lambda maps: np.save(maps / "001.npy", np.array([{}], object), allow_pickle=True), r"001\.npy"),
    ],
)
def test_what_is_no_map_is_a_problem(spoil: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    maps, masks = write_maps(tmp_path)
    spoil(maps)
    with pytest.raises(Problem, match=said):
        evaluate_folders(maps, masks, ticket=PatientTicket())
