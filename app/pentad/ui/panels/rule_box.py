"""What painting may change, and in words what is limited now."""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pentad.annotation.rule import Rule, Source
from pentad.core.label_class import LabelClass
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.section import FewLines

ANY, BACKGROUND, CHOSEN, SOME = "any", "background", "chosen", "some"
PLACES = {ANY: "Everything", BACKGROUND: "Background only", CHOSEN: "The chosen class only", SOME: "These classes…"}
SOURCES = {
    None: "At any value",
    Source.RGB: "Intensity of the photo",
    Source.NORMAL: "Intensity of the normals",
    Source.HEAT: "Heat",
}
FULL = (0.0, 255.0)


class RuleBox(QWidget):
    """Follows the rule and changes it. While the chosen class is meant, the rule moves along with the choice."""

    said = Signal(str)
    """What is limited now; empty where nothing is."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._annotation = session, session.annotation
        self.place, self.source = QComboBox(), QComboBox()
        self.low, self.high, self.some = QDoubleSpinBox(), QDoubleSpinBox(), QToolButton()
        self.clear, self.words = QPushButton("Paint everywhere"), FewLines(2)
        self._follows = False
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def _set_up(self) -> None:
        for value, title in PLACES.items():
            self.place.addItem(title, value)
        for source, title in SOURCES.items():
            self.source.addItem(title, source)
        for box, name in ((self.place, "What may be painted over"), (self.source, "Where it may be painted")):
            box.setAccessibleName(name)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for spin, name in ((self.low, "From, at least"), (self.high, "To, at most")):
            spin.setAccessibleName(name)
            spin.setToolTip(name)
            spin.setKeyboardTracking(False)
            spin.lineEdit().setTextMargins(4, 0, 0, 0)
        self.some.setText("Choose classes")
        self.some.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.some.setMenu(QMenu(self.some))
        self.some.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        self._range = QWidget()
        span = QHBoxLayout(self._range)
        span.setContentsMargins(0, 0, 0, 0)
        span.setSpacing(8)
        span.addWidget(self.low, 1)
        span.addWidget(QLabel("to"))
        span.addWidget(self.high, 1)
        form = QGridLayout()
        form.setVerticalSpacing(6)
        form.setHorizontalSpacing(10)
        form.setColumnStretch(1, 1)
        self._from = QLabel("From")
        for row, (label, field) in enumerate(
            (
                (QLabel("Over"), self.place),
                (None, self.some),
                (QLabel("Where"), self.source),
                (self._from, self._range),
            )
        ):
            if label is not None:
                form.addWidget(label, row, 0)
            form.addWidget(field, row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(form)
        layout.addWidget(self.words)
        layout.addWidget(self.clear)

    def _connect(self) -> None:
        listen(self, self._annotation.changed, self._show)
        self.place.activated.connect(self._on_place)
        self.source.activated.connect(self._on_source)
        self.low.valueChanged.connect(self._on_range)
        self.high.valueChanged.connect(self._on_range)
        self.some.menu().aboutToShow.connect(self._fill_menu)
        self.clear.clicked.connect(self._on_clear)

    @property
    def _rule(self) -> Rule:
        return replace(self._annotation.rule, locked=frozenset())

    def _show(self) -> None:
        rule, label = self._rule, self._annotation.label
        if self._follows and rule.only is not None and rule.only != frozenset({label}):
            self._annotation.set_rule(replace(rule, only=frozenset({label})))
            return
        place = self._place_of(rule)
        _set_quietly(self.place, list(PLACES).index(place))
        _set_quietly(self.source, list(SOURCES).index(rule.source))
        self.some.setVisible(place == SOME)
        for widget in (self._from, self._range):
            widget.setVisible(rule.source is not None)
        for spin, value in ((self.low, rule.low), (self.high, rule.high)):
            spin.blockSignals(True)
            heat = rule.source is Source.HEAT
            spin.setDecimals(3 if heat else 0)
            spin.setRange(*((-1e6, 1e6) if heat else FULL))
            spin.setSingleStep(0.01 if heat else 1)
            spin.setValue(value)
            spin.blockSignals(False)
        words = rule_in_words(rule, self._annotation.classes)
        self.words.say(f"Tools change pixels {words}." if words else "Tools may change every pixel.")
        self.clear.setEnabled(bool(words))
        self.said.emit(words)

    def _place_of(self, rule: Rule) -> str:
        if rule.only is None:
            return ANY
        if self._follows:
            return CHOSEN
        return BACKGROUND if rule.only == frozenset({0}) else SOME

    def _on_place(self, row: int) -> None:
        place, label = list(PLACES)[row], self._annotation.label
        self._follows = place == CHOSEN
        only = {ANY: None, BACKGROUND: frozenset({0})}.get(place, frozenset({label}))
        self._annotation.set_rule(replace(self._rule, only=only))
        self._show()

    def _on_source(self, row: int) -> None:
        source = list(SOURCES)[row]
        low, high = self._full_range(source)
        self._annotation.set_rule(replace(self._rule, source=source, low=low, high=high))

    def _full_range(self, source: Source | None) -> tuple[float, float]:
        prediction = self._session.prediction
        if source is not Source.HEAT or prediction is None or not prediction.views:
            return FULL if source is not Source.HEAT else (0.0, 1.0)
        heatmaps = [judged.heatmap for judged in prediction.views.values()]
        threshold = self._session.results.threshold
        low = heatmaps[0].low if threshold is None else threshold
        return low, max(float(heatmap.values.max()) for heatmap in heatmaps)

    def _on_range(self) -> None:
        low, high = self.low.value(), self.high.value()
        self._annotation.set_rule(replace(self._rule, low=min(low, high), high=max(low, high)))

    def _fill_menu(self) -> None:
        menu, only = self.some.menu(), self._rule.only or frozenset()
        menu.clear()
        names = {0: "Background", **{known.index: known.name for known in self._annotation.classes}}
        for label, name in names.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(label in only)
            action.setData(label)
            action.toggled.connect(self._on_some)

    def _on_some(self) -> None:
        labels = frozenset(int(action.data()) for action in self.some.menu().actions() if action.isChecked())
        self._annotation.set_rule(replace(self._rule, only=labels))

    def _on_clear(self) -> None:
        self._follows = False
        self._annotation.set_rule(Rule())

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(240, super().sizeHint().height())


def rule_in_words(rule: Rule, classes: tuple[LabelClass, ...]) -> str:
    """ "only on background, intensity 40 to 255"; nothing where the rule forbids nothing."""
    parts = []
    if rule.only is not None:
        names = {0: "background", **{known.index: known.name for known in classes}}
        on = [names.get(index, f"class {index}") for index in sorted(rule.only)]
        parts.append(f"only on {', '.join(on)}" if on else "nowhere: no class is chosen")
    if rule.source is not None:
        heat = rule.source is Source.HEAT
        what = {Source.RGB: "intensity", Source.NORMAL: "intensity of the normals", Source.HEAT: "heat"}[rule.source]
        span = f"{rule.low:.3f} to {rule.high:.3f}" if heat else f"{rule.low:.0f} to {rule.high:.0f}"
        parts.append(f"{what} {span}" if parts else f"only at {what} {span}")
    return ", ".join(parts)


def _set_quietly(box: QComboBox, row: int) -> None:
    box.blockSignals(True)
    box.setCurrentIndex(row)
    box.blockSignals(False)
