"""Maps beside each other, each over its own scale, with the value under the pointer."""

from dataclasses import dataclass
from functools import partial
from math import ceil

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from pentad.canvas.canvas import Canvas
from pentad.canvas.caption import Caption
from pentad.canvas.colours import HeatMapName
from pentad.canvas.layers import BaseLayer, HeatLayer, LayerStack
from pentad.canvas.pyramid import Pyramid
from pentad.canvas.transform import LinkedTransform
from pentad.core.arrays import Floats
from pentad.core.heatmap import Heatmap
from pentad.core.problem import Problem
from pentad.ui.colour_bar import ColourBar

_SIDE_BY_SIDE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """A map (h, w) with its unit, NaN where there is nothing, or a ``picture`` instead."""

    title: str
    values: Floats | None = None
    unit: str = ""
    colours: HeatMapName = HeatMapName.VIRIDIS
    picture: Pyramid | None = None

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest value; 0 and 1 where there is none."""
        if self.values is None or not np.isfinite(self.values).any():
            return 0.0, 1.0
        return float(np.nanmin(self.values)), float(np.nanmax(self.values))


NOTHING = Plate("")


class MapTile(QWidget):
    """One plate over its colour bar."""

    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas, self.bar = Canvas(), ColourBar()
        self.plate = NOTHING
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 0, 2, 2)
        column.setSpacing(3)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.bar)
        self.canvas.hovered.connect(self._say)

    def show_plate(self, plate: Plate) -> None:
        """``plate``'s own least and greatest values are the ends of its scale."""
        self.plate = plate
        low, high = plate.span
        self.bar.setVisible(plate.values is not None)
        # Why only with a unit: the bar below tells the same numbers, but not what they count.
        detail = f"{low:.4g} to {high:.4g} {plate.unit}" if plate.values is not None and plate.unit else ""
        self.canvas.show_caption(Caption(plate.title, detail))
        if plate.picture is not None:
            self.canvas.show_picture(LayerStack(plate.picture.size, BaseLayer(plate.picture)))
        elif plate.values is not None:
            heat = HeatLayer(Heatmap(plate.values, low, high), low, high, plate.colours, opacity=1.0, fade=0.0)
            size = (plate.values.shape[0], plate.values.shape[1])
            self.canvas.show_picture(LayerStack(size, heat=heat))
            self.bar.show_range(plate.colours, low, high, None)

    def _say(self, at: tuple[float, float] | None) -> None:
        plate = self.plate
        if plate.values is None or at is None:
            self.said.emit("")
            return
        height, width = plate.values.shape
        y, x = (min(max(round(place), 0), length - 1) for place, length in zip(at, (height, width), strict=True))
        value = float(plate.values[y, x])
        self.said.emit(f"{plate.title.split(' of ')[0]}: {value:.5g} {plate.unit}".strip() if value == value else "")


class MapTiles(QWidget):
    """Some plates in a grid with one zoom for all, or words, or a Problem in their place."""

    said = Signal(str)
    """The value under the pointer, in words; empty where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self.tiles: list[MapTile] = []
        self._make(1)

    @property
    def shown(self) -> tuple[Plate, ...]:
        """What is shown, empty plates where words stand in their place."""
        return tuple(tile.plate for tile in self.tiles)

    def show_plates(self, plates: tuple[Plate, ...]) -> None:
        self._make(len(plates))
        for tile, plate in zip(self.tiles, plates, strict=True):
            tile.show_plate(plate)

    def show_words(self, words: str) -> None:
        self._make(1)
        self.tiles[0].plate = NOTHING
        self.tiles[0].bar.hide()
        self.tiles[0].canvas.show_caption(None)
        self.tiles[0].canvas.show_waiting(words)

    def show_problem(self, problem: Problem) -> None:
        self.show_words("")
        self.tiles[0].canvas.show_problem(problem)

    def _make(self, count: int) -> None:
        """So many tiles, in rows of nearly as many."""
        if count == len(self.tiles):
            return
        while len(self.tiles) > count:
            tile = self.tiles.pop()
            self._grid.removeWidget(tile)
            tile.deleteLater()
        while len(self.tiles) < count:
            tile = MapTile()
            tile.said.connect(self.said)
            tile.canvas.transform_changed.connect(partial(self._on_moved, tile))
            self.tiles.append(tile)
        columns = ceil(count / max(1, ceil(count / (_SIDE_BY_SIDE + 1))))
        for number, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, number // columns, number % columns)

    def _on_moved(self, moved: MapTile, linked: LinkedTransform) -> None:
        for tile in self.tiles:
            if tile is not moved:
                tile.canvas.set_linked(linked)
