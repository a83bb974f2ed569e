"""Which models are installed, found through the entry points ``pentad.models``; one that fails says why."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from pentad.core.problem import Problem
from pentad.sdk import Model, Predictor
from pentad.sdk.model_folder import model_id

log = logging.getLogger(__name__)
GROUP = "pentad.models"


@dataclass(frozen=True, slots=True)
class Listed:
    """One installed plug-in: its model, or the Problem that kept it out."""

    id: str
    model: Model | None
    problem: Problem | None = None


class Models:
    """The models that can be trained and loaded, by id. Listing them imports neither torch nor Qt."""

    def __init__(self, listed: Iterable[Listed]) -> None:
        self._listed = {item.id: item for item in listed}

    @classmethod
    def installed(cls) -> "Models":
        return cls(_load(point) for point in sorted(entry_points(group=GROUP), key=lambda point: point.name))

    @property
    def listed(self) -> tuple[Listed, ...]:
        return tuple(self._listed.values())

    def __getitem__(self, id: str) -> Model:
        """The model called ``id``; Problem where it is unknown or broken."""
        item = self._listed.get(id)
        if item is None:
            known = ", ".join(self._listed) or "none"
            raise Problem(f"No model is called '{id}'", remedy=f"Installed models: {known}.")
        if item.model is None:
            raise item.problem or Problem(f"The model '{id}' cannot be used", remedy="See pentad doctor.")
        return item.model

    def load(self, folder: Path) -> Predictor:
        """The trained model in ``folder``, through the plug-in its model.json names."""
        return self[model_id(folder)].load(folder)


def _load(point: EntryPoint) -> Listed:
    try:
        return Listed(point.name, cast(Model, point.load()))
    except Exception as error:  # a plug-in may fail in any way; it must not take the others along
        log.info("plug-in %s failed", point.name, exc_info=True)
        why = f"{type(error).__name__}: {error}"
        remedy = f"Reinstall the package that provides it ({point.value})."
        return Listed(
            point.name, None, Problem(f"The model plug-in '{point.name}' could not be loaded", why, remedy=remedy)
        )
