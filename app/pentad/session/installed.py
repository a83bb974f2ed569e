"""Plug-ins of one kind, found through their entry points; one that fails says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Generic, Self, TypeVar, cast

from pentad.core.problem import Problem
from pentad.sdk.plugins import plugins

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """One installed plug-in: its object, or the Problem that kept it out."""

    id: str
    object: T | None
    problem: Problem | None = None


class Installed(Generic[T]):
    """Plug-ins by id. Listing them imports neither torch nor Qt."""

    group: ClassVar[str]
    """Their entry points."""
    word: ClassVar[str]
    """What one of them is called."""

    def __init__(self, listed: Iterable[Listed[T]]) -> None:
        self._listed = {item.id: item for item in listed}

    @classmethod
    def installed(cls) -> Self:
        return cls(Listed(found.id, cast(T | None, found.object), found.problem) for found in plugins(cls.group))

    @property
    def listed(self) -> tuple[Listed[T], ...]:
        return tuple(self._listed.values())

    def __getitem__(self, id: str) -> T:
        """The one called ``id``; Problem where it is unknown or broken."""
        item = self._listed.get(id)
        if item is None:
            known = ", ".join(self._listed) or "none"
            raise Problem(f"No {self.word} is called '{id}'", remedy=f"Installed {self.word}s: {known}.")
        if item.object is None:
            raise item.problem or Problem(f"The {self.word} '{id}' cannot be used", remedy="See pentad doctor.")
        return item.object
