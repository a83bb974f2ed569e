"""A process that is killed while it keeps traces leaves whole ones, and none of them twice."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from pentad.io.numbered_files import NumberedFiles
from pentad.io.traces import read_trace

_KEEP = """
import sys
from pathlib import Path
from pentad.io.numbered_files import NumberedFiles
from pentad.io.traces import write_trace
from tests.helpers.pose_traces import circling
folder, kept = NumberedFiles(Path(sys.argv[1])), circling(aside=("left",))
while True:
    file = folder.next_file("pin/S001", "lm")
    write_trace(file, kept)
    print(file.name, flush=True)
"""


def _keep_for(root: Path, seconds: float) -> list[str]:
    """Keep traces until killed after so long from the first; the names of those that were confirmed."""
    with subprocess.Popen([sys.executable, "-c", _KEEP, str(root)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return [first, *process.stdout.read().split("\n")[:-1]]


def test_every_confirmed_trace_survives_kills_and_none_is_written_over(tmp_path: Path) -> None:
    confirmed: list[str] = []
    for round in range(4):
        confirmed += _keep_for(tmp_path, 0.013 * round)
    files = NumberedFiles(tmp_path).files("pin/S001")
    assert len(set(confirmed)) == len(confirmed)
    assert set(confirmed) <= {file.name for file in files}
    assert all(len(read_trace(file).trace.steps) == 24 for file in files)
