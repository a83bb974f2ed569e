"""A mini BrokenChairs on disk: the published layout, cameras that fit their pictures, the same bytes, or nothing."""

import json
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles
from pentad.core.problem import Problem
from pentad.gantry.chairs.developing import ShapeOrder, develop_shape
from pentad.gantry.chairs.writer import split_shapes, write_chairs
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from tests.gantry.test_writer import hashes, no_children
from tests.helpers.chairs import chairs
from tests.helpers.disks import small_disk
from tests.helpers.silhouettes import filled, overlap

SHAPES, SIZE, GOOD, SEED = 3, 96, 1, 5
FINE = 9
"""OpenCV fills every pixel that a triangle touches: this many times finer, that is a small share of a pixel."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return chairs(tmp_path_factory.mktemp("set"), shapes=SHAPES, size=SIZE, good=GOOD, seed=SEED)


def test_a_shape_made_alone_has_the_same_bytes(made: Path, tmp_path: Path) -> None:
    photographs = develop_shape(ShapeOrder(str(tmp_path), 2, SEED, SIZE, GOOD))
    alone, whole = hashes(tmp_path), hashes(made)
    assert photographs == len(list(tmp_path.glob("images/*/*.png"))) == 2 * (GOOD + 5)
    assert alone == {name: digest for name, digest in whole.items() if name in alone}
    assert {name for name in whole if "shape_2/" in name or "/render_2_" in name} <= alone.keys()


def test_another_seed_makes_other_chairs(made: Path, tmp_path: Path) -> None:
    develop_shape(ShapeOrder(str(tmp_path), 1, SEED + 1, SIZE, 0))
    assert hashes(tmp_path)["shapes/shape_1/model.ply"] != hashes(made)["shapes/shape_1/model.ply"]


@pytest.mark.parametrize("shapes", [1, 2, 3, 10, 57])
def test_splits_are_disjoint_and_hold_every_shape(shapes: int) -> None:
    splits = split_shapes(shapes, 4)
    listed = [shape for ids in splits.values() for shape in ids]
    assert sorted(listed, key=int) == [str(number) for number in range(1, shapes + 1)]
    assert len(splits["train"]) >= len(splits["test"]) or shapes == 1
    assert shapes == 1 or splits["test"]


def test_the_layout_is_the_published_one(made: Path) -> None:
    splits = json.loads((made / "split.json").read_text("utf-8"))
    assert splits.keys() == {"train", "test", "val"}
    for number in range(1, SHAPES + 1):
        views = made / f"shapes/shape_{number}/mv_images"
        stems = {f"{number}_2.5_{azimuth}_20" for azimuth in range(0, 361, 18)}
        assert {file.stem for file in views.glob("*.png")} == {file.stem for file in views.glob("*.json")} == stems
        assert (views / f"{number}_2.5_0_20.png").read_bytes() == (views / f"{number}_2.5_360_20.png").read_bytes()
        assert (made / f"shapes/shape_{number}/model_id.txt").is_file()
    for photo in made.glob("images/*/*.png"):
        words = photo.stem.split("_")
        assert words[0] == "render"
        assert 2.2 <= float(words[3]) <= 2.9
        assert 0 <= float(words[4]) < 360
        assert 5 <= float(words[5]) <= 45
        assert picture(photo).shape == (SIZE, SIZE)
        assert ("anomaly" in photo.name) == (made / f"annotations/{photo.parent.name}").is_dir()
    assert not list(made.rglob("*.npy"))


def test_references_look_from_where_their_names_say(made: Path) -> None:
    for azimuth in (0, 18, 90, 252):
        said = json.loads((made / f"shapes/shape_1/mv_images/1_2.5_{azimuth}_20.json").read_text("utf-8"))
        around, up = np.radians(azimuth), np.radians(20)
        eye = 2.5 * np.array([np.cos(up) * np.cos(around), np.sin(up), np.cos(up) * np.sin(around)])
        inverse = np.array(said["RT_"])
        assert np.allclose(inverse[:3, 3], eye)
        assert np.allclose(inverse @ np.array(said["RT"]), np.eye(4))
        # OpenGL axes: the camera looks along its own -z, towards the chair, and its y is up.
        assert inverse[:3, 2] @ eye > 2.4
        assert inverse[1, 1] > 0.9
        side = len(picture(made / f"shapes/shape_1/mv_images/1_2.5_{azimuth}_20.png"))
        assert said["K"] == [[355 / 256 * side, 0, side / 2], [0, 355 / 256 * side, side / 2], [0, 0, 1]]


def outline(vertices: Doubles, faces: NDArray[np.int64], said: dict[str, Any], side: int) -> Bools:
    """The silhouette by the published formulas: OpenCV extrinsics = diag(1, -1, -1) @ RT[:3], the same K."""
    extrinsics = np.diag([1.0, -1.0, -1.0]) @ np.array(said["RT"])[:3]
    seen = (vertices @ extrinsics[:, :3].T + extrinsics[:, 3]) @ np.array(said["K"]).T
    # Why a half: K counts from pixels' borders, images from their centres.
    pixels = seen[:, :2] / seen[:, 2:] - 0.5
    image = filled(pixels[faces] * FINE + FINE // 2, (FINE * side, FINE * side))
    return image[FINE // 2 :: FINE, FINE // 2 :: FINE]


def shape(made: Path, number: int) -> tuple[Doubles, NDArray[np.int64]]:
    mesh = cast(trimesh.Trimesh, trimesh.load(str(made / f"shapes/shape_{number}/model.ply"), process=False))
    assert mesh.is_watertight
    return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)


def wide(mask: Bools) -> Bools:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def picture(file: Path) -> NDArray[np.uint8]:
    """(H, W) grey."""
    image = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    assert image is not None, file
    return np.asarray(image, np.uint8)


def test_the_mesh_falls_onto_its_reference_views(made: Path) -> None:
    vertices, faces = shape(made, 2)
    for azimuth in range(0, 360, 54):
        file = made / f"shapes/shape_2/mv_images/2_2.5_{azimuth}_20"
        image = picture(Path(f"{file}.png"))
        expected = outline(vertices, faces, json.loads(Path(f"{file}.json").read_text("utf-8")), image.shape[0])
        drawn = np.asarray(image < 250)
        assert drawn[expected].mean() > 0.99
        # Why wider: the drawing's edges are soft.
        assert not (drawn & ~wide(expected)).any()
        assert (image[~drawn] == 255).mean() > 0.99


def test_the_mesh_falls_onto_every_photograph_by_its_true_camera(made: Path) -> None:
    for number in range(1, SHAPES + 1):
        vertices, faces = shape(made, number)
        cameras = json.loads((made / f"shapes/shape_{number}/cameras.json").read_text("utf-8"))
        assert len(cameras) == 2 * (GOOD + 5)
        for path, said in cameras.items():
            expected = outline(vertices, faces, said, SIZE)
            if "_normal" in path:
                assert (picture(made / path) < 245)[expected].mean() > 0.97
            else:
                stem = Path(path).stem.removeprefix("render_")
                beside = made / "annotations" / Path(path).parent.name
                assert overlap(picture(beside / f"seg_old_{stem}.png") > 0, expected) > 0.97
                info = json.loads((beside / f"info_{stem}.json").read_text("utf-8"))
                assert info["camera_parameters"] == said


def test_annotations_say_what_their_masks_say(made: Path) -> None:
    infos = sorted(made.glob("annotations/*/info_*.json"))
    assert len(infos) == SHAPES * 5 * 2
    for info in infos:
        said = json.loads(info.read_text("utf-8"))
        read = {
            name: info.with_name(info.name.replace("info", name)).with_suffix(".png")
            for name in ("mask_new", "mask_old")
        }
        assert read["mask_old"].exists() == (said["config"]["type"] != "missing")
        masks = {name: picture(file) > 0 for name, file in read.items() if file.exists()}
        both = np.any(list(masks.values()), axis=0)
        rows, columns = np.nonzero(both)
        edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) * 512 / SIZE
        x, y, width, height = said["2d_bbox"]
        assert np.allclose([x, y, x + width, y + height], edges, atol=0.01)
        expected = overlap(masks["mask_new"], masks["mask_old"]) if len(masks) == 2 else 0.0
        assert said["IoU"] == pytest.approx(expected, abs=1e-3)


def test_a_stopped_set_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        write_chairs(tmp_path / "set", 3, seed=1, size=64, ticket=ImpatientTicket(1))
    assert list(tmp_path.iterdir()) == []
    assert no_children()


def test_a_full_disk_is_a_problem_and_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=100) as disk:
        with pytest.raises(Problem, match="could not be written") as caught:
            write_chairs(disk / "set", 1, seed=1, size=64, ticket=PatientTicket())
        assert "full" in caught.value.why
        assert list(disk.iterdir()) == []


def test_what_is_there_is_left_alone(made: Path) -> None:
    before = hashes(made)
    with pytest.raises(Problem, match="not empty"):
        write_chairs(made, 1, seed=1, size=64, ticket=PatientTicket())
    assert hashes(made) == before


@pytest.mark.parametrize("wish", [{"shapes": 0}, {"size": 63}, {"size": 4096}, {"seed": -1}, {"good": -1}])
def test_wishes_beyond_reason_are_refused(wish: dict[str, int], tmp_path: Path) -> None:
    asked = {"shapes": 1, "seed": 0, "size": 64, "good": 1, **wish}
    shapes = asked.pop("shapes")
    with pytest.raises(Problem):
        write_chairs(tmp_path / "set", shapes, ticket=PatientTicket(), **asked)
    assert list(tmp_path.iterdir()) == []
