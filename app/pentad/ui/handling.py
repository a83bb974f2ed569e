"""From the hand on a tile to the tool in the hand, and from the tool back to what is drawn over the tiles."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from weakref import WeakMethod

from PySide6.QtCore import QObject

from pentad.annotation.pointer import Pointer
from pentad.annotation.pointing import Pointing
from pentad.annotation.preview import NOTHING, Handles, Preview
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Sheet, Underlay
from pentad.annotation.tool import Tool
from pentad.canvas.colours import Colour
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.sample import Modality
from pentad.session.annotation import ViewSheet
from pentad.session.session import Session
from pentad.session.tool_actions import resize_tip
from pentad.session.view_state import MapStyle
from pentad.ui.bridge import listen
from pentad.ui.composing import colour_of
from pentad.ui.pictures import Pictures
from pentad.ui.tile import Tile

WHITE = (255, 255, 255)
MODALITIES = {Source.RGB: Modality.RGB, Source.NORMAL: Modality.NORMAL}


class Handling(QObject):
    """Gives every tile's pointer to the tool that is taken, with the tile's view as its sheet.

    What a tool has begun belongs to the view it began on: until it is done, other views do not hear the hand.
    """

    def __init__(self, session: Session, pictures: Pictures, here: Callable[[], Tile | None], parent: QObject) -> None:
        """``here`` is the tile that keys and menus act on."""
        super().__init__(parent)
        self._session, self._annotation = session, session.annotation
        self._pictures = pictures
        self._here = WeakMethod(here)  # Why: it is the parent's, which would otherwise never be let go of.
        self._tiles: list[Tile] = []
        self._sheet: Sheet | None = None
        self._told: set[tuple[object, ...]] = set()
        self._steps = 0.0
        self._connect()

    def _connect(self) -> None:
        toolbox = self._annotation.toolbox
        listen(self, toolbox.changed, self.show_tool)
        listen(self, self._annotation.changed, self._show_preview)
        for tool in toolbox.tools.values():
            listen(self, tool.preview_changed, self._show_preview)
        session = self._session
        profiling = session.profiling
        own = (session.transfer.changed, session.probing.changed, profiling.pointed, profiling.changed)
        region = (toolbox.surface.moved, session.surfacing.changed)
        for news in (*own, *region, session.contradictions.chosen):
            listen(self, news, self.show_overlays)

    def add(self, tile: Tile) -> None:
        """Listen to a new tile for as long as it lives."""
        self._tiles.append(tile)
        tile.destroyed.connect(partial(self._drop, tile))
        canvas = tile.canvas
        canvas.pressed.connect(partial(self._on_pressed, tile))
        canvas.dragged.connect(partial(self._on_dragged, tile))
        canvas.released.connect(partial(self._on_released, tile))
        canvas.passed.connect(partial(self._on_passed, tile))
        canvas.resized.connect(self._on_resized)
        canvas.doubled.connect(partial(self._on_doubled, tile))

    def show_tool(self) -> None:
        """Let tiles know whether the left button is a tool's; small ones stay for choosing."""
        self._sheet = None
        for tile in self._tiles:
            tile.canvas.show_preview(NOTHING, WHITE)
        for tile in self._tiles:
            tile.canvas.set_pointing(pointing=self._tool is not None and not tile.small)

    def show_overlays(self) -> None:
        """Draw over every tile what is proposed in its view, the probe's places, and where views contradict."""
        colours, session = self._colours(), self._session
        for tile in self._tiles:
            proposed, probed = session.transfer.overlay(tile.view), session.probing.overlay(tile.view)
            contradicted = session.contradictions.shapes(self._pictures.sample, tile.view)
            line = session.profiling.overlay(tile.view).shapes
            if tile.small:
                line = tuple(shape for shape in line if not isinstance(shape, Handles))
            region = session.surfacing.overlay(tile.view).shapes
            overlay = Preview((*proposed.shapes, *probed.shapes, *contradicted, *region, *line), probed.note)
            tile.canvas.show_overlay(overlay, WHITE, others=colours)

    def leave(self) -> None:
        """Another view or sample comes under the hand: what was begun on this one is given up."""
        if self._tool is not None:
            self._tool.leave()
        self._sheet = None

    @property
    def _tool(self) -> Tool | None:
        return self._annotation.toolbox.taken

    def _ready(self, tile: Tile) -> tuple[Tool, ViewSheet] | None:
        """The tool in the hand and what it works on, if this tile is to tell it anything."""
        tool, sheet = self._tool, self._sheet_of(tile)
        if tool is None or sheet is None:
            return None
        if self._sheet is not None and self._sheet.mask is not sheet.mask:
            if tool.busy and self._sheet.key != sheet.key:
                return None
            # Why: a view, or a mask that was read again, has taken the place of what the tool knows.
            tool.leave()
        self._sheet = sheet
        return tool, sheet

    def _on_pressed(self, tile: Tile, at: Pointer) -> None:
        if isinstance(self._tool, Pointing):
            if (key := self._key_of(tile)) is not None:
                self._tool.pin(key, at)
        elif (ready := self._ready(tile)) is not None:
            self._show_mask()
            ready[0].press(at, ready[1])
        elif self._tool is not None:
            self._tell_why(tile)

    def _on_dragged(self, tile: Tile, at: Pointer) -> None:
        if isinstance(self._tool, Pointing):
            if (key := self._key_of(tile)) is not None:
                self._tool.pull(key, at)
        elif (ready := self._ready(tile)) is not None:
            ready[0].drag(at, ready[1])

    def _on_released(self, tile: Tile, at: Pointer) -> None:
        if isinstance(self._tool, Pointing):
            if (key := self._key_of(tile)) is not None:
                self._tool.let_go(key, at)
        elif (ready := self._ready(tile)) is not None:
            ready[0].release(at, ready[1])

    def _on_doubled(self, tile: Tile, at: Pointer) -> None:
        """For a tool that makes nothing of a double click, it is another press."""
        ready = self._ready(tile) if not isinstance(self._tool, Pointing) else None
        if ready is not None:
            tool, sheet = ready
            (tool.press if type(tool).double is Tool.double else tool.double)(at, sheet)

    def _on_passed(self, tile: Tile, at: Pointer | None) -> None:
        if at is None:
            if self._tool is not None:
                self._tool.out()
        elif isinstance(self._tool, Pointing):
            if (key := self._key_of(tile)) is not None:
                self._tool.point(key, at)
        elif (ready := self._ready(tile)) is not None:
            ready[0].hover(at, ready[1])

    def _show_mask(self) -> None:
        """Nobody paints blindly: what was hidden to look beneath comes back."""
        state = self._session.view_state
        if state.look.paint_mask_style is MapStyle.OFF:
            state.set(paint_mask_style=MapStyle.FILL)

    def _key_of(self, tile: Tile) -> MaskKey | None:
        sample = self._pictures.sample
        return MaskKey(sample.id, tile.view) if sample is not None else None

    def _sheet_of(self, tile: Tile) -> ViewSheet | None:
        sample = self._pictures.sample
        if sample is None or self._pictures.picture(tile.view, Modality.MASK) is None:
            return None
        canvas = tile.canvas
        return self._annotation.sheet(MaskKey(sample.id, tile.view), canvas.visible, canvas.pixel_scale)

    def sheet_here(self) -> ViewSheet | None:
        """The view that keys and menus act on."""
        here = self._here()
        tile = here() if here is not None else None
        return self._sheet_of(tile) if tile is not None else None

    def beneath(self, key: MaskKey, source: Source) -> Underlay | None:
        """Pixels that are on show anyway: the photo's, the normal map's, or the heat's."""
        if source is not Source.HEAT:
            return self._pictures.beneath(key, MODALITIES[source])
        prediction, document = self._session.results.prediction(key.sample), self._annotation.documents.document(key)
        judged = prediction.views.get(key.view) if prediction is not None else None
        if judged is None or document is None:
            return None
        height, width = document.mask.labels.shape
        return Underlay(judged.heatmap.values, (height, width), self._session.results.threshold)

    def _tell_why(self, tile: Tile) -> None:
        """Say once why nothing can be painted here."""
        documents, sample = self._annotation.documents, self._pictures.sample
        if sample is None or self._session.project is None:
            return
        if documents.read_only:
            return  # Why: asked for its sheet, the annotation has said so.
        problem = documents.problem(MaskKey(sample.id, tile.view)) or Problem(
            f"The mask of {tile.view} is still being read", remedy="Paint in a moment."
        )
        if problem.args not in self._told:
            self._told.add(problem.args)
            self._session.noticed.emit(problem)

    def _show_preview(self) -> None:
        """Draw what the tool proposes over every tile of the view it works on."""
        tool = self._tool
        if tool is not None and tool.sheet is not None:
            self._sheet = tool.sheet
        sheet = self._sheet
        if tool is None or sheet is None:
            return
        colours = self._colours()
        colour = colours[sheet.label]
        # Why: handles are of one size everywhere, and in a small picture would hide what they are handles of.
        bare = tuple(shape for shape in tool.preview.shapes if not isinstance(shape, Handles))
        for tile in self._tiles:
            own = replace(tool.preview, shapes=bare, note="") if tile.small else tool.preview
            tile.canvas.show_preview(own if tile.view == sheet.key.view else NOTHING, colour, others=colours)

    def _colours(self) -> dict[int, Colour]:
        return {known.index: colour_of(known) for known in self._annotation.classes}

    def _on_resized(self, steps: float) -> None:
        """The wheel, or the right button, makes the tip larger or smaller, a whole step at a time."""
        self._steps += steps
        whole = int(self._steps)
        self._steps -= whole
        resize_tip(self._annotation, whole)

    def _drop(self, tile: Tile, *_: object) -> None:
        self._tiles.remove(tile)
