"""Files that are either as they were or as they should be: written beside, flushed to the disk, then renamed."""

import contextlib
import errno
import os
import re
import secrets
import socket
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from pentad.core.problem import Problem

_TEMPORARY = re.compile(r"\.pentad-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{8}\.")
_FOREIGN_AGE_SECONDS = 24 * 3600.0


class WriteProblem(Problem):
    """The disk, or its rights, would not let something be written; what would be written next fares no better."""


@contextlib.contextmanager
def replace_file(path: Path) -> Iterator[Path]:
    """Gives a new path in the same folder to write to; on success that file takes the place of ``path``.

    Whatever fails inside or after, ``path`` stays as it was and the new file is removed. The name keeps the suffix,
    for writers that go by it. Problem where the disk or its rights are at fault.
    """
    temporary = path.with_name(f".pentad-{_host_mark()}-{os.getpid()}-{secrets.token_hex(4)}.{path.suffix.lstrip('.')}")
    try:
        yield temporary
        _flush(temporary)
        os.replace(temporary, path)
        flush_folder(path.parent)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_bytes(path: Path, data: bytes) -> None:
    """Make ``path`` hold ``data``, or leave it as it was and raise Problem."""
    with replace_file(path) as temporary:
        temporary.write_bytes(data)


def make_folder(path: Path) -> None:
    """Make the folder and those above it; Problem where that is not allowed or a file is in the way."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(path, error) from error


def sweep_stale(folder: Path) -> list[str]:
    """Remove what writers that died have left in ``folder``, and name it. Living writers' files stay."""
    swept: list[str] = []
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            match = _TEMPORARY.match(entry.name)
            if match and not _may_be_in_use(entry, match["host"], int(match["pid"])):
                os.unlink(entry.path)
                swept.append(entry.name)
    return swept


def not_written(path: Path, error: BaseException) -> Problem:
    """The Problem that a failed write of ``path`` is."""
    kept = f"{path.name} is as it was before." if path.exists() else "Nothing else was touched."
    why, remedy = _why_and_remedy(path, error)
    return WriteProblem(f"{path} could not be written", why, remedy=f"{remedy} Nothing was lost: {kept}")


def process_alive(pid: int) -> bool:
    """Whether a process of this number runs on this machine (on Windows: unknown, so yes)."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _why_and_remedy(path: Path, error: BaseException) -> tuple[str, str]:
    number = error.errno if isinstance(error, OSError) else None
    if number is None and (found := re.search(r"errno = (\d+)", str(error))):
        # Why: HDF5 puts the system's number into its message only.
        number = int(found[1])
    match number:
        case errno.ENOSPC | errno.EDQUOT:
            return "the disk is full", f"Free some space where {path.parent} is, then do it again."
        case errno.EFBIG:
            return "the file would be larger than is allowed", "Raise the file size limit, then do it again."
        case errno.EROFS:
            return "the disk is read-only", "Choose a folder on a disk that can be written."
        case errno.EACCES | errno.EPERM:
            return "writing there is not allowed", f"Ask for the right to write into {path.parent}, or choose another."
        case errno.ENOENT | errno.ENOTDIR | errno.EEXIST | errno.EISDIR:
            return os.strerror(number).lower(), f"Choose a folder that exists; {path.parent} cannot be used as one."
        case errno.ENAMETOOLONG:
            return "the name is too long", "Choose a shorter name."
        case _:
            return (os.strerror(number) if number else str(error)), "See to the disk, then do it again."


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the disk has the names in ``folder``; OSError where it will not."""
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        # Why: some network and FUSE disks cannot flush a folder; the file itself is safe and in its place.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(number)


def _host_mark() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _may_be_in_use(entry: "os.DirEntry[str]", host: str, pid: int) -> bool:
    if host == _host_mark() and sys.platform != "win32":
        return process_alive(pid)
    return time.time() - entry.stat().st_mtime < _FOREIGN_AGE_SECONDS
