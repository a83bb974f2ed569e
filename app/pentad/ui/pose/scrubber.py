"""A slider over the iterations of a run, with the words of the one it stands at."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from pentad.session.pose_run import PoseRun


class Scrubber(QWidget):
    """Follows a run; ``moved`` is emitted when a person moves it."""

    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider, self.words = QSlider(Qt.Orientation.Horizontal), QLabel()
        self.slider.setAccessibleName("Iteration")
        self.slider.setEnabled(False)
        self.words.setProperty("role", "quiet")
        self.words.setMinimumWidth(
            self.words.fontMetrics().horizontalAdvance("Iteration 1000 of 1000 · IoU 0.0000") + 80
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 4)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.words)
        self.slider.valueChanged.connect(self.moved)

    def show_run(self, run: PoseRun | None, index: int) -> None:
        count = len(run.steps) if run is not None else 0
        self.slider.blockSignals(True)
        self.slider.setEnabled(count > 1)
        self.slider.setRange(0, max(count - 1, 0))
        self.slider.setValue(max(index, 0))
        self.slider.blockSignals(False)
        if run is None or index < 0:
            self.words.setText("")
            return
        step = run.steps[index]
        answer = " · the answer" if index == run.best else ""
        self.words.setText(f"Iteration {index + 1} of {count} · loss {step.loss:.4f} · IoU {step.iou:.3f}{answer}")
