"""How long the window's own loop was ever held."""

import time

import numpy as np
from PySide6.QtCore import QObject, QTimer


class Heartbeat:
    """A 5 ms timer in the window's own loop; the longest gap between two beats is how long the loop was blocked."""

    def __init__(self, owner: QObject) -> None:
        self.gaps: list[float] = []
        self.worked: list[float] = []
        """Seconds of its own that the main thread spent in each gap: what a busy machine adds is not in them."""
        self._last, self._cpu = time.perf_counter(), time.thread_time()
        self._timer = QTimer(owner, interval=5)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.gaps.append(now - self._last)
        self.worked.append(cpu - self._cpu)
        self._last, self._cpu = now, cpu

    @property
    def longest_ms(self) -> float:
        return max(self.gaps, default=0.0) * 1000

    @property
    def longest_cpu_ms(self) -> float:
        return max(self.worked, default=0.0) * 1000

    @property
    def median_ms(self) -> float:
        return float(np.median(self.gaps)) * 1000 if self.gaps else 0.0

    def begin_anew(self) -> None:
        """Forget the gaps so far."""
        self.gaps.clear()
        self.worked.clear()
        self._last, self._cpu = time.perf_counter(), time.thread_time()
