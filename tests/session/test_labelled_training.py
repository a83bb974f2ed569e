"""A model that learns from defects is given all training parts, what was drawn of them, cameras, meshes and poses."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.datasets import Dataset, open_dataset
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.view_pixels import load_request
from pentad.session.training import training_samples
from pentad.session.training_views import LabelledViews, box_around
from tests.helpers.tiny_dataset import SPOT_VIEWS, VIEWS, spot

TRIANGLE = """ply
format ascii 1.0
element vertex 3
property float x
property float y
property float z
element face 1
property list uchar int vertex_indices
end_header
0 0 0
9 0 0
0 9 0
3 0 1 2
"""


def learnable(plates: Path) -> Dataset:
    """The plates, with a part that has spots among those to train on."""
    shutil.copytree(plates / "plate/test/spot/S000", plates / "plate/train/spot/S000")
    return open_dataset(plates)


def views(found: Dataset, problems: list[Problem] | None = None, geometry: PartGeometry | None = None) -> LabelledViews:
    samples = training_samples(found.samples, None, learns_from="all")
    noticed = (lambda problem: None) if problems is None else problems.append
    return LabelledViews(found.tree, samples, 48, noticed=noticed, geometry=geometry)


def test_every_view_says_whether_it_shows_a_defect_and_where(plates: Path) -> None:
    data = views(learnable(plates))
    spotted = data.parts[-1]
    assert [len(part) for part in data.parts] == [5] * 5
    assert [data[index].defective for index in range(20)] == [False] * 20
    for index, name in zip(spotted, VIEWS, strict=True):
        view = data[index]
        assert view.view == name
        assert view.defective == (name in SPOT_VIEWS)
        if view.defective:
            rows, columns = np.nonzero(spot(name))
            expected = (rows.min() / 72, columns.min() / 96, (rows.max() + 1) / 72, (columns.max() + 1) / 96)
            assert view.box == pytest.approx(expected, abs=1 / 36)


def test_where_nobody_drew_anything_the_part_s_label_is_the_view_s(plates: Path) -> None:
    learnable(plates)
    for mask in (plates / "plate/train/spot/S000").glob("*_mask.png"):
        mask.unlink()
    data = views(open_dataset(plates))
    assert [data[index].defective for index in data.parts[-1]] == [True] * 5
    assert data[data.parts[-1][0]].box is None


def test_a_view_that_cannot_be_read_is_a_problem_each_time_and_noticed_once(plates: Path) -> None:
    found, problems = learnable(plates), list[Problem]()
    (plates / "plate/train/good/T001/east_rgb.png").write_bytes(b"no image")
    data = views(found, problems)
    for _ in range(2):
        with pytest.raises(Problem, match="east_rgb"):
            data[7]
    assert len(problems) == 1
    assert data[8].view == "south"


def test_parts_of_one_kind_only_teach_it_nothing(plates: Path) -> None:
    with pytest.raises(Problem, match="no training samples with defects"):
        training_samples(open_dataset(plates).samples, None, learns_from="all")


def chair(root: Path) -> Sample:
    """One photograph of one shape of BrokenChairs, with its mesh and where it was taken from."""
    photo = "images/normal/render_7_1_2.5_30.0_20.0_1_normal.png"
    pose = np.diag([1.0, -1, -1, 1])
    pose[2, 3] = -2.5
    (root / photo).parent.mkdir(parents=True)
    (root / "shapes/shape_7").mkdir(parents=True)
    cv2.imwrite(str(root / photo), np.full((64, 64, 3), 200, np.uint8))
    (root / "split.json").write_text(json.dumps({"train": ["7"], "test": [], "val": []}))
    (root / "shapes/shape_7/model.ply").write_text(TRIANGLE)
    matrix = [[88.75, 0, 32], [0, 88.75, 32], [0, 0, 1]]
    said = {photo: {"K": matrix, "RT": pose.tolist(), "RT_": np.linalg.inv(pose).tolist()}}
    (root / "shapes/shape_7/cameras.json").write_text(json.dumps(said))
    return open_dataset(root).samples[0]


def test_cameras_meshes_and_poses_come_with_the_views(tmp_path: Path) -> None:
    sample = chair(tmp_path)
    tree = open_dataset(tmp_path).tree
    geometry = PartGeometry.of(tree, {})
    data = LabelledViews(tree, [sample], 32, noticed=lambda problem: None, geometry=geometry)
    view, mesh = data[0], data.mesh(0)
    assert view.camera is not None
    assert view.camera.size == (32, 32)
    assert view.camera.matrix[0, 0] == pytest.approx(88.75 / 2)
    assert mesh is not None
    assert mesh.vertices.max() == 9
    assert data.mesh_name(0) == "shapes/shape_7/model.ply"
    assert view.pose is not None
    assert view.pose[:3, 3] == pytest.approx([0, 0, 2.5])
    request, problems = load_request(tree, sample, 32, geometry=geometry)
    assert problems == {}
    assert request.mesh is data.mesh(0)
    assert request.views[0].pose is None


def test_the_box_around_nothing_is_none() -> None:
    assert box_around(np.zeros((4, 5), np.uint8)) is None
