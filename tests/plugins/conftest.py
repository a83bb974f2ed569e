"""What the tests of models share: one tiny backbone for the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.helpers.tiny_backbone import write_tiny_backbone


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a tiny random backbone, as the setting ``backbone`` names it."""
    return str(write_tiny_backbone(tmp_path_factory.mktemp("backbone") / "tiny"))


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Two threads on two busy cores wait for each other far longer than they compute."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's cache."""
    monkeypatch.setenv("PENTAD_HOME", str(tmp_path / "home"))
