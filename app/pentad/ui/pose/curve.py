"""One number of every iteration as a curve, with the place one looks at and the answer marked."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from pentad.core.arrays import Bools, Doubles
from pentad.ui.plot_dress import dress_plot
from pentad.ui.pose.axis_range import SMALLEST
from pentad.ui.pose.looking import Stretch
from pentad.ui.theme import Theme
from pentad.ui.typing_guard import TAKES_ARROWS

_LEFT_PX = 52
_FAINT = 150
"""Of 255, how opaque what lost is drawn."""
OWN, OTHER = "accent", "good"
"""The colours of the run on show and of the one beside it."""


class Curve(pg.PlotWidget):
    """A plot over iterations, which are counted from 1 on its axis. A click or a drag of the line picks one.

    What belongs to the answer's start is loud, the other starts are faint; lines end where start or level change.
    """

    picked = Signal(int)
    """An iteration, counted from 0."""
    hovered = Signal(int)
    """The iteration under the pointer, counted from 0; -1 where there is none."""

    def __init__(self, name: str, tip: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._log = theme, False
        self._values: Doubles = np.zeros(0)
        self._cursor, self._other_cursor = pg.InfiniteLine(angle=90, movable=True), pg.InfiniteLine(angle=90)
        self._faint, self._loud, self._compared = (self.plot([], []) for _ in range(3))
        self._answer = pg.ScatterPlotItem(size=9, pxMode=True)
        self._bounds: list[pg.InfiniteLine] = []
        self._prepare(name, tip)
        self._cursor.sigDragged.connect(self._on_dragged)
        scene = cast(Any, self.scene())
        scene.sigMouseClicked.connect(self._on_clicked)
        scene.sigMouseMoved.connect(self._on_moved)
        theme.changed.connect(self._dress)
        self._dress()

    def _prepare(self, name: str, tip: str) -> None:
        self.setLabel("left", name)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setMinimumHeight(60)
        self.setToolTip(tip)
        self.setAccessibleName(f"{name} over the iterations")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setProperty(TAKES_ARROWS, True)
        axis = self.getAxis("left")
        axis.setWidth(_LEFT_PX)
        axis.enableAutoSIPrefix(False)
        item = self.getPlotItem()
        item.layout.setContentsMargins(0, 9, 10, 1)
        for each, height in ((self._answer, 15), (self._other_cursor, 18), (self._cursor, 20)):
            item.addItem(each, ignoreBounds=True)
            each.setZValue(height)
        self._other_cursor.hide()

    def show_values(self, values: Doubles, pieces: Sequence[Stretch], best: int) -> None:
        """``values`` (n,) of all iterations; ``best`` is the answer's."""
        self._values = values
        winner = next((each.start for each in pieces if each.first <= best <= each.last), -1)
        whole, won = np.ones(len(values), bool), np.zeros(len(values), bool)
        for each in pieces:
            whole[each.last] = False
            won[each.first : each.last + 1] = each.start == winner
        at = np.arange(1, len(values) + 1)
        self._draw(self._faint, at, values, whole & ~won)
        self._draw(self._loud, at, values, whole & won)
        self._answer.setData([best + 1], [self._drawn(values)[best]]) if best >= 0 else self._answer.setData([], [])
        self._show_bounds([each.first + 0.5 for each in pieces[1:]])

    def show_compared(self, values: Doubles, pieces: Sequence[Stretch]) -> None:
        """Another run's (m,), over them."""
        whole = np.ones(len(values), bool)
        for each in pieces:
            whole[each.last] = False
        self._draw(self._compared, np.arange(1, len(values) + 1), values, whole)

    def _draw(self, line: Any, at: Any, values: Doubles, joined: Bools) -> None:
        line.setData(at, self._drawn(values), connect=joined.astype(np.int32)) if joined.any() else line.setData([], [])

    def _drawn(self, values: Doubles) -> Doubles:
        return np.log10(np.maximum(values, SMALLEST)) if self._log else values

    def _show_bounds(self, places: Sequence[float]) -> None:
        while len(self._bounds) > len(places):
            self.getPlotItem().removeItem(self._bounds.pop())
        while len(self._bounds) < len(places):
            line = pg.InfiniteLine(angle=90, pen=self._bound_pen())
            line.setZValue(-10)
            self._bounds.append(line)
            self.getPlotItem().addItem(line, ignoreBounds=True)
        for line, place in zip(self._bounds, places, strict=True):
            line.setPos(place)

    def set_log(self, *, log: bool) -> None:
        """Show powers of ten from the next values on."""
        self._log = log
        self.getAxis("left").setLogMode(y=log)

    def show_ranges(self, last: float, span: tuple[float, float]) -> None:
        """Iterations 1 to ``last``; ``span`` in the values' unit, or its powers of ten."""
        self.getPlotItem().setXRange(0.5, last + 0.5, padding=0)
        low, high = span
        self.getPlotItem().setYRange(low, high + 0.04 * (high - low), padding=0)

    def show_cursors(self, index: int, other: int) -> None:
        """Where one looks, and where in the other run; -1 for nowhere."""
        for line, at in ((self._cursor, index), (self._other_cursor, other)):
            line.setVisible(at >= 0)
            line.setPos(at + 1)

    def _index_at(self, place: QPointF) -> int:
        box = self.getPlotItem().getViewBox()
        if not len(self._values) or not box.sceneBoundingRect().contains(place):
            return -1
        return min(max(round(float(box.mapSceneToView(place).x())) - 1, 0), len(self._values) - 1)

    def _on_clicked(self, event: Any) -> None:
        if event.button() is Qt.MouseButton.LeftButton and (index := self._index_at(event.scenePos())) >= 0:
            self.picked.emit(index)

    def _on_moved(self, place: QPointF) -> None:
        self.hovered.emit(self._index_at(place))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's name)
        super().leaveEvent(event)
        self.hovered.emit(-1)

    def _on_dragged(self, cursor: pg.InfiniteLine) -> None:
        if len(self._values):
            self.picked.emit(min(max(round(cursor.value()) - 1, 0), len(self._values) - 1))

    def _bound_pen(self) -> Any:
        return pg.mkPen(self._theme.colour("line"), width=1)

    def _dress(self) -> None:
        colour = self._theme.colour
        dress_plot(self, self._theme)
        faint = colour("quiet")
        faint.setAlpha(_FAINT)
        self._faint.setPen(pg.mkPen(faint, width=1.2))
        self._loud.setPen(pg.mkPen(colour(OWN), width=2))
        self._compared.setPen(pg.mkPen(colour(OTHER), width=1.6))
        self._answer.setPen(pg.mkPen(colour("panel"), width=1))
        self._answer.setBrush(colour(OWN))
        self._cursor.setPen(pg.mkPen(colour("text"), width=1.2))
        self._cursor.setHoverPen(pg.mkPen(colour(OWN), width=2))
        self._other_cursor.setPen(pg.mkPen(colour(OTHER), width=1.2, style=Qt.PenStyle.DashLine))
        for line in self._bounds:
            line.setPen(self._bound_pen())
