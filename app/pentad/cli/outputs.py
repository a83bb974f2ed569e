"""What every command with an ``--out`` promises: nothing is overwritten by accident."""

from pathlib import Path

from pentad.core.problem import Problem


def refuse_existing(path: Path, *, force: bool) -> None:
    """Problem where ``path`` is there already and nobody said ``--force``."""
    if path.exists() and not force:
        raise Problem(f"{path} is there already", remedy="Choose another name, or add --force to replace it.")
