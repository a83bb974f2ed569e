"""A tiny backbone as a model page offers it, and the home that imports go to."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.desk import Desk, open_desk
from tests.helpers.tiny_backbone import write_tiny_backbone

README = "---\nlicense: apache-2.0\ntags:\n- vision\n---\n# A model\n"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it is downloaded: configuration, weights, licence and model card. Not to be changed."""
    folder = write_tiny_backbone(tmp_path_factory.mktemp("published") / "dinov2-tiny")
    (folder / "README.md").write_text(README)
    (folder / "LICENSE").write_text("Apache License, Version 2.0")
    return folder


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    """The window, with nothing open."""
    desk = open_desk(qtbot)
    yield desk
    desk.window.close()


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return shutil.copytree(published, tmp_path / "dinov2-tiny")


def change_config(folder: Path, **values: object) -> None:
    content = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**content, **values}))
