"""What a command says, and how it waits: progress on stderr, the answer on stdout."""

import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs
from pentad.session.plain_lane import Inbox, PlainLanes, run_here

T = TypeVar("T")
Answer = Mapping[str, Any]
WIDTH = 30


class Console:
    """One command's engine and voice."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._inbox = Inbox()
        self._jobs = Jobs(PlainLanes(), self._inbox)
        self._live = sys.stderr.isatty()
        self._said = (0.0, "")

    def run(self, title: str, work: Callable[[Ticket], T], *, lane: str = "cpu") -> T:
        """Run ``work`` as a job, show its progress, give its result. Ctrl-C cancels it cleanly."""
        job = self._jobs.run(title, work, lane=lane)
        job.changed.connect(lambda: self._progress(job))
        try:
            return run_here(self._jobs, self._inbox, job)
        finally:
            if self._live:
                print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        """Something worth knowing that is not the answer."""
        print(text, file=sys.stderr)

    def warn(self, problem: Problem) -> None:
        """Something that went wrong on the way and did not end it."""
        self.note(f"warning: {problem} (remedy: {problem.remedy})")

    def answer(self, answer: Answer) -> None:
        """The command's one answer: a JSON object, or lines a person reads."""
        if self._as_json:
            print(json.dumps(plain(answer), ensure_ascii=False, allow_nan=False))
        else:
            for line in lines(answer):
                print(line)

    def close(self) -> None:
        self._jobs.close()

    def _progress(self, job: Job[Any]) -> None:
        if self._live:
            bar = "=" * round(job.fraction * WIDTH)
            text = f"\r\x1b[K{job.title} [{bar:<{WIDTH}}] {job.fraction:4.0%} {job.message}"
            print(text[:160], end="", file=sys.stderr, flush=True)
        elif job.message != self._said[1] and time.monotonic() - self._said[0] > 5.0:
            self._said = (time.monotonic(), job.message)
            print(f"{job.title}: {job.fraction:.0%} {job.message}", file=sys.stderr, flush=True)


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: paths and enums as text, tuples as lists, not-a-number as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str):  # numpy scalars
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def lines(answer: Answer, indent: str = "") -> list[str]:
    """``answer`` as aligned lines; nested objects are indented, lists come one item a line."""
    width = max((len(key) for key in answer), default=0)
    found: list[str] = []
    for key, value in answer.items():
        name = f"{indent}{key:<{width}}  "
        if isinstance(value, Mapping):
            found += [f"{indent}{key}", *lines(value, indent + "  ")]
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            found.append(f"{indent}{key}")
            found += [f"{indent}  - " + ", ".join(f"{k} {_word(v)}" for k, v in item.items()) for item in value]
        else:
            found.append(name + _word(value))
    return found


def _word(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_word(item) for item in value) or "none"
    return str(value)
