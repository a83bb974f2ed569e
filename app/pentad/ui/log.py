"""Where Pentad writes down what it did, for the day something goes wrong."""

import contextlib
import logging
import sys
from pathlib import Path

from pentad.sdk.folders import cache_folder

LARGEST = 2_000_000
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_file() -> Path:
    return cache_folder() / "pentad.log"


def start_log() -> None:
    """Log to the file, and warnings to the terminal too; where there is no writing, only there."""
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [terminal]
    with contextlib.suppress(OSError):
        file = log_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file() and file.stat().st_size > LARGEST:
            file.replace(file.with_suffix(".old.log"))
        handlers.append(logging.FileHandler(file, encoding="utf-8"))
    logging.basicConfig(level=logging.INFO, format=FORMAT, handlers=handlers)
