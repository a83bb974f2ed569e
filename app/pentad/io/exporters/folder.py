"""An exported folder: there whole, or not at all."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pentad.core.problem import Problem
from pentad.sdk.atomic import make_folder, not_written

MARK = ".pentad-export"
"""The hidden file by which an export is known again: nothing else is ever replaced."""


@contextlib.contextmanager
def new_folder(out: Path, *, force: bool) -> Iterator[Path]:
    """Gives a new folder beside ``out`` to fill; on success it takes that name, else it is removed.

    Problem where ``out`` holds something already, unless that is an earlier export and ``force`` is set.
    """
    out = out.absolute()
    _refuse(out, force=force)
    make_folder(out.parent)
    fresh = out.with_name(f".pentad-{secrets.token_hex(4)}-{os.getpid()}.new")
    old = fresh.with_suffix(".old")
    try:
        fresh.mkdir()
        yield fresh
        (fresh / MARK).write_text("Made by pentad export; --force replaces it.\n", "utf-8")
        if out.exists():
            os.rename(out, old)
        try:
            os.rename(fresh, out)
        except OSError:
            if old.exists():
                os.rename(old, out)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise not_written(out, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _refuse(out: Path, *, force: bool) -> None:
    if out.is_dir():
        if not any(out.iterdir()):
            return
        if not (out / MARK).is_file():
            why = "it holds something that Pentad did not export"
            raise Problem(f"{out} is not replaced", why, remedy="Choose a new folder.")
        if not force:
            raise Problem(f"{out} is there already", remedy="Choose another name, or add --force to replace it.")
    elif out.exists():
        raise Problem(f"{out} is a file", remedy="Choose a new folder.")
