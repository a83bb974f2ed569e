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
