"""What one chooses about the path's scene: from where, and a picture of it."""

from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from pentad.core.arrays import Doubles
from pentad.ui.icon_button import icon_button
from pentad.ui.pose.loss_bar import LossBar
from pentad.ui.theme import Theme

SIDES = {
    "corner": ("From a corner", (0.8, 0.5, 0.55)),
    "part": ("The part, near", (0.8, 0.5, 0.55)),
    "top": ("From above", (0.0, 1e-3, 1.0)),
    "front": ("From the mesh's first axis", (1.0, 0.0, 0.0)),
    "side": ("From its side", (0.0, 1.0, 0.0)),
    "back": ("From behind", (-1.0, 0.0, 0.0)),
}
"""By name: title, and the direction one looks from: along the ground's two axes, and up."""


class PathTools(QWidget):
    """Buttons above the scene and the key to its colours; it only says what a person chose."""

    side_chosen = Signal(str)
    flat_chosen = Signal(bool)
    through_wanted = Signal()
    snapshot_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.bar = LossBar(theme)
        self.buttons = {
            "fit": icon_button("Show the whole path"),
            "cube": icon_button("Look from one side"),
            "camera": icon_button("Look through the camera of this iteration"),
            "ortho": icon_button("Orthographic: parallel lines stay parallel", checkable=True),
            "snapshot": icon_button("Save a picture of this scene"),
        }
        self.flat = self.buttons["ortho"]
        menu = QMenu(self)
        for name, (title, _) in SIDES.items():
            menu.addAction(title, partial(self.side_chosen.emit, name))
        self.buttons["cube"].setMenu(menu)
        self.buttons["cube"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._lay_out()
        self.buttons["fit"].clicked.connect(self._on_fit)
        self.buttons["camera"].clicked.connect(self._on_camera)
        self.buttons["snapshot"].clicked.connect(self._on_snapshot)
        self.flat.toggled.connect(self.flat_chosen)
        theme.changed.connect(self._show_icons)
        self._show_icons()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 8, 2)
        row.setSpacing(2)
        for name in ("fit", "cube", "camera", "ortho"):
            row.addWidget(self.buttons[name])
        row.addSpacing(8)
        row.addWidget(self.bar, 1)
        row.addWidget(self.buttons["snapshot"])

    def _show_icons(self) -> None:
        for name, button in self.buttons.items():
            button.setIcon(self._theme.icon(name))

    def _on_fit(self) -> None:
        self.side_chosen.emit("corner")

    def _on_camera(self) -> None:
        self.through_wanted.emit()

    def _on_snapshot(self) -> None:
        self.snapshot_wanted.emit()


def direction(side: str, pole: Doubles) -> tuple[Doubles, Doubles]:
    """(3,) from where one looks from a side of ``SIDES``, and (3,) what is up then, in the part's axes."""
    along, across, up = SIDES[side][1]
    ground = [axis for axis in np.eye(3) if not axis @ pole]
    way = along * ground[0] + across * ground[1] + up * pole
    return np.asarray(way), np.asarray(-ground[1] if side == "top" else pole)
