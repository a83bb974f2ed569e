"""The mesh that a manifest names for a part is found, put into the rig's millimetres, or named as what is wrong."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import trimesh

from pentad.core.problem import Problem
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import write_dataset
from pentad.io.datasets.meshes import mesh_of, mesh_path_of
from pentad.io.datasets.opening import open_dataset
from pentad.io.meshes import parse_surface
from pentad.sdk.testing import PatientTicket
from tests.helpers.tiny_dataset import write_tiny_dataset

CUBE = trimesh.creation.box((2.0, 3.0, 4.0))
PER_PART = '[mesh]\nfile = "{category}/{split}/{label}/{sample}/part.stl"\n'
METRES = "pose = [[0, -1000, 0, 5], [1000, 0, 0, 0], [0, 0, 1000, 0], [0, 0, 0, 1]]\n"


def plates(root: Path, text: str) -> Path:
    data = write_tiny_dataset(root / "plates", train=1, good=1, bad=0)
    with (data / "pentad.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(text)
    return data


def test_every_simulated_part_brings_its_own_mesh_where_it_stood(tmp_path: Path) -> None:
    write_dataset(tmp_path, [Recipe("pin_connector", 1, 1, 0)], seed=1, size=96, ticket=PatientTicket(), processes=1)
    dataset = open_dataset(tmp_path)
    assert len(dataset.samples) == 2
    for sample in dataset.samples:
        surface = mesh_of(dataset.tree, {}, sample)
        assert surface is not None
        folder = next(iter(sample.views[0].rasters.values())).path.rsplit("/", 1)[0]
        direct = trimesh.load_mesh(tmp_path / folder / "truth" / "part.stl")
        assert len(surface.faces) == len(direct.faces)
        assert np.allclose(surface.bounds, direct.bounds, atol=1e-6)


def test_a_mesh_for_each_part_or_one_for_all_is_found_in_folders_and_wrapped_zips(tmp_path: Path) -> None:
    data = plates(tmp_path, PER_PART)
    for photo in data.rglob("*top_rgb.png"):
        CUBE.export(photo.parent / "part.stl")
    packed = tmp_path / "wrapped.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in data.rglob("*"):
            archive.write(file, Path("inside") / file.relative_to(data))
    for place in (data, packed):
        dataset = open_dataset(place)
        for sample in dataset.samples:
            surface = mesh_of(dataset.tree, {}, sample)
            assert surface is not None
            assert surface.bounds.tolist() == [[-1, -1.5, -2], [1, 1.5, 2]]
    manifest = data / "pentad.toml"
    manifest.write_text(
        manifest.read_text("utf-8").replace("{category}/{split}/{label}/{sample}/part.stl", "{category}.ply")
    )
    CUBE.export(data / "plate.ply")
    dataset = open_dataset(data)
    assert {mesh_path_of(dataset.tree, {}, sample) for sample in dataset.samples} == {"plate.ply"}


def test_a_pose_turns_metres_into_the_rigs_millimetres(tmp_path: Path) -> None:
    data = plates(tmp_path, '[mesh]\nfile = "cube.obj"\n' + METRES)
    CUBE.copy().apply_scale(0.001).export(data / "cube.obj")
    dataset = open_dataset(data)
    surface = mesh_of(dataset.tree, {}, dataset.samples[0])
    assert surface is not None
    assert np.allclose(surface.bounds, [[5 - 1.5, -1, -2], [5 + 1.5, 1, 2]], atol=1e-6)


def test_without_a_mesh_in_the_manifest_there_is_none(tmp_path: Path) -> None:
    dataset = open_dataset(plates(tmp_path, ""))
    assert mesh_of(dataset.tree, {}, dataset.samples[0]) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[mesh]\nfile = "nowhere.stl"\n', "nowhere.stl"),
        ('[mesh]\nfile = "README.txt"\n', "kind of mesh"),
        ('[mesh]\nfile = "../part.stl"\n', "part.stl"),
        ('[mesh]\nfile = "{view}.stl"\n', "mesh.file"),
        ('[mesh]\nfile = "*.stl"\n', "mesh.file"),
        ('[mesh]\nfile = "a.stl"\npose = [[1, 0], [0, 1]]\n', "mesh.pose"),
        ('[mesh]\nfile = "a.stl"\npose = 3\n', "mesh.pose"),
        ('[mesh]\nfile = "a.stl"\npose = [[-1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]\n', "mesh.pose"),
        ('[mesh]\nfile = "a.stl"\npose = [[nan,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]\n', "mesh.pose"),
        ('[mesh]\nfile = "a.stl"\nunit = "m"\n', "unit"),
    ],
)
def test_what_a_manifest_says_wrong_of_its_mesh_is_named(tmp_path: Path, text: str, said: str) -> None:
    plain = open_dataset(plates(tmp_path / "plain", ""))
    data = plates(tmp_path / "wrong", text)
    with pytest.raises(Problem) as caught:
        mesh_of(open_dataset(data).tree, {}, plain.samples[0])
    assert said in f"{caught.value.what} {caught.value.why}"


@pytest.mark.parametrize("name", ["a.stl", "a.ply", "a.obj", "a.off", "a.glb"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 84, b"solid x\nendsolid", b"ply\nformat ascii 1.0\nend_header\n", b"\xff" * 134]
)
def test_damaged_meshes_are_named(name: str, content: bytes) -> None:
    with pytest.raises(Problem, match=name):
        parse_surface(content, name)


def test_an_stl_with_vertices_that_are_not_numbers_is_refused() -> None:
    data = bytearray(trimesh.exchange.stl.export_stl(CUBE))
    data[96:100] = np.float32(np.nan).tobytes()
    with pytest.raises(Problem, match="not numbers"):
        parse_surface(bytes(data), "a.stl")
