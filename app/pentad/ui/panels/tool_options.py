"""What can be set about the tool in the hand, made from what the tool declares."""

from functools import partial
from math import exp, log

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from pentad.annotation.options import Choice, Flag, Number, Option, Options, Value
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.section import FewLines
from pentad.ui.segments import Segments

STEPS = 1000
SPIN_WIDTH = 100
ROOM_FOR_SEGMENTS = 26
"""Letters that a row of segments holds; longer choices drop down."""
HAND_TIP = "The hand moves the picture. Take a tool at the left to mark something."


class NumberField(QWidget):
    """A slider and a number that can be typed, showing the same."""

    set = Signal(float)

    def __init__(self, option: Number, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._option = option
        self.slider, self.spin = QSlider(Qt.Orientation.Horizontal), QDoubleSpinBox()
        self.slider.setRange(0, STEPS)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setAccessibleName(f"{option.title}, slider")
        self.slider.setMinimumWidth(48)
        self.spin.setRange(option.low, option.high)
        self.spin.setSingleStep(option.step)
        self.spin.setDecimals(_decimals(option.step))
        self.spin.setSuffix(f" {option.unit}" if option.unit else "")
        self.spin.setKeyboardTracking(False)
        self.spin.setAccessibleName(option.title)
        self.spin.lineEdit().setTextMargins(4, 0, 0, 0)
        self.spin.setFixedWidth(max(SPIN_WIDTH, self.spin.sizeHint().width()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.spin)
        self.slider.valueChanged.connect(self._on_slid)
        self.spin.valueChanged.connect(self.set)

    def show_value(self, value: Value) -> None:
        """Follow the option; announces nothing."""
        for widget in (self.slider, self.spin):
            widget.blockSignals(True)
        self.slider.setValue(round(STEPS * _fraction(self._option, float(value))))
        self.spin.setValue(float(value))
        for widget in (self.slider, self.spin):
            widget.blockSignals(False)

    def _on_slid(self, step: int) -> None:
        option = self._option
        value = _at(option, step / STEPS)
        self.set.emit(min(max(round(value / option.step) * option.step, option.low), option.high))


class OptionsForm(QWidget):
    """A field for each of some options, two-way."""

    def __init__(self, options: Options, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.options = options
        self.fields: dict[str, NumberField | Segments | QComboBox | QCheckBox] = {}
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setVerticalSpacing(6)
        self._rows.setHorizontalSpacing(10)
        self._rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        # Why: in a narrow panel what is chosen from is worth more than standing beside its title.
        self._rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for option in options:
            field = self._field(option)
            self.fields[option.id] = field
            field.setToolTip(option.tip)
            self._rows.addRow("" if isinstance(option, Flag) else option.title, field)
            self._show(option.id)
        self._show_what_counts()
        listen(self, options.changed, self._show)
        listen(self, options.offered, self._offer)

    def _field(self, option: Option) -> NumberField | Segments | QComboBox | QCheckBox:
        set_it = partial(self.options.set, option.id)
        if isinstance(option, Number):
            number = NumberField(option)
            number.set.connect(set_it)
            return number
        if isinstance(option, Flag):
            box = QCheckBox(option.title)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.toggled.connect(set_it)
            return box
        titles = dict(option.choices)
        # Why: what may be chosen can become another, and only a list follows that.
        if len(titles) > 1 and sum(len(title) for title in titles.values()) <= ROOM_FOR_SEGMENTS:
            segments = Segments(titles, option.title)
            segments.chosen.connect(set_it)
            return segments
        return self._list(option)

    def _list(self, option: Choice) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(option.title)
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        _fill(box, option)
        box.activated.connect(partial(self._on_listed, option.id))
        return box

    def _on_listed(self, id: str, row: int) -> None:
        field = self.fields[id]
        if isinstance(field, QComboBox):
            self.options.set(id, str(field.itemData(row)))

    def _offer(self, id: str) -> None:
        field, option = self.fields.get(id), self.options[id]
        if isinstance(field, QComboBox) and isinstance(option, Choice):
            _fill(field, option)
            self._show(id)

    def _show(self, id: str) -> None:
        field, value = self.fields.get(id), self.options.value(id)
        match field:
            case NumberField():
                field.show_value(value)
            case Segments():
                field.show_choice(str(value))
            case QComboBox():
                field.setCurrentIndex(field.findData(value))
            case QCheckBox():
                field.setChecked(bool(value))
        if any(option.when is not None and option.when[0] == id for option in self.options):
            self._show_what_counts()

    def _show_what_counts(self) -> None:
        for id, field in self.fields.items():
            self._rows.setRowVisible(field, self.options.counts(id))


class ToolOptions(QWidget):
    """The form of the tool in the hand; forms are made when their tool is first taken."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toolbox = session.annotation.toolbox
        self._forms: dict[str, OptionsForm] = {}
        self.words = FewLines(3)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._layout.addWidget(self.words)
        listen(self, self._toolbox.changed, self._show)
        self._show()

    @property
    def form(self) -> OptionsForm | None:
        """What is shown now."""
        tool = self._toolbox.taken
        return self._forms.get(tool.options.id) if tool is not None else None

    def _show(self) -> None:
        tool = self._toolbox.taken
        self.words.say(HAND_TIP if tool is None else tool.tip)
        if tool is not None and tool.options.id not in self._forms:
            form = OptionsForm(tool.options)
            self._forms[tool.options.id] = form
            self._layout.addWidget(form)
        for form in self._forms.values():
            form.setVisible(form is self.form)


def _fill(box: QComboBox, option: Choice) -> None:
    box.clear()
    for value, title in option.choices:
        box.addItem(title, value)


def _fraction(option: Number, value: float) -> float:
    if not option.growing:
        return (value - option.low) / ((option.high - option.low) or 1)
    low = _least(option)
    return log(max(value, low) / low) / log(option.high / low)


def _at(option: Number, fraction: float) -> float:
    if not option.growing:
        return option.low + fraction * (option.high - option.low)
    if fraction == 0:
        return option.low
    low = _least(option)
    return low * exp(fraction * log(option.high / low))


def _least(option: Number) -> float:
    """Where a logarithmic slider begins, which nothing can."""
    return option.low if option.low > 0 else option.step


def _decimals(step: float) -> int:
    return next((digits for digits in range(4) if abs(round(step, digits) - step) < 1e-9), 3)
