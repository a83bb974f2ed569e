"""What the window remembers between two starts; a damaged file never keeps it from starting."""

import contextlib
from math import isfinite
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from pentad.core.problem import Problem

_LARGEST = 8 << 20


class Settings:
    """Choices by key, in one INI file. A value of the wrong kind reads as the default, unknown keys stay in the file.

    ``problem`` says, once, that the file was damaged: it is then kept aside and a new one begun.
    """

    def __init__(self, file: Path) -> None:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
        self.problem = _put_aside(file)
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    def text(self, key: str, default: str) -> str:
        value = self._store.value(key)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: float) -> float:
        try:
            number = float(self.text(key, ""))
        except ValueError:
            return default
        return number if isfinite(number) else default

    def flag(self, key: str, *, default: bool) -> bool:
        return {"true": True, "false": False}.get(self.text(key, "").lower(), default)

    def bytes(self, key: str) -> QByteArray:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def put(self, key: str, value: str | float | bool | QByteArray) -> None:
        self._store.setValue(key, value if isinstance(value, QByteArray) else _as_text(value))

    def forget(self, key: str) -> None:
        self._store.remove(key)

    def save(self) -> None:
        """Write now; a file that cannot be written is given up silently, for nothing of worth is lost."""
        self._store.sync()


def _as_text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _put_aside(file: Path) -> Problem | None:
    """Rename a file that is no settings, and say so; None where there is nothing to complain of."""
    try:
        if not file.exists() or _is_settings(file):
            return None
        aside = next(
            path for n in range(1, 10_000) if not (path := file.with_name(f"{file.name}.damaged-{n}")).exists()
        )
        file.rename(aside)
    except OSError as error:
        why = error.strerror or str(error)
        return Problem(f"The window's settings in {file} cannot be used", why, remedy="Defaults hold until they can.")
    what = "The window's settings were damaged and begin anew"
    return Problem(
        what, f"{file} was no settings file", remedy=f"Keys and layout are the defaults; it is kept as {aside}."
    )


def _is_settings(file: Path) -> bool:
    """Whether every line is one that Qt writes into an INI file.

    Why not Qt's own status: it notices most damage only when it writes, and then the file is gone.
    """
    if file.stat().st_size > _LARGEST:
        return False
    data = file.read_bytes()
    return b"\0" not in data and all(_is_line(line.strip()) for line in data.split(b"\n"))


def _is_line(line: bytes) -> bool:
    return not line or line[:1] in b";#" or b"=" in line or (line[:1] == b"[" and line[-1:] == b"]")
