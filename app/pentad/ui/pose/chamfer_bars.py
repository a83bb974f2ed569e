"""How far each reference's outline is from the query's, as bars; a click starts from one."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.core.pose_trace import Reference
from pentad.ui.theme import Theme


class ChamferBars(QWidget):
    """One bar a reference, the nearest in the accent colour."""

    picked = Signal(int)
    """A reference somebody wants to start from."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._references: tuple[Reference, ...] = ()
        self.plot = pg.PlotWidget()
        self.plot.setLabel("left", "Chamfer", units="px")
        self.plot.setLabel("bottom", "Reference view")
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        cast(Any, self.plot.scene()).sigMouseClicked.connect(self._on_clicked)
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.8)
        self.plot.addItem(self._bars)
        self._dress()
        theme.changed.connect(self._dress)

    def show_references(self, references: Sequence[Reference]) -> None:
        self._references = tuple(references)
        self._draw()

    def bar_at(self, x: float) -> int:
        """Which reference stands at ``x`` of the plot; -1 for none."""
        index = round(x)
        return index if 0 <= index < len(self._references) and abs(x - index) <= 0.5 else -1

    def _draw(self) -> None:
        heights = np.array([each.distance for each in self._references], float)
        colours = [self._theme.colour("edge")] * len(heights)
        if len(heights) and np.isfinite(heights).any():
            colours[int(np.nanargmin(heights))] = self._theme.colour("accent")
        self._bars.setOpts(x=np.arange(len(heights)), height=np.nan_to_num(heights), width=0.8, brushes=colours)

    def _on_clicked(self, event: Any) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        index = self.bar_at(self.plot.getPlotItem().getViewBox().mapSceneToView(event.scenePos()).x())
        if index >= 0:
            self.picked.emit(index)

    def _dress(self) -> None:
        colour = self._theme.colour
        self.plot.setBackground(colour("panel"))
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setPen(colour("edge"))
            self.plot.getAxis(side).setTextPen(colour("quiet"))
        self._draw()
