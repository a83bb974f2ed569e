"""A process that paints: ``python -m tests.faults.painter PROJECT FIRST KILOBYTES``, killed by a test.

It opens the project as the window does and paints stroke after stroke, those of ``tests.helpers.painting``, into one
mask. When a stroke's commit has returned and the journal has it, its number is written to standard output. What a
person would be told goes to standard error. Unless KILOBYTES is 0 no file may grow beyond so many (``RLIMIT_FSIZE``).
"""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.session.saving import Pace
from tests.helpers.painting import paint
from tests.helpers.workroom import Workroom, open_workroom

VIEW = "top"
PACE = Pace(quiet=0.02, longest=0.05, first_retry=0.05, longest_retry=0.2, busy=0.01)


@dataclass(frozen=True, slots=True)
class Painted:
    """What a painting process confirmed, and what it would have told a person."""

    acknowledged: list[int]
    said: list[str]


@contextmanager
def painting(project: Path, first: int, *, kilobytes: int = 0) -> Iterator[subprocess.Popen[str]]:
    """A process that paints from stroke ``first`` on; it has begun, and must be killed inside."""
    command = [sys.executable, "-m", "tests.faults.painter", str(project), str(first), str(kilobytes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as painter:
        assert painter.stdout is not None
        assert painter.stdout.readline() == "open\n", painter.communicate()
        yield painter


def killed(painter: subprocess.Popen[str]) -> Painted:
    """End it, as nothing can be ended more abruptly."""
    painter.send_signal(signal.SIGKILL)
    assert painter.stdout is not None
    assert painter.stderr is not None
    # Why not communicate: it does not know of what the first line was read with.
    out, err = painter.stdout.read(), painter.stderr.read()
    assert "Traceback" not in err, err
    return Painted([int(line) for line in out.split("\n")[:-1]], err.split("\n")[:-1])


def paint_for(seconds: float, project: Path, first: int, *, kilobytes: int = 0) -> Painted:
    """Paint so long, then be killed."""
    with painting(project, first, kilobytes=kilobytes) as painter:
        time.sleep(seconds)
        return killed(painter)


def begin(room: Workroom, project: Path) -> MaskKey:
    """Open the project and have the mask at hand; gives its key."""
    room.session.noticed.connect(_say)
    room.session.annotation.documents.pace = PACE
    room.open(project)
    sample = room.project.samples[0]
    room.session.annotation.documents.open(sample, VIEW)
    room.settle()
    return MaskKey(sample.id, VIEW)


def go_on(room: Workroom, key: MaskKey, number: int) -> None:
    """Paint until somebody ends it."""
    documents = room.session.annotation.documents
    while True:
        paint(room.session.annotation, key, number)
        document = documents.document(key)
        if document is not None and document.unwritten is None:
            os.write(1, b"%d\n" % number)
            number += 1
        room.inbox.run_once(0.0005)


def _say(problem: Problem) -> None:
    print(f"{problem} | {problem.remedy}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    _project, _first, _kilobytes = sys.argv[1:]
    with open_workroom() as _room:
        _key = begin(_room, Path(_project))
        if int(_kilobytes):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(_kilobytes) << 10, int(_kilobytes) << 10))
        os.write(1, b"open\n")
        go_on(_room, _key, int(_first))
