"""Ctrl-C and a full disk, met by commands in processes of their own: what is finished is kept, and it goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pentad.io.results import RunFile
from pentad.io.store import ProjectStore
from tests.helpers.disks import fill, small_disk
from tests.helpers.tiny_dataset import write_tiny_dataset

_BRIGHT = """
import sys, time
from pentad.cli import main
from pentad.session.models import Models
from tests.helpers import bright_model
Models.installed = bright_model.bright_models
plain = bright_model.brightness
def slow(pixels):
    time.sleep(float(sys.argv[1]))
    return plain(pixels)
bright_model.brightness = slow
sys.exit(main(sys.argv[2:]))
"""
PATIENCE_S = 60.0


def start(*words: object, slow: float = 0.0) -> subprocess.Popen[str]:
    """The command in a process group of its own, as a shell starts it."""
    command = [sys.executable, "-c", _BRIGHT, str(slow), *map(str, words), "--json"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not ready():
        assert time.monotonic() < end
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def finished(folder: Path) -> list[Path]:
    """The finished parts of a sample; what is being made may vanish while one looks at it."""
    return list((folder / "data").glob("[!.]*/*/*/S*"))


def parts(folder: Path) -> dict[Path, bytes]:
    """Every file of the finished parts."""
    files = (path for part in finished(folder) for path in part.rglob("*"))
    return {path: path.read_bytes() for path in files if path.is_file()}


@pytest.mark.parametrize("whole_group", [True, False], ids=["ctrl-c in a terminal", "kill -INT of the command"])
def test_an_interrupted_sample_keeps_its_parts_and_goes_on(whole_group: bool, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    words = ("sample", folder, "--parts", 7, "--size", 144)
    process = start(*words)
    wait_until(lambda: len(finished(folder)) >= 2, process)
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    code, out, err = finish(process)
    assert (code, out) == (130, "")
    assert "what was finished is kept" in err
    kept = parts(folder)
    count = len({path.parts[len(folder.parts) + 4] for path in kept})
    assert 2 <= count < 7
    assert not list((folder / "data").glob(".making-*"))
    with ProjectStore.open(folder) as store:
        assert len(store.samples()) == count
    code, out, err = finish(start(*words))
    assert code == 0, err
    assert json.loads(out)["parts"] == 7
    now = parts(folder)
    assert {path: now[path] for path in kept} == kept
    with ProjectStore.open(folder) as store:
        assert len(store.samples()) == 7


def test_an_interrupted_detection_goes_on_with_the_rest(tmp_path: Path) -> None:
    plates = write_tiny_dataset(tmp_path / "plates")
    model, run = tmp_path / "model", tmp_path / "run.h5"
    assert finish(start("train", "bright", "--data", plates, "--out", model))[0] == 0
    words = ("detect", "--model", model, "--data", plates, "--out", run)
    process = start(*words, slow=0.05)
    wait_until(lambda: len(list(tmp_path.glob("run.h5.parts/*.npz"))) >= 2, process)
    os.killpg(process.pid, signal.SIGINT)
    code, out, _ = finish(process)
    assert (code, out) == (130, "")
    assert not run.exists()
    done = len(list(tmp_path.glob("run.h5.parts/*.npz")))
    code, out, err = finish(start(*words))
    assert code == 0, err
    assert json.loads(out)["images"] == 5 * (6 - done)
    with RunFile.open(run) as finished:
        assert len(finished.samples) == 6


def test_a_full_disk_ends_a_detection_at_once_and_loses_nothing(tmp_path: Path) -> None:
    plates = write_tiny_dataset(tmp_path / "plates")
    model = tmp_path / "model"
    assert finish(start("train", "bright", "--data", plates, "--out", model))[0] == 0
    with small_disk(tmp_path / "disk", kilobytes=512) as disk:
        run = disk / "run.h5"
        words = ("detect", "--model", model, "--data", plates, "--out", run)
        filler = fill(disk, leave=40_000)
        code, out, err = finish(start(*words))
        assert (code, out) == (2, "")
        assert str(disk) in err
        assert "full" in err
        assert not run.exists()
        done = len([part for part in disk.glob("run.h5.parts/*.npz") if not part.name.startswith(".")])
        assert 0 < done < 6
        filler.unlink()
        code, out, err = finish(start(*words))
        assert code == 0, err
        assert json.loads(out)["images"] == 5 * (6 - done)


def test_a_full_disk_ends_a_training_or_a_sample_with_a_problem(tmp_path: Path) -> None:
    plates = write_tiny_dataset(tmp_path / "plates", train=1, good=1, bad=0)
    with small_disk(tmp_path / "disk", kilobytes=256) as disk:
        filler = fill(disk)
        code, _, err = finish(start("train", "bright", "--data", plates, "--out", disk / "model"))
        assert (code, "full" in err) == (2, True), err
        assert not (disk / "model/model.json").exists()
        code, _, err = finish(start("sample", disk / "sample", "--parts", 2, "--size", 96))
        assert (code, "full" in err) == (2, True), err
        code, _, err = finish(start("project", "new", disk / "project", "--data", plates))
        assert (code, "full" in err) == (2, True), err
        filler.unlink()
        code, out, err = finish(start("project", "new", disk / "project", "--data", plates))
        assert code == 0, err
        assert json.loads(out)["samples"] == 2
