"""The dock with the surface of a region in 3D: lit, with the photo on it, its heights as high as one likes."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.geometry.drawable import Drawable
from pentad.geometry.frustum import Frustum
from pentad.geometry.viewpoint import Viewpoint, box_corners, looking_from
from pentad.session.relief_making import Patch, height_range
from pentad.session.rig_scene import Board, Name
from pentad.session.session import Session
from pentad.session.surfacing import NOTHING_YET
from pentad.ui.bridge import listen
from pentad.ui.icon_button import icon_button
from pentad.ui.panels.look_box import percent_slider
from pentad.ui.panels.rig_tools import CORNER
from pentad.ui.scene3d.composing import colour_of, plain_of
from pentad.ui.scene3d.content import Content, Lines, Skin
from pentad.ui.scene3d.scene_view import SceneView
from pentad.ui.segments import Segments
from pentad.ui.theme import Theme

_HIGHEST = 100.0
"""Times."""
_ABOVE = (0.0, -1e-3, 1.0)
_NARROWEST = 380
"""Logical pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class _Bare:
    """A scene with nothing to choose in it but its own sizes to read."""

    names: tuple[Name, ...]
    frusta: tuple[Frustum, ...] = ()
    board: Board | None = None
    pole: Doubles = field(default_factory=lambda: np.array([0.0, 0.0, 1.0]))

    def at(self, point: tuple[float, float], viewpoint: Viewpoint, size: tuple[int, int]) -> str | None:
        return None


