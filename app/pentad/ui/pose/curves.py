"""Loss and IoU over the iterations, and where in them one looks."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.core.pose_trace import PoseStep
from pentad.ui.theme import Theme


class Curves(QWidget):
    """Two plots above each other with one cursor; a second run lies beside the first in a quieter colour."""

    picked = Signal(int)
    """An iteration somebody pointed at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.loss, self.iou = pg.PlotWidget(), pg.PlotWidget()
        self._cursors = [pg.InfiniteLine(angle=90, movable=True) for _ in range(2)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for plot, name, cursor in zip((self.loss, self.iou), ("Loss", "IoU"), self._cursors, strict=True):
            plot.setLabel("left", name)
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.getPlotItem().addItem(cursor, ignoreBounds=True)
            cursor.sigDragged.connect(self._on_dragged)
            layout.addWidget(plot)
        self.iou.setXLink(self.loss)
        self.iou.setLabel("bottom", "Iteration")
        self._lines = {(p, k): plot.plot([], []) for p, plot in enumerate((self.loss, self.iou)) for k in range(2)}
        self._dress()
        theme.changed.connect(self._dress)

    def show_steps(self, steps: Sequence[PoseStep], compared: Sequence[PoseStep]) -> None:
        for k, run in enumerate((steps, compared)):
            at = np.arange(len(run))
            self._lines[0, k].setData(at, np.array([step.loss for step in run]))
            self._lines[1, k].setData(at, np.array([step.iou for step in run]))

    def show_cursor(self, index: int) -> None:
        for cursor in self._cursors:
            cursor.setPos(index)

    def _on_dragged(self, cursor: pg.InfiniteLine) -> None:
        self.picked.emit(round(cursor.value()))

    def _dress(self) -> None:
        colour = self._theme.colour
        for plot in (self.loss, self.iou):
            plot.setBackground(colour("panel"))
            for side in ("left", "bottom"):
                plot.getAxis(side).setPen(colour("edge"))
                plot.getAxis(side).setTextPen(colour("quiet"))
        for (_, k), line in self._lines.items():
            line.setPen(pg.mkPen(colour("accent" if k == 0 else "quiet"), width=1.5))
        for cursor in self._cursors:
            cursor.setPen(pg.mkPen(colour("warn"), width=1.5))
