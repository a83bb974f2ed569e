"""Ctrl-C and a full disk in the middle of an export or an import: nothing half-written, nothing lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pentad.core.label_class import LabelClass
from pentad.io.store import ProjectStore
from pentad.sdk.exchange import Picture
from pentad.sdk.testing import PatientTicket
from pentad.session.matching import pictures_of
from pentad.session.project import create_project
from tests.faults.test_interrupted_commands import PATIENCE_S, finish, wait_until
from tests.helpers.disks import fill, small_disk
from tests.helpers.tiny_dataset import write_tiny_dataset

SIZE = (360, 480)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Fifty views, each full of small regions."""
    plates = write_tiny_dataset(tmp_path / "plates", size=SIZE)
    create_project(tmp_path / "project", plates, ticket=PatientTicket()).close()
    with ProjectStore.open(tmp_path / "project") as store:
        store.set_labels([LabelClass(1, "Defect", "#56b4e9")])
        labels = (np.random.default_rng(0).random(SIZE) > 0.99).astype(np.uint8)
        for picture in pictures(store):
            store.masks.write(picture.sample, picture.view, labels)
    return tmp_path / "project"


def pictures(store: ProjectStore) -> list[Picture]:
    return pictures_of(store.samples())


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pentad.cli", *map(str, words), "--json"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".pentad-*") if path.name != ".pentad-export"]


@pytest.mark.parametrize("format", ["coco", "labelme"])
def test_an_interrupted_export_leaves_nothing_behind(project: Path, tmp_path: Path, format: str) -> None:
    process = start("export", project, "--format", format, "--out", tmp_path / "out")
    wait_until(lambda: any(path.stat().st_size for path in tmp_path.glob(".pentad-*.new/**/*.json")), process)
    os.killpg(process.pid, signal.SIGINT)
    code, out, _ = finish(process)
    assert (code, out) == (130, "")
    assert not (tmp_path / "out").exists()
    assert hidden(tmp_path) == []


def test_an_interrupted_import_keeps_whole_masks_and_goes_on(project: Path, tmp_path: Path) -> None:
    exported = start("export", project, "--format", "coco", "--out", tmp_path / "out", "--set", "instances=classes")
    assert finish(exported)[0] == 0
    with ProjectStore.open(project) as store:
        for picture in pictures(store):
            store.masks.path(picture.sample, picture.view).unlink()
        expected = (np.random.default_rng(0).random(SIZE) > 0.99).astype(np.uint8)
    process = start("import", project, "--format", "coco", tmp_path / "out")
    wait_until(lambda: len(list((project / "masks").rglob("[a-z]*.png"))) >= 2, process)
    process.send_signal(signal.SIGINT)
    assert finish(process)[0] == 130
    with ProjectStore.open(project) as store:
        kept = store.masks.annotated()
        assert 2 <= len(kept) < 50
        assert all(np.array_equal(np.asarray(store.masks.read(*key)), expected) for key in kept)
    assert hidden(project / "masks") == []
    assert finish(start("import", project, "--format", "coco", tmp_path / "out"))[0] == 0
    with ProjectStore.open(project) as store:
        assert len(store.masks.annotated()) == 50


def test_a_full_disk_is_named_and_leaves_the_earlier_export(project: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=9_000) as disk:
        code, _, _ = finish(start("export", project, "--format", "png", "--out", disk / "out"))
        assert code == 0
        before = sorted(path.name for path in (disk / "out").rglob("*"))
        fill(disk, leave=200_000)
        begun = time.monotonic()
        code, _, err = finish(start("export", project, "--format", "labelme", "--out", disk / "out", "--force"))
        assert code == 2
        assert "the disk is full" in err
        assert time.monotonic() - begun < PATIENCE_S
        assert sorted(path.name for path in (disk / "out").rglob("*")) == before
        assert hidden(disk) == []
