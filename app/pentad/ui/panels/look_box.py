"""How the views are drawn: which rows, on what, with which heat and mask."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from pentad.canvas.colours import HEAT_SCALES
from pentad.core.sample import Modality
from pentad.session.actions import toggle_row
from pentad.session.session import Session
from pentad.session.view_state import MapStyle, Row
from pentad.ui.bridge import listen
from pentad.ui.colour_bar import ColourBar
from pentad.ui.composing import TITLES, heat_colours
from pentad.ui.section import panel_rows
from pentad.ui.segments import Segments

STYLES = {MapStyle.FILL.value: "Fill", MapStyle.CONTOUR.value: "Contour", MapStyle.OFF.value: "Off"}
BASES = {Modality.RGB.value: "RGB", Modality.NORMAL.value: "Normals"}


def heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def percent_slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setAccessibleName(name)
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider


class LookBox(QWidget):
    """Follows the look of the session and changes it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows = {row: QCheckBox(TITLES[row]) for row in Row}
        self.base = Segments(BASES, "Composite on")
        self.heat_style, self.mask_style = Segments(STYLES, "Heat"), Segments(STYLES, "Mask")
        self.colours = QComboBox()
        self.opacity, self.mask_opacity = percent_slider("Heat opacity"), percent_slider("Mask opacity")
        self.gamma = percent_slider("Brightness (gamma)")
        self.low, self.high = QDoubleSpinBox(), QDoubleSpinBox()
        self.bar, self.own_scale = ColourBar(), QPushButton("Model's scale")
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def _set_up(self) -> None:
        for scale in HEAT_SCALES:
            self.colours.addItem(scale.value.capitalize(), scale.value)
        self.colours.setAccessibleName("Heat colours")
        for box, name in ((self.low, "Heat range, low end"), (self.high, "Heat range, high end")):
            box.setRange(-1e6, 1e6)
            box.setDecimals(3)
            box.setSingleStep(0.01)
            box.setKeyboardTracking(False)
            box.setMinimumWidth(64)
            box.lineEdit().setTextMargins(4, 0, 0, 0)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setAccessibleName(name)
            box.setToolTip(name)
        self.own_scale.setToolTip("What the model itself calls ordinary and surely not")
        self.gamma.setRange(30, 300)
        for widget in (self.colours, self.own_scale, *self.rows.values()):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        rows = QHBoxLayout()
        left, right = QVBoxLayout(), QVBoxLayout()
        for number, box in enumerate(self.rows.values()):
            (left if number % 2 == 0 else right).addWidget(box)
        right.addStretch(1)
        rows.addLayout(left)
        rows.addLayout(right)
        span = QHBoxLayout()
        span.setSpacing(8)
        span.addWidget(self.low, 1)
        span.addWidget(QLabel("to"))
        span.addWidget(self.high, 1)
        form = panel_rows()
        form.addRow("Picture", self.base)
        form.addRow("Gamma", self.gamma)
        form.addRow("Heat", self.heat_style)
        form.addRow("Opacity", self.opacity)
        form.addRow("Colours", self.colours)
        form.addRow("Range", span)
        form.addRow("", self.bar)
        form.addRow("", self.own_scale)
        form.addRow("Mask", self.mask_style)
        form.addRow("Opacity", self.mask_opacity)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(heading("Rows"))
        layout.addLayout(rows)
        layout.addSpacing(4)
        layout.addWidget(heading("Layers"))
        layout.addLayout(form)

    def _connect(self) -> None:
        state = self._session.view_state
        for row, box in self.rows.items():
            box.clicked.connect(partial(self._on_row, row))
        self.base.chosen.connect(self._on_base)
        self.heat_style.chosen.connect(self._on_heat_style)
        self.mask_style.chosen.connect(self._on_mask_style)
        self.opacity.valueChanged.connect(self._on_opacity)
        self.mask_opacity.valueChanged.connect(self._on_mask_opacity)
        self.gamma.valueChanged.connect(self._on_gamma)
        self.colours.currentIndexChanged.connect(self._on_colours)
        self.low.valueChanged.connect(self._on_range)
        self.high.valueChanged.connect(self._on_range)
        self.own_scale.clicked.connect(self._on_own_scale)
        listen(self, state.changed, self._show)
        listen(self, self._session.annotation.changed, self._show)
        listen(self, self._session.prediction_changed, self._show)
        listen(self, self._session.results.run_changed, self._show)

    def model_range(self) -> tuple[float, float]:
        """The model's own scale, as the prediction on show has it."""
        prediction = self._session.prediction
        if prediction is None or not prediction.views:
            return 0.0, 1.0
        heatmap = next(iter(prediction.views.values())).heatmap
        return heatmap.low, heatmap.high

    def _show(self) -> None:
        look = self._session.view_state.look
        for row, box in self.rows.items():
            box.setChecked(row in look.rows)
        self.base.show_choice(look.base.value)
        self.heat_style.show_choice(look.heat_style.value)
        painting = self._session.annotation.active
        self.mask_style.show_choice((look.paint_mask_style if painting else look.mask_style).value)
        low, high = self.model_range()
        low, high = (look.low if look.low is not None else low), (look.high if look.high is not None else high)
        values = ((self.low, low), (self.high, high))
        for widget, value in values:
            widget.blockSignals(True)
            widget.setValue(value)
            widget.blockSignals(False)
        set_quietly(self.opacity, round(look.heat_opacity * 100))
        set_quietly(self.mask_opacity, round(look.mask_opacity * 100))
        set_quietly(self.gamma, round(look.gamma * 100))
        self.gamma.setToolTip(f"Gamma {look.gamma:.2f}: brighter shadows to the right")
        self.opacity.setToolTip(f"Heat opacity {look.heat_opacity * 100:.0f} %")
        self.colours.blockSignals(True)
        self.colours.setCurrentIndex(self.colours.findData(heat_colours(look).value))
        self.colours.blockSignals(False)
        self.own_scale.setEnabled(look.low is not None or look.high is not None)
        self.bar.show_range(heat_colours(look), low, max(high, low + 1e-9), look.threshold)

    def _on_row(self, row: Row) -> None:
        toggle_row(self._session, row)
        self._show()

    def _on_base(self, value: str) -> None:
        self._session.view_state.set(base=Modality(value))

    def _on_heat_style(self, value: str) -> None:
        self._session.view_state.set(heat_style=MapStyle(value))

    def _on_mask_style(self, value: str) -> None:
        field = "paint_mask_style" if self._session.annotation.active else "mask_style"
        self._session.view_state.set(**{field: MapStyle(value)})

    def _on_opacity(self, value: int) -> None:
        self._session.view_state.set(heat_opacity=value / 100)

    def _on_mask_opacity(self, value: int) -> None:
        self._session.view_state.set(mask_opacity=value / 100)

    def _on_gamma(self, value: int) -> None:
        self._session.view_state.set(gamma=value / 100)

    def _on_colours(self) -> None:
        self._session.view_state.set(colours=str(self.colours.currentData()))

    def _on_range(self) -> None:
        low, high = self.low.value(), self.high.value()
        self._session.view_state.set(low=low, high=max(high, low + 0.001))

    def _on_own_scale(self) -> None:
        self._session.view_state.set(low=None, high=None)


def set_quietly(slider: QSlider, value: int) -> None:
    slider.blockSignals(True)
    slider.setValue(value)
    slider.blockSignals(False)
