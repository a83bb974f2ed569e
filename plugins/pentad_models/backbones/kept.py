"""What was computed for each training view, kept on disk so that an interrupted training need not do it again."""

import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pentad.core.problem import Problem
from pentad.sdk import TrainingSet, ViewPixels
from pentad.sdk.atomic import write_bytes

Halves = NDArray[np.float16]


class Kept:
    """Half-precision arrays of one shape, one for each view, in a file that the next run extends.

    A second file beside it holds the key: what the arrays were made of. With another key it starts anew.
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self._path, self._key_path = path, path.with_suffix(".json")
        self._shape = shape
        self._bytes = np.dtype(np.float16).itemsize * int(np.prod(shape))

    def fill(self, key: str, count: int, make: Callable[[int], Halves]) -> Halves:
        """(count, *shape), read-only, mapped from the file: what is there already, and ``make(view)`` for the rest.

        Problem where the disk is too small or cannot be written; whatever ``make`` raises leaves what is done.
        """
        done = self._done(key, count)
        check_space(self._path.parent, (count - done) * self._bytes, "the views' features", _REMEDY)
        try:
            with self._path.open("ab") as file:
                for view in range(done, count):
                    file.write(make(view).astype(np.float16, copy=False).tobytes())
        except OSError as error:
            raise Problem(f"{self._path} cannot be written", error.strerror or str(error), remedy=_REMEDY) from error
        return np.memmap(self._path, np.float16, "r", shape=(count, *self._shape))

    def _done(self, key: str, count: int) -> int:
        known = self._key_path.read_text("utf-8") if self._key_path.is_file() else ""
        if known == key and self._path.is_file():
            done = min(self._path.stat().st_size // self._bytes, count)
            os.truncate(self._path, done * self._bytes)
            return done
        self._path.unlink(missing_ok=True)
        write_bytes(self._key_path, key.encode())
        return 0


_REMEDY = "Free some disk space, or learn from fewer views (--set max_views=…)."


def check_space(folder: Path, needed: int, what: str, remedy: str) -> None:
    """Problem where the disk of ``folder`` has not ``needed`` bytes, and some more, for ``what`` (a plural)."""
    free = shutil.disk_usage(folder).free
    if needed > 0.95 * free:
        why = f"{what} need {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free"
        raise Problem(f"The disk of {folder} is too full to train", why, remedy=remedy)


def fingerprint(data: TrainingSet, indices: Sequence[int], first: ViewPixels, **made_with: object) -> str:
    """A key for ``Kept``: the data's category, size and first view, and what else the arrays are made with."""
    parts = {
        "category": data.category,
        "views": len(data),
        "indices": zlib.crc32(np.asarray(indices, np.int64).tobytes()),
        "first": zlib.crc32(np.ascontiguousarray(first.rgb).tobytes()),
        **made_with,
    }
    return " ".join(f"{name}={value}" for name, value in sorted(parts.items()))
