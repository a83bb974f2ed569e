"""A slider over the iterations of a run, which plays them too, with the words of the one it stands at."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from pentad.ui.pose.looking import PoseLook, level_words
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme

SPEEDS = (5, 15, 30, 60)
"""Iterations a second."""
_KEY = "pose/speed"
NEWEST = -1


class Scrubber(QWidget):
    """Follows a run. ``moved`` is emitted when a person, or playing, moves it; with ``NEWEST`` to follow the run."""

    moved = Signal(int)

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._index, self._count = -1, 0
        self.play, self.follow, self.speed = QToolButton(), QToolButton(), QComboBox()
        self.slider, self.words = QSlider(Qt.Orientation.Horizontal), QLabel()
        self._clock = QTimer(self)
        self._lay_out()
        self._connect()
        self._show_play()

    def _lay_out(self) -> None:
        self.play.setCheckable(True)
        self.follow.setCheckable(True)
        self.follow.setText("Answer")
        for button in (self.play, self.follow):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed}/s", speed)
        self.speed.setCurrentIndex(max(self.speed.findData(int(self._settings.number(_KEY, 15))), 0))
        self.speed.setToolTip("Iterations a second")
        self.speed.setAccessibleName("Iterations a second")
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setAccessibleName("Iteration")
        self.slider.setPageStep(10)
        self.slider.setToolTip("Iteration: Left, Right, Home and End go from one to another")
        self.words.setProperty("role", "quiet")
        self.words.setMinimumWidth(self.words.fontMetrics().horizontalAdvance(_WIDEST))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 4)
        layout.setSpacing(6)
        for widget, stretch in (
            (self.play, 0), (self.speed, 0), (self.slider, 1), (self.follow, 0), (self.words, 0)
        ):  # fmt: skip
            layout.addWidget(widget, stretch)

    def _connect(self) -> None:
        self.slider.valueChanged.connect(self._on_slid)
        self.play.toggled.connect(self._on_play)
        self.follow.clicked.connect(self._on_follow)
        self.speed.activated.connect(self._on_speed)
        self._clock.timeout.connect(self._on_tick)
        self._theme.changed.connect(self._show_play)

    def show_look(self, look: PoseLook | None, *, following: bool) -> None:
        """Follow the state; announces nothing."""
        count = len(look.run.steps) if look is not None else 0
        index = look.index if look is not None else -1
        self._index, self._count = index, count
        self.slider.blockSignals(True)
        self.slider.setEnabled(count > 1)
        self.slider.setRange(0, max(count - 1, 0))
        self.slider.setValue(max(index, 0))
        self.slider.blockSignals(False)
        self.play.setEnabled(count > 1)
        self.follow.setEnabled(count > 0)
        self.follow.setChecked(following and count > 0)
        self.follow.setText("Newest" if look is not None and not look.run.over else "Answer")
        live = look is not None and not look.run.over
        self.follow.setToolTip("Follow the run as it goes on" if live else "Go to the iteration that is the answer")
        self.words.setText(said(look))

    def step(self, by: int) -> None:
        """Some iterations on, or back."""
        if self._count:
            self._go(min(max(self._index + by, 0), self._count - 1))

    def to_end(self, *, last: bool) -> None:
        if self._count:
            self._go(self._count - 1 if last else 0)

    def _go(self, index: int) -> None:
        self._index = index
        self.moved.emit(index)

    def _on_slid(self, value: int) -> None:
        self.play.setChecked(False)
        self._go(value)

    def _on_follow(self) -> None:
        self.play.setChecked(False)
        self.follow.setChecked(True)
        self.moved.emit(NEWEST)

    def _on_play(self, on: bool) -> None:
        self._show_play()
        if not on:
            self._clock.stop()
            return
        if self._index >= self._count - 1:
            self.to_end(last=False)
        self._clock.start(round(1000 / self.speed.currentData()))

    def _on_tick(self) -> None:
        if self._index >= self._count - 1:
            self.play.setChecked(False)
        else:
            self.step(1)

    def _on_speed(self) -> None:
        speed = self.speed.currentData()
        self._settings.put(_KEY, speed)
        self._clock.setInterval(round(1000 / speed))

    def _show_play(self) -> None:
        playing = self.play.isChecked()
        self.play.setIcon(self._theme.icon("pause" if playing else "play"))
        self.play.setToolTip("Stand still" if playing else "Play the iterations")
        self.play.setAccessibleName(self.play.toolTip())


_WIDEST = "Iteration 1000 of 1000 · start 10, 1/4 · loss 0.0000 · IoU 0.000 · the answer"


def said(look: PoseLook | None) -> str:
    """The iteration in words; none where there is none."""
    if look is None or look.step is None:
        return ""
    step, run = look.step, look.run
    where = f"Iteration {look.index + 1} of {len(run.steps)} · start {step.start + 1}, {level_words(step.level)}"
    answer = (" · the answer" if run.over else " · best so far") if look.index == run.best else ""
    return f"{where} · loss {step.loss:.4f} · IoU {step.iou:.3f}{answer}"
