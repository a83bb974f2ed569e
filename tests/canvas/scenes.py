"""Pictures to draw, and pixels read back from a widget."""

import cv2
import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pentad.canvas import BaseLayer, Canvas, LayerStack, Pyramid
from pentad.core.arrays import Rgb


def noise(height: int, width: int, seed: int = 0) -> Rgb:
    """A picture in which every pixel differs from its neighbours."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def clouds(height: int, width: int) -> Rgb:
    """A picture without edges, from black to white."""
    coarse = np.random.default_rng(0).random((5, 5, 3), dtype=np.float32)
    fine = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(fine * 255, 0, 255).astype(np.uint8)


def plain(rgb: Rgb) -> LayerStack:
    """The picture and nothing over it."""
    return LayerStack((rgb.shape[0], rgb.shape[1]), BaseLayer(Pyramid.build(rgb)))


def pixels(widget: QWidget) -> Rgb:
    """(H, W, 3) device pixels of what the widget draws."""
    return as_array(widget.grab().toImage())


def as_array(image: QImage) -> Rgb:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def shown_canvas(qtbot: QtBot, height: int, width: int) -> Canvas:
    """A canvas on screen whose viewport has just this size."""
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(width, height)
    with qtbot.waitExposed(canvas):
        canvas.show()
    settle()
    return canvas


def settle() -> None:
    """Let everything that was posted happen."""
    for _ in range(3):
        QCoreApplication.processEvents()
