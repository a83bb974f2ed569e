"""Splat PLYs: standard ones there and back, and what independent writers of other kinds meant."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from scipy.special import expit, logit

from pentad.core.splat_cloud import SplatCloud
from pentad.io.splats import describe_splats, holds_splats, read_splats, write_splats
from pentad.sdk.testing import PatientTicket
from tests.helpers.splat_clouds import STANDARD, packed_ply, some_cloud


def same(one: SplatCloud, other: SplatCloud) -> None:
    np.testing.assert_array_equal(one.means, other.means)
    np.testing.assert_allclose(one.scales, other.scales, rtol=2e-6)
    np.testing.assert_allclose(one.rotations, other.rotations, atol=2e-7)
    np.testing.assert_allclose(one.opacities, other.opacities, atol=4e-7)
    np.testing.assert_allclose(one.colours, other.colours, atol=4e-7)
    for mine, its in ((one.normals, other.normals), (one.harmonics, other.harmonics)):
        assert (mine is None) == (its is None)
        if mine is not None and its is not None:
            np.testing.assert_array_equal(mine, its)


@given(st.integers(1, 40), st.integers(0, 10_000), st.sampled_from([0, 3, 8, 15]))
@settings(max_examples=30, deadline=None)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, count: int, seed: int, k: int) -> None:
    path, cloud = tmp_path_factory.mktemp("ply") / "a.ply", some_cloud(count, seed, harmonics=k)
    write_splats(path, cloud, PatientTicket())
    same(read_splats(path, PatientTicket()), cloud)
    assert describe_splats(path, PatientTicket())["degree"] == {0: 0, 3: 1, 8: 2, 15: 3}[k]


def test_many_splats_are_written_and_read_in_parts_with_progress(tmp_path: Path) -> None:
    path, cloud, ticket = tmp_path / "many.ply", some_cloud(150_001), PatientTicket()
    write_splats(path, cloud, ticket)
    same(read_splats(path, ticket), cloud)
    assert len(ticket.fractions) > 4


def test_the_file_is_the_one_that_other_readers_expect(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    cloud = some_cloud(1, normals=False)
    write_splats(path, cloud, PatientTicket())
    head, _, body = path.read_bytes().partition(b"end_header\n")
    lines = head.decode().splitlines()
    assert lines[:3] == ["ply", "format binary_little_endian 1.0", "element vertex 1"]
    assert [line.split() for line in lines[3:]] == [["property", "float", name] for name in STANDARD]
    row = dict(zip(STANDARD, struct.unpack("<62f", body), strict=True))
    assert [row["x"], row["y"], row["z"]] == cloud.means[0].tolist()
    assert [row[f"scale_{k}"] for k in range(3)] == pytest.approx(np.log(cloud.scales[0]), rel=1e-6)
    assert [row[f"rot_{k}"] for k in range(4)] == cloud.rotations[0].tolist()
    assert row["opacity"] == pytest.approx(logit(cloud.opacities[0]), rel=1e-5)
    assert [row[f"f_dc_{k}"] for k in range(3)] == pytest.approx(
        (cloud.colours[0] - 0.5) * np.sqrt(4 * np.pi), rel=1e-5
    )
    assert all(row[name] == 0 for name in STANDARD if name.startswith(("n", "f_rest")))


def test_opacities_of_one_and_zero_and_scales_of_zero_are_written_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    cloud = some_cloud(3)
    cloud.opacities[:] = [0, 1, 0.5]
    cloud.scales[0] = 0
    write_splats(path, cloud, PatientTicket())
    body = np.frombuffer(path.read_bytes().partition(b"end_header\n")[2], "<f4").reshape(3, 62)
    assert np.isfinite(body).all()
    assert body[:, STANDARD.index("opacity")].tolist() == [-15, 15, 0]
    read = read_splats(path, PatientTicket())
    np.testing.assert_allclose(read.opacities, [0, 1, 0.5], atol=4e-7)
    assert (read.scales[0] < 1e-36).all()


def test_infinite_logits_as_the_tool_writes_them_are_opacities(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    write_splats(path, some_cloud(3), PatientTicket())
    head, mark, body = path.read_bytes().partition(b"end_header\n")
    table = np.frombuffer(body, "<f4").reshape(3, 62).copy()
    table[:, STANDARD.index("opacity")] = [np.inf, -np.inf, 1]
    path.write_bytes(head + mark + table.tobytes())
    np.testing.assert_allclose(read_splats(path, PatientTicket()).opacities, [1, 0, 0.7310586], rtol=1e-6)


@pytest.mark.parametrize("kind", ["ascii", "binary_big_endian"])
@pytest.mark.parametrize("harmonics", [0, 8])
def test_text_and_big_endian_files_hold_the_same(tmp_path: Path, kind: str, harmonics: int) -> None:
    path, cloud = tmp_path / "a.ply", some_cloud(50, harmonics=harmonics)
    write_splats(path, cloud, PatientTicket())
    head, mark, body = path.read_bytes().partition(b"end_header\n")
    table = np.frombuffer(body, "<f4").reshape(50, -1)
    if kind == "ascii":
        body = "\r\n".join(" ".join(repr(float(number)) for number in row) for row in table).encode()
    else:
        body = table.astype(">f4").tobytes()
    path.write_bytes(head.replace(b"binary_little_endian", kind.encode()) + mark + body)
    same(read_splats(path, PatientTicket()), cloud)


def test_columns_in_any_order_doubles_comments_and_other_elements_are_read(tmp_path: Path) -> None:
    cloud = some_cloud(4, normals=False)
    columns = {
        "rot_3": cloud.rotations[:, 3], "label": np.arange(4), "x": cloud.means[:, 0],
        "opacity": logit(cloud.opacities), "y": cloud.means[:, 1], "z": cloud.means[:, 2],
        **{f"scale_{k}": np.log(cloud.scales[:, k]) for k in range(3)},
        **{f"rot_{k}": cloud.rotations[:, k] for k in range(3)},
        **{f"f_dc_{k}": (cloud.colours[:, k] - 0.5) * np.sqrt(4 * np.pi) for k in range(3)},
    }  # fmt: skip
    table = np.zeros(4, [(name, "<u2" if name == "label" else "<f8") for name in columns])
    for name, values in columns.items():
        table[name] = values
    words = [f"property {'ushort' if name == 'label' else 'double'} {name}" for name in columns]
    head = ["ply", "format binary_little_endian 1.0", "comment made by hand", "obj_info nothing", "element camera 2",
            "property int id", "element vertex 4", *words, "element face 1",
            "property list uchar int vertex_indices"]  # fmt: skip
    path = tmp_path / "a.ply"
    body = struct.pack("<2i", 7, 8) + table.tobytes() + struct.pack("<B3i", 3, 0, 1, 2)
    path.write_bytes("\n".join([*head, "end_header", ""]).encode() + body)
    same(read_splats(path, PatientTicket()), cloud)


def test_colours_and_opacities_in_bytes_are_read(tmp_path: Path) -> None:
    fields = [("x", "f4"), ("y", "f4"), ("z", "f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1"), ("opacity", "u1")]
    fields += [*((f"rot_{k}", "f4") for k in range(4)), *((f"scale_{k}", "f4") for k in range(3))]
    fields += [("octa_nx", "u1"), ("octa_ny", "u1"), ("roughness", "u1"), ("metallic", "u1")]
    table = np.zeros(2, fields)
    table["rot_0"], table["red"], table["green"], table["opacity"] = 2.0, [255, 0], [51, 102], [255, 128]
    words = [f"property {'float' if kind == 'f4' else 'uint8'} {name}" for name, kind in fields]
    path = tmp_path / "small.ply"
    head = ["ply", "format binary_little_endian 1.0", "element vertex 2", *words, "end_header", ""]
    path.write_bytes("\n".join(head).encode() + table.tobytes())
    cloud = read_splats(path, PatientTicket())
    np.testing.assert_allclose(cloud.colours, [[1, 0.2, 0], [0, 0.4, 0]], atol=1e-6)
    np.testing.assert_allclose(cloud.opacities, [1, 128 / 255], atol=1e-6)
    np.testing.assert_allclose(cloud.rotations, [[1, 0, 0, 0]] * 2)
    np.testing.assert_allclose(cloud.scales, 1)
    assert cloud.normals is None


@pytest.mark.parametrize(("colours", "harmonics"), [(False, 0), (True, 0), (True, 3), (False, 15)])
def test_compressed_splats_are_read_within_their_steps(tmp_path: Path, colours: bool, harmonics: int) -> None:
    path, cloud = tmp_path / "a.compressed.ply", some_cloud(600, harmonics=harmonics)
    if not colours:
        cloud.colours[:] = cloud.colours.clip(0, 1)
    path.write_bytes(packed_ply(cloud, colours=colours, harmonics=harmonics))
    read = read_splats(path, PatientTicket())
    assert holds_splats(path)
    assert describe_splats(path, PatientTicket())["format"] == "compressed"
    span = np.ptp(cloud.means, axis=0).max()
    np.testing.assert_allclose(read.means, cloud.means, atol=0.51 * span / 1023)
    np.testing.assert_allclose(np.log(read.scales), np.log(cloud.scales), atol=0.51 * 10 / 1023)
    np.testing.assert_allclose(read.colours, cloud.colours, atol=0.51 * 2 / 255)
    np.testing.assert_allclose(read.opacities, cloud.opacities, atol=0.51 / 255)
    turned = Rotation.from_quat(read.rotations, scalar_first=True)
    away = turned * Rotation.from_quat(cloud.rotations, scalar_first=True).inv()
    assert away.magnitude().max() < 0.006
    if harmonics:
        assert read.harmonics is not None
        assert cloud.harmonics is not None
        np.testing.assert_allclose(read.harmonics, np.clip(cloud.harmonics, -4, 4), atol=0.51 * 8 / 255)
    else:
        assert read.harmonics is None


def test_a_mesh_is_no_cloud_of_splats(tmp_path: Path) -> None:
    path = tmp_path / "mesh.ply"
    words = ["ply", "format ascii 1.0", "element vertex 1", *(f"property float {axis}" for axis in "xyz")]
    path.write_text(
        "\n".join([*words, "element face 0", "property list uchar int vertex_index", "end_header", "0 0 0", ""])
    )
    assert not holds_splats(path)


@pytest.mark.data
def test_a_trained_scene_is_read_with_its_harmonics(real_data: Path) -> None:
    path = real_data / "splats" / "train-1000.ply"
    about = describe_splats(path, PatientTicket())
    assert (about["splats"], about["degree"], about["format"]) == (1000, 3, "standard")
    cloud = read_splats(path, PatientTicket())
    raw = np.frombuffer(path.read_bytes().partition(b"end_header\n")[2], "<f4").reshape(1000, 62)
    np.testing.assert_array_equal(cloud.means, raw[:, :3])
    np.testing.assert_allclose(cloud.opacities, expit(raw[:, 54]), rtol=1e-5)
    assert cloud.harmonics is not None
    np.testing.assert_array_equal(cloud.harmonics[:, 4, 1], raw[:, 9 + 15 + 4])
    assert read_splats(path, PatientTicket(), harmonics=False).harmonics is None
