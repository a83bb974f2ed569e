"""What starting costs: nothing heavy is imported before it is asked for."""

import importlib.util
import subprocess
import sys
import textwrap
import time

import pytest

HEAVY = {
    "torch",
    "transformers",
    "vtkmodules",
    "pyvista",
    "pyvistaqt",
    "trimesh",
    "matplotlib",
    "scipy",
    "vispy",
    "numba",
}
QT = {"PySide6", "shiboken6", "pyqtgraph"}


def _python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    ).stdout


def _loaded_by(code: str) -> set[str]:
    """The top-level packages a fresh interpreter holds after ``code``."""
    return set(_python(code + "\nimport sys\nprint(*{name.partition('.')[0] for name in sys.modules})").split())


def _fastest_s(code: str) -> float:
    """The best of five: what the work costs where nothing else runs."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        _python(code)
        times.append(time.perf_counter() - started)
    return min(times)


def test_importing_pentad_costs_next_to_nothing() -> None:
    assert _fastest_s("import pentad") - _fastest_s("pass") < 0.2


def test_importing_pentad_loads_nothing_else() -> None:
    assert _loaded_by("import pentad") & (HEAVY | QT | {"numpy"}) == set()


def test_listing_the_models_imports_neither_torch_nor_qt() -> None:
    code = """
    from pentad.session.models import Models
    print(*(f"{listed.id}:{listed.problem}" for listed in Models.installed().listed))
    """
    assert {"cprn:None", "patchcore:None"} <= set(_python(code).split())
    loaded = _loaded_by(textwrap.dedent(code))
    assert loaded & ({"torch", "transformers"} | QT) == set()


def test_help_is_answered_without_anything_heavy() -> None:
    code = "import pentad.cli\ntry:\n    pentad.cli.main(['--help'])\nexcept SystemExit:\n    pass"
    assert _loaded_by(code) & (HEAVY | QT) == set()


@pytest.mark.skipif(importlib.util.find_spec("pentad.ui.main") is None, reason="there is no window yet")
def test_the_window_appears_before_anything_heavy_is_imported() -> None:
    assert _loaded_by("import pentad.ui.main") & HEAVY == set()
