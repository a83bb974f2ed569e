"""The pose debugger: overlay, curves, references, numbers and a scrubber over one run, beside another if wanted."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from pentad.session.pose_actions import align
from pentad.session.pose_run import PoseRun, RunState
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.pose.chamfer_bars import ChamferBars
from pentad.ui.pose.curves import Curves
from pentad.ui.pose.overlay_view import OverlayView
from pentad.ui.pose.overlaying import overlaid
from pentad.ui.pose.run_bar import RunBar
from pentad.ui.pose.scrubber import Scrubber
from pentad.ui.pose.step_table import StepTable
from pentad.ui.qt_actions import QtActions
from pentad.ui.theme import Theme

EMPTY = "Align a part's outline with its mesh, and every iteration shows here."


class PoseDebugger(QWidget):
    """Follows the session's pose runs; it keeps nothing of them itself."""

    def __init__(self, session: Session, actions: QtActions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._posing = session, session.posing
        posing = session.posing
        self.bar = RunBar(posing, actions, theme)
        self.overlay, self.curves, self.bars = OverlayView(), Curves(theme), ChamferBars(theme)
        self.table, self.scrubber, self.words = StepTable(), Scrubber(), QLabel()
        self._lay_out()
        for signal in (posing.changed, posing.stepped, posing.cursor_changed):
            listen(self, signal, self._show)
        self.scrubber.moved.connect(posing.look_at)
        self.curves.picked.connect(posing.look_at)
        self.bars.picked.connect(self._on_reference)
        self._show()

    def _lay_out(self) -> None:
        plots = QSplitter(Qt.Orientation.Vertical)
        plots.addWidget(self.curves)
        plots.addWidget(self.bars)
        across = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((self.overlay, 3), (plots, 3), (self.table, 2)):
            across.addWidget(widget)
            across.setStretchFactor(across.count() - 1, stretch)
        self.words.setProperty("role", "quiet")
        self.words.setWordWrap(True)
        self.words.setContentsMargins(10, 3, 10, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(across, 1)
        layout.addWidget(self.words)
        layout.addWidget(self.scrubber)

    def _on_reference(self, number: int) -> None:
        align(self._session, reference=number)

    def _show(self) -> None:
        run, index = self._posing.shown, self._posing.index
        self.scrubber.show_run(run, index)
        other = self._posing.compared
        self.curves.show_steps(run.steps if run else (), other.steps if other else ())
        self.bars.show_references(run.start.references if run and run.start else ())
        self._say(run)
        if run is None or run.start is None or index < 0:
            self.overlay.show_words(EMPTY if run is None else "Looking for where to begin…")
            self.table.show_steps([])
            return
        self.curves.show_cursor(index)
        here, first = run.steps[index], run.steps[0]
        photos = run.kept.photos if run.kept is not None else ()
        photo = photos[0] if photos else None
        mask = run.start.masks[0]
        self.overlay.show_pictures(overlaid(mask, here.residuals[0], photo), overlaid(mask, first.residuals[0], photo))
        columns = [(f"Iteration {index + 1}", here)]
        if index != run.best:
            columns.append(("Answer", run.steps[run.best]))
        if other is not None and other.best >= 0:
            columns.append((f"Run {other.name}", other.steps[other.best]))
        self.table.show_steps(columns)

    def _say(self, run: PoseRun | None) -> None:
        if run is None:
            said = ""
        elif run.state is RunState.FAILED and run.problem is not None:
            said = f"{run.problem}. {run.problem.remedy}"
        elif run.trace is not None and run.trace.doubts:
            said = "Ambiguous pose: " + " ".join(run.trace.doubts)
        else:
            said = ""
        self.words.setText(said)
        self.words.setVisible(bool(said))
