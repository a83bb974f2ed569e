"""A mesh file is described as trimesh describes it, and a damaged one is refused in words, quickly."""

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.io.meshes import describe_mesh, read_surface

KINDS = ["stl", "ply", "obj", "off", "glb"]
FAN = (np.array([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, -9, 0], [0, 0, 9]], float), [[0, 1, 2], [0, 1, 3], [0, 1, 4]])


def saved(path: Path, vertices: Doubles, faces: object) -> Path:
    trimesh.Trimesh(vertices, np.asarray(faces), process=False).export(path)
    return path


@pytest.fixture(scope="module")
def good_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("meshes")
    ball = trimesh.creation.icosphere(subdivisions=1, radius=20.0)
    for kind in KINDS:
        ball.export(folder / f"m.{kind}")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("kind", KINDS)
def test_a_closed_part_is_told_from_an_open_one(kind: str, tmp_path: Path) -> None:
    box = trimesh.creation.box((30, 20, 10))
    closed = describe_mesh(saved(tmp_path / f"closed.{kind}", box.vertices, box.faces))
    assert closed.numbers == {
        "vertices": 8, "faces": 12, "watertight": True, "open_edges": 0, "crowded_edges": 0,
        "size_mm": [30.0, 20.0, 10.0],
    }  # fmt: skip
    assert closed.notes == ()
    opened = describe_mesh(saved(tmp_path / f"open.{kind}", box.vertices, box.faces[:-1]))
    assert (opened.numbers["watertight"], opened.numbers["open_edges"]) == (False, 3)


def test_real_meshes_are_as_watertight_as_trimesh_says(real_data: Path) -> None:
    files = [path for path in sorted((real_data / "meshes").iterdir()) if path.suffix.lower() in (".stl", ".ply")]
    assert len(files) > 5
    for path in files:
        solid = trimesh.load_mesh(path, process=False)
        solid.merge_vertices(merge_tex=True, merge_norm=True, digits_vertex=12)
        said = describe_mesh(path).numbers
        assert (said["faces"], said["watertight"]) == (len(solid.faces), solid.is_watertight), path.name


def test_an_edge_of_three_triangles_and_metres_are_said(tmp_path: Path) -> None:
    said = describe_mesh(saved(tmp_path / "fan.ply", FAN[0] / 1000, FAN[1]))
    assert (said.numbers["crowded_edges"], said.numbers["watertight"]) == (1, False)
    crowded, unit = said.notes
    assert "1 of its edges" in crowded.why
    assert "in metres it is 18 mm" in unit.why
    (unit,) = describe_mesh(saved(tmp_path / "huge.ply", trimesh.creation.box().vertices * 2e4, [[0, 1, 2]])).notes
    assert "in micrometres" in unit.why


def test_a_mesh_beyond_any_part_and_one_that_signals_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="larger than any part"):
        read_surface(saved(tmp_path / "far.stl", FAN[0] * 1e30, FAN[1]))
    path = saved(tmp_path / "nan.stl", *FAN)
    raw = bytearray(path.read_bytes())
    raw[84 + 12 : 84 + 16] = struct.pack("<I", 0x7FA00000)
    path.write_bytes(raw)
    with pytest.raises(Problem, match="not numbers"):
        read_surface(path)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mesh_with_changed_bytes_is_read_or_refused_and_nothing_else(
    data: st.DataObject, good_files: dict[str, bytes], tmp_path: Path
) -> None:
    name = data.draw(st.sampled_from(sorted(good_files)))
    raw = good_files[name]
    at = data.draw(st.integers(0, len(raw) - 1))
    put = data.draw(
        st.binary(max_size=9)
        | st.sampled_from(
            [b"nan", b"1e400", b"-7", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"element face 999999999\n"]
        )
    )
    path = tmp_path / name
    path.write_bytes(raw[:at] + put + raw[at + data.draw(st.integers(0, 30)) :])
    with contextlib.suppress(Problem):
        assert np.isfinite(read_surface(path).vertices).all()
