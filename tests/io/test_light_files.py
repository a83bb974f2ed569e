"""Light files are rows of numbers, and anything else is said."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.io.light_files import read_intensities, read_lights


def test_rows_with_blanks_commas_and_comments_are_read(tmp_path: Path) -> None:
    file = tmp_path / "lights.txt"
    file.write_text("# the ring\n0 0 1\n\n0.5, 0, 0.8\n  -0.5 0.1 0.8  # left\n")
    assert np.array_equal(read_lights(file), [[0.0, 0.0, 1.0], [0.5, 0.0, 0.8], [-0.5, 0.1, 0.8]])


@pytest.mark.parametrize("text", ["", "1 2\n", "1 2 3\n4 5\n", "a b c\n", "1 2 3 4\n"])
def test_anything_else_is_a_problem_naming_the_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "lights.txt"
    file.write_text(text)
    with pytest.raises(Problem, match=r"lights\.txt"):
        read_lights(file)


def test_intensities_are_one_or_three_numbers_a_light(tmp_path: Path) -> None:
    file = tmp_path / "intensities.txt"
    file.write_text("1\n2\n")
    assert np.array_equal(read_intensities(file), [[1], [2]])
    file.write_text("1 2 3\n4 5 6\n")
    assert np.array_equal(read_intensities(file), [[1, 2, 3], [4, 5, 6]])


@given(st.binary(max_size=200))
def test_rubbish_never_gives_a_traceback(tmp_path_factory: pytest.TempPathFactory, rubbish: bytes) -> None:
    file = tmp_path_factory.mktemp("lights") / "lights.txt"
    file.write_bytes(rubbish)
    with contextlib.suppress(Problem):
        assert read_lights(file).shape[1] == 3


def test_an_lp_file_gives_its_lights_in_the_order_of_the_images(tmp_path: Path) -> None:
    file = tmp_path / "dome.lp"
    file.write_text("3\nC:\\shots\\b 2.jpg 0 0 1\nC:\\shots\\a.jpg 1 0 1\nC:\\shots\\c.jpg 0 1 1\n")
    assert np.array_equal(read_lights(file, ["a.tif", "b 2.tif", "c.tif"]), [[1, 0, 1], [0, 0, 1], [0, 1, 1]])
    assert np.array_equal(read_lights(file), [[0, 0, 1], [1, 0, 1], [0, 1, 1]])
    with pytest.raises(Problem, match=r"dome.lp has no row for d.tif"):
        read_lights(file, ["a.tif", "d.tif"])


def test_a_first_row_that_counts_the_others_is_no_light(tmp_path: Path) -> None:
    file = tmp_path / "lights.txt"
    file.write_text("2\n0 0 1\n0.5 0 0.8\n")
    assert read_lights(file, ["any.png"]).shape == (2, 3)
