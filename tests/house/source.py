"""The source as the house rules see it: files, syntax trees, and calls with where they stand."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app" / "pentad"
PLUGINS = ROOT / "plugins"
TESTS = ROOT / "tests"


@cache
def python_files(*folders: Path) -> tuple[Path, ...]:
    """Every module below ``folders``, sorted."""
    return tuple(sorted(path for folder in folders for path in folder.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """``app/pentad/core/mask.py:12``: what a person can jump to."""
    line = getattr(node, "lineno", 0)
    shown = path.relative_to(ROOT).as_posix()
    return f"{shown}:{line}" if line else shown


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name it is written by (``torch.load``, ``self.page.setStyleSheet``)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def imported_names(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Every name a module imports, dotted: ``threading.Thread`` for ``from threading import Thread``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"
