"""The grid: a column for each view of the sample, a row for each thing to see of it."""

from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from pentad.canvas.caption import HEIGHT as CAPTION_HEIGHT
from pentad.canvas.caption import Caption
from pentad.canvas.transform import LinkedTransform
from pentad.core.sample import Modality
from pentad.session.session import Session
from pentad.session.view_state import Look, MapStyle, Row
from pentad.ui.arranging import Cell, arrange, arrange_close_up
from pentad.ui.bridge import listen
from pentad.ui.composing import TITLES, ViewContent, compose, heat_range, rasters_for, rows_of
from pentad.ui.empty_desk import EmptyDesk
from pentad.ui.handling import Handling
from pentad.ui.light_hand import LightHand
from pentad.ui.map_legend import legend_of
from pentad.ui.pictures import Pictures
from pentad.ui.readout import readout
from pentad.ui.score_scale import ScoreScale, score_text
from pentad.ui.tile import Tile

PLACE = 0.3
"""Share of a tile that a place one goes to takes."""


class FiveViews(QScrollArea):
    """Shows the session's current sample as its look says; a person's zoom, pan and choice of view come back here."""

    pointed = Signal(str)
    """What lies under the pointer, or nothing."""
    zoomed = Signal(object)
    """Device pixels per image pixel of the tile last touched, or None."""

    def __init__(self, session: Session, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("five_views")
        self._session, self._pictures = session, pictures
        self._tiles: dict[tuple[str, Row], Tile] = {}
        self._where = LinkedTransform()
        self._desk = QWidget()
        self._desk.setObjectName("five_views")
        self.empty = EmptyDesk(self._desk)
        self.setWidget(self._desk)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._painting = session.annotation.active
        self._proposed: dict[str, str] = {}
        self._read = ""
        self._hovered: tuple[str, tuple[float, float]] | None = None
        self._redraw = QTimer(self, interval=0, singleShot=True)
        self.handling = Handling(session, pictures, self._active_tile, self)
        self._light_hand = LightHand(session, self)
        self._connect()
        self._show_sample()

    def _connect(self) -> None:
        session = self._session
        listen(self, session.project_changed, self._place)
        listen(self, session.current_changed, self._show_sample)
        listen(self, session.prediction_changed, self._redraw.start)
        listen(self, session.results.run_changed, self._show_run)
        listen(self, session.view_state.changed, self._show_look)
        listen(self, session.annotation.changed, self._show_annotation)
        listen(self, session.contradictions.chosen, self._show_contradiction)
        listen(self, session.transfer.changed, self._show_proposals)
        listen(self, session.probing.changed, self._tell_pointed)
        listen(self, session.shape_maps.changed, self._redraw.start)
        self.zoomed.connect(session.shape_maps.look_closely)
        listen(self, session.depth_maps.changed, self._redraw.start)
        listen(self, session.depths.changed, self._show_depth)
        self._pictures.arrived.connect(self._show_view)
        self._redraw.timeout.connect(self._show_all)

    @property
    def tiles(self) -> list[Tile]:
        """All tiles, column by column."""
        return list(self._tiles.values())

    def tile(self, view: str, row: Row) -> Tile:
        return self._tiles[view, row]

    def fit(self) -> None:
        """All tiles show their whole image."""
        for tile in self._tiles.values():
            tile.canvas.set_linked(LinkedTransform())
        self._where = LinkedTransform()
        self._tell_zoom(self._active_tile())

    def one_to_one(self) -> None:
        """One image pixel on one device pixel, in the view that keys act on and those linked to it."""
        if (tile := self._active_tile()) is not None:
            tile.canvas.zoom_to(1.0)

    def zoom_by(self, factor: float) -> None:
        if (tile := self._active_tile()) is not None:
            tile.canvas.zoom_by(factor)

    def toggle_maximised(self, tile_id: str | None = None) -> None:
        """Let one tile fill the grid, or bring the others back."""
        state, tile = self._session.view_state, self._active_tile()
        if state.look.maximised is not None:
            state.set(maximised=None)
        elif tile_id is not None or tile is not None:
            state.set(maximised=tile_id or (tile.id if tile else None))

    def has_close_up(self) -> bool:
        """Whether one view is large because one annotates it."""
        return self._close is not None

    def step_picture(self, by: int) -> None:
        """Let the large tile show another of its view's pictures."""
        if self._close is not None:
            state, rows = self._session.view_state, self._rows_there(self._close)
            here = rows.index(state.look.paint_row) if state.look.paint_row in rows else 0
            state.set(paint_row=rows[(here + by) % len(rows)])

    def content(self, view: str) -> ViewContent:
        """Everything at hand of one view of the current sample."""
        sample, prediction = self._session.current, self._session.prediction
        if sample is None:
            return ViewContent(frozenset())
        offers = frozenset(sample.view(view).rasters)
        there = offers | {Modality.MASK}  # Why: a mask may have been drawn where the data set has none.
        pictures = {m: p for m in there if (p := self._pictures.picture(view, m)) is not None}
        problems = {m: why for m in there if (why := self._pictures.problem(view, m)) is not None}
        judged = prediction.views.get(view) if prediction else None
        return ViewContent(
            offers,
            pictures,
            problems,
            judged.heatmap if judged else None,
            self._session.results.run is not None,
            self._session.annotation.active,
            self._session.annotation.classes,
            self._session.shape_maps.shown(view),
            self._session.depth_maps.shown(view),
        )

    def _active_tile(self) -> Tile | None:
        look = self._session.view_state.look
        if self._close is not None:
            return self._tiles.get((self._close, look.paint_row))
        for tile in self._tiles.values():
            if tile.id == look.maximised:
                return tile
        of_view = [tile for tile in self._tiles.values() if tile.view == look.active]
        return next(iter(of_view or self._tiles.values()), None)

    def _show_sample(self) -> None:
        self.handling.leave()
        self._show_pictures()
        self._build()
        self._show_all()

    def _show_look(self, new: Look, old: Look) -> None:
        close = self._close_in(new), new.paint_row
        if close[0] != self._close_in(old):
            self.handling.leave()
        if (
            new.rows != old.rows
            or new.base != old.base
            or new.mask_style != old.mask_style
            or close != (self._close_in(old), old.paint_row)
        ):
            self._show_pictures()
            self._build()
        if new.maximised != old.maximised:
            self._place()
        self._redraw.start()

    def _show_run(self) -> None:
        """There is heat to see now, or another model's."""
        self._build()
        self._redraw.start()

    def _show_depth(self) -> None:
        """There is depth to see now, or none any more, or another one."""
        self._show_pictures()
        self._build()
        self._redraw.start()

    def _show_contradiction(self) -> None:
        """Go to the place in the view that lacks marks, and to what is marked in the other; the rest stays."""
        one, sample = self._session.contradictions.here, self._session.current
        if one is None or sample is None or one.sample != sample.id:
            return
        for view, box, size in ((one.to_view, one.where, one.size), (one.from_view, one.origin, one.origin_size)):
            for tile in self._tiles.values():
                if tile.view == view:
                    tile.canvas.look_at(box, size, share=PLACE)
        self._tell_zoom(self._active_tile())

    def _show_annotation(self) -> None:
        """One annotates from now on, or no more; or classes look different."""
        if self._session.annotation.active != self._painting:
            self._painting = self._session.annotation.active
            self._show_pictures()
            self._build()
        self._redraw.start()

    def _show_proposals(self) -> None:
        """Say above a view where what is proposed in it comes from."""
        said = {view: self._session.transfer.words_on(view) for view, _ in self._tiles}
        if said != self._proposed:
            self._proposed = said
            self._redraw.start()

    @property
    def _close(self) -> str | None:
        """The view that is large because one annotates it."""
        return self._close_in(self._session.view_state.look)

    def _close_in(self, look: Look) -> str | None:
        sample = self._session.current
        if sample is None or not sample.views or not self._session.annotation.active:
            return None
        names = [view.name for view in sample.views]
        return look.active if look.active in names else names[0]

    def _show_pictures(self) -> None:
        sample, look = self._session.current, self._session.view_state.look
        wanted = rasters_for(sample, look, close=self._close) if sample else ()
        self._pictures.show(sample, wanted)
        self._session.shape_maps.show(sample, (view for view, modality in wanted if modality is Modality.NORMAL))
        self._session.depth_maps.show(sample, (view for view, row in self._wanted() if row is Row.DEPTH))

    def _wanted(self) -> list[tuple[str, Row]]:
        """The tiles, in the order of the Tab key; while one annotates, the large one comes first."""
        sample, look, close = self._session.current, self._session.view_state.look, self._close
        views = [view.name for view in sample.views] if sample else []
        if sample is None or close is None:
            return [(view, row) for view in views for row in look.rows]
        rows = self._rows_there(close)
        own = [(close, row) for row in rows if row is not look.paint_row]
        return [(close, look.paint_row), *own, *((view, Row.COMPOSITE) for view in views if view != close)]

    def _rows_there(self, view: str) -> tuple[Row, ...]:
        sample = self._session.current
        if sample is None:
            return ()
        session = self._session
        deep = session.depth_maps.offered(sample, view)
        return rows_of(sample, view, judged=session.results.run is not None, deep=deep)

    def _build(self) -> None:
        wanted = self._wanted()
        if wanted == list(self._tiles):
            return
        for key in [key for key in self._tiles if key not in wanted]:
            gone = self._tiles.pop(key)
            gone.hide()
            gone.deleteLater()
        self._tiles = {key: self._tiles.get(key) or self._new_tile(*key) for key in wanted}
        for number, tile in enumerate(self._tiles.values()):
            tile.show_small(small=self._close is not None and number > 0)
        for one, other in pairwise(self.tiles):
            QWidget.setTabOrder(one.canvas, other.canvas)
        self.handling.show_tool()
        self.handling.show_overlays()
        self._place()

    def _new_tile(self, view: str, row: Row) -> Tile:
        tile = Tile(view, row, self._desk)
        tile.canvas.set_linked(self._where)
        tile.touched.connect(self._on_touched)
        tile.chosen.connect(self._on_chosen)
        tile.moved.connect(self._on_moved)
        tile.hovered.connect(self._on_hovered)
        tile.maximise_requested.connect(self.toggle_maximised)
        self.handling.add(tile)
        self._light_hand.add(tile)
        return tile

    def _place(self) -> None:
        """Give every tile its room."""
        self.empty.setVisible(not self._tiles)
        self.empty.show_state(open=self._session.project is not None)
        room = self.viewport().size()
        self.empty.setGeometry(40, 0, room.width() - 80, room.height())
        alone = self._alone()
        cells, full = self._cells((room.width(), room.height()))
        for tile, cell in zip(self._tiles.values(), cells, strict=True):
            if tile is alone:
                tile.setGeometry(0, 0, room.width(), room.height())
            else:
                tile.setGeometry(cell.x, cell.y, cell.width, cell.height)
            tile.setVisible(alone is None or tile is alone)
        self._desk.resize(room if alone is not None or not self._tiles else full.expandedTo(room))

    def _alone(self) -> Tile | None:
        """The tile that fills everything."""
        maximised = self._session.view_state.look.maximised
        if maximised is not None and self._close is not None:
            return self._active_tile()
        return next((tile for tile in self._tiles.values() if tile.id == maximised), None)

    def _cells(self, room: tuple[int, int]) -> tuple[list[Cell], QSize]:
        """Every tile's place, and the room they take in all."""
        if self._close is not None:
            near = arrange_close_up(len(self._tiles) - 1, room, caption=CAPTION_HEIGHT, aspect=self._aspect())
            return [near.large, *near.strip], QSize(*room)
        views = list(dict.fromkeys(view for view, _ in self._tiles))
        rows = list(dict.fromkeys(row for _, row in self._tiles))
        grid = arrange(len(views), len(rows), room, caption=CAPTION_HEIGHT, aspect=self._aspect())
        cells = [grid.cells[views.index(view), rows.index(row)] for view, row in self._tiles]
        return cells, QSize(grid.width, grid.height)

    def _aspect(self) -> float:
        """Width over height of the pictures, as far as one is known."""
        for view, row in self._tiles:
            content = compose(row, self._session.view_state.look, self.content(view))
            if (size := getattr(content, "size", None)) is not None:
                return float(size[1] / size[0])
        return 1.33

    def _show_all(self) -> None:
        for view in dict.fromkeys(view for view, _ in self._tiles):
            self._draw_view(view)
        if self._hovered is not None:
            self._read_again()
        self._tell_zoom(self._active_tile())

    def _show_view(self, view: str) -> None:
        first = all(tile.canvas.stack is None for tile in self._tiles.values())
        self._draw_view(view)
        if first:
            self._place()
        self._tell_zoom(self._active_tile())

    def _draw_view(self, view: str) -> None:
        tiles = [tile for tile in self._tiles.values() if tile.view == view]
        content, look = self.content(view), self._session.view_state.look
        for tile in tiles:
            tile.show_content(compose(tile.row, look, content), self._caption(tile, content, first=tile is tiles[0]))
            tile.show_active(active=view == look.active and len(self._tiles) > 1 and self._close is None)

    def _caption(self, tile: Tile, content: ViewContent, *, first: bool) -> Caption:
        look, results = self._session.view_state.look, self._session.results
        detail = self._proposed.get(tile.view) or TITLES[tile.row]
        shows_heat = tile.row is Row.HEATMAP or (tile.row is Row.COMPOSITE and look.heat_style is not MapStyle.OFF)
        if content.heatmap is not None and shows_heat:
            low, high = heat_range(look, content.heatmap)
            detail = self._proposed.get(tile.view) or f"heat {low:.2f} to {high:.2f}"
        legend = legend_of(tile.row, look, content)
        bar = None
        if legend is not None:
            detail, bar = self._proposed.get(tile.view) or legend[0], legend[1]
        prediction = self._session.prediction
        judged = prediction.views.get(tile.view) if prediction else None
        if judged is None or not (first or look.maximised):
            return Caption(tile.view, detail, scale=bar)
        scale = ScoreScale.of(list(results.scores.values()), results.threshold)
        return Caption(tile.view, detail, score_text(judged.score), scale.fraction(judged.score), scale.limit, bar)

    def _on_chosen(self, tile: Tile) -> None:
        """A small tile becomes the large one: its modality of this view, or another view as this one is seen."""
        close, look = self._close, self._session.view_state.look
        row = tile.row if tile.view == close else look.paint_row
        rows = self._rows_there(tile.view)
        self._session.view_state.set(active=tile.view, paint_row=row if row in rows else Row.COMPOSITE)
        if (large := self._active_tile()) is not None:
            large.canvas.setFocus()

    def _on_touched(self, view: str) -> None:
        self._session.view_state.set(active=view)
        self._tell_zoom(self._active_tile())

    def _on_moved(self, moved: Tile, where: LinkedTransform) -> None:
        linked = self._session.view_state.look.linked
        if linked:
            self._where = where
        for tile in self._tiles.values():
            if tile is not moved and (linked or tile.view == moved.view):
                tile.canvas.set_linked(where)
        self._tell_zoom(moved)

    def _on_hovered(self, tile: Tile, point: tuple[float, float] | None) -> None:
        self._hovered = None if point is None else (tile.view, point)
        self._read_again()

    def _read_again(self) -> None:
        """Under a hand that rests, something else may be shown than before."""
        here = self._hovered
        self._read = readout(here[0], self.content(here[0]), here[1]) if here is not None else ""
        self._tell_pointed()

    def _tell_pointed(self) -> None:
        """The probe's answer takes the place of what lies under the pointer, but for where that is."""
        probed = self._session.probing.words
        where = "    ".join(self._read.split("    ")[:1])
        self.pointed.emit(f"{where}    {probed}" if probed else self._read)

    def _tell_zoom(self, tile: Tile | None) -> None:
        transform = tile.canvas.view_transform if tile is not None else None
        self.zoomed.emit(transform.scale if transform is not None else None)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._place()
        self._tell_zoom(self._active_tile())
