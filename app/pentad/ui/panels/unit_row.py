"""The question in which unit a mesh was written, asked below the scene that it hardly fits."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

UNITS = {1000.0: "metres", 0.001: "micrometres"}
"""Millimetres of one unit, and its name."""


class UnitRow(QWidget):
    """One line with two answers; hidden as long as there is nothing to ask."""

    taken = Signal(float)
    """The part is in this unit, in millimetres."""
    kept = Signal()
    """It is in millimetres."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = 1.0
        self.question, self.take, self.keep = QLabel(), QPushButton(), QPushButton("Millimetres")
        self.question.setWordWrap(True)
        self.take.clicked.connect(partial(self._answer, True))
        self.keep.clicked.connect(partial(self._answer, False))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.addWidget(self.question, 1)
        layout.addWidget(self.take)
        layout.addWidget(self.keep)
        self.hide()

    def ask(self, name: str, span_mm: float, unit_mm: float) -> None:
        """``name`` would be ``span_mm`` across, and is rather in another unit."""
        self._unit = unit_mm
        self.question.setText(f"{name} would be {span_mm:.3g} mm across, which the cameras hardly see. What is it in?")
        self.take.setText(UNITS[unit_mm].capitalize())
        self.show()

    def _answer(self, other: bool, *_: object) -> None:
        self.hide()
        if other:
            self.taken.emit(self._unit)
        else:
            self.kept.emit()
