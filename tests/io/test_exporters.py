"""Masks go out and come back in every format: bit for bit through run lengths and PNG, and through our polygons too."""

import contextlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pycocotools.coco import COCO
from scipy import ndimage as scipy_ndimage

from pentad.core.arrays import Labels
from pentad.io.exporters.opening import exporter, installed_exporters
from pentad.sdk import Value
from pentad.sdk.exchange import Drawn
from pentad.sdk.testing import PatientTicket
from tests.helpers.mask_sets import CLASSES, Masks, by_name, label_rasters, names_of, settings_of

ndimage: Any = scipy_ndimage

TICKET = PatientTicket()
WAYS: list[tuple[str, dict[str, Value]]] = [
    ("coco", {"instances": "regions"}),
    ("coco", {"instances": "classes"}),
    ("coco", {"shapes": "polygons"}),
    ("coco", {"shapes": "polygons", "instances": "classes", "tolerance": 0.0}),
    ("labelme", {"instances": "regions"}),
    ("labelme", {"instances": "classes"}),
    ("cvat", {"instances": "regions"}),
    ("cvat", {"instances": "classes"}),
    ("cvat", {"shapes": "polygons"}),
    ("cvat", {"shapes": "polygons", "instances": "classes"}),
    ("yolo", {}),
    ("png", {"style": "indexed"}),
    ("png", {"style": "binary"}),
]


def skips(item: str, why: str) -> None:
    raise AssertionError(f"{item}: {why}")


def written(folder: Path, format: str, masks: list[Labels], **given: Value) -> tuple[Path, int]:
    folder.mkdir(exist_ok=True)
    chosen = exporter(format)
    return folder, chosen.write(Masks(masks), folder, settings_of(chosen, **given), TICKET)


def read(folder: Path, format: str) -> dict[str, Drawn]:
    found = list(exporter(format).read(folder, skips, TICKET))
    return {drawn.name: drawn for drawn in found}


def test_all_six_are_found_by_their_entry_points() -> None:
    known, problems = installed_exporters()
    assert {one.info.id for one in known} >= {"coco", "labelme", "cvat", "yolo", "png", "mvtec"}
    assert problems == ()


@pytest.mark.parametrize(("format", "given_settings"), WAYS)
@settings(max_examples=25, deadline=None)
@given(masks=st.lists(label_rasters(), min_size=1, max_size=3))
def test_every_mask_comes_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, format: str, given_settings: Mapping[str, Value], masks: list[Labels]
) -> None:
    folder, count = written(tmp_path_factory.mktemp("out"), format, masks, **given_settings)
    found = read(folder, format)
    some = {n: labels for n, labels in enumerate(masks) if labels.any() or given_settings.get("style") != "binary"}
    assert sum(drawn.annotations for drawn in found.values()) == count
    assert len(found) == len(some)
    for number, labels in some.items():
        (drawn,) = [d for name, d in found.items() if f"S{number:03d}/top_rgb" in name]
        assert drawn.size in (None, labels.shape)
        size = (labels.shape[0], labels.shape[1])
        assert np.array_equal(by_name(drawn, size), names_of(labels))


