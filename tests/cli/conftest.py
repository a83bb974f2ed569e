"""Commands as a person gives them, with the brightness model installed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pentad.cli import main
from pentad.session.models import Models
from tests.helpers.bright_model import bright_models
from tests.helpers.tiny_dataset import write_tiny_dataset


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout of a command that went well."""
        assert self.code == 0, self.err
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def error(self) -> str:
        """The one line on stderr of a command that met a Problem."""
        assert self.code == 2, self.out + self.err
        assert self.out == ""
        assert "Traceback" not in self.err
        (line,) = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert "(remedy: " in line
        return line


Pentad = Callable[..., Said]


@pytest.fixture
def pentad(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Pentad:
    """Gives a command with ``--json`` and says what came of it."""
    monkeypatch.setattr(Models, "installed", bright_models)

    def run(*words: object) -> Said:
        capfd.readouterr()
        code = main([*map(str, words), "--json"])
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """Four good plates for training, three good and three spotted ones for testing."""
    return write_tiny_dataset(tmp_path / "plates")


@pytest.fixture
def model(pentad: Pentad, plates: Path, tmp_path: Path) -> Path:
    """The brightness model trained on the plates."""
    assert pentad("train", "bright", "--data", plates, "--out", tmp_path / "model").code == 0
    return tmp_path / "model"


@pytest.fixture
def run(pentad: Pentad, model: Path, plates: Path, tmp_path: Path) -> Path:
    """What it says of the test split."""
    assert pentad("detect", "--model", model, "--data", plates, "--out", tmp_path / "run.h5").code == 0
    return tmp_path / "run.h5"
