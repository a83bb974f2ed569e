"""Keys: where each is good, which two would collide, and what a person changed about them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Flag
from typing import ClassVar, Protocol

from psygnal import Signal

from pentad.core.problem import Problem


class Scope(Flag):
    """Where a key is good."""

    ANNOTATE = 1
    """In the Annotate workspace."""
    REVIEW = 2
    """In every other workspace."""
    EVERYWHERE = 3

    @property
    def words(self) -> str:
        return {1: "in Annotate", 2: "outside Annotate"}.get(self.value, "everywhere")


_PREFIXES = {"annotate": Scope.ANNOTATE, "review": Scope.REVIEW}
_MODIFIERS = ("Meta", "Ctrl", "Alt", "Shift")
_LONG_NAMES = {"PageUp": "PgUp", "PageDown": "PgDown", "Delete": "Del", "Insert": "Ins", "Escape": "Esc"}
_NAMED = (
    *("PgUp", "PgDown", "Home", "End", "Left", "Right", "Up", "Down", "Ins", "Del", "Esc", "Return", "Enter"),
    *("Backspace", "Space", "Pause", "Print", "Menu", "Help"),
    *(f"F{number}" for number in range(1, 36)),
)
_BY_NAME = {name.lower(): name for name in _NAMED} | {long.lower(): short for long, short in _LONG_NAMES.items()}


@dataclass(frozen=True, slots=True)
class ScopedKey:
    """One key with its modifiers, as Qt writes it portably ("Ctrl+Shift+Z"), and where it is good."""

    key: str
    scope: Scope = Scope.EVERYWHERE

    @classmethod
    def parse(cls, text: str) -> "ScopedKey":
        """From "N", "review:N" or "annotate:Ctrl+N"; a Problem where that is no key."""
        prefix, colon, rest = text.strip().partition(":")
        scope = _PREFIXES.get(prefix.lower()) if colon else None
        return (
            cls(_written_one_way(text.strip()), Scope.EVERYWHERE)
            if scope is None
            else cls(_written_one_way(rest), scope)
        )

    def __str__(self) -> str:
        prefix = next((name for name, scope in _PREFIXES.items() if scope == self.scope), "")
        return f"{prefix}:{self.key}" if prefix else self.key

    def meets(self, other: "ScopedKey") -> bool:
        """Whether one press could mean both."""
        return self.key == other.key and bool(self.scope & other.scope)

    def without(self, others: Iterable["ScopedKey"]) -> "ScopedKey | None":
        """What is left of it where the others have been served; None for nothing."""
        scope = self.scope
        for other in others:
            if other.key == self.key:
                scope &= ~other.scope
        return replace(self, scope=scope) if scope else None


Keys = tuple[ScopedKey, ...]


def parsed(texts: Iterable[str]) -> Keys:
    return tuple(ScopedKey.parse(text) for text in texts)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A key that means two actions in one place, both by id."""

    key: ScopedKey
    first: str
    second: str


def conflicts(bindings: Mapping[str, Iterable[ScopedKey]]) -> Iterator[Conflict]:
    """Every pair of actions that share a key somewhere."""
    holders: dict[str, list[tuple[str, ScopedKey]]] = {}
    for id, keys in bindings.items():
        for key in keys:
            known = holders.setdefault(key.key, [])
            yield from (
                Conflict(replace(key, scope=key.scope & other.scope), holder, id)
                for holder, other in known
                if key.meets(other)
            )
            known.append((id, key))


class Kept(Protocol):
    """Where a person's choices are written, as text by name."""

    def text(self, key: str, default: str) -> str: ...
    def put(self, key: str, value: str) -> None: ...
    def forget(self, key: str) -> None: ...


