"""One writer at a time."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pentad.core.problem import Problem
from pentad.io.lock import WriterLock

_HOLDER = """
import sys, time
from pathlib import Path
from pentad.io.lock import WriterLock
lock = WriterLock(Path(sys.argv[1]), guards="the project")
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_taker_is_told_who_holds_it_and_a_dead_holder_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", _HOLDER, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Problem, match=f"process {holder.pid}") as caught:
            WriterLock(path, guards="the project")
        assert "read-only" in caught.value.remedy
        holder.send_signal(signal.SIGKILL)
    assert str(holder.pid) in path.read_text()
    WriterLock(path, guards="the project").release()


def test_the_same_process_cannot_take_it_twice(tmp_path: Path) -> None:
    with WriterLock(tmp_path / "lock", guards="it"), pytest.raises(Problem, match="held by"):
        WriterLock(tmp_path / "lock", guards="it")
    with WriterLock(tmp_path / "lock", guards="it"):
        pass


def test_another_machine_is_taken_at_its_word(tmp_path: Path) -> None:
    words = {"pid": 1, "host": "station-7", "user": "ann", "since": "2026-01-01"}
    (tmp_path / "lock").write_text(json.dumps(words))
    with pytest.raises(Problem, match="ann on station-7") as caught:
        WriterLock(tmp_path / "lock", guards="it")
    assert "delete" in caught.value.remedy
    assert json.loads((tmp_path / "lock").read_text()) == words


def test_a_lock_file_of_a_process_long_dead_or_of_nonsense_is_taken_over(tmp_path: Path) -> None:
    dead = json.dumps({"pid": 2**22 + 1, "host": socket.gethostname(), "user": "ann", "since": "2026-01-01"})
    for words in (dead, "not json", ""):
        (tmp_path / "lock").write_text(words)
        WriterLock(tmp_path / "lock", guards="it").release()
