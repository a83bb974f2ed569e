"""Checks what a person set against what a model or an exporter offers."""

import math
from collections.abc import Mapping
from typing import Protocol

from pentad.core.problem import Problem
from pentad.sdk.model import Setting, Value


class Declaring(Protocol):
    """What says which settings it has: a model, an exporter."""

    @property
    def id(self) -> str: ...

    @property
    def settings(self) -> tuple[Setting, ...]: ...


_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def checked_settings(
    info: Declaring, given: Mapping[str, Value], *, presets: Mapping[str, Mapping[str, Value]] | None = None
) -> dict[str, Value]:
    """Every setting of ``info``: its default, over that the preset's value, over that what was ``given``.

    A preset is chosen by the setting ``preset``. Text (from a command line) is read as the kind of the default.
    Problem for an unknown key, a value of another kind, one that is not among the choices or out of range.
    """
    known = {setting.key: setting for setting in info.settings}
    for key in given:
        if key not in known:
            raise Problem(f"{info.id} has no setting '{key}'", remedy=f"Its settings: {', '.join(known) or 'none'}.")
    chosen = {key: _checked(known[key], value) for key, value in given.items()}
    values = {key: setting.default for key, setting in known.items()}
    values.update((presets or {}).get(str(chosen.get("preset", values.get("preset"))), {}))
    values.update(chosen)
    return values


def _checked(setting: Setting, value: Value) -> Value:
    value = _as_kind_of(setting, value)
    if setting.choices and value not in setting.choices:
        choices = ", ".join(str(choice) for choice in setting.choices)
        raise Problem(f"'{setting.key}' cannot be '{value}'", setting.help, remedy=f"Choose one of: {choices}.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = -math.inf if setting.minimum is None else setting.minimum
        high = math.inf if setting.maximum is None else setting.maximum
        if not low <= value <= high:
            remedy = f"Choose a number from {low:g} to {high:g}."
            raise Problem(f"'{setting.key}' cannot be {value:g}", setting.help, remedy=remedy)
    return value


def _as_kind_of(setting: Setting, value: Value) -> Value:
    kind = type(setting.default)
    try:
        if kind is bool:
            return value if isinstance(value, bool) else _WORDS[str(value).lower()]
        if kind is int and not isinstance(value, str):
            return _whole(value)
        return kind(value)
    except (KeyError, ValueError, OverflowError):
        word = {bool: "yes or no", int: "a whole number", float: "a number"}.get(kind, "text")
        raise Problem(f"'{setting.key}' cannot be '{value}'", setting.help, remedy=f"Give {word}.") from None


def _whole(value: float) -> int:
    if int(value) != value:
        raise ValueError(value)
    return int(value)
