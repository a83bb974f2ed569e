"""``pentad export`` and ``pentad import``: six formats, the contract for scripts, and nothing overwritten unasked."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pentad.core.arrays import Labels
from pentad.core.label_class import LabelClass
from pentad.io.datasets import open_dataset
from pentad.io.store import ProjectStore
from pentad.sdk.testing import PatientTicket
from pentad.session.project import open_project
from tests.cli.conftest import Pentad
from tests.helpers.tiny_dataset import SIZE, spot, write_tiny_dataset

FORMATS = ("coco", "labelme", "cvat", "yolo", "png")
CLASSES = [LabelClass(1, "Defect", "#56b4e9"), LabelClass(4, "scratch", "#ff0000")]
FIELDS = {"annotations", "images", "skipped"}
DRAWN = [("plate/test/spot/S000", "top"), ("plate/test/spot/S000", "west"), ("plate/test/good/G001", "east")]


def drawing(seed: int) -> Labels:
    """A ring, an island in it, a line that touches it, and something at the very edge."""
    labels = np.zeros(SIZE, np.uint8)
    labels[10 + seed : 40, 10:50] = 1
    labels[20:30, 20:30] = 0
    labels[25, 25] = 4
    labels[40, 5:90] = 4
    labels[-1, -1] = 4
    return labels


def make_project(pentad: Pentad, plates: Path, folder: Path) -> Path:
    assert pentad("project", "new", folder, "--data", plates).code == 0
    return folder


@pytest.fixture
def project(pentad: Pentad, plates: Path, tmp_path: Path) -> Path:
    """A project with three masks drawn."""
    folder = make_project(pentad, plates, tmp_path / "project")
    with ProjectStore.open(folder) as store:
        store.set_labels(CLASSES)
        for seed, key in enumerate(DRAWN):
            store.masks.write(*key, drawing(seed))
    return folder


@pytest.fixture
def other(pentad: Pentad, plates: Path, tmp_path: Path) -> Path:
    """Another project of the same data, nothing drawn."""
    return make_project(pentad, plates, tmp_path / "other")


def masks(project: Path) -> dict[tuple[str, str], Labels]:
    with ProjectStore.open(project, read_only=True) as store:
        found = {key: store.masks.read(*key) for key in store.masks.annotated()}
    return {key: labels for key, labels in found.items() if labels is not None}


def classes(project: Path) -> dict[str, tuple[int, str]]:
    with ProjectStore.open(project, read_only=True) as store:
        return {known.name: (known.index, known.colour) for known in store.labels()}


@pytest.mark.parametrize("names", ["path", "sample"])
@pytest.mark.parametrize("format", FORMATS)
def test_what_is_exported_is_imported_into_another_project_bit_for_bit(
    pentad: Pentad, project: Path, other: Path, tmp_path: Path, format: str, names: str
) -> None:
    out = tmp_path / "out"
    said = pentad("export", project, "--format", format, "--out", out, "--names", names).json
    assert said.keys() >= FIELDS
    assert (said["images"], said["skipped"]) == (3, [])
    back = pentad("import", other, "--format", format, out).json
    assert back.keys() >= FIELDS
    assert (back["images"], back["annotations"], back["skipped"]) == (3, said["annotations"], [])
    found = masks(other)
    assert found.keys() == set(DRAWN)
    index = classes(other)["scratch"][0]
    for seed, key in enumerate(DRAWN):
        assert (np.where(found[key] == index, 4, found[key]) == drawing(seed)).all()
    if format != "labelme":
        assert classes(other)["scratch"][1] == "#ff0000"


def test_mvtec_is_a_data_set_that_pentad_opens_again(
    pentad: Pentad, project: Path, other: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = pentad("export", project, "--format", "mvtec", "--out", out, "--masks", "all", "--images").json
    # Seven good and three spotted plates of five views; of the good ones one view was drawn on.
    assert (said["images"], said["annotations"], said["skipped"]) == (50, 16, [])
    dataset = open_dataset(out)
    assert (dataset.layout, len(dataset.samples), sum(not s.good for s in dataset.samples)) == ("mvtec", 50, 16)
    assert dataset.listing.missing == 0
    assert pentad("import", other, "--format", "mvtec", out).json["images"] == 8
    found = masks(other)
    assert (found[DRAWN[0]] > 0).tolist() == (drawing(0) > 0).tolist()
    assert (found["plate/test/spot/S001", "east"] > 0).tolist() == (spot("east") > 0).tolist()
    assert classes(other).keys() == {"Defect", "spot"}


def test_which_masks_are_exported(pentad: Pentad, project: Path, tmp_path: Path) -> None:
    images = [
        pentad("export", project, "--format", "coco", "--out", tmp_path / which, "--masks", which).json["images"]
        for which in ("drawn", "data", "all")
    ]
    assert images == [3, 3 * 5 + 1, 50]
    assert len(json.loads((tmp_path / "all/instances.json").read_text())["images"]) == 50


def test_what_was_drawn_is_kept_unless_somebody_says_so(pentad: Pentad, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pentad("export", project, "--format", "png", "--out", out)
    with ProjectStore.open(project) as store:
        mine = np.zeros(SIZE, np.uint8)
        mine[:5, :5] = 1
        store.masks.write(*DRAWN[0], mine)
    kept = pentad("import", project, "--format", "png", out).json
    assert (kept["images"], len(kept["skipped"])) == (0, 3)
    assert "has a mask already" in kept["skipped"][0]["why"]
    assert (masks(project)[DRAWN[0]] == mine).all()
    assert pentad("import", project, "--format", "png", out, "--merge").json["images"] == 3
    assert (masks(project)[DRAWN[0]] == np.where(drawing(0) > 0, drawing(0), mine)).all()
    assert pentad("import", project, "--format", "png", out, "--force").json["images"] == 3
    assert (masks(project)[DRAWN[0]] == drawing(0)).all()
    assert masks(project).keys() == set(DRAWN)
    assert list((project / "masks").rglob("top.replaced-*.png")) != []


def test_an_output_is_replaced_only_if_it_is_an_export_and_only_with_force(
    pentad: Pentad, project: Path, tmp_path: Path
) -> None:
    words = ("export", project, "--format", "cvat", "--out", tmp_path / "out")
    assert pentad(*words).code == 0
    assert "is there already" in pentad(*words).error
    assert pentad(*words, "--force").code == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    said = pentad("export", project, "--format", "cvat", "--out", tmp_path / "mine", "--force").error
    assert "did not export" in said
    assert (tmp_path / "mine/letter.txt").read_text() == "dear"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".pentad")] == []


def test_photos_are_copied_when_asked_for(pentad: Pentad, project: Path, plates: Path, tmp_path: Path) -> None:
    pentad("export", project, "--format", "yolo", "--out", tmp_path / "out", "--images")
    name = "plate/test/spot/S000/top_rgb.png"
    assert (tmp_path / "out/images" / name).read_bytes() == (plates / name).read_bytes()


def test_what_cannot_be_matched_is_named_and_the_rest_comes_in(
    pentad: Pentad, project: Path, other: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    pentad("export", project, "--format", "coco", "--out", out)
    document = json.loads((out / "instances.json").read_text())
    first, second, third = document["images"]
    first["file_name"] = "C:\\photos\\elsewhere\\plate\\test\\spot\\S000\\top_rgb.png"
    second["file_name"] = "nobody/knows.png"
    third["width"] = 97
    (out / "instances.json").write_text(json.dumps(document))
    said = pentad("import", other, "--format", "coco", out / "instances.json").json
    assert said["images"] == 1
    assert sorted(one["why"].split(":")[0] for one in said["skipped"]) == [
        "It is of another size",
        "the project has no such view",
    ]


def test_labels_without_a_class_are_named_and_left_out(pentad: Pentad, project: Path, tmp_path: Path) -> None:
    with ProjectStore.open(project) as store:
        store.set_labels(CLASSES[:1])
    said = pentad("export", project, "--format", "coco", "--out", tmp_path / "out").json
    assert len(said["skipped"]) == 3
    assert "class 4" in said["skipped"][0]["item"]


def test_a_full_label_set_is_a_problem(pentad: Pentad, project: Path, other: Path, tmp_path: Path) -> None:
    pentad("export", project, "--format", "coco", "--out", tmp_path / "out")
    with ProjectStore.open(other) as store:
        store.set_labels([LabelClass(n, f"class {n}", f"#0000{n:02x}") for n in range(1, 256)])
    assert "label set is full" in pentad("import", other, "--format", "coco", tmp_path / "out").error


def test_bad_words_are_problems(pentad: Pentad, project: Path, other: Path, tmp_path: Path) -> None:
    assert "no format 'docx'" in pentad("export", project, "--format", "docx", "--out", tmp_path / "o").error
    assert (
        "no setting"
        in pentad("export", project, "--format", "coco", "--out", tmp_path / "o", "--set", "colour=red").error
    )
    assert (
        "cannot be"
        in pentad("export", project, "--format", "coco", "--out", tmp_path / "o", "--set", "shapes=stars").error
    )
    assert "no mask to export" in pentad("export", other, "--format", "coco", "--out", tmp_path / "o").error
    assert "nothing at" in pentad("import", other, "--format", "png", tmp_path / "nowhere").error
    assert "no project" in pentad("import", tmp_path / "nowhere", "--format", "png", tmp_path).error
    assert not (tmp_path / "o").exists()


def test_a_project_somebody_else_writes_is_exported_but_not_imported_into(
    pentad: Pentad, project: Path, tmp_path: Path
) -> None:
    from contextlib import closing

    with closing(open_project(project, ticket=PatientTicket())):
        assert pentad("export", project, "--format", "png", "--out", tmp_path / "out").code == 0
        assert "open" in pentad("import", project, "--format", "png", tmp_path / "out").error


def test_a_mask_that_cannot_be_read_is_named_and_the_others_are_exported(
    pentad: Pentad, project: Path, tmp_path: Path
) -> None:
    for path in (project / "masks/plate/test/spot/S000").glob("*top*"):
        path.write_bytes(b"no image")
    for path in (project / "masks/plate/test/spot/S000").glob(".top*"):
        path.write_bytes(b"no image")
    said = pentad("export", project, "--format", "coco", "--out", tmp_path / "out").json
    assert (said["images"], len(said["skipped"])) == (2, 1)
    assert "S000 top" in said["skipped"][0]["item"]


def test_views_that_share_a_file_name_are_told_apart_by_sample_and_view(pentad: Pentad, tmp_path: Path) -> None:
    plates = write_tiny_dataset(tmp_path / "p", train=0, good=1, bad=1)
    project = make_project(pentad, plates, tmp_path / "project")
    said = pentad("export", project, "--format", "labelme", "--out", tmp_path / "out", "--masks", "data").json
    assert said["images"] == 5
    flat = tmp_path / "flat"
    flat.mkdir()
    for number, path in enumerate(sorted((tmp_path / "out").rglob("*.json"))):
        document = json.loads(path.read_text())
        document["imagePath"] = f"/somewhere/S000/{path.parent.name}/{path.stem}.png"
        (flat / f"{number}.json").write_text(json.dumps(document))
    shutil.rmtree(tmp_path / "out")
    skipped = pentad("import", project, "--format", "labelme", flat).json["skipped"]
    assert {one["why"] for one in skipped} == {"several views have this file name"}
