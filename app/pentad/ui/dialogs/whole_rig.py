"""What concerns all cameras of a rig: what was noticed when it was read, and what unit its lengths are in."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from pentad.core.problem import Problem
from pentad.ui.calibration_notes import notes_in_full
from pentad.ui.panels.look_box import heading

NOTHING = "Nothing odd."


class WholeRig(QWidget):
    """Notes of the calibration, and a unit for its lengths, which a person says and no program guesses."""

    converted = Signal(float)
    """A person says how many millimetres one of the rig's units is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notes, self.words = QPlainTextEdit(NOTHING), QLabel()
        self.unit, self.convert = _Millimetres(), QPushButton("Convert")
        self._suggested: float | None = None
        self._lay_out()
        self.unit.valueChanged.connect(lambda unit: self.convert.setEnabled(unit != 1.0))
        self.convert.clicked.connect(lambda: self.converted.emit(self.unit.value()))

    def _lay_out(self) -> None:
        self.notes.setReadOnly(True)
        self.notes.setAccessibleName("What was noticed in the calibration")
        self.words.setWordWrap(True)
        self.words.setProperty("role", "warn")
        self.unit.setDecimals(6)
        self.unit.setRange(1e-6, 1e6)
        self.unit.setValue(1.0)
        self.unit.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.unit.setSuffix(" mm")
        self.unit.setKeyboardTracking(False)
        self.unit.setAccessibleName("Millimetres of one of the rig's units")
        self.convert.setAutoDefault(False)
        self.convert.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.unit, 1)
        row.addWidget(self.convert)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(heading("Noticed when it was read"))
        layout.addWidget(self.notes, 1)
        layout.addWidget(heading("One unit of all its lengths is"))
        layout.addWidget(self.words)
        layout.addLayout(row)

    def show_notes(self, notes: Sequence[Problem]) -> None:
        """What the files said, once each."""
        self.notes.setPlainText("\n\n".join(notes_in_full(notes)) or NOTHING)

    def show_unit(self, question: Problem | None, suggested: float | None) -> None:
        """``question``: what is to be said where the lengths are hardly millimetres; a suggestion is only offered."""
        self.words.setText("" if question is None else f"{question}.")
        self.words.setVisible(question is not None)
        if suggested != self._suggested:
            self.unit.setValue(suggested or 1.0)
        self._suggested = suggested

    def begin_again(self) -> None:
        """The lengths are millimetres now."""
        self.unit.setValue(1.0)


class _Millimetres(QDoubleSpinBox):
    """A length of any order, written without the zeros that say nothing."""

    def textFromValue(self, value: float) -> str:  # noqa: N802 (Qt's name)
        return f"{value:.7g}"
