"""One quantity along a cross-section as curves, with the place one looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from pentad.core.arrays import Doubles
from pentad.ui.plot_dress import dress_plot
from pentad.ui.theme import Theme

_LEFT_PX = 58
_ROOM = 0.06
"""Of the range, above and below what is drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Values over places, in the theme's colour of that name; ``faint`` ones are another part's."""

    name: str
    along: Doubles
    values: Doubles
    colour: str
    faint: bool = False


class SectionPlot(pg.PlotWidget):
    """Curves with their unit at the axis. The wheel and a drag look closer; a double click shows all again."""

    hovered = Signal(object)
    """The place along under the pointer, in the section's unit; None where it is outside."""

    def __init__(self, name: str, tip: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self._curves: tuple[Curve, ...] = ()
        self._lines: list[Any] = []
        self._cursor = pg.InfiniteLine(angle=90)
        self._zero = pg.InfiniteLine(angle=0, pos=0)
        self._prepare(tip)
        scene = cast(Any, self.scene())
        scene.sigMouseMoved.connect(self._on_moved)
        scene.sigMouseClicked.connect(self._on_clicked)
        theme.changed.connect(self._dress)
        self._dress()

    def _prepare(self, tip: str) -> None:
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=True, y=False)
        self.setMinimumSize(160, 84)
        self.setToolTip(tip)
        self.setAccessibleName(f"{self._name} along the line")
        axis = self.getAxis("left")
        axis.setWidth(_LEFT_PX)
        for side in ("left", "bottom"):
            self.getAxis(side).enableAutoSIPrefix(False)
        item = self.getPlotItem()
        item.layout.setContentsMargins(0, 8, 12, 2)
        for each in (self._zero, self._cursor):
            item.addItem(each, ignoreBounds=True)
        self._zero.setZValue(-10)
        self._cursor.setZValue(20)
        self._cursor.hide()

    def show_curves(self, curves: Sequence[Curve], unit: str, along_unit: str, *, named_below: bool) -> None:
        """Draw these from now on; what stands below may say the axis' name for those above it."""
        self._curves = tuple(curves)
        self.setLabel("left", f"{self._name} [{unit}]" if unit else self._name)
        self.setLabel("bottom", f"Along the line [{along_unit}]" if named_below else "")
        while len(self._lines) > len(curves):
            self.getPlotItem().removeItem(self._lines.pop())
        while len(self._lines) < len(curves):
            self._lines.append(self.plot([], []))
        for line, curve in zip(self._lines, curves, strict=True):
            line.setData(curve.along, curve.values, connect="finite")
        self._dress_lines()
        self.show_all()

    def show_all(self) -> None:
        """From end to end, and from the least to the greatest."""
        if not self._curves:
            return
        values = np.concatenate([curve.values for curve in self._curves])
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        room = max((high - low) * _ROOM, 1e-6)
        item = self.getPlotItem()
        item.setXRange(0, max(float(curve.along[-1]) for curve in self._curves), padding=0)
        item.setYRange(low - room, high + room, padding=0)

    def show_place(self, along: float | None) -> None:
        """Mark a place, or none."""
        self._cursor.setVisible(along is not None)
        if along is not None:
            self._cursor.setPos(along)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _on_moved(self, place: QPointF) -> None:
        box = self.getPlotItem().getViewBox()
        if box.sceneBoundingRect().contains(place):
            self.hovered.emit(float(box.mapSceneToView(place).x()))
        else:
            self.hovered.emit(None)

    def _on_clicked(self, event: Any) -> None:
        if event.double():
            self.show_all()

    def _dress(self) -> None:
        colour = self._theme.colour
        dress_plot(self, self._theme)
        self._cursor.setPen(pg.mkPen(colour("text"), width=1.2))
        self._zero.setPen(pg.mkPen(colour("line"), width=1))
        self._dress_lines()

    def _dress_lines(self) -> None:
        for line, curve in zip(self._lines, self._curves, strict=True):
            colour = self._theme.colour(curve.colour)
            style = Qt.PenStyle.DashLine if curve.faint else Qt.PenStyle.SolidLine
            line.setPen(pg.mkPen(colour, width=1.4 if curve.faint else 1.8, style=style))
