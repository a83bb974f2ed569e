"""What is shown of the normals, on which scale, and what it is compared with."""

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
    QVBoxLayout,
    QWidget,
)

from pentad.annotation.options import Number, Options
from pentad.core.problem import Problem
from pentad.session.normal_actions import show_map, show_relit
from pentad.session.reference import short_name
from pentad.session.session import Session
from pentad.session.shape_maps import Shown
from pentad.session.view_state import NormalMap
from pentad.ui.bridge import listen
from pentad.ui.colour_bar import ColourBar
from pentad.ui.map_legend import scale_of
from pentad.ui.panels.tool_options import NumberField
from pentad.ui.section import FewLines, panel_rows
from pentad.ui.segments import Segments

COLOURS, RELIT = "colours", "relit"
CHOICES = {
    COLOURS: "Colours  (Alt+N)",
    RELIT: "Relit  (Alt+D)",
    NormalMap.SLOPE.value: "Slope  (Alt+S)",
    NormalMap.CURVATURE.value: "Mean curvature  (Alt+C)",
    NormalMap.DETAIL.value: "Detail  (Alt+T)",
    NormalMap.DIFFERENCE.value: "Difference  (Alt+F)",
}
THIS, GOOD = "this", "good"


class NormalsBox(QWidget):
    """Follows the look of the session and changes it; what has no effect on what is shown is not there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.shown, self.bar, self.words = QComboBox(), ColourBar(), FewLines(2)
        self.top, self.fits = QDoubleSpinBox(), QPushButton("Fit")
        self.against, self._whose = Segments({THIS: "One part", GOOD: "Good parts"}, "Compare with"), QLabel()
        maps, reference = session.shape_maps.options, session.reference.options
        self.numbers = {id: _number(options, id) for id, options in (("sigma", maps), ("parts", reference))}
        self.line_up = QCheckBox(reference["line_up"].title)
        self._form = panel_rows()
        self._told: tuple[object, ...] = ()
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def _set_up(self) -> None:
        for value, title in CHOICES.items():
            self.shown.addItem(title, value)
        self.shown.setAccessibleName("What is shown of the normals")
        self.shown.setToolTip("What is shown where normals are: in their row, and beneath composites  (B)")
        self.top.setKeyboardTracking(False)
        self.top.setAccessibleName("Upper end of the scale")
        self.top.setToolTip("Upper end of the scale, in all views")
        self.top.lineEdit().setTextMargins(4, 0, 0, 0)
        self.top.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.fits.setToolTip("A scale that suits what is on show")
        self._whose.setProperty("role", "quiet")
        self.line_up.setToolTip(self._session.reference.options["line_up"].tip)
        for widget in (self.shown, self.fits, self.line_up):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        end = QHBoxLayout()
        end.setSpacing(8)
        end.addWidget(self.top, 1)
        end.addWidget(self.fits)
        self._end = QWidget()
        self._end.setLayout(end)
        end.setContentsMargins(0, 0, 0, 0)
        form = self._form
        form.addRow("Show", self.shown)
        form.addRow("Finer than", self.numbers["sigma"])
        form.addRow("Against", self.against)
        form.addRow("", self._whose)
        form.addRow("At most", self.numbers["parts"])
        form.addRow("", self.line_up)
        form.addRow("Up to", self._end)
        form.addRow("", self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(form)
        layout.addWidget(self.words)

    def _connect(self) -> None:
        session = self._session
        for signal in (session.view_state.changed, session.shape_maps.changed, session.current_changed):
            listen(self, signal, self._show)
        self.shown.activated.connect(self._on_chosen)
        self.top.valueChanged.connect(self._on_top)
        self.fits.clicked.connect(self._on_fits)
        self.against.chosen.connect(self._on_against)
        maps, reference = session.shape_maps.options, session.reference.options
        for options in (maps, reference):
            listen(self, options.changed, self._show_numbers)
        listen(self, session.reference.changed, self._show)
        self.numbers["sigma"].set.connect(partial(maps.set, "sigma"))
        self.numbers["parts"].set.connect(partial(reference.set, "parts"))
        self.line_up.toggled.connect(partial(reference.set, "line_up"))
        self._show_numbers()

    def _show(self) -> None:
        look, maps = self._session.view_state.look, self._session.shape_maps
        part, said = self._session.reference.part, maps.any_shown
        told = (look.normals, look.lamp.on, look.normals_top, part, said.map if isinstance(said, Shown) else said)
        now = (*told, maps.top, maps.progress)
        if now == self._told:
            return  # Why: a lamp that follows the hand changes the look with its every move.
        self._told = now
        kind = look.normals
        value = kind.value if kind is not None else RELIT if look.lamp.on else COLOURS
        self.shown.setCurrentIndex(self.shown.findData(value))
        rows = {
            self.numbers["sigma"]: kind is NormalMap.DETAIL,
            self.against: kind is NormalMap.DIFFERENCE,
            self._whose: kind is NormalMap.DIFFERENCE,
            self.line_up: kind is NormalMap.DIFFERENCE,
            self.numbers["parts"]: kind is NormalMap.DIFFERENCE and self._session.reference.part is None,
            self._end: kind is not None,
            self.bar: kind is not None,
        }
        for widget, there in rows.items():
            self._form.setRowVisible(widget, there)
        self.words.setVisible(kind is not None)
        if kind is None:
            return
        self.against.show_choice(THIS if part is not None else GOOD)
        self._whose.setText(short_name(part) if part is not None else "The mean of the category's")
        self._show_scale(said)
        self.fits.setEnabled(look.normals_top is not None)

    def _show_scale(self, shown: Shown | Problem | None) -> None:
        maps = self._session.shape_maps
        self.words.say(maps.progress or (shown.map.made if isinstance(shown, Shown) else str(shown or "")))
        if not isinstance(shown, Shown):
            return
        scale = scale_of(shown)
        self.bar.show_range(scale.colours, shown.low, shown.high, None, ends=(scale.low, scale.high))
        self.top.blockSignals(True)
        degrees = shown.map.unit == "°"
        self.top.setDecimals(0 if degrees else 4)
        self.top.setRange(1 if degrees else 1e-4, 180 if degrees else 1e4)
        self.top.setSingleStep(1 if degrees else max(shown.high / 10, 1e-4))
        self.top.setSuffix("°" if degrees else f" {shown.map.unit}")
        self.top.setValue(shown.high)
        self.top.blockSignals(False)

    def _show_numbers(self) -> None:
        maps, reference = self._session.shape_maps.options, self._session.reference.options
        self.numbers["sigma"].show_value(maps.value("sigma"))
        self.numbers["parts"].show_value(reference.value("parts"))
        self.line_up.setChecked(reference.flag("line_up"))

    def _on_chosen(self) -> None:
        value = str(self.shown.currentData())
        if value == RELIT:
            show_relit(self._session)
        else:
            show_map(self._session, NormalMap(value) if value != COLOURS else None)

    def _on_top(self, value: float) -> None:
        self._session.view_state.set(normals_top=value)

    def _on_fits(self) -> None:
        self._session.view_state.set(normals_top=None)

    def _on_against(self, value: str) -> None:
        self._session.reference.choose(self._session.current if value == THIS else None)


def _number(options: Options, id: str) -> NumberField:
    option = options[id]
    assert isinstance(option, Number)
    field = NumberField(option)
    field.setToolTip(option.tip)
    return field
