"""BrokenChairs is read with all its faults said aloud; its masks, cameras and meshes are those that were written."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, Split
from pentad.geometry.projection import project
from pentad.io import rasters
from pentad.io.datasets import Dataset, open_dataset
from pentad.io.datasets.broken_chairs import camera_from, query_camera, true_camera
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.datasets.meshes import mesh_of
from tests.helpers.chairs import chairs
from tests.helpers.layouts import photo, write_broken_chairs, zipped

MISSING = "A7_missing/7_31_2.5_120_30_4_anomaly"
MOVED = "A8_position/8_31_2.5_120_30_4_anomaly"
SIZE = 96


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return chairs(tmp_path_factory.mktemp("set"), shapes=2, size=SIZE, good=1)


def sample_of(dataset: Dataset, sample_id: str) -> Sample:
    return next(sample for sample in dataset.samples if sample.id == sample_id)


def told(path: Path) -> list[str]:
    return [f"{problem.what}: {problem.why}" for problem in open_dataset(path).problems]


def test_a_set_that_pentad_made_is_read_without_a_problem(made: Path) -> None:
    dataset = open_dataset(made)
    assert (dataset.layout, dataset.problems, dataset.listing.missing, dataset.listing.notes) == (
        "broken_chairs", (), 0, (),
    )  # fmt: skip
    assert len(dataset.samples) == 2 * 2 * (1 + 5)
    kinds = {"positional", "rotational", "broken", "swapped", "missing"}
    assert {sample.anomaly for sample in dataset.samples} == {*kinds, None}
    splits = json.loads((made / "split.json").read_text("utf-8"))
    for sample in dataset.samples:
        assert sample.category == "chair"
        assert sample.attributes["shape"] in splits["train" if sample.split is Split.TRAIN else "test"]
        assert sample.attributes.keys() == {"shape", "texture", "radius", "azim", "elev", "light"}


def test_the_defect_is_where_either_mask_says(made: Path) -> None:
    dataset = open_dataset(made)
    for sample in dataset.samples:
        view = sample.views[0]
        assert (Modality.MASK not in view.rasters) == sample.good
        if sample.good:
            continue
        mask = rasters.read_mask(dataset.tree, view.rasters[Modality.MASK])
        stem = Path(view.rasters[Modality.RGB].path.replace("images", "annotations")).with_suffix("")
        files = [made / stem.with_name(stem.name.replace("render", name)) for name in ("mask_new", "mask_old")]
        drawn = [cv2.imread(f"{file}.png", 0) for file in files if Path(f"{file}.png").exists()]
        assert np.array_equal(mask > 0, np.max([image for image in drawn if image is not None], axis=0) > 0)


def test_the_true_camera_puts_the_mesh_onto_the_photograph(made: Path) -> None:
    dataset = open_dataset(made)
    sample = next(sample for sample in dataset.samples if sample.good)
    camera, surface = true_camera(dataset.tree, sample, (SIZE, SIZE)), mesh_of(dataset.tree, {}, sample)
    assert camera is not None
    assert surface is not None
    pixels = project(camera, surface.vertices.astype(float))
    image = rasters.read_rgb(dataset.tree, sample.views[0].rasters[Modality.RGB])
    rows, columns = np.nonzero(image.max(axis=2) < 215)
    found = np.array([columns.min(), rows.min(), columns.max(), rows.max()])
    assert np.allclose([*pixels.min(axis=0), *pixels.max(axis=0)], found, atol=2.5)


def test_the_query_camera_has_the_references_field_of_view_and_stands_nowhere(made: Path) -> None:
    dataset = open_dataset(made)
    sample = dataset.samples[0]
    geometry = PartGeometry.of(dataset.tree, {})
    camera = geometry.camera(sample.views[0], (SIZE, SIZE), (SIZE, SIZE))
    assert camera is not None
    true = true_camera(dataset.tree, sample, (SIZE, SIZE))
    assert true is not None
    assert np.allclose(camera.matrix, true.matrix)
    assert camera.matrix[0].tolist() == [355 / 256 * SIZE, 0, (SIZE - 1) / 2]
    assert np.array_equal(camera.rig_to_camera, np.eye(4))
    mesh = geometry.mesh(sample)
    assert mesh is not None
    assert np.ptp(mesh.bounds, axis=0).max() == pytest.approx(1, abs=1e-6)


def test_published_cameras_become_opencvs_by_the_published_formula() -> None:
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    turn *= np.linalg.det(turn)
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turn, (0.1, -0.2, -2.5)
    said = {"K": [[355.0, 0, 128], [0, 355.0, 128], [0, 0, 1]], "RT": pose.tolist()}
    points = rng.uniform(-0.5, 0.5, (50, 3))
    seen = points @ turn.T + pose[:3, 3]
    # OpenGL: what is ahead has a negative z; y is up, so that rows count against it.
    expected = np.stack([128 + 355 * seen[:, 0] / -seen[:, 2], 128 - 355 * seen[:, 1] / -seen[:, 2]], axis=1) - 0.5
    assert np.allclose(project(camera_from(said, "x.json", (256, 256)), points), expected, atol=1e-9)


def test_a_wide_photograph_has_the_field_of_view_across() -> None:
    camera = query_camera((300, 512))
    assert camera.matrix.tolist() == [[710, 0, 255.5], [0, 710, 149.5], [0, 0, 1]]


@pytest.mark.parametrize("suffix", [".ply", ".obj", ".stl", ".off", ".glb"])
def test_a_mesh_beside_the_references_is_the_samples(suffix: str, tmp_path: Path) -> None:
    write_broken_chairs(tmp_path / "data")
    trimesh.creation.box((1.0, 2.0, 3.0)).export(tmp_path / f"data/shapes/shape_7/model{suffix}")
    for place in (tmp_path / "data", zipped(tmp_path / "data", tmp_path / "wrapped.zip", top="download/")):
        dataset = open_dataset(place)
        surface = mesh_of(dataset.tree, {}, sample_of(dataset, MISSING))
        assert surface is not None
        assert sorted(np.ptp(surface.bounds, axis=0)) == pytest.approx([1, 2, 3])
        assert mesh_of(dataset.tree, {}, sample_of(dataset, MOVED)) is None
        assert [note.split(" (")[0] for note in dataset.listing.notes] == ["1 of 2 shapes have no mesh"]
        assert PartGeometry.of(dataset.tree, {}).camera(dataset.samples[0].views[0], (16, 16), (8, 8)) is not None


def test_annotations_may_be_called_without_the_photographs_label(tmp_path: Path) -> None:
    write_broken_chairs(tmp_path)
    for file in (tmp_path / "annotations/A8_position").iterdir():
        file.rename(file.with_name(file.name.replace("_anomaly", "")))
    dataset = open_dataset(tmp_path)
    assert dataset.problems == ()
    assert Modality.MASK in sample_of(dataset, MOVED).views[0].rasters


@pytest.mark.parametrize(
    ("folder", "label", "kind"),
    [
        ("A9_rotate", "anomaly", "rotational"), ("A9_damaged", "anomaly", "broken"),
        ("x", "anomaly_swapped", "swapped"), ("x/y", "anomaly", "anomaly"),
        ("A9_position", "anomaly_Missing", "missing"),
    ],
)  # fmt: skip
def test_the_kind_is_what_file_or_folder_say(folder: str, label: str, kind: str, tmp_path: Path) -> None:
    write_broken_chairs(tmp_path)
    photo(tmp_path / f"images/{folder}/render_7_1_2.5_0_30_1_{label}.png")
    dataset = open_dataset(tmp_path)
    assert sample_of(dataset, f"{folder}/7_1_2.5_0_30_1_{label}").anomaly == kind
    assert dataset.listing.missing == 1
    assert "mask" in dataset.problems[0].what


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"train": 3, "test": "7"}'])
def test_without_a_usable_split_nothing_is_for_training(content: bytes, tmp_path: Path) -> None:
    write_broken_chairs(tmp_path)
    (tmp_path / "split.json").write_bytes(content)
    if content.startswith(b'{"train"'):
        with pytest.raises(Problem, match="No sample"):
            open_dataset(tmp_path)
    else:
        assert {sample.split for sample in open_dataset(tmp_path).samples} == {Split.TEST}
        assert "split.json" in told(tmp_path)[0]


def test_shapes_in_two_splits_in_none_and_without_photographs_are_told(tmp_path: Path) -> None:
    write_broken_chairs(tmp_path)
    (tmp_path / "split.json").write_text(json.dumps({"train": [7, "55"], "test": ["7"], "val": []}), "utf-8")
    dataset = open_dataset(tmp_path)
    assert {(sample.attributes["shape"], sample.split) for sample in dataset.samples} == {("7", Split.TEST)}
    assert "Shape 7 is in two splits: test and train" in told(tmp_path)[0]
    assert sum("its shape 8 is in no list" in line for line in told(tmp_path)) == 2
    assert "1 shapes of split.json have no photographs here." in dataset.listing.notes


def test_what_is_called_otherwise_is_left_out_and_named(tmp_path: Path) -> None:
    write_broken_chairs(tmp_path)
    photo(tmp_path / "images/N7/thumbnail.png")
    assert told(tmp_path) == ["images/N7/thumbnail.png was left out: its name does not say shape, view and label"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(said=JSON | st.fixed_dictionaries({"K": JSON, "RT": JSON}))
def test_any_camera_is_one_or_a_problem(said: object) -> None:
    with pytest.raises(Problem, match=r"x\.json"):
        camera_from(said, "x.json", (8, 8))


@pytest.mark.parametrize("change", [("K", 0, 0), ("RT", 0, float("nan")), ("RT", 1, 5.0), ("RT", 2, 10**400)])
def test_a_camera_that_is_none_is_refused(change: tuple[str, int, float]) -> None:
    name, row, value = change
    said: dict[str, list[list[float]]] = {"K": np.diag([355.0, 355, 1]).tolist(), "RT": np.eye(4).tolist()}
    camera_from(said, "x.json", (8, 8))
    said[name][row][row] = value
    with pytest.raises(Problem, match=r"x\.json"):
        camera_from(said, "x.json", (8, 8))


def test_two_halves_of_a_mask_of_two_sizes_are_a_problem(tmp_path: Path) -> None:
    write_broken_chairs(tmp_path)
    photo(tmp_path / f"annotations/A8_position/mask_old_{MOVED.split('/')[1]}.png", size=(8, 8))
    dataset = open_dataset(tmp_path)
    with pytest.raises(Problem, match="two halves"):
        rasters.read_mask(dataset.tree, sample_of(dataset, MOVED).views[0].rasters[Modality.MASK])
