"""What can be set about a tool, declared once: the options panel, the settings file and the tools all read this."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from psygnal import Signal

Value = float | bool | str
When = tuple[str, str] | None
"""(another option's id, one of its values): only then an option is of any effect, and shown."""


@dataclass(frozen=True, slots=True)
class Number:
    """A size, a tolerance: between ``low`` and ``high``, in ``unit``; ``growing`` ones are shown on a log scale."""

    id: str
    title: str
    default: float
    low: float
    high: float
    unit: str = ""
    step: float = 1.0
    growing: bool = False
    tip: str = ""
    when: When = None

    def checked(self, value: Value) -> float:
        """``value`` within the limits; the default for what is no number."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            return self.default
        return min(max(number, self.low), self.high) if number == number else self.default


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: (value, title) pairs."""

    id: str
    title: str
    default: str
    choices: tuple[tuple[str, str], ...]
    tip: str = ""
    when: When = None

    def checked(self, value: Value) -> str:
        return str(value) if str(value) in {known for known, _ in self.choices} else self.default


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    id: str
    title: str
    default: bool
    tip: str = ""
    when: When = None

    def checked(self, value: Value) -> bool:
        return {"true": True, "false": False}.get(str(value).lower(), self.default)


Option = Number | Choice | Flag


class Options:
    """The settings of one tool, or of several that share them (brush and eraser share one size)."""

    changed: ClassVar[Signal] = Signal(str)
    """The option's id."""
    offered: ClassVar[Signal] = Signal(str)
    """The choices of an option are others now (its id)."""

    def __init__(self, id: str, declared: Iterable[Option]) -> None:
        self.id = id
        self._declared = {option.id: option for option in declared}
        self._values: dict[str, Value] = {option.id: option.default for option in self._declared.values()}

    def __iter__(self) -> Iterator[Option]:
        return iter(self._declared.values())

    def __contains__(self, id: str) -> bool:
        return id in self._declared

    def __getitem__(self, id: str) -> Option:
        return self._declared[id]

    def number(self, id: str) -> float:
        return float(self._values[id])

    def flag(self, id: str) -> bool:
        return bool(self._values[id])

    def text(self, id: str) -> str:
        return str(self._values[id])

    def value(self, id: str) -> Value:
        return self._values[id]

    def counts(self, id: str) -> bool:
        """Whether an option is of any effect as the others stand."""
        when = self._declared[id].when
        return when is None or str(self._values[when[0]]) == when[1]

    def set(self, id: str, value: Value) -> None:
        """Change one, within its limits; setting what is already so says nothing."""
        checked = self._declared[id].checked(value)
        if checked != self._values[id]:
            self._values[id] = checked
            self.changed.emit(id)

    def offer(self, id: str, choices: tuple[tuple[str, str], ...]) -> None:
        """From now on one of these (value, title) pairs is chosen, at first the first of them."""
        declared = self._declared[id]
        if isinstance(declared, Choice) and choices != declared.choices:
            self._declared[id] = replace(declared, choices=choices, default=choices[0][0])
            self.offered.emit(id)
            self.set(id, self._values[id])
