"""Damaged splat PLYs: a Problem that says what is wrong, never a traceback, a hang or a made-up cloud."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.io.splats import describe_splats, holds_splats, read_splats, write_splats
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from tests.helpers.splat_clouds import STANDARD, packed_ply, some_cloud

Change = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("ply") / "a.ply"
    write_splats(path, some_cloud(20), PatientTicket())
    return path.read_bytes()


@pytest.fixture(scope="module")
def packed() -> bytes:
    return packed_ply(some_cloud(300, harmonics=3), colours=True, harmonics=3)


def refused(path: Path, data: bytes) -> Problem:
    path.write_bytes(data)
    with pytest.raises(Problem) as caught:
        read_splats(path, PatientTicket())
    assert path.name in str(caught.value)
    assert caught.value.remedy
    return caught.value


def with_number(column: str, number: float) -> Change:
    def change(data: bytes) -> bytes:
        head, mark, body = data.partition(b"end_header\n")
        table = np.frombuffer(body, "<f4").reshape(-1, len(STANDARD)).copy()
        table[3, STANDARD.index(column)] = number
        return head + mark + table.tobytes()

    return change


def no_rotation(data: bytes) -> bytes:
    for k in range(4):
        data = with_number(f"rot_{k}", 0.0)(data)
    return data


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"", "no PLY"),
        (lambda data: b"\x89PNG\r\n", "no PLY"),
        (lambda data: b"ply\n", "header does not end"),
        (lambda data: data[:100], "header does not end"),
        (lambda data: data[:-1], "cut short"),
        (lambda data: data + b"x", "1 bytes longer"),
        (lambda data: data.replace(b"vertex 20", b"vertex 19"), "longer than its counts"),
        (lambda data: data.replace(b"vertex 20", b"vertex 99999999"), "too large"),
        (lambda data: data.replace(b"vertex 20", b"vertex 49999999"), "cut short"),
        (lambda data: data.replace(b"vertex 20", b"vertex -20"), "the line"),
        (lambda data: data.replace(b"vertex 20", b"vertex 2e1"), "the line"),
        (lambda data: data.replace(b"binary_little_endian", b"binary_middle_endian"), "format"),
        (lambda data: data.replace(b"binary_little_endian", b"ascii"), "is not all numbers|has not 62|cut short"),
        (lambda data: data.replace(b"float opacity", b"gloat opacity"), "the line"),
        (lambda data: data.replace(b"float opacity", b"float"), "the line"),
        (lambda data: data.replace(b"float opacity", b"float x"), "two of one name"),
        (lambda data: data.replace(b"float opacity", b"float opaque"), "holds no splats"),
        (lambda data: data.replace(b"float scale_1", b"int scale_1"), "'scale_1' is int32"),
        (lambda data: data.replace(b"float f_dc_1", b"float f_dc_9"), "no property 'f_dc_1'"),
        (lambda data: data.replace(b"float f_rest_44", b"float rest_44"), "no degree"),
        (lambda data: data.replace(b"float f_rest_44", b"float f_rest_77"), "no degree"),
        (lambda data: data.replace(b"element vertex 20", b"element vertex 0")[: data.index(b"header\n") + 6], "empty"),
        (with_number("x", np.nan), "places that are not numbers"),
        (with_number("y", np.inf), "places that are not numbers"),
        (with_number("scale_2", 1000.0), "scales that are not numbers"),
        (with_number("opacity", np.nan), "opacities that are not numbers"),
        (with_number("f_dc_0", -np.inf), "colours that are not numbers"),
        (with_number("f_rest_7", np.nan), "harmonics that are not numbers"),
        (with_number("nz", np.nan), "normals that are not numbers"),
        (no_rotation, "without a rotation"),
    ],
)
def test_a_damaged_file_is_a_problem_in_words(tmp_path: Path, whole: bytes, change: Change, words: str) -> None:
    problem = refused(tmp_path / "bad.ply", change(whole))
    assert any(word in str(problem) for word in words.split("|")), str(problem)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.replace(b"chunk 2", b"chunk 1")[:-72], "need 2 chunks"),
        (lambda data: data.replace(b"element chunk", b"element lumps"), "need 2 chunks"),
        (lambda data: data.replace(b"float max_scale_y", b"float max_scale_q"), "no max_scale_y"),
        (lambda data: data.replace(b"float max_g", b"float max_q"), "no max_g"),
        (lambda data: data.replace(b"float max_y", b"int max_y"), "not floats"),
        (lambda data: data.replace(b"uint packed_scale", b"int packed_scale"), "words of 32 bits"),
        (lambda data: data.replace(b"element sh 300", b"element sh 299"), "longer|harmonics of 299"),
        (lambda data: data.replace(b"uchar f_rest_8", b"char f_rest_8"), "not bytes"),
        (lambda data: data.replace(b"uchar f_rest_8", b"uchar g_rest_8"), "no degree"),
        (lambda data: data[:-5], "cut short"),
        (lambda data: data.replace(b"end_header\n", b"end_header\n\0\0\xc0\x7f", 1)[:-4], "not numbers"),
    ],
)
def test_damaged_compressed_files_are_problems_too(tmp_path: Path, packed: bytes, change: Change, words: str) -> None:
    problem = refused(tmp_path / "bad.ply", change(packed))
    assert any(word in str(problem) for word in words.split("|")), str(problem)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.booleans())
def test_any_few_damaged_bytes_give_a_sound_cloud_or_a_problem(
    tmp_path: Path, whole: bytes, packed: bytes, data: st.DataObject, compressed: bool
) -> None:
    spoilt = bytearray(packed if compressed else whole)
    for _ in range(data.draw(st.integers(1, 4))):
        # Why so: half of the damage goes where the words are.
        at = data.draw(st.integers(0, 1400) | st.integers(0, len(spoilt) - 1))
        spoilt[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "spoilt.ply"
    path.write_bytes(spoilt[: data.draw(st.integers(len(spoilt) // 2, 2 * len(spoilt)))])
    try:
        cloud = read_splats(path, PatientTicket())
    except Problem:
        return
    assert np.isfinite(cloud.means).all()
    assert np.isfinite(cloud.scales).all()
    np.testing.assert_allclose(np.linalg.norm(cloud.rotations, axis=1), 1, atol=1e-5)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(
    ["element vertex 2", "element vertex", "property float x", "property list uchar int x", "format ascii 1.0",
     "comment", "property", "element chunk 1", "1 2 3", "end_header", "x" * 300, "property uint packed_color", ""]
)))  # fmt: skip
def test_any_header_is_read_or_refused(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "odd.ply"
    path.write_text("\n".join(["ply", "format ascii 1.0", *lines, "end_header", "1 2", ""]))
    with suppress(Problem):
        holds_splats(path)
        describe_splats(path, PatientTicket())


def test_a_file_without_an_end_of_line_is_not_read_whole(tmp_path: Path) -> None:
    problem = refused(tmp_path / "long.ply", b"ply\nformat ascii 1.0\n" + b"comment " + b"x" * 5_000_000)
    assert "header does not end" in str(problem)


def test_a_missing_file_and_a_folder_are_problems(tmp_path: Path) -> None:
    for path in (tmp_path / "none.ply", tmp_path):
        with pytest.raises(Problem):
            read_splats(path, PatientTicket())


def test_writing_taken_back_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    path.write_bytes(b"before")
    with pytest.raises(Cancelled):
        write_splats(path, some_cloud(200_000), ImpatientTicket(1))
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.ply"]
