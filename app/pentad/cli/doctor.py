"""``pentad doctor``: what is installed, what works, and what stands in the way."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pentad import __version__
from pentad.cli.console import Answer, Console
from pentad.cli.gl_probe import gl_renderer
from pentad.io.datasets import installed_readers
from pentad.sdk.folders import cache_folder, data_folder, settings_folder
from pentad.session.aligners import Aligners
from pentad.session.backbones import listed_backbones
from pentad.session.installed import Listed
from pentad.session.models import Models

PACKAGES = (
    "numpy", "scipy", "opencv-python-headless", "h5py", "PySide6-Essentials", "pyqtgraph", "vispy", "PyOpenGL", "vtk",
    "trimesh", "torch", "transformers", "psygnal", "numba",
)  # fmt: skip
LITTLE_DISK_GB = 2.0
SOFTWARE_GL = ("llvmpipe", "softpipe", "swrast", "swiftshader")


def doctor(arguments: argparse.Namespace, console: Console) -> Answer:
    """Versions, GL renderer, plug-ins and why any failed, backbones and weights, free disk, BLAS threads."""
    del arguments
    problems: list[str] = []
    renderer = gl_renderer()
    if renderer is None:
        problems.append("no OpenGL: the 3D panels stay closed, everything else works")
    models, aligners = (_plugins(kind.installed().listed, problems) for kind in (Models, Aligners))
    readers, broken_readers = installed_readers()
    problems += [f"{problem} ({problem.remedy})" for problem in broken_readers]
    free = shutil.disk_usage(_existing(data_folder())).free / 1e9
    if free < LITTLE_DISK_GB:
        problems.append(f"only {free:.1f} GB free where Pentad keeps its data ({data_folder()})")
    if _has_gui_opencv():
        problems.append("opencv-python and its own Qt are installed: pip uninstall opencv-python (headless is enough)")
    backbones = [
        {"id": listed.id, "available": listed.available, "source": listed.source} for listed in listed_backbones()
    ]
    if not any(backbone["available"] for backbone in backbones):
        problems.append("no backbone is here, so no model can be trained: pentad backbone fetch, or import")
    return {
        "versions": {"pentad": __version__, "python": sys.version.split()[0], **_versions()},
        "gl_renderer": renderer,
        "software_gl": renderer is not None and any(name in renderer.lower() for name in SOFTWARE_GL),
        "models": models,
        "aligners": aligners,
        "backbones": backbones,
        "readers": [reader.id for reader in readers],
        "disk_free_gb": free,
        "blas_threads": _blas_threads(),
        "folders": {"data": data_folder(), "cache": cache_folder(), "settings": settings_folder()},
        "problems": problems,
    }


def _plugins(listed: Iterable[Listed[Any]], problems: list[str]) -> list[dict[str, object]]:
    """Each plug-in, and why one failed, which is also told to ``problems``."""
    found: list[dict[str, object]] = []
    for item in listed:
        why = "" if item.problem is None else str(item.problem)
        found.append({"id": item.id, "ok": item.problem is None, "why": why})
        problems += [f"{why} ({item.problem.remedy})"] if item.problem is not None else []
    return found


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def _blas_threads() -> list[str]:
    """Each BLAS that is loaded and how many threads it may use."""
    import numpy  # noqa: F401 - loads the BLAS that is asked about
    from threadpoolctl import threadpool_info

    return [f"{info['internal_api']} {info['num_threads']}" for info in threadpool_info()]


def _has_gui_opencv() -> bool:
    spec = find_spec("cv2")
    places = spec.submodule_search_locations if spec is not None else None
    return any(os.path.isdir(os.path.join(place, "qt", "plugins")) for place in places or ())


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
