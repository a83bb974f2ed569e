"""Where the files that ship with Pentad are: in a checkout, in a wheel and in a frozen app."""

from pathlib import Path

import pentad


def resource(*parts: str) -> Path:
    """The path of a shipped file: ``resource("icons", "brush.svg")``."""
    package = Path(pentad.__file__).parent
    for root in (package / "resources", package.parent.parent / "resources"):
        if root.is_dir():
            return root.joinpath(*parts)
    raise FileNotFoundError(f"Pentad's resources folder is missing beside {package}")
