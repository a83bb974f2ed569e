"""Every view of a pose run: one large, or one of each of two runs, and all of them small beside it."""

from collections.abc import Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from pentad.annotation.preview import NOTHING, Preview
from pentad.canvas.caption import Caption
from pentad.canvas.layers import HeatLayer, HeatStyle
from pentad.canvas.pyramid import Bgra
from pentad.canvas.transform import LinkedTransform
from pentad.core.heatmap import Heatmap
from pentad.session.pose_run import PoseRun
from pentad.ui.pose.legend import Entry, Legend
from pentad.ui.pose.looking import PoseLook, first_of_start
from pentad.ui.pose.overlay_tile import OverlayTile
from pentad.ui.pose.overlaying import BOTH, QUERY_ONLY, RENDERED_ONLY, Overlay
from pentad.ui.pose.pages import Page
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme

_SMALL_PX = 116
_LEAST_PX = 220
_LEFT_OUT = QColor(249, 213, 62)
_MARK = (204, 121, 167)
SWITCHES = {
    "wipe": ("Before", "How this start began, left of a line that can be dragged"),
    "photo": ("Photo", "The photo beneath the masks"),
    "left_out": ("Left out", "Outline what the trimmed refit left out: what the part's mesh cannot explain"),
}
"""What can be switched on over the masks, by key: its name and what it is."""


