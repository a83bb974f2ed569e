"""Disks that are full, for tests of what happens then."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(place: Path, *, kilobytes: int) -> Iterator[Path]:
    """A disk of its own with so much room; a skip where the test may not mount one."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def fill(folder: Path, *, leave: int = 0) -> Path:
    """Leave ``leave`` bytes free on the folder's disk."""
    file = folder / "filler"
    free = shutil.disk_usage(folder).free
    with file.open("wb") as stream, contextlib.suppress(OSError):
        stream.write(bytes(max(0, free - leave)))
    return file
