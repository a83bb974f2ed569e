"""The losses of one stage of a training as curves over its steps."""

from collections.abc import Mapping
from math import ceil, floor, log10
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pentad.canvas.colours import CLASS_COLOURS
from pentad.session.learning import Curve
from pentad.ui.plot_dress import dress_plot
from pentad.ui.pose.legend import Legend
from pentad.ui.theme import Theme

_LEFT_PX = 54
_ROOM = 0.06
"""Of the range, above and below what is drawn."""
_MOST_TICKS = 5
_SPREAD = 8.0
"""Losses whose greatest is so many times their least are drawn by powers of ten."""


class LossPlot(QWidget):
    """One stage: a curve for each loss in its own colour, with its name and newest value above."""

    def __init__(self, stage: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage, self._theme = stage, theme
        self.legend, self.plot = Legend(f"Losses of {stage}"), pg.PlotWidget()
        self.lines: dict[str, Any] = {}
        self._prepare()
        theme.changed.connect(self._dress)
        self._dress()

    def _prepare(self) -> None:
        plot = self.plot
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.setMinimumSize(150, 80)
        plot.setAccessibleName(f"Losses of {self.stage}")
        plot.setLabel("bottom", self.stage)
        plot.getAxis("left").setWidth(_LEFT_PX)
        for side in ("left", "bottom"):
            plot.getAxis(side).enableAutoSIPrefix(False)
        plot.getPlotItem().layout.setContentsMargins(0, 4, 12, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.legend)
        layout.addWidget(plot, 1)

    def show_curves(self, curves: Mapping[str, Curve], steps: int) -> None:
        """Draw them as they are now, over ``steps`` in all."""
        drawn = {name: curve for name, curve in curves.items() if curve.steps}
        values = [np.asarray(curve.values) for curve in drawn.values()]
        known = np.concatenate([each[np.isfinite(each)] for each in values]) if values else np.zeros(0)
        by_powers = bool(known.size and known.min() > 0 and known.max() > _SPREAD * known.min())
        for name, value in zip(drawn, values, strict=True):
            line = self.lines.get(name)
            if line is None:
                line = self.lines[name] = self.plot.plot([], [], pen=pg.mkPen(self._colour(len(self.lines)), width=2))
            shown = np.log10(np.where(value > 0, value, np.nan)) if by_powers else value
            line.setData(drawn[name].steps, shown, connect="finite")
        self._show_ranges(np.log10(known) if by_powers else known, steps, by_powers=by_powers)
        self.legend.show_entries(
            tuple(
                (f"{name} {curve.values[-1]:.4g}", self._colour(number), True)
                for number, (name, curve) in enumerate(drawn.items())
            )
        )

    def _show_ranges(self, known: Any, steps: int, *, by_powers: bool) -> None:
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        room = max((high - low) * _ROOM, 1e-6)
        self.plot.getAxis("left").setTicks([_ticks(low - room, high + room)] if by_powers else None)
        self.plot.getPlotItem().setXRange(0, max(steps, 1), padding=0)
        self.plot.getPlotItem().setYRange(low - room, high + room, padding=0)

    def _colour(self, number: int) -> QColor:
        return QColor(*CLASS_COLOURS[number % len(CLASS_COLOURS)])

    def _dress(self) -> None:
        dress_plot(self.plot, self._theme)


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Places on a scale of powers of ten and what stands there; few enough not to touch each other."""
    powers = range(floor(low), ceil(high) + 1)
    for leading in ((1, 2, 5), (1, 3), (1,)):
        values = [number * 10.0**power for power in powers for number in leading]
        found = [(log10(value), f"{value:g}") for value in values if low <= log10(value) <= high]
        if len(found) <= _MOST_TICKS:
            break
    return found
