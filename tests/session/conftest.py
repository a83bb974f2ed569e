"""A session over a tiny data set, for stories that need no window."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.gantry import RenderedPart, render_part
from tests.helpers.tiny_dataset import write_tiny_dataset
from tests.helpers.workroom import Workroom, open_workroom


@pytest.fixture
def room() -> Iterator[Workroom]:
    with open_workroom() as room:
        yield room


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """Four good plates for training, three good and three spotted ones for testing."""
    return write_tiny_dataset(tmp_path / "plates")


@pytest.fixture(scope="session")
def part(tmp_path_factory: pytest.TempPathFactory) -> RenderedPart:
    """Five rendered views of a housing with their rig, its mesh, and what the renderer saw; nobody writes there."""
    return render_part(tmp_path_factory.mktemp("gantry") / "data")
