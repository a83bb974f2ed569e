"""What one chooses about the 3D view: from where, in which frame, and what of it."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from pentad.session.rig_scene import Frame
from pentad.ui.icon_button import icon_button
from pentad.ui.panels.look_box import percent_slider
from pentad.ui.scene3d.composing import Shown
from pentad.ui.segments import Segments
from pentad.ui.theme import Theme

FRAMES = {Frame.RIG.value: "Rig", Frame.PUBLISHED.value: "As published"}
CORNER = (0.55, -0.8, 1.3)
SIDES = {
    "corner": ("From a corner", CORNER),
    "part": ("The part, near", CORNER),
    "top": ("From above", (0.0, -1e-3, 1.0)),
    "front": ("From the front (-y)", (0.0, -1.0, 0.0)),
    "right": ("From the right (+x)", (1.0, 0.0, 0.0)),
    "back": ("From the back (+y)", (0.0, 1.0, 0.0)),
    "left": ("From the left (-x)", (-1.0, 0.0, 0.0)),
}
"""By name: title, and the direction one looks from, z being the cameras' side of the board."""
CONTENTS = {
    "photos": "Photos on the image planes",
    "names": "Names",
    "part": "Part",
    "heat": "Heat on the part",
    "points": "Measured points",
    "relief": "Depth of this view as a relief",
    "every_relief": "Depth of every view as a relief",
    "board": "Board grid",
    "axes": "Axes",
}


RELIEFS = ("relief", "every_relief")


class RigTools(QWidget):
    """Buttons above the scene and sliders below the frame switch; it only says what a person chose."""

    overview = Signal()
    side_chosen = Signal(str)
    flat_chosen = Signal(bool)
    frame_chosen = Signal(str)
    shown_changed = Signal(object)
    """Shown."""
    fly = Signal()
    part_wanted = Signal()
    snapshot = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shown = Shown()
        self.frame = Segments(FRAMES, "Frame")
        self.flat = self._button("ortho", "Orthographic: parallel lines stay parallel", lambda: None)
        self.follow = self._button("link", "Fly to the view that is chosen in the grid", lambda: None)
        self.plane, self.opacity = percent_slider("Image planes"), percent_slider("Photo opacity")
        self.buttons = {
            "fit": self._button("fit", "Show the whole rig  (Ctrl+F12)", self.overview.emit),
            "fly": self._button("camera", "Look through the chosen view's camera  (Shift+F12)", self.fly.emit),
            "sides": self._button("cube", "Look from one side", None),
            "contents": self._button("layers", "What is drawn", None),
            "part": self._button(
                "open", "Open the part's mesh (STL, PLY, OBJ, OFF, glTF; in rig mm)", self.part_wanted.emit
            ),
            "snapshot": self._button("snapshot", "Save a picture of this scene  (Ctrl+Shift+F12)", self.snapshot.emit),
        }
        self._set_up()
        self._lay_out()
        self._show_icons()
        theme.changed.connect(self._show_icons)

    def _set_up(self) -> None:
        self.flat.setCheckable(True)
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        self.flat.toggled.connect(self.flat_chosen)
        self.frame.chosen.connect(self.frame_chosen)
        self.frame.setToolTip("Rig: boards carried to one place. As published: each camera against its own board.")
        sides, contents = QMenu(self), QMenu(self)
        self.entries: dict[str, QAction] = {}
        for name, (title, _) in SIDES.items():
            sides.addAction(title, partial(self.side_chosen.emit, name))
        for name, title in CONTENTS.items():
            entry = contents.addAction(title)
            entry.setCheckable(True)
            entry.setChecked(bool(getattr(self.shown, name)))
            entry.toggled.connect(partial(self._on_content, name))
            self.entries[name] = entry
        for name, menu in (("sides", sides), ("contents", contents)):
            self.buttons[name].setMenu(menu)
            self.buttons[name].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.plane.setRange(5, 100)
        self.plane.setValue(round(self.shown.share * 100))
        self.plane.setToolTip("How far out the image planes stand: 100 % is at the part")
        self.opacity.setValue(round(self.shown.photo_opacity * 100))
        self.opacity.setToolTip("How solid the photos are")
        self.plane.valueChanged.connect(self._on_plane)
        self.opacity.valueChanged.connect(self._on_opacity)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        for name in ("fit", "sides", "fly"):
            row.addWidget(self.buttons[name])
        row.addWidget(self.follow)
        row.addWidget(self.flat)
        row.addSpacing(6)
        row.addWidget(self.frame)
        row.addStretch(1)
        for name in ("contents", "part", "snapshot"):
            row.addWidget(self.buttons[name])
        sliders = QHBoxLayout()
        sliders.setSpacing(8)
        for title, slider in (("Planes", self.plane), ("Photos", self.opacity)):
            sliders.addWidget(QLabel(title))
            sliders.addWidget(slider, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addLayout(sliders)

    def offer_cameras(self, *, offered: bool) -> None:
        """Whether there are cameras to look through and image planes to place."""
        for each in (self.buttons["fly"], self.follow, self.frame, self.plane, self.opacity):
            each.setEnabled(offered)

    def _button(self, icon: str, tip: str, run: Callable[[], object] | None) -> QToolButton:
        button = icon_button(tip)
        button.setAccessibleName(tip.partition("  ")[0])
        button.setProperty("icon_name", icon)
        if run is not None:
            button.clicked.connect(partial(_quietly, run))
        return button

    def _show_icons(self) -> None:
        for button in (*self.buttons.values(), self.follow, self.flat):
            button.setIcon(self._theme.icon(str(button.property("icon_name"))))

    def _on_content(self, name: str, on: bool) -> None:
        assert name in {field.name for field in fields(Shown)}
        self._set(replace(self.shown, **{name: on}))
        if name in RELIEFS:
            self._make_room(name, on=on)

    def _make_room(self, name: str, *, on: bool) -> None:
        """A relief takes the place of the other and of what else lies there, which comes back after it.

        Why: of two surfaces in one place one sees patches of both. What is wanted beside it can be switched on.
        """
        if on:
            for other in ("part", "points", *(each for each in RELIEFS if each != name)):
                self.entries[other].setChecked(False)
        elif not (self.shown.relief or self.shown.every_relief):
            for other in ("part", "points"):
                self.entries[other].setChecked(True)

    def _on_plane(self, percent: int) -> None:
        self._set(replace(self.shown, share=percent / 100))

    def _on_opacity(self, percent: int) -> None:
        self._set(replace(self.shown, photo_opacity=percent / 100))

    def _set(self, shown: Shown) -> None:
        if shown != self.shown:
            self.shown = shown
            self.shown_changed.emit(shown)


def _quietly(run: Callable[[], object], *_: object) -> None:
    run()
