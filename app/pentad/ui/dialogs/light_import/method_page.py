"""Third page: how the normals are worked out and written, and what they look like."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from pentad.canvas.colours import HeatMapName, normals_as_rgb
from pentad.canvas.pyramid import Bgra, bgra_of
from pentad.canvas.relight import Relight, relit, shade_table
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding
from pentad.geometry.photometric_stereo import Method
from pentad.session.light_assistant import LightAssistant
from pentad.session.light_import import FORMATS, Cut, Preview
from pentad.session.lighting import aimed
from pentad.session.view_state import Lamp
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import form_rows
from pentad.ui.dialogs.light_import.widgets import (
    IMAGES,
    FileRow,
    Legend,
    MapPicture,
    ViewChooser,
    coloured,
    say,
    words,
)
from pentad.ui.panels.light_box import LightDome
from pentad.ui.segments import Segments

METHODS = {
    Method.LS: ("Least squares", "Every lamp counts. For matt parts without shadows."),
    Method.MASK: ("Without shadows", "Lamps in shadow or saturated are left out, pixel by pixel."),
    Method.TRIM: (
        "Trimmed",
        "Also without the darkest fifth and the brightest sixth: the best on gloss, from ten lamps on.",
    ),
    Method.L1: ("Least misses", "Bears single outliers: the best with six to eight lamps."),
}
CUTS = {Cut.ALL: "Everywhere", Cut.FILE: "Where a mask says", Cut.AUTOMATIC: "On the part, found by itself"}
ENCODINGS = {NormalEncoding.OPENGL.value: "Green up (OpenGL)", NormalEncoding.DIRECTX.value: "Green down (DirectX)"}
TOP_PERCENT = 99.0


class MethodPage(QWidget):
    """The choices at the left, a preview at reduced size at the right."""

    def __init__(self, assistant: LightAssistant, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant, self._lamp = assistant, Lamp(on=True)
        self._codes: Bgra | None = None
        self.method, self.help, self.cut = QComboBox(), words(), QComboBox()
        self.region, self.flat = (
            FileRow("Mask of the part", IMAGES),
            FileRow("Flat field, one for all lights or one for each", IMAGES, several=True),
        )
        self.white, self.encoding = QDoubleSpinBox(), Segments(ENCODINGS, "Green channel")
        self.format, self.maps = QComboBox(), QCheckBox("Keep albedo, residuals and lights used as images")
        self.views, self.dome = ViewChooser(), LightDome()
        self.relit, self.normals = MapPicture("Relit: drag the lamp"), MapPicture("Normals")
        self.residuals, self.lights = (
            MapPicture("Residual RMS, % of the brightest albedo", barred=True),
            MapPicture("Lights used", barred=True),
        )
        self.said, self.problem = words(), words("alarm")
        self._form = form_rows()
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def _set_up(self) -> None:
        for method, (title, _) in METHODS.items():
            self.method.addItem(title, method.value)
        for cut, title in CUTS.items():
            self.cut.addItem(title, cut.value)
        for id, one in FORMATS.items():
            self.format.addItem(one.title, id)
        named = {self.method: "Method", self.cut: "Which pixels are solved", self.format: "Format of the normal maps"}
        for widget, name in named.items():
            widget.setAccessibleName(name)
        self.white.setRange(0, 1e9)
        self.white.setDecimals(0)
        self.white.lineEdit().setTextMargins(4, 0, 0, 0)
        self.white.setSpecialValueText("98 % of the depth")
        self.white.setKeyboardTracking(False)
        self.white.setAccessibleName("Saturated from")
        self.white.setToolTip("From which code on a value is saturated: for sensors of 10 or 12 bits in 16")

    def _lay_out(self) -> None:
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._form.addRow("Method", self.method)
        self._form.addRow(self.help)
        self._form.addRow("Solved", self.cut)
        self._form.addRow("Mask of this view", self.region)
        self._form.addRow("Flat field of this view", self.flat)
        self._form.addRow("Saturated from code", self.white)
        self._form.addRow("Normal maps are written with", self.encoding)
        self._form.addRow("as", self.format)
        self._form.addRow(self.maps)
        left = QVBoxLayout()
        left.addLayout(self._form)
        left.addStretch(1)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row, widgets in ((upper, (self.relit, self.normals)), (lower, (self.residuals, self.lights))):
            row.setSpacing(12)
            for widget in widgets:
                row.addWidget(widget, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.dome)
        beside = QVBoxLayout()
        beside.addWidget(self.said)
        beside.addWidget(self.problem)
        beside.addStretch(1)
        foot.addLayout(beside, 1)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.views)
        right.addLayout(upper, 1)
        right.addLayout(lower, 1)
        right.addLayout(foot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addLayout(left, 3)
        layout.addLayout(right, 7)

    def _connect(self) -> None:
        assistant = self._assistant
        self.method.activated.connect(self._on_recipe)
        self.cut.activated.connect(self._on_recipe)
        self.format.activated.connect(self._on_recipe)
        self.white.valueChanged.connect(self._on_recipe)
        self.maps.clicked.connect(self._on_recipe)
        self.encoding.chosen.connect(self._on_encoding)
        self.region.chosen.connect(self._on_mask)
        self.flat.chosen.connect(self._on_flat)
        self.views.chosen.connect(assistant.show)
        self.dome.moved.connect(self._on_lamp)
        listen(self, assistant.changed, self._show)
        listen(self, assistant.previewed, self._show_preview)

    def _show(self) -> None:
        assistant, recipe = self._assistant, self._assistant.recipe
        self.method.setCurrentIndex(self.method.findData(recipe.method.value))
        self.help.setText(METHODS[recipe.method][1])
        self.cut.setCurrentIndex(self.cut.findData(recipe.cut.value))
        self.format.setCurrentIndex(self.format.findData(recipe.format))
        self.encoding.show_choice(recipe.encoding.value)
        self.maps.setChecked(recipe.maps)
        self.white.blockSignals(True)
        self.white.setValue(recipe.white or 0)
        self.white.blockSignals(False)
        self.region.show_paths(assistant.masks.get(assistant.shown))
        self.flat.show_paths(*assistant.flats.get(assistant.shown, ()))
        self._form.setRowVisible(self.region, recipe.cut is Cut.FILE)
        views = [stack.view for stack in assistant.stacks]
        self.views.show_views(views, assistant.shown)
        self.views.setVisible(len(views) > 1)
        if assistant.preview is None:
            self._show_preview()
        if assistant.stacks and not assistant.settled:
            say(self.said, "Working it out…")

    def _show_preview(self) -> None:
        found = self._assistant.preview
        say(self.problem, found if isinstance(found, Problem) else self._why_none() or "")
        if not isinstance(found, Preview):
            self._codes = None
            for picture in (self.relit, self.normals, self.residuals, self.lights):
                picture.show_picture(None)
            say(self.said, "")
            return
        rgb, known = normals_as_rgb(found.normals), found.lights_used > 0
        self._codes = bgra_of(rgb)
        self.normals.show_picture(rgb)
        self._show_lamp()
        inside = found.residuals[known]
        top = max(float(np.percentile(inside, TOP_PERCENT)) if inside.size else 1.0, 0.01)
        heat, even = HeatMapName.INFERNO, HeatMapName.VIRIDIS
        self.residuals.show_picture(coloured(found.residuals, 0, top, heat, known), Legend("0 %", f"{top:.2g} %", heat))
        most = int(found.lights_used.max(initial=3))
        low = min(3, most - 1)
        self.lights.show_picture(coloured(found.lights_used, low, most, even, known), Legend(str(low), str(most), even))
        words = [
            f"Residual {found.residual_percent:.2g} %",
            f"{found.solved:.1%} of the pixels solved",
            f"{found.fewest} lights at the fewest",
            f"reduced size, {found.seconds:.1f} s",
        ]
        notes = [f"{note}." for note in found.notes]
        say(self.said, "\n".join(["  ·  ".join(words), *notes]), "warn" if notes else "quiet")

    def _why_none(self) -> Problem | None:
        """Why there is no preview, where that is not its own Problem."""
        assistant = self._assistant
        wrong = assistant.stack_problem(assistant.shown)
        lighting = assistant.lightings.get(assistant.shown)
        return wrong or (lighting if isinstance(lighting, Problem) else None)

    def _show_lamp(self) -> None:
        self.dome.show_lamp(self._lamp)
        if self._codes is not None:
            table = shade_table(Relight(self._lamp.azimuth, self._lamp.elevation))
            grey = relit(self._codes, table)
            self.relit.show_picture(np.repeat(grey[..., None], 3, axis=2))

    def _on_lamp(self, up: float, right: float) -> None:
        self._lamp = aimed(self._lamp, up, right)
        self._show_lamp()

    def _on_recipe(self, *_: object) -> None:
        self._assistant.set_recipe(
            replace(
                self._assistant.recipe,
                method=Method(str(self.method.currentData())),
                cut=Cut(str(self.cut.currentData())),
                white=self.white.value() or None,
                format=str(self.format.currentData()),
                maps=self.maps.isChecked(),
            )
        )

    def _on_encoding(self, value: str) -> None:
        self._assistant.set_recipe(replace(self._assistant.recipe, encoding=NormalEncoding(value)))

    def _on_mask(self, paths: tuple[Path, ...]) -> None:
        self._assistant.set_mask(self._assistant.shown, next(iter(paths), None))

    def _on_flat(self, paths: tuple[Path, ...]) -> None:
        self._assistant.set_flats(self._assistant.shown, paths)
