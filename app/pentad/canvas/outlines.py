"""The smooth line where heat reaches its threshold."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QIODevice
from PySide6.QtGui import QPainterPath

from pentad.core.arrays import Doubles, Floats
from pentad.core.box import Box

FINE = 2048
"""Cells along the longer side of a map on which its iso-line is traced."""
MARGIN = 2
"""Cells around what is hot that say where between them and it the line runs."""


def iso_lines(values: Floats, level: float) -> list[Doubles]:
    """Closed lines (N, 2) of (x, y) around values >= ``level``, in fractions of the map's width and height."""
    left, top, wide, high = cv2.boundingRect((values >= level).view(np.uint8))
    box = Box(top, left, top + high, left + wide)
    if box.empty:
        return []
    height, width = values.shape
    box = box.grown(MARGIN) & Box(0, 0, height, width)
    zoom = max(FINE / max(height, width), 1.0)
    rows, columns = (round(cells * zoom) for cells in box.shape)
    fine = cv2.resize(values[box.slices], (columns, rows), interpolation=cv2.INTER_LINEAR)
    # Why: without a border of outside, a line along the image's edge would not close.
    inside = cv2.copyMakeBorder((fine >= level).view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    lines, _ = cv2.findContours(inside, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    scale = np.array([box.shape[1] / columns, box.shape[0] / rows])
    corner, extent = np.array([box.x0, box.y0]), np.array([width, height])
    return [((_smoothed(line[:, 0].astype(float)) - 0.5) * scale + corner) / extent for line in lines]


def path_of(lines: list[Doubles]) -> QPainterPath:
    """One path of closed lines, each (N, 2) of (x, y)."""
    if not lines:
        return QPainterPath()
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    points = np.concatenate([np.concatenate([line, line[:1]]) for line in lines])
    return _path(points, starts[:-1])


def _path(points: Doubles, starts: NDArray[np.int64]) -> QPainterPath:
    """Read from bytes as Qt writes a path: a call per point would take a second for a hundred thousand."""
    path = QPainterPath()
    if not len(points):
        return path
    elements = np.empty(len(points), np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")]))
    elements["kind"] = 1
    elements["kind"][starts] = 0
    elements["x"], elements["y"] = points[:, 0], points[:, 1]
    count, ending = np.array([len(points)], ">i4"), np.array([0, 0], ">i4")
    data = QByteArray(count.tobytes() + elements.tobytes() + ending.tobytes())
    stream = QDataStream(data, QIODevice.OpenModeFlag.ReadOnly)
    stream >> path
    return path


def _smoothed(line: Doubles) -> Doubles:
    """The mean of five neighbours along a closed line: takes the stairs out of a traced one."""
    if len(line) < 8:
        return line
    return sum((np.roll(line, shift, axis=0) for shift in (-2, -1, 1, 2)), line) / 5
