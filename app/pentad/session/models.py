"""Which models are installed, found through the entry points ``pentad.models``; one that fails says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pentad.core.problem import Problem
from pentad.sdk import Model, Predictor
from pentad.sdk.model_folder import model_id
from pentad.sdk.plugins import plugins

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
        return cls(Listed(found.id, cast(Model | None, found.object), found.problem) for found in plugins(GROUP))

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
        return self.of(folder).load(folder)

    def of(self, folder: Path) -> Model:
        """The plug-in that trained the model in ``folder``."""
        return self[model_id(folder)]