class Keymap:
    """Which key does what: the declared keys, with a person's changes. No two keys in force ever collide."""

    changed: ClassVar[Signal] = Signal()

    def __init__(self, defaults: Mapping[str, Keys], kept: Kept) -> None:
        self._defaults, self._kept = dict(defaults), kept
        read = {id: _read(kept.text(_name(id), "")) for id in self._defaults}
        self._changes: dict[str, Keys] = {id: keys for id, keys in read.items() if keys is not None}
        self._in_force = self._resolve()

    def keys(self, id: str, scope: Scope = Scope.EVERYWHERE) -> Keys:
        """The keys in force of an action that are good somewhere in ``scope``."""
        return tuple(key for key in self._in_force[id] if key.scope & scope)

    def is_changed(self, id: str) -> bool:
        """Whether the keys in force are others than the declared ones."""
        return self._in_force[id] != self._defaults[id]

    def defaults(self, id: str) -> Keys:
        return self._defaults[id]

    def conflicts(self, id: str, keys: Iterable[ScopedKey]) -> list[Conflict]:
        """Which actions would lose a key if these were bound to ``id``."""
        wanted = tuple(keys)
        others = {other: in_force for other, in_force in self._in_force.items() if other != id}
        return [clash for clash in conflicts({**others, id: wanted}) if clash.second == id != clash.first]

    def bind(self, id: str, keys: Iterable[ScopedKey]) -> None:
        """From now on ``id`` has these keys and no others; whoever had one of them loses it there."""
        wanted = tuple(dict.fromkeys(keys))
        for other, held in list(self._changes.items()):
            if other != id:
                left = tuple(rest for key in held if (rest := key.without(wanted)) is not None)
                self._keep(other, left)
        self._keep(id, wanted)
        self._announce()

    def reset(self, id: str) -> None:
        """The declared keys again, taken back from whoever has them by now."""
        self.bind(id, self._defaults[id])

    def reset_all(self) -> None:
        """Forget every change."""
        for id in list(self._changes):
            self._keep(id, self._defaults[id])
        self._announce()

    def _keep(self, id: str, keys: Keys) -> None:
        if keys == self._defaults[id]:
            if self._changes.pop(id, None) is not None:
                self._kept.forget(_name(id))
        elif self._changes.get(id) != keys:
            self._changes[id] = keys
            self._kept.put(_name(id), " ".join(map(str, keys)) or NONE)

    def _announce(self) -> None:
        self._in_force = self._resolve()
        self.changed.emit()

    def _resolve(self) -> dict[str, Keys]:
        """A person's choices first; what was declared keeps what they left."""
        taken: dict[str, list[ScopedKey]] = {}
        found: dict[str, Keys] = {}
        for bindings in (self._changes, {id: k for id, k in self._defaults.items() if id not in self._changes}):
            for id in (id for id in self._defaults if id in bindings):
                found[id] = ()
                for key in bindings[id]:
                    others = taken.setdefault(key.key, [])
                    if (free := key.without(others)) is not None:
                        others.append(free)
                        found[id] += (free,)
        return found


NONE = "none"
"""What is written where a person took every key away."""


def _name(id: str) -> str:
    return f"keys/{id}"


def _read(text: str) -> Keys | None:
    """What was kept; None where nothing was, or nothing that can be understood."""
    if not text.strip():
        return None
    if text.strip() == NONE:
        return ()
    try:
        return parsed(text.split())
    except Problem:
        return None


def _written_one_way(text: str) -> str:
    """``text`` as Qt writes it: modifiers in one order, names in short, letters large."""
    body, name = (text[:-2], "+") if text.endswith("++") else ("", text) if text == "+" else _split(text)
    held = {part.strip().capitalize() for part in body.split("+")} if body else set()
    key = _BY_NAME.get(name.strip().lower()) or (name.strip() if len(name.strip()) == 1 else "")
    if not key.isprintable() or not key or not held <= set(_MODIFIERS):
        raise Problem(f"'{text}' is not a key", remedy="Write it as B, F5, Ctrl+B or Ctrl+Shift+B.")
    large = key.upper() if len(key.upper()) == len(key) == 1 else key
    if held == {"Shift"} and len(large) == 1 and not large.isalpha():
        raise Problem(f"'{text}' is not the same on every keyboard", remedy="Write the sign that it types instead.")
    return "+".join([*(modifier for modifier in _MODIFIERS if modifier in held), large])


def _split(text: str) -> tuple[str, str]:
    body, _, name = text.rpartition("+")
    return body, name
