"""A session over a tiny data set, for stories that need no window."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
