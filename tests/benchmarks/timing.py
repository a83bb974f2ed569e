"""What work takes, by the clock and of all cores."""

import time
from collections.abc import Callable


def best(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Seconds by the clock, and of this process on all cores together, each the least of several runs."""
    clocks, loads = [], []
    for _ in range(times):
        begun, spent = time.perf_counter(), time.process_time()
        work()
        clocks.append(time.perf_counter() - begun)
        loads.append(time.process_time() - spent)
    return min(clocks), min(loads)
