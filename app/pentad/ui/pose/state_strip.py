"""How the run on show stands: what is being done, what went wrong and what helps, or why its answer is doubtful."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from pentad.session.pose_run import PoseRun, RunState
from pentad.ui.pose.looking import run_words

_TICK_MS = 200
_STEPS = 1000


class StateStrip(QFrame):
    """One line or two under the bar; hidden where a run is done and nothing is to be said of it."""

    def __init__(self, again: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: PoseRun | None = None
        self._action = again
        self.setProperty("role", "strip")
        self.what, self.why = QLabel(), QLabel()
        self.bar, self.again = QProgressBar(), QPushButton("Align again")
        self._clock = QTimer(self, interval=_TICK_MS)
        self._clock.timeout.connect(self._say)
        self.again.clicked.connect(again.trigger)
        for label in (self.what, self.why):
            label.setWordWrap(True)
        self.why.setProperty("role", "quiet")
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How far the run is")
        self.bar.setMinimumWidth(120)
        self._lay_out()
        self.show_run(None)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.what)
        words.addWidget(self.why)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 8, 4)
        layout.setSpacing(10)
        layout.addLayout(words, 3)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.again)

    def show_run(self, run: PoseRun | None) -> None:
        """May be called twice."""
        self._run = run
        working = run is not None and not run.over
        if working != self._clock.isActive():
            self._clock.start() if working else self._clock.stop()
        self._say()

    def _say(self) -> None:
        run = self._run
        what, why = words_of(run, time.monotonic()) if run is not None else ("", "")
        self.what.setText(what)
        self.why.setText(why)
        self.why.setVisible(bool(why))
        working = run is not None and not run.over
        self.bar.setVisible(working)
        self.bar.setValue(round(_STEPS * run.fraction) if run is not None else 0)
        self.again.setVisible(run is not None and run.state is RunState.FAILED and self._action.isEnabled())
        self.setVisible(bool(what))
        self.setAccessibleName(f"{what} {why}".strip())


def words_of(run: PoseRun, now: float) -> tuple[str, str]:
    """What is so, and why or what helps; empty for a run that is done without doubts. ``now``: the monotonic clock."""
    if run.state in (RunState.RUNNING, RunState.PAUSED):
        doing = run.message or "waiting for its turn"
        held = "Held: " if run.state is RunState.PAUSED else ""
        seconds = f", {now - run.began:.0f} s" if run.began is not None else ""
        return f"Run {run_words(run)}. {held}{doing}{seconds}", ""
    if run.problem is not None:
        return str(run.problem), run.problem.remedy
    if run.state is RunState.STOPPED:
        count = len(run.steps)
        return (f"Stopped after {count} iterations; the best of them is shown." if count else "Stopped at once."), ""
    doubts = run.trace.doubts if run.trace is not None else ()
    return ("The pose is doubtful", " ".join(doubts)) if doubts else ("", "")
