"""``pentad splat`` makes the splats that a library of its own would, and ``pentad info`` tells what they are."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from pentad.io.splats import read_splats
from pentad.sdk.testing import PatientTicket
from tests.cli.conftest import Pentad


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "box.stl"
    trimesh.creation.box((40, 40, 40)).export(path)
    return path


def test_a_box_has_a_splat_for_every_cell_of_every_side(pentad: Pentad, box: Path, tmp_path: Path) -> None:
    said = pentad("splat", box, "--out", tmp_path / "box.ply", "--density", 0.1).json
    assert said.keys() >= {"splats", "triangles", "seconds"}
    assert (said["splats"], said["triangles"], said["without_area"]) == (6 * 116**2, 12, 0)
    cloud = read_splats(tmp_path / "box.ply", PatientTicket())
    assert len(cloud) == said["splats"]
    np.testing.assert_allclose(cloud.scales[:, :2], 0.65 * 40 / 116, rtol=1e-5)
    np.testing.assert_allclose(cloud.opacities, 0.731, atol=1e-6)
    np.testing.assert_allclose(np.abs(cloud.means).max(axis=1), 20, atol=1e-4)


def test_resolution_scale_mode_and_opacity_are_what_was_asked_for(pentad: Pentad, box: Path, tmp_path: Path) -> None:
    out = tmp_path / "box.ply"
    said = pentad("splat", box, "--out", out, "--resolution", 20, "--scale", 1, "--mode", "exact", "--opacity", 1).json
    assert said["splats"] == 6 * 20**2
    cloud = read_splats(out, PatientTicket())
    np.testing.assert_allclose(cloud.scales[:, :2], 2, rtol=1e-5)
    assert cloud.opacities.min() > 0.999999


def test_info_tells_splats_from_meshes(pentad: Pentad, box: Path, tmp_path: Path) -> None:
    pentad("splat", box, "--out", tmp_path / "box.ply", "--resolution", 20)
    said = pentad("info", tmp_path / "box.ply").json
    assert (said["kind"], said["splats"], said["degree"], said["format"]) == ("splats", 2400, 0, "standard")
    assert said["opacity"] == pytest.approx([0.731, 0.731], abs=1e-5)
    np.testing.assert_allclose(said["bounds"], [[-20] * 3, [20] * 3], atol=1e-4)
    trimesh.creation.box().export(tmp_path / "mesh.ply")
    assert pentad("info", tmp_path / "mesh.ply").json["kind"] == "mesh"


def test_a_cut_splat_file_is_not_taken_for_a_mesh(pentad: Pentad, box: Path, tmp_path: Path) -> None:
    out = tmp_path / "box.ply"
    pentad("splat", box, "--out", out, "--resolution", 20)
    out.write_bytes(out.read_bytes()[:50_000])
    assert "cut short" in pentad("info", out).error


def test_what_cannot_be_splatted_is_a_problem_and_leaves_nothing(pentad: Pentad, box: Path, tmp_path: Path) -> None:
    out = tmp_path / "box.ply"
    assert "no name for splats" in pentad("splat", box, "--out", tmp_path / "box.splat").error
    assert "'density' cannot be 2" in pentad("splat", box, "--out", out, "--density", 2).error
    assert "No aligner" in pentad("splat", box, "--out", out, "--aligner", "none").error
    assert "cannot be read" in pentad("splat", tmp_path / "none.stl", "--out", out).error
    assert not out.exists()
    pentad("splat", box, "--out", out, "--resolution", 20)
    assert "is there already" in pentad("splat", box, "--out", out, "--resolution", 20).error
    assert pentad("splat", box, "--out", out, "--resolution", 30, "--force").json["splats"] == 5400


def test_triangles_without_area_are_counted_and_a_mesh_is_reduced_when_asked(pentad: Pentad, tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(4)
    faces = np.vstack([ball.faces, [[0, 1, 1], [2, 2, 2]]])
    trimesh.Trimesh(ball.vertices, faces, process=False).export(tmp_path / "ball.obj")
    whole = pentad("splat", tmp_path / "ball.obj", "--out", tmp_path / "a.ply", "--resolution", 100).json
    assert (whole["triangles"], whole["without_area"]) == (5122, 2)
    assert whole["splats"] == pytest.approx(10.445 / 4 * 100**2, rel=0.01)
    fewer = pentad("splat", tmp_path / "ball.obj", "--out", tmp_path / "b.ply", "--resolution", 100, "--decimate", 500)
    assert fewer.json["splats"] == pytest.approx(whole["splats"], rel=0.1)
