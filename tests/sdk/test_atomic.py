"""A file is either as it was or as it should be."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pentad.core.problem import Problem
from pentad.sdk.atomic import make_folder, replace_file, sweep_stale, write_bytes
from tests.helpers.disks import small_disk

_WRITER = """
import sys
from pathlib import Path
from pentad.sdk.atomic import write_bytes
print("ready", flush=True)
number = 0
while True:
    number += 1
    write_bytes(Path(sys.argv[1]), bytes([number % 256]) * 4_000_000)
"""


def test_a_written_file_holds_the_bytes_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.bin", b"one")
    write_bytes(tmp_path / "a.bin", b"two")
    assert (tmp_path / "a.bin").read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_failure_while_writing_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")

    def fail_halfway() -> None:
        with replace_file(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert (tmp_path / "a.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_folder_that_is_a_file_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Problem, match="not a directory") as caught:
        write_bytes(tmp_path / "file" / "a.bin", b"x")
    assert "Nothing was lost" in caught.value.remedy
    with pytest.raises(Problem, match="could not be written"):
        make_folder(tmp_path / "file" / "below")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EDQUOT, errno.ENAMETOOLONG, errno.EIO])
def test_each_refusal_of_the_system_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    (tmp_path / "a.bin").write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(Problem) as caught:
        write_bytes(tmp_path / "a.bin", b"new")
    assert str(tmp_path / "a.bin") in caught.value.what
    assert caught.value.why
    assert "as it was before" in caught.value.remedy
    assert (tmp_path / "a.bin").read_bytes() == b"old"


def test_killed_writers_never_leave_a_broken_file_and_their_remains_are_swept(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    for round in range(8):
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.05 + 0.013 * round)
            writer.send_signal(signal.SIGKILL)
        content = file.read_bytes() if file.exists() else b""
        assert len(content) in (0, 4_000_000)
        assert len(set(content)) <= 1
    sweep_stale(tmp_path)
    assert os.listdir(tmp_path) == ["a.bin"]


def test_sweeping_spares_living_writers_and_other_peoples_files(tmp_path: Path) -> None:
    (tmp_path / ".pentad-notes.txt").write_text("mine")
    with replace_file(tmp_path / "a.bin") as temporary:
        temporary.write_bytes(b"x")
        assert sweep_stale(tmp_path) == []
    assert (tmp_path / "a.bin").read_bytes() == b"x"
    assert (tmp_path / ".pentad-notes.txt").exists()


def test_a_full_disk_keeps_the_old_file_and_leaves_no_scrap(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=400) as disk:
        write_bytes(disk / "a.bin", b"old" * 1000)
        with pytest.raises(Problem, match="the disk is full") as caught:
            write_bytes(disk / "a.bin", bytes(1_000_000))
        assert "Free some space" in caught.value.remedy
        assert (disk / "a.bin").read_bytes() == b"old" * 1000
        assert os.listdir(disk) == ["a.bin"]


def test_a_file_larger_than_allowed_is_said_and_the_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"old")
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from pentad.core.problem import Problem; from pentad.sdk.atomic import write_bytes\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try:\n    write_bytes(Path(sys.argv[1]), bytes(1_000_000))\n"
        "except Problem as problem:\n    print(problem)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "a.bin")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "larger than is allowed" in said
    assert (tmp_path / "a.bin").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]
