"""A detection that is killed, again and again, loses nothing that was judged."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from pentad.io.results import RunFile, RunWriter, read_prediction
from tests.helpers.parts import MADE_BY, make_prediction

_DETECT = """
import sys
from pathlib import Path
from pentad.io.results import RunWriter
from tests.helpers.parts import MADE_BY, make_prediction
with RunWriter(Path(sys.argv[1]), MADE_BY) as writer:
    print("begun", flush=True)
    for number in range(int(sys.argv[2])):
        sample = f"pin/S{number:03d}"
        if sample not in writer.done:
            writer.add(make_prediction(sample, number))
            print(sample, flush=True)
    writer.finish()
"""


def _detect_for(run: Path, seconds: float, *, samples: int) -> list[str]:
    """Run a detection so long, kill it, and name the samples it had confirmed."""
    command = [sys.executable, "-c", _DETECT, str(run), str(samples)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return process.stdout.read().split("\n")[:-1]


def test_every_confirmed_sample_survives_kills_and_is_not_judged_twice(tmp_path: Path) -> None:
    run = tmp_path / "run.h5"
    confirmed: list[str] = []
    for round in range(6):
        confirmed += _detect_for(run, 0.02 + 0.02 * round, samples=10_000)
    assert len(confirmed) > 5
    assert len(set(confirmed)) == len(confirmed)
    assert all(read_prediction(run, sample) is not None for sample in confirmed)
    with RunWriter(run, MADE_BY) as writer:
        assert set(confirmed) <= writer.done
        done = writer.done
        writer.finish()
    with RunFile.open(run) as finished:
        assert set(finished.samples) == done
        finished.verify()


def test_a_kill_while_finishing_leaves_the_parts_or_the_whole_run(tmp_path: Path) -> None:
    for round in range(6):
        run = tmp_path / f"{round}.h5"
        with RunWriter(run, MADE_BY) as writer:
            for number in range(3):
                writer.add(make_prediction(f"pin/S{number:03d}", number))
        _detect_for(run, 0.003 * round, samples=3)
        if run.exists():
            with RunFile.open(run) as finished:
                assert len(finished.samples) == 3
                finished.verify()
        else:
            with RunWriter(run, MADE_BY) as writer:
                assert len(writer.done) == 3
