"""Finding plug-ins through entry points, so that one that fails says why and takes nothing along."""

import logging
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from pentad.core.problem import Problem

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One entry point: the object it names, or the Problem that kept it out."""

    id: str
    object: Any
    problem: Problem | None = None


def plugins(group: str) -> list[Plugin]:
    """Every entry point of ``group``, by name; of two with one name the later installed wins."""
    points = {point.name: point for point in entry_points(group=group)}
    found: list[Plugin] = []
    for name in sorted(points):
        try:
            found.append(Plugin(name, points[name].load()))
        except Exception as error:  # a plug-in may fail in any way; it must not take the others along
            log.info("plug-in %s of %s failed", name, group, exc_info=True)
            why = f"{type(error).__name__}: {error}"
            remedy = f"Reinstall the package that provides it ({points[name].value})."
            found.append(Plugin(name, None, Problem(f"The plug-in '{name}' could not be loaded", why, remedy=remedy)))
    return found
