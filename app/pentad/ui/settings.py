"""What the window remembers between two starts; a damaged file never keeps it from starting."""

import contextlib
from math import isfinite
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings


class Settings:
    """Choices by key, in one INI file. A value of the wrong kind reads as the default."""

    def __init__(self, file: Path) -> None:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
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
