"""One writer at a time: a lock file that says who holds it, and that falls open when its holder dies."""

import errno
import getpass
import json
import os
import socket
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pentad.core.problem import Problem
from pentad.sdk.atomic import not_written, process_alive

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process, machine, person, and since when (ISO 8601)."""

    pid: int
    host: str
    user: str
    since: str

    def __str__(self) -> str:
        return f"{self.user} on {self.host} (process {self.pid}, since {self.since})"


class HeldProblem(Problem):
    """Somebody else has the right to write; ``holder`` says who, as well as it is known."""

    def __init__(self, what: str, why: str = "", *, remedy: str, holder: str = "another process") -> None:
        super().__init__(what, why, remedy=remedy)
        self.holder = holder


class WriterLock:
    """The right to write what ``path`` guards; given back by ``release`` or by the end of the process.

    The system's own file lock decides, so a holder that died leaves nothing to clean up; the file's words only tell
    others who it is. Where the disk has no file locks, or the words name another machine, the words decide.
    """

    def __init__(self, path: Path, *, guards: str) -> None:
        """Takes the lock; Problem naming the holder where somebody else has it. ``guards`` is for that message."""
        self._path = path
        try:
            self._file = open(path, "a+b", buffering=0)  # noqa: SIM115 -- held until release
        except OSError as error:
            raise not_written(path, error) from error
        try:
            self._take(guards)
        except BaseException:
            self._file.close()
            raise

    def _take(self, guards: str) -> None:
        locked = _lock(self._file.fileno())
        holder = _read_holder(self._path)
        here = holder is not None and holder.host == socket.gethostname()
        # Why: locks of a network disk may not reach the other machine, so its word is taken.
        foreign = holder is not None and not here
        unlockable_and_alive = locked is None and holder is not None and here and process_alive(holder.pid)
        if locked is False or foreign or unlockable_and_alive:
            raise _held(guards, self._path, holder, foreign=foreign)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        mine = Holder(os.getpid(), socket.gethostname(), user_name(), now)
        try:
            self._file.truncate(0)
            self._file.write(json.dumps(asdict(mine)).encode())
        except OSError as error:
            raise not_written(self._path, error) from error

    def release(self) -> None:
        """Give the right back; twice does no harm."""
        if not self._file.closed:
            # Why: emptied, not deleted: a deleted lock file could be held by one and made anew by another.
            self._file.truncate(0)
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def user_name() -> str:
    """The person's login name, as well as it can be known."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"


def _lock(number: int) -> bool | None:
    """True: taken. False: somebody has it. None: this disk cannot lock files."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK) else None
    return True


def _read_holder(path: Path) -> Holder | None:
    try:
        words = json.loads(path.read_bytes() or b"null")
        return Holder(int(words["pid"]), str(words["host"]), str(words["user"]), str(words["since"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _held(guards: str, path: Path, holder: Holder | None, *, foreign: bool) -> Problem:
    who = str(holder) if holder else "another process"
    remedy = f"Close it there, or open {guards} read-only."
    if foreign:
        remedy += f" If that machine no longer has it open, delete {path}."
    why = "only one program may write it at a time"
    return HeldProblem(f"{guards} is held by {who}", why, remedy=remedy, holder=who)
