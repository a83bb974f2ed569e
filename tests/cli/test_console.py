"""What a command says is one JSON object or aligned lines, and its exit code means what the contract says."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pentad.cli import main
from pentad.cli.console import lines, plain
from pentad.core.resource import resource


def test_not_a_number_is_null_and_paths_are_text() -> None:
    said = plain({"a": math.nan, "b": Path("x/y"), "c": np.float32(0.5), "d": (1, np.int64(2)), "e": None, "f": True})
    assert json.loads(json.dumps(said, allow_nan=False)) == {
        "a": None, "b": "x/y", "c": 0.5, "d": [1, 2], "e": None, "f": True,
    }  # fmt: skip


def test_lines_are_aligned_and_nested() -> None:
    said = lines({"images": 3, "i_auroc": None, "parts": {"a": 0.123456}, "rows": [{"id": "x", "ok": True}]})
    assert said == ["images   3", "i_auroc  -", "parts", "  a  0.1235", "rows", "  - id x, ok True"]


def test_info_prints_exactly_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(resource("calibration", "camera_1.yaml")), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["cameras"][0]["image_size"] == [4096, 3000]
    assert said["cameras"][0]["homography_error"] < 1e-12


def test_a_problem_exits_with_two_and_names_its_remedy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["info", str(tmp_path / "nothing")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: There is nothing at")
    assert "(remedy: " in said.err
    assert "Traceback" not in said.err


def test_an_existing_output_is_refused_without_force(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "normals.npy"
    out.write_bytes(b"precious")
    code = main(["normals", "a.png", "b.png", "c.png", "--lights", "lights.txt", "--out", str(out)])
    assert code == 2
    assert out.read_bytes() == b"precious"
    assert "--force" in capsys.readouterr().err


def test_every_command_explains_itself() -> None:
    """In a process of its own, as argparse exits."""
    said = subprocess.run(
        [sys.executable, "-m", "pentad.cli", "--help"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    for command in ("sample", "info", "project", "normals", "train", "detect", "evaluate", "doctor"):
        assert f"\n    {command} " in said