class OverlayView(Page):
    """Follows a look at a run. Zoom and place are the same in all views; a click on a small one makes it large."""

    pixel_picked = Signal(str, float, float)
    """Somebody asks what is at y, x of the large view of this name."""

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._look: PoseLook | None = None
        self._view = ""
        self._share = settings.number("pose/share", 0.5)
        self._linked = LinkedTransform()
        self._ready: dict[tuple[int, int, bool], Overlay] = {}
        self._shown: dict[OverlayTile, tuple[object, ...]] = {}
        self._left_out: dict[tuple[int, int], HeatLayer] = {}
        self.large, self.beside = self._tile(), self._tile()
        self._marks: Mapping[str, Preview] = {}
        self.large.probed.connect(self._on_probed)
        self.small: list[OverlayTile] = []
        self.switches: dict[str, QToolButton] = {}
        self.legend, self._whole = Legend("Colours"), QToolButton()
        self._strip = QWidget()
        self._lay_out()
        self._show_icons()
        theme.changed.connect(self._show_icons)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 2, 8, 2)
        bar.setSpacing(2)
        for key, (title, tip) in SWITCHES.items():
            button = QToolButton()
            button.setText(title)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setChecked(self._settings.flag(f"pose/{key}", default=True))
            button.toggled.connect(partial(self._on_switched, key))
            self.switches[key] = button
            bar.addWidget(button)
        self._whole.setToolTip("Show whole views")
        self._whole.clicked.connect(self.fit)
        bar.addWidget(self._whole)
        bar.addSpacing(10)
        bar.addWidget(self.legend, 1)
        for button in (*self.switches.values(), self._whole):
            button.setAutoRaise(True)
            button.setAccessibleName(button.toolTip())
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.large, 1)
        row.addWidget(self.beside, 1)
        row.addWidget(self._strip)
        self._small_ones = QVBoxLayout(self._strip)
        self._small_ones.setContentsMargins(0, 0, 0, 0)
        self._small_ones.setSpacing(2)
        self._small_ones.setDirection(QBoxLayout.Direction.TopToBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addLayout(row, 1)
        self.setMinimumSize(_LEAST_PX, 150)

    def _tile(self) -> OverlayTile:
        tile = OverlayTile()
        tile.transform_changed.connect(self._on_moved)
        tile.wiped.connect(self._on_wiped)
        return tile

    def fit(self) -> None:
        """Show whole views again."""
        self._on_moved(LinkedTransform())

    def choose(self, view: int) -> None:
        """Make one view large."""
        run = self._look.run if self._look is not None else None
        if run is not None and run.start is not None:
            self._view = run.start.cameras[view].name
            self.show_look(self._look)

    def show_marks(self, marks: Mapping[str, Preview]) -> None:
        """Draw these over the views of their names; what was drawn before goes."""
        if marks != self._marks:
            self._marks = marks
            if self._look is not None and self._look.run.start is not None:
                self._mark(self._look.run)

    def _mark(self, run: PoseRun) -> None:
        names = [camera.name for camera in run.start.cameras] if run.start is not None else []
        tiles = [(self.large, self._large(run)), *((tile, number) for number, tile in enumerate(self.small))]
        for tile, view in tiles:
            tile.show_overlay(self._marks.get(names[view], NOTHING), _MARK)

    def _show_words(self, words: str) -> None:
        """Say what is waited for, in the pictures' place."""
        self._look = None
        self._forget()
        self.beside.hide()
        self._strip.hide()
        self.legend.show_entries(())
        self.large.show_caption(None)
        self.large.show_waiting(words)

    def show_look(self, look: PoseLook | None) -> None:
        """Draw what of it is another than before; may be called as often as one likes."""
        if look is None or look.run.start is None or look.step is None:
            self._show_words("" if look is None or look.run.over else "Looking for where to begin…")
            return
        if self._look is None or self._look.run is not look.run or self._look.other is not look.other:
            self._forget()
        self._look = look
        names, view = [camera.name for camera in look.run.start.cameras], self._large(look.run)
        self._make_room(len(names))
        self._draw(self.large, look.run, look.index, view, large=True)
        self.beside.setVisible(look.other_step is not None)
        if look.other is not None and look.other_step is not None and look.other.start is not None:
            self._draw(self.beside, look.other, look.other_index, self._large(look.other), large=True)
        if len(names) > 1:
            for number, tile in enumerate(self.small):
                self._draw(tile, look.run, look.index, number, large=False)
        self._mark(look.run)
        self._show_legend(look.run)

    def _large(self, run: PoseRun) -> int:
        """Which of a run's views is seen large."""
        names = [camera.name for camera in run.start.cameras] if run.start is not None else []
        return names.index(self._view) if self._view in names else 0

    def _forget(self) -> None:
        self._ready.clear()
        self._shown.clear()
        self._left_out.clear()

    def _make_room(self, views: int) -> None:
        wanted = views if views > 1 else 0
        while len(self.small) > wanted:
            tile = self.small.pop()
            self._shown.pop(tile, None)
            tile.deleteLater()
        while len(self.small) < wanted:
            tile = self._tile()
            tile.chosen.connect(partial(self.choose, len(self.small)))
            tile.setMinimumSize(_SMALL_PX, 30)
            tile.setMaximumWidth(_SMALL_PX)
            tile.setToolTip("Click to see this view large")
            self.small.append(tile)
            self._small_ones.addWidget(tile)
        self._strip.setVisible(wanted > 0)

    def _draw(self, tile: OverlayTile, run: PoseRun, index: int, view: int, *, large: bool) -> None:
        step, on = run.steps[index], {key: button.isChecked() for key, button in self.switches.items()}
        first = first_of_start(run.steps, index)
        wipes = large and on["wipe"] and first != index
        photo = on["photo"] and len(run.photos) > view
        left_out = self._line(run, view) if on["left_out"] and large else None
        chosen = view == self._large(run)
        key = (id(step.residuals[view]), first if wipes else -1, photo, id(left_out), chosen)
        if key == self._shown.get(tile):
            tile.show_share(self._share)
            return
        self._shown[tile] = key
        over = self._overlay(run, view, photo=photo)
        before: Bgra | None = over.over(run.steps[first].residuals[view]) if wipes else None
        ends = (f"start {step.start + 1}, iteration {first + 1}", f"iteration {index + 1}")
        tile.show_pictures(over.over(step.residuals[view]), before, share=self._share, ends=ends, left_out=left_out)
        tile.set_linked(self._linked)
        self._name(tile, run, view, over.agreement(step.residuals[view]), index if large else -1)

    def _name(self, tile: OverlayTile, run: PoseRun, view: int, agreement: float, index: int) -> None:
        """Say which view it is and how far its masks agree; ``index``: of which iteration, -1 for a small one."""
        assert run.start is not None
        name = run.start.cameras[view].name
        if index < 0:
            tile.show_name(f"{name} {agreement:.2f}", marked=view == self._large(run))
            return
        compared = self._look is not None and self._look.other_step is not None
        detail = f"run {run.name}, {index + 1} of {len(run.steps)}" if compared else ""
        tile.show_caption(Caption(name, detail, f"IoU {agreement:.3f}"))

    def _overlay(self, run: PoseRun, view: int, *, photo: bool) -> Overlay:
        key = (id(run), view, photo)
        if key not in self._ready:
            assert run.start is not None
            self._ready[key] = Overlay(run.start.masks[view], run.photos[view] if photo else None)
        return self._ready[key]

    def _line(self, run: PoseRun, view: int) -> HeatLayer | None:
        """The outline of what the trimmed refit left out of this view."""
        trace = run.trace
        if trace is None or view >= len(trace.suspicion) or not (trace.suspicion[view] > 0.5).any():
            return None
        key = (id(run), view)
        if key not in self._left_out:
            heat = Heatmap(np.asarray(trace.suspicion[view], np.float32), 0.0, 1.0)
            self._left_out[key] = HeatLayer(heat, 0.0, 1.0, threshold=0.5, style=HeatStyle.CONTOUR)
        return self._left_out[key]

    def _show_legend(self, run: PoseRun) -> None:
        entries: list[Entry] = [
            ("both", QColor(*BOTH), False),
            ("query only", QColor(*QUERY_ONLY), False),
            ("rendered only", QColor(*RENDERED_ONLY), False),
        ]
        left_out = run.trace is not None and any((image > 0.5).any() for image in run.trace.suspicion)
        if left_out and self.switches["left_out"].isChecked():
            entries.append(("left out by the refit", _LEFT_OUT, True))
        self.switches["left_out"].setEnabled(left_out)
        self.switches["photo"].setEnabled(bool(run.photos))
        self.legend.show_entries(tuple(entries))

    def _on_probed(self, y: float, x: float) -> None:
        run = self._look.run if self._look is not None else None
        if run is not None and run.start is not None:
            self.pixel_picked.emit(run.start.cameras[self._large(run)].name, y, x)

    def _on_switched(self, key: str, on: bool) -> None:
        self._settings.put(f"pose/{key}", on)
        if self._look is not None:
            self.show_look(self._look)

    def _on_wiped(self, share: float) -> None:
        self._share = share
        self._settings.put("pose/share", share)
        for tile in (self.large, self.beside):
            tile.show_share(share)

    def _on_moved(self, linked: LinkedTransform) -> None:
        self._linked = linked
        for tile in (self.large, self.beside, *self.small):
            tile.set_linked(linked)

    def _show_icons(self) -> None:
        self._whole.setIcon(self._theme.icon("fit"))
