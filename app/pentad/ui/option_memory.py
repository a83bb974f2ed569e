"""How tools were set last time, kept with the window's settings."""

from functools import partial

from PySide6.QtCore import QObject

from pentad.annotation.options import Options
from pentad.ui.bridge import listen
from pentad.ui.settings import Settings


class OptionMemory(QObject):
    """Sets every option as it was left, and writes down what becomes of it."""

    def __init__(self, all_options: list[Options], settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        for options in all_options:
            for option in options:
                kept = settings.text(_key(options, option.id), "")
                if kept:
                    options.set(option.id, kept)
            listen(self, options.changed, partial(self._keep, options))

    def _keep(self, options: Options, id: str) -> None:
        self._settings.put(_key(options, id), options.value(id))


def _key(options: Options, id: str) -> str:
    return f"tool/{options.id}/{id}"
