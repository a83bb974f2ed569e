"""The canvas needs no screen: without one, its tests draw offscreen. It also needs no theme."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def no_theme(qapp: QApplication) -> Iterator[None]:
    """A window that was opened in an earlier test has dressed the whole application."""
    sheet, palette = qapp.styleSheet(), QPalette(qapp.palette())
    qapp.setStyleSheet("")
    qapp.setPalette(QPalette())
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
