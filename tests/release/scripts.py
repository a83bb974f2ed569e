"""The scripts of packaging/ as a person runs them, and as modules."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def script(name: str) -> ModuleType:
    """A script as a module, its neighbours beside it."""
    folder = str(ROOT / "packaging")
    if folder not in sys.path:
        sys.path.append(folder)
    return import_module(name)


def run(name: str, *words: object, code: int = 0) -> tuple[str, str]:
    """What a script said on stdout and stderr; it must end with ``code``."""
    command = [sys.executable, str(ROOT / "packaging" / f"{name}.py"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT / "tests")
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout, done.stderr