class SurfacePanel(QWidget):
    """Follows the session's surface. Nothing is drawn for it until it is first on screen."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        self.view, self.words, self._times = SceneView(session.jobs), QLabel(), QLabel()
        self.method = Segments({"dct": "Smooth", "bilateral": "Breaks"}, "Method")
        self.heights = percent_slider("Height exaggeration")
        self.level, self.photo, self.stop = QCheckBox("Level"), QCheckBox("Photo"), QPushButton("Stop")
        self.above, self.corner = icon_button("Look from above"), icon_button("Look from a corner")
        self.snapshot = icon_button("Save a picture of this surface…")
        self._patch: Patch | None = None
        self._drawn: tuple[Patch, float, bool, Drawable] | None = None
        self._again = QTimer(self, interval=0, singleShot=True)
        self._set_up()
        self._lay_out()
        self._connect()
        self._show_icons()

    def _set_up(self) -> None:
        self.method.setToolTip(self._session.surfacing.options["method"].tip)
        self.photo.setChecked(True)
        self.photo.setToolTip("The photo's colours on the surface, or none")
        self.level.setToolTip("Take the plane away that the region lies on, so that what sticks out of it is seen")
        self.stop.setToolTip("Stop making it; the one before stays")
        self.words.setProperty("role", "quiet")
        self.words.setWordWrap(True)
        self.words.setContentsMargins(10, 3, 10, 5)
        self.view.setAccessibleName("Surface in 3D")
        self.setMinimumWidth(_NARROWEST)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        for widget in (self.above, self.corner):
            row.addWidget(widget)
        row.addSpacing(4)
        row.addWidget(self.method)
        row.addSpacing(6)
        row.addWidget(self.photo)
        row.addWidget(self.level)
        row.addStretch(1)
        row.addWidget(self.stop)
        row.addWidget(self.snapshot)
        sliders = QHBoxLayout()
        sliders.setSpacing(8)
        self._times.setMinimumWidth(self._times.fontMetrics().horizontalAdvance("x 100.0"))
        sliders.addWidget(QLabel("Heights"))
        sliders.addWidget(self.heights, 1)
        sliders.addWidget(self._times)
        top = QVBoxLayout()
        top.setContentsMargins(8, 4, 8, 4)
        top.setSpacing(4)
        top.addLayout(row)
        top.addLayout(sliders)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.words)

    def _connect(self) -> None:
        surfacing = self._session.surfacing
        listen(self, surfacing.changed, self._again.start)
        listen(self, surfacing.options.changed, self._again.start)
        self._again.timeout.connect(self._show)
        self._theme.changed.connect(self._show_icons)
        self._theme.changed.connect(self._again.start)
        self.method.chosen.connect(self._on_method)
        for box in (self.level, self.photo):
            box.toggled.connect(self._show_soon)
        self.heights.valueChanged.connect(self._show_soon)
        self.stop.clicked.connect(surfacing.cancel)
        self.above.clicked.connect(self.look_from_above)
        self.corner.clicked.connect(self.look_from_corner)
        self.snapshot.clicked.connect(self._ask_for_file)

    def _show_soon(self, *_: object) -> None:
        # Why not the timer itself: it would take the slider's value for milliseconds.
        self._again.start()

    @property
    def times(self) -> float:
        """How much higher than they are heights are drawn."""
        return float(_HIGHEST ** (self.heights.value() / self.heights.maximum()))

    # What a person can do.

    def look_from_above(self) -> None:
        self._look_from(_ABOVE, (0.0, 1.0, 0.0))

    def look_from_corner(self) -> None:
        self._look_from(CORNER, (0.0, 0.0, 1.0))

    def save_snapshot(self, file: Path) -> None:
        try:
            self.view.save_snapshot(file)
        except Problem as problem:
            self._session.noticed.emit(problem)

    def _ask_for_file(self) -> None:
        chosen = QFileDialog.getSaveFileName(self, "Save a picture of the surface", "surface.png", "PNG (*.png)")[0]
        if chosen:
            self.save_snapshot(Path(chosen))

    def _on_method(self, value: str) -> None:
        self._session.surfacing.options.set("method", value)

    def _look_from(self, direction: tuple[float, float, float], up: tuple[float, float, float]) -> None:
        if self._drawn is not None:
            corners = box_corners(self._drawn[3].surface.bounds)
            self.view.look(looking_from(np.array(direction), corners, up=list(up), aspect=self.view.aspect))

    # What is shown.

    def _show(self) -> None:
        if not self.isVisible():
            return
        surfacing = self._session.surfacing
        self.method.show_choice(surfacing.options.text("method"))
        self._times.setText(f"x {self.times:.1f}")
        self.stop.setVisible(surfacing.job is not None)
        for widget in (self.above, self.corner, self.snapshot, self.heights, self.level, self.photo):
            widget.setEnabled(surfacing.patch is not None)
        job = surfacing.job
        under_way = "" if job is None else f"{job.message or job.title}, {job.fraction * 100:.0f} %"
        if surfacing.patch is not None:
            self._draw(surfacing.patch, under_way)
            return
        self._patch, self._drawn = None, None
        self.words.hide()
        if surfacing.problem is not None:
            self.view.show_problem(surfacing.problem)
        else:
            self.view.show_words(under_way or NOTHING_YET)

    def _draw(self, patch: Patch, under_way: str) -> None:
        new, self._patch = patch is not self._patch, patch
        drawn = self._made(patch)
        skin = Skin(
            drawn, plain_of(self._theme.name),
            patch.still_colours if self.photo.isChecked() else None,
            patch.moving_colours if self.photo.isChecked() else None,
        )  # fmt: skip
        low, high = drawn.surface.bounds
        content = Content(colour_of(self._theme, "canvas"), (Lines(_rim(low, high), colour_of(self._theme, "edge")),),
                          skin=skin)  # fmt: skip
        self.view.show_scene(_Bare(_sizes(low, high, patch.unit)), content, active=None, named=True)
        if new or self.view.viewpoint is None:
            self.look_from_corner()
        self.words.setText(under_way or self._told(patch, drawn))
        self.words.show()

    def _made(self, patch: Patch) -> Drawable:
        """As high and level as is wanted; the same one again where nothing has changed, so that it is not sent anew."""
        times, level = self.times, self.level.isChecked()
        if self._drawn is None or self._drawn[:3] != (patch, times, level):
            self._drawn = patch, times, level, patch.drawable(times=times, level=level)
        return self._drawn[3]

    def _told(self, patch: Patch, drawn: Drawable) -> str:
        low, high = height_range(drawn.still)
        high_as = "" if self.times == 1 else f", drawn {self.times:.1f} times as high"
        level = ", its plane taken away" if self.level.isChecked() else ""
        return f"{patch.words}; heights within {(high - low) / self.times:.3g} {patch.unit}{level}{high_as}"

    def _show_icons(self) -> None:
        for button, name in ((self.above, "fit"), (self.corner, "cube"), (self.snapshot, "snapshot")):
            button.setIcon(self._theme.icon(name))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._session.surfacing.watch(watched=True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        super().hideEvent(event)
        self._session.surfacing.watch(watched=False)


def _rim(low: Doubles, high: Doubles) -> Doubles:
    """(4, 2, 3) the rectangle the surface stands on."""
    (x0, y0, z), (x1, y1, _) = low.tolist(), high.tolist()
    corners = [[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]]
    return np.array([[corners[k], corners[(k + 1) % 4]] for k in range(4)])


def _sizes(low: Doubles, high: Doubles, unit: str) -> tuple[Name, ...]:
    """How wide and how long it is, beside its sides."""
    (x0, y0, z), (x1, y1, _) = low.tolist(), high.tolist()
    across, along = ((x0 + x1) / 2, y0, z), (x1, (y0 + y1) / 2, z)
    return Name(f"{x1 - x0:.3g} {unit}", across), Name(f"{y1 - y0:.3g} {unit}", along)
