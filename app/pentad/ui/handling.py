"""From the hand on a tile to the tool in the hand."""

from functools import partial

from PySide6.QtCore import QObject

from pentad.annotation.pointer import Pointer
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Underlay
from pentad.annotation.tool import Tool
from pentad.core.mask import MaskKey
from pentad.core.sample import Modality
from pentad.session.annotation import Annotation, ViewSheet
from pentad.ui.bridge import listen
from pentad.ui.pictures import Pictures
from pentad.ui.tile import Tile

MODALITIES = {Source.RGB: Modality.RGB, Source.NORMAL: Modality.NORMAL}


class Handling(QObject):
    """Gives every tile's pointer to the tool that is taken, with the tile's view as its sheet."""

    def __init__(self, annotation: Annotation, pictures: Pictures, parent: QObject) -> None:
        super().__init__(parent)
        self._annotation, self._pictures = annotation, pictures
        self._tiles: list[Tile] = []
        annotation.beneath = self._beneath
        listen(self, annotation.toolbox.changed, self._show_tool)

    def add(self, tile: Tile) -> None:
        """Listen to a new tile for as long as it lives."""
        self._tiles.append(tile)
        tile.destroyed.connect(partial(self._drop, tile))
        canvas = tile.canvas
        canvas.pressed.connect(partial(self._on_pressed, tile))
        canvas.dragged.connect(partial(self._on_dragged, tile))
        canvas.released.connect(partial(self._on_released, tile))
        canvas.passed.connect(partial(self._on_passed, tile))
        canvas.doubled.connect(partial(self._on_doubled, tile))
        canvas.set_pointing(pointing=self._tool is not None)

    @property
    def _tool(self) -> Tool | None:
        return self._annotation.toolbox.taken

    def _show_tool(self) -> None:
        for tile in self._tiles:
            tile.canvas.set_pointing(pointing=self._tool is not None)

    def _sheet(self, tile: Tile) -> ViewSheet | None:
        sample = self._pictures.sample
        if sample is None:
            return None
        visible, scale = tile.canvas.visible, tile.canvas.pixel_scale
        return self._annotation.sheet(MaskKey(sample.id, tile.view), visible, scale)

    def _beneath(self, key: MaskKey, source: Source) -> Underlay | None:
        return self._pictures.beneath(key, MODALITIES[source]) if source in MODALITIES else None

    def _on_pressed(self, tile: Tile, at: Pointer) -> None:
        if self._tool is not None and (sheet := self._sheet(tile)) is not None:
            self._tool.press(at, sheet)

    def _on_dragged(self, tile: Tile, at: Pointer) -> None:
        if self._tool is not None and (sheet := self._sheet(tile)) is not None:
            self._tool.drag(at, sheet)

    def _on_released(self, tile: Tile, at: Pointer) -> None:
        if self._tool is not None and (sheet := self._sheet(tile)) is not None:
            self._tool.release(at, sheet)

    def _on_passed(self, tile: Tile, at: Pointer | None) -> None:
        if self._tool is not None and at is not None and (sheet := self._sheet(tile)) is not None:
            self._tool.hover(at, sheet)

    def _on_doubled(self, tile: Tile, at: Pointer) -> None:
        if self._tool is not None and (sheet := self._sheet(tile)) is not None:
            self._tool.double(at, sheet)

    def _drop(self, tile: Tile, *_: object) -> None:
        self._tiles.remove(tile)
