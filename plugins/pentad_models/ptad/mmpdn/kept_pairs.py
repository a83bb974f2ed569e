"""The pairs that a training learns from, kept on disk so that an interrupted one need not align the parts again."""

import os
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.sdk.atomic import make_folder, write_bytes
from pentad_models.backbones.kept import check_space
from pentad_models.ptad.mmpdn.pairs import Pair

_WORKERS = 2
_EVERY = 16
_DONE, _LEFT_OUT = 1.0, 2.0
_Job = TypeVar("_Job")
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A pair and what is to be said of it: ``label`` 1 for a defect, ``box`` (4,) its centre and size in the frame as
    shares (x, y, width, height), NaN where nobody drew one."""

    pair: Pair
    label: float
    box: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """All that is learnt from: ``pairs`` (V, s, s, C) mapped from a file, of which ``places`` (N,) are there; and of
    each of those its ``labels`` (N,), ``boxes`` (N, 4) and ``parts`` (N,)."""

    pairs: Pair
    places: Indices
    labels: Floats
    boxes: Floats
    parts: Indices

    def __len__(self) -> int:
        return len(self.places)


class KeptPairs:
    """A file of pairs, one place a view, and a second that says which are there. With another ``key`` it begins anew.

    Parts are worked out on two threads: the compiled loops leave the interpreter alone.
    """

    def __init__(self, folder: Path, key: str, views: int, shape: tuple[int, int, int]) -> None:
        make_folder(folder)
        self._facts_path, key_path, path = folder / "facts.f32", folder / "key.txt", folder / "pairs.u8"
        known = key_path.read_text("utf-8") if key_path.is_file() else ""
        size = views * int(np.prod(shape))
        if known != key or not path.is_file() or path.stat().st_size != size:
            self._facts_path.unlink(missing_ok=True)
            _reserve(path, size)
            write_bytes(key_path, key.encode())
        self._pairs = np.memmap(path, np.uint8, "r+", shape=(views, *shape))
        self._facts = self._read_facts(views)
        self._why: Problem | None = None

    def fill(
        self,
        parts: Sequence[range],
        chosen: Sequence[int],
        read: Callable[[int], _Job],
        work: Callable[[_Job], Sequence[Lesson | None]],
        ticket: Ticket,
    ) -> Lessons:
        """``work(read(part))`` for each part of ``chosen`` that is not there yet: a lesson for each of its views.

        ``read`` is called on this thread. A Problem of one part leaves it out, of all is raised.
        """
        todo = [part for part in chosen if not self._facts[parts[part], 0].all()]
        waiting: deque[tuple[int, Future[Sequence[Lesson | None]]]] = deque()
        with ThreadPoolExecutor(_WORKERS) as pool:
            try:
                for count, part in enumerate(todo):
                    ticket.report(count / len(todo), f"Aligning part {count + 1} of {len(todo)}")
                    try:
                        waiting.append((part, pool.submit(work, read(part))))
                    except Problem as problem:
                        self._leave_out(parts[part], problem)
                    if len(waiting) > _WORKERS:
                        self._keep(parts, *waiting.popleft())
                    if count % _EVERY == _EVERY - 1:
                        self._flush()
                while waiting:
                    ticket.check()
                    self._keep(parts, *waiting.popleft())
            finally:
                for _, future in waiting:
                    future.cancel()
                self._flush()
        return self._lessons(parts, chosen)

    def _keep(self, parts: Sequence[range], part: int, future: Future[Sequence[Lesson | None]]) -> None:
        try:
            lessons = future.result()
        except Problem as problem:
            self._leave_out(parts[part], problem)
            return
        for view, lesson in zip(parts[part], lessons, strict=True):
            if lesson is None:
                self._facts[view, 0] = _LEFT_OUT
                continue
            self._pairs[view] = lesson.pair
            self._facts[view] = [_DONE, lesson.label, *lesson.box]

    def _leave_out(self, views: range, problem: Problem) -> None:
        self._facts[views, 0] = _LEFT_OUT
        self._why = problem

    def _flush(self) -> None:
        """Why in this order: what is said to be there must be there after a crash."""
        self._pairs.flush()
        facts = self._facts.tobytes()
        write_bytes(self._facts_path, zlib.crc32(facts).to_bytes(4, "little") + facts)

    def _read_facts(self, views: int) -> Floats:
        data = self._facts_path.read_bytes() if self._facts_path.is_file() else b""
        whole = len(data) == 4 + views * 6 * np.dtype(np.float32).itemsize
        if not whole or zlib.crc32(data[4:]) != int.from_bytes(data[:4], "little"):
            return np.zeros((views, 6), np.float32)
        return np.frombuffer(data[4:], np.float32).reshape(views, 6).copy()

    def _lessons(self, parts: Sequence[range], chosen: Sequence[int]) -> Lessons:
        places = [(view, part) for part in chosen for view in parts[part] if self._facts[view, 0] == _DONE]
        if not places:
            reason = self._why or Problem("no view of any part can be used", remedy="Check the data set.")
            raise Problem("There is nothing to learn from", str(reason), remedy=reason.remedy)
        views = np.array([view for view, _ in places], np.int64)
        facts = self._facts[views]
        own = np.array([part for _, part in places], np.int64)
        return Lessons(self._pairs, views, facts[:, 1], facts[:, 2:], own)


def _reserve(path: Path, size: int) -> None:
    """A file of ``size`` bytes; Problem where the disk has no room for it.

    Why at once: a mapped file that finds the disk full later ends the program.
    """
    remedy = "Free some disk space, or learn from fewer parts (--set sample_ratio=…)."
    path.unlink(missing_ok=True)
    check_space(path.parent, size, "the pairs", remedy)
    try:
        with path.open("wb") as file:
            if hasattr(os, "posix_fallocate") and size:
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
    except OSError as error:
        raise Problem(f"{path} cannot be written", error.strerror or str(error), remedy=remedy) from error
