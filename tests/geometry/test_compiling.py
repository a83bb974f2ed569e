"""Loops are compiled whether or not what comes of it can be kept anywhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pentad.geometry import compiled
from pentad.geometry.compiling import compiled as as_compiled

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import installed
from pentad.core.camera import Camera
assert installed.__file__.startswith(sys.argv[1])
lens = installed.flat_lens(Camera("one", np.diag([10.0, 10.0, 1.0]), np.eye(4), (8, 8)))
print(installed._pixel(0.5, 0.25, lens))
"""


@pytest.mark.parametrize("locked", [True, False])
def test_a_program_on_a_locked_machine_compiles_anew_and_others_keep_it(tmp_path: Path, *, locked: bool) -> None:
    folder = tmp_path / "program"
    folder.mkdir()
    shutil.copy(Path(compiled.__file__), folder / "installed.py")
    # Why a file in a folder's place: nobody can write below it, whatever he may do elsewhere.
    (tmp_path / "file").write_text("")
    if locked:
        (folder / "__pycache__").write_text("")
    environment = {**os.environ, "XDG_CACHE_HOME": f"{tmp_path / 'file'}", "HOME": f"{tmp_path / 'file'}"}
    environment.pop("NUMBA_CACHE_DIR", None)
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, f"{folder}"],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.strip() == "(5.0, 2.5)"
    assert len(list(folder.rglob("installed._pixel*.nbi"))) == (0 if locked else 1)


def test_division_by_zero_is_as_numpy_has_it_and_floats_take_only_liberties_they_are_given() -> None:
    made: dict[str, object] = {}
    exec("def inverse(x):\n    return 1 / x", made)
    inverse = made["inverse"]
    assert callable(inverse)
    assert as_compiled(inverse)(0.0) == np.inf
    assert as_compiled(inverse, fast=frozenset({"arcp"}))(4.0) == 0.25
    with pytest.raises(ValueError, match="Unrecognized fastmath flags"):
        as_compiled(inverse, fast=frozenset({"careless"}))(1.0)
