"""How everything looks: the one place that knows colours, fonts and styles, read from tokens."""

import json
from functools import cache
from pathlib import Path
from string import Template
from typing import cast

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from pentad.core.resource import resource

NAMES = ("dark", "light")
ICON_SIZES = (16, 20, 24, 32, 40, 48)
_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "canvas",
    QPalette.ColorRole.AlternateBase: "panel",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "quiet",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "alarm",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Mid: "trough",
    QPalette.ColorRole.Dark: "line",
    QPalette.ColorRole.Light: "hover",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Link: "accent",
}


class Theme(QObject):
    """Colours by the name of what they mean, and what is made of them. It dresses the whole application."""

    changed = Signal()

    def __init__(self, app: QApplication, name: str) -> None:
        super().__init__(app)
        self._app = app
        self.name = name if name in NAMES else NAMES[0]
        self._tokens = tokens(self.name)
        app.setStyle("Fusion")
        app.setFont(ui_font())
        self._apply()

    def switch(self, name: str) -> None:
        """Change everything that is on screen to another theme."""
        self.name, self._tokens = name, tokens(name)
        self._apply()
        self.changed.emit()

    def colour(self, token: str) -> QColor:
        return QColor(self._tokens[token])

    def icon(self, name: str) -> QIcon:
        """The shipped icon in the theme's text colour; an unknown name gives an empty icon."""
        return _icon(name, self._tokens["text"], self._tokens["disabled"], self._tokens["accent"])

    def mark(self, name: str, token: str) -> QIcon:
        """The shipped icon in another colour than text."""
        colour = self._tokens[token]
        return _icon(name, colour, colour, colour)

    def _apply(self) -> None:
        self._app.setPalette(self._palette())
        self._app.setStyleSheet(self._sheet())

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, token in _ROLES.items():
            palette.setColor(role, self.colour(token))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("disabled"))
        return palette

    def _sheet(self) -> str:
        template = Template(resource("theme", "pentad.qss").read_text("utf-8"))
        return template.substitute(self._tokens, theme=resource("theme").as_posix())


def tokens(name: str) -> dict[str, str]:
    return cast(dict[str, str], json.loads(resource("theme", f"{name}.json").read_text("utf-8")))


def ui_font() -> QFont:
    """The system's own, not too small, with figures of one width so that changing numbers stand still."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(max(font.pointSizeF(), 9.0))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def small(font: QFont) -> QFont:
    """The same a little smaller, for what stands beside."""
    smaller = QFont(font)
    smaller.setPointSizeF(font.pointSizeF() * 0.9)
    return smaller


def strong(font: QFont) -> QFont:
    heavy = QFont(font)
    heavy.setWeight(QFont.Weight.DemiBold)
    return heavy


def sign() -> QIcon:
    """Pentad's own sign, in its own colours whatever the theme."""
    icon = QIcon()
    for size in (*ICON_SIZES, 64, 128, 256):
        icon.addPixmap(_drawn(resource("icons", "pentad.svg"), size))
    return icon


@cache
def _icon(name: str, plain: str, disabled: str, accent: str) -> QIcon:
    file = resource("icons", f"{name}.svg")
    icon = QIcon()
    if not file.is_file():
        return icon
    for size in ICON_SIZES:
        icon.addPixmap(_tinted(file, size, plain))
        icon.addPixmap(_tinted(file, size, disabled), QIcon.Mode.Disabled)
        icon.addPixmap(_tinted(file, size, accent), QIcon.Mode.Normal, QIcon.State.On)
    return icon


def _drawn(file: Path, size: int) -> QPixmap:
    picture = QPixmap(QSize(size, size))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(str(file)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def _tinted(file: Path, size: int, colour: str) -> QPixmap:
    picture = _drawn(file, size)
    painter = QPainter(picture)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), QColor(colour))
    painter.end()
    return picture
