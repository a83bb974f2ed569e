"""Worker processes that make a data set's pieces, and end at once when they are not wanted any more."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

import cv2
from threadpoolctl import threadpool_limits

from pentad.sdk import Ticket

_POLL_S = 0.2
_PR_SET_PDEATHSIG = 1
Job = TypeVar("Job")
Answer = TypeVar("Answer")


def each_done(
    work: Callable[[Job], Answer], jobs: Sequence[Job], processes: int, ticket: Ticket
) -> Generator[tuple[Job, Future[Answer]]]:
    """Have ``work`` done on every job, in processes; each job with its answer, in the order they are finished.

    ``work`` is a module's function and jobs are plain data. Close it where it is left early.
    """
    if not jobs:
        return
    with _workers(min(processes, len(jobs))) as pool:
        running: dict[Future[Answer], Job] = {pool.submit(work, job): job for job in jobs}
        while running:
            finished, _ = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED)
            ticket.check()
            for future in finished:
                yield running.pop(future), future


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that end at once when they are not wanted any more.

    Why processes: making a part is half Python. Why spawn: a fork of a program with a window and threads is not safe.
    """
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _prepare, (os.getpid(),))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
            child.join()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare(parent: int) -> None:
    """In a new worker: one thread of arithmetic, and an end with the parent however the parent ends."""
    # Why: a terminal sends Ctrl-C to all of us; the parent hears it too, and says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    threadpool_limits(1)
    if sys.platform == "linux":
        # Why: a killed parent leaves its workers waiting for ever; only the kernel can tell them.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
