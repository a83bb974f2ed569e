"""A real window over a real session, for stories driven by mouse and keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.desk import Desk, open_desk
from tests.helpers.tiny_dataset import write_tiny_dataset


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """A tiny data set of five-view plates, three of them with a marked bright spot."""
    return write_tiny_dataset(tmp_path / "plates")


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    """The window, with nothing open."""
    desk = open_desk(qtbot)
    yield desk
    desk.window.close()
