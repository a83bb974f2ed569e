"""Bad files through real commands: a Problem naming the file, the rest goes on, and odd but good images are read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pil

from pentad.core.prediction import Prediction
from pentad.io.results import RunFile, each_prediction
from tests.cli.conftest import Pentad, Said
from tests.helpers.bright_model import CELLS
from tests.helpers.tiny_dataset import VIEWS, photo, write_tiny_dataset

VIEW = "plate/test/good/G001/east_rgb.png"
SEED = 5
"""G001 is the sixth part that ``write_tiny_dataset`` draws."""


def detect(pentad: Pentad, model: Path, plates: Path) -> Said:
    return pentad("detect", "--model", model, "--data", plates, "--out", plates.parent / "run.h5")


def judged(plates: Path, sample: str = "G001") -> Prediction:
    return next(found for found in each_prediction(plates.parent / "run.h5") if found.sample.endswith(sample))


BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "cut off at the end": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "text": lambda path: path.write_text("this is a letter"),
    "a web page": lambda path: path.write_text("<html>404</html>"),
    "zeros": lambda path: path.write_bytes(bytes(4000)),
    "another camera's picture": lambda path: Pil.new("RGB", (50, 90)).save(path),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_photo_is_named_and_the_rest_is_judged(kind: str, pentad: Pentad, model: Path, plates: Path) -> None:
    BROKEN[kind](plates / VIEW)
    said = detect(pentad, model, plates)
    assert (said.json["images"], said.json["skipped"], said.json["samples"]) == (29, 1, 6)
    (problem,) = said.json["problems"]
    assert "G001/east_" in problem["what"] + problem["why"]
    assert problem["remedy"]
    assert "warning: " in said.err
    assert "Traceback" not in said.err
    assert set(judged(plates).views) == set(VIEWS) - {"east"}


def test_a_missing_photo_is_told_by_info_and_the_rest_is_judged(pentad: Pentad, model: Path, plates: Path) -> None:
    (plates / VIEW).unlink()
    assert "G001" in json.dumps(pentad("info", plates).json["problems"])
    assert detect(pentad, model, plates).json["images"] == 29
    assert set(judged(plates).views) == set(VIEWS) - {"east"}


def test_a_photo_that_went_missing_after_the_project_was_made_is_named(
    pentad: Pentad, model: Path, plates: Path, tmp_path: Path
) -> None:
    pentad("project", "new", tmp_path / "project", "--data", plates)
    (plates / VIEW).unlink()
    said = pentad("detect", "--model", model, "--data", tmp_path / "project", "--out", tmp_path / "run.h5").json
    assert (said["images"], said["skipped"]) == (29, 1)
    assert VIEW in str(said["problems"])


def test_a_broken_normal_map_is_named(pentad: Pentad, model: Path, plates: Path) -> None:
    (plates / VIEW.replace("rgb", "normal")).write_bytes(b"no image")
    said = detect(pentad, model, plates).json
    assert (said["images"], said["skipped"]) == (29, 1)
    assert "east_normal.png" in str(said["problems"])


def test_a_broken_training_photo_is_named_and_the_model_is_trained(
    pentad: Pentad, plates: Path, tmp_path: Path
) -> None:
    (plates / "plate/train/good/T001/top_rgb.png").write_bytes(b"no image")
    said = pentad("train", "bright", "--data", plates, "--out", tmp_path / "new").json
    assert "T001/top_rgb.png" in str(said["problems"])
    assert detect(pentad, tmp_path / "new", plates).json["skipped"] == 0


def _as_16_bit(path: Path, image: NDArray[Any]) -> None:
    cv2.imwrite(str(path), image[..., ::-1].astype(np.uint16) * 257)


def _as_cmyk(path: Path, image: NDArray[Any]) -> None:
    Pil.fromarray(image).convert("CMYK").save(path, "JPEG", quality=100, subsampling=0)


def _as_rotated(path: Path, image: NDArray[Any]) -> None:
    exif = Pil.Exif()
    exif[0x0112] = 6  # "turn me by 90 degrees clockwise"
    turned = Pil.fromarray(np.rot90(image).copy())
    turned.save(path, "JPEG", quality=100, subsampling=0, exif=exif)


def _with_alpha(path: Path, image: NDArray[Any]) -> None:
    alpha = np.full((*image.shape[:2], 1), 255, np.uint8)
    Pil.fromarray(np.concatenate([image, alpha], axis=2)).save(path, "PNG")


ODD: dict[str, Callable[[Path, NDArray[Any]], object]] = {
    "16 bit": _as_16_bit,
    "grey": lambda path, image: Pil.fromarray(image).convert("L").save(path, "PNG"),
    "palette": lambda path, image: Pil.fromarray(image).quantize(256).save(path, "PNG"),
    "alpha": _with_alpha,
    "cmyk": _as_cmyk,
    "exif": _as_rotated,
    "tiff called png": lambda path, image: Pil.fromarray(image).save(path, "TIFF"),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_image_is_read_as_what_it_shows(kind: str, pentad: Pentad, model: Path, plates: Path) -> None:
    image = photo(SEED, "east", defect=False)
    ODD[kind](plates / VIEW, image)
    assert detect(pentad, model, plates).json["problems"] == []
    found = judged(plates).views["east"].heatmap.values
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if kind == "grey" else image.mean(axis=2)
    expected = cv2.resize(np.asarray(grey, np.float32) / 255, CELLS[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(found - expected).max() < (0.03 if kind in {"palette", "cmyk", "exif"} else 0.005)


def test_a_mask_of_another_size_or_none_at_all_is_named_and_the_rest_is_measured(
    pentad: Pentad, run: Path, plates: Path
) -> None:
    cv2.imwrite(str(plates / "plate/test/spot/S001/east_mask.png"), np.full((10, 20), 255, np.uint8))
    (plates / "plate/test/spot/S002/top_mask.png").write_bytes(b"no image")
    said = pentad("evaluate", run)
    assert said.json["images"] == 28
    assert ["S001/east_mask.png" in str(p) or "S002/top_mask.png" in str(p) for p in said.json["problems"]] == [
        True
    ] * 2
    assert said.err.count("warning: ") == 2


def _cut(run: Path) -> None:
    run.write_bytes(run.read_bytes()[:1500])


def _scratch(run: Path) -> None:
    data = bytearray(run.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 600] = bytes(600)
    run.write_bytes(data)


def _letter(run: Path) -> None:
    run.write_text("dear reader")


@pytest.mark.parametrize("spoil", [_cut, _scratch, _letter])
def test_a_corrupt_run_is_named(spoil: Callable[[Path], None], pentad: Pentad, run: Path) -> None:
    spoil(run)
    assert "run.h5" in pentad("info", run).error
    if spoil is not _scratch:  # Why: the damage may lie where the evaluation need not read.
        assert "run.h5" in pentad("evaluate", run).error


def _no_weights(model: Path) -> None:
    (model / "weights.safetensors").unlink()


def _other_weights(model: Path) -> None:
    (model / "weights.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")


def _half_a_card(model: Path) -> None:
    card = model / "model.json"
    card.write_bytes(card.read_bytes()[:50])


def _unknown_kind(model: Path) -> None:
    card = model / "model.json"
    card.write_text(card.read_text().replace('"bright"', '"dazzling"'))


def _newer(model: Path) -> None:
    card = model / "model.json"
    card.write_text(card.read_text().replace('"format": 1', '"format": 99'))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_no_weights, "weights.safetensors is missing"),
        (_other_weights, "weights.safetensors is damaged"),
        (_half_a_card, "model.json is damaged"),
        (_unknown_kind, "'dazzling'"),
        (_newer, "newer Pentad"),
    ],
)
def test_unknown_or_damaged_weights_are_named(
    spoil: Callable[[Path], None], named: str, pentad: Pentad, model: Path, plates: Path
) -> None:
    spoil(model)
    assert named in detect(pentad, model, plates).error
    assert not (plates.parent / "run.h5").exists()


def test_where_everything_is_broken_the_first_file_is_named(pentad: Pentad, model: Path, tmp_path: Path) -> None:
    bad = write_tiny_dataset(tmp_path / "bad", train=1, good=2, bad=1)
    for path in bad.rglob("*_rgb.png"):
        path.write_bytes(b"no image")
    assert "_rgb.png" in pentad("detect", "--model", model, "--data", bad, "--out", tmp_path / "run.h5").error
    assert "_rgb.png" in pentad("train", "bright", "--data", bad, "--out", tmp_path / "new").error
    assert list(tmp_path.glob("run*")) == []
    assert not (tmp_path / "new/model.json").exists()


def test_a_finished_run_never_changes_while_another_is_refused(
    pentad: Pentad, run: Path, model: Path, plates: Path
) -> None:
    before = run.read_bytes()
    for path in (plates / "plate/test").rglob("*_rgb.png"):
        path.write_bytes(b"no image")
    pentad("detect", "--model", model, "--data", plates, "--out", run, "--force")
    assert run.read_bytes() == before
    with RunFile.open(run) as kept:
        kept.verify()