@settings(max_examples=25, deadline=None)
@given(masks=st.lists(label_rasters(), min_size=1, max_size=3))
def test_mvtec_keeps_the_union_of_the_classes_exactly(
    tmp_path_factory: pytest.TempPathFactory, masks: list[Labels]
) -> None:
    folder, _ = written(tmp_path_factory.mktemp("out"), "mvtec", masks)
    found = read(folder, "mvtec")
    for number, labels in enumerate(masks):
        stored = cv2.imread(str(folder / f"plate/ground_truth/spot/S{number:03d}_top_mask.png"), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(np.asarray(stored), np.where(labels > 0, 255, 0))
        drawn = found[f"plate/test/spot/S{number:03d}_top"]
        assert np.array_equal(drawn.draw((labels.shape[0], labels.shape[1])), labels > 0)
        assert drawn.classes[1] is not None
        assert drawn.classes[1].name == "spot"


SCENE = np.zeros((40, 60), np.uint8)
SCENE[5:25, 5:45] = 1
SCENE[10:15, 10:20] = 0  # a hole
SCENE[12, 12] = 1  # an island in it
SCENE[16:20, 30:40] = 3  # another class inside
SCENE[30, 50:] = 200
SCENE[39, 59] = 200


def regions(labels: Labels) -> int:
    return sum(int(ndimage.label(labels == index, np.ones((3, 3)))[1]) for index in (1, 3, 200))


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
@pytest.mark.parametrize("shapes", ["rle", "polygons"])
@pytest.mark.parametrize("instances", ["regions", "classes"])
def test_cocos_own_library_reads_what_was_drawn(tmp_path: Path, shapes: str, instances: str) -> None:
    folder, count = written(tmp_path, "coco", [SCENE], shapes=shapes, instances=instances)
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(folder / "instances.json"))
    assert count == (regions(SCENE) if instances == "regions" else 3)
    (image,) = coco.loadImgs(coco.getImgIds())
    assert (image["height"], image["width"], image["file_name"]) == (40, 60, "plate/spot/S000/top_rgb.png")
    found = np.zeros_like(SCENE)
    annotations = coco.loadAnns(coco.getAnnIds())
    for annotation in annotations:
        assert annotation.keys() == {"id", "image_id", "category_id", "segmentation", "area", "bbox", "iscrowd"}
        mask = coco.annToMask(annotation) > 0
        found[mask] = annotation["category_id"]
        y, x = np.nonzero(mask)
        assert annotation["area"] == mask.sum()
        assert annotation["bbox"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
    assert (found == SCENE).all()
    categories = coco.loadCats(coco.getCatIds())
    assert [(c["id"], c["name"], c["color"]) for c in categories][1] == (3, "dent, deep", [255, 0, 0])


def test_a_labelme_file_is_as_labelme_writes_it(tmp_path: Path) -> None:
    folder, _ = written(tmp_path, "labelme", [SCENE], instances="classes")
    document = json.loads((folder / "plate/spot/S000/top_rgb.json").read_text("utf-8"))
    assert document.keys() == {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"}
    assert (document["imagePath"], document["imageData"]) == ("top_rgb.png", None)
    assert (document["imageHeight"], document["imageWidth"], document["flags"]) == (40, 60, {})
    groups = []
    for shape in document["shapes"]:
        assert shape.keys() == {"label", "points", "group_id", "description", "shape_type", "flags", "mask"}
        assert (shape["shape_type"], shape["mask"]) == ("polygon", None)
        assert all(0 <= x <= 60 and 0 <= y <= 40 for x, y in shape["points"])
        groups.append((shape["label"], shape["group_id"]))
    assert [label for label, _ in groups].count("x") == 2
    assert len({group for label, group in groups if label == "x"}) == 1


def test_a_cvat_file_has_cvats_fields(tmp_path: Path) -> None:
    folder, _ = written(tmp_path, "cvat", [SCENE, SCENE[:20]], shapes="masks")
    root = ElementTree.parse(folder / "annotations.xml").getroot()
    assert (root.tag, root.findtext("version")) == ("annotations", "1.1")
    labels = [(label.findtext("name"), label.findtext("color")) for label in root.iterfind("meta/task/labels/label")]
    assert labels == [(known.name, known.colour) for known in CLASSES]
    first, second = root.findall("image")
    assert first.attrib == {"id": "0", "name": "plate/spot/S000/top_rgb.png", "width": "60", "height": "40"}
    assert second.get("height") == "20"
    for mask in first.iterfind("mask"):
        assert mask.keys() == ["label", "source", "occluded", "rle", "left", "top", "width", "height", "z_order"]
        counts = [int(word) for word in (mask.get("rle") or "").split(", ")]
        assert sum(counts) == int(mask.get("width") or 0) * int(mask.get("height") or 0)
    written(tmp_path, "cvat", [SCENE], shapes="polygons", instances="classes")
    polygons = ElementTree.parse(folder / "annotations.xml").getroot().findall("image/polygon")
    assert polygons[-1].keys() == ["label", "source", "occluded", "points", "group_id", "z_order"]


def test_yolo_files_are_found_where_yolo_looks_for_them(tmp_path: Path) -> None:
    folder, _ = written(tmp_path, "yolo", [SCENE])
    about = yaml.safe_load((folder / "data.yaml").read_text("utf-8"))
    assert (about["path"], about["names"]) == (".", {0: "Kratzer & <Riß>", 1: "dent, deep", 2: "x"})
    (photo,) = (folder / about["val"]).read_text().splitlines()
    label_file = folder / photo.replace("/images/", "/labels/").replace(".png", ".txt")
    found = np.full(SCENE.shape, 0, np.uint8)
    for line in label_file.read_text().splitlines():
        number, *shares = line.split()
        points = np.array(shares, float).reshape(-1, 2)
        assert (points >= 0).all()
        assert (points <= 1).all()
        at = np.rint((points * (60, 40) - 0.5) * 256).astype(np.int32)
        cv2.fillPoly(found, [at], (1, 3, 200)[int(number)], shift=8)
    assert not ((found != SCENE) & (ndimage.grey_erosion(SCENE, 3) == ndimage.grey_dilation(SCENE, 3))).any()


def test_pngs_are_shown_in_the_classes_colours(tmp_path: Path) -> None:
    folder, _ = written(tmp_path, "png", [SCENE])
    with Image.open(folder / "masks/plate/spot/S000/top_rgb.png") as image:
        assert image.mode == "P"
        colours = np.asarray(image.convert("RGB"))
    assert colours[17, 35].tolist() == [255, 0, 0]
    assert colours[0, 0].tolist() == [0, 0, 0]


def test_photos_are_asked_for_where_each_tool_looks(tmp_path: Path) -> None:
    expected = {
        "coco": "images/plate/spot/S000/top_rgb.png",
        "labelme": "plate/spot/S000/top_rgb.png",
        "yolo": "images/plate/spot/S000/top_rgb.png",
        "mvtec": "plate/test/spot/S000_top.png",
    }
    for format, name in expected.items():
        chosen, masks = exporter(format), Masks([SCENE])
        (tmp_path / format).mkdir()
        chosen.write(masks, tmp_path / format, settings_of(chosen), TICKET)
        assert masks.photos == [tmp_path / format / name]
