"""What every command promises: nothing is overwritten by accident, and Problems read alike."""

from pathlib import Path

from pentad.core.problem import Problem


def refuse_existing(path: Path, *, force: bool) -> None:
    """Problem where the file ``path`` is there already and nobody said ``--force``, or where it is a folder."""
    if path.is_dir():
        raise Problem(f"{path} is a folder", remedy="Name a file in it.")
    if path.exists() and not force:
        raise Problem(f"{path} is there already", remedy="Choose another name, or add --force to replace it.")


def as_words(problem: Problem) -> dict[str, str]:
    """A Problem as an answer lists it."""
    return {"what": problem.what, "why": problem.why, "remedy": problem.remedy}


def refuse_used(folder: Path, *, force: bool) -> None:
    """Problem where ``folder`` holds something already and nobody said ``--force``, or where it is a file."""
    if folder.is_file():
        raise Problem(f"{folder} is a file", remedy="Name a new folder.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        remedy = "Choose another folder, or add --force to replace what is of the same name in it."
        raise Problem(f"{folder} is not empty", remedy=remedy)
