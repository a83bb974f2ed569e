"""Loss and IoU over the iterations, and where in them one looks."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from pentad.core.arrays import Doubles
from pentad.core.pose_trace import PoseStep
from pentad.session.pose_run import PoseRun
from pentad.ui.pose.axis_range import iou_range, iterations_shown, loss_range, widened
from pentad.ui.pose.curve import OTHER, OWN, Curve
from pentad.ui.pose.legend import Entry, Legend
from pentad.ui.pose.looking import PoseLook, level_words, run_words, stretches
from pentad.ui.pose.ribbon import Ribbon
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme

_LOG = "pose/log_loss"
_LOSS_TIP = "Mean absolute difference of the rendered and the query mask over all views, 0 to 1"
_IOU_TIP = "Intersection over union of the rendered and the query mask above one half, over all views, 0 to 1"


class Curves(QWidget):
    """Two plots above each other with one cursor, and a ribbon that says which start an iteration belongs to."""

    picked = Signal(int)
    """An iteration somebody pointed at, counted from 0."""

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._settings = theme, settings
        self._look: PoseLook | None = None
        self._drawn: tuple[object, ...] = ()
        self._spans: list[tuple[float, float] | None] = [None, None]
        self.loss, self.iou = Curve("Loss", _LOSS_TIP, theme), Curve("IoU", _IOU_TIP, theme)
        self.ribbon = Ribbon(theme, self._place)
        self.log, self.legend, self.words = QToolButton(), Legend("Runs"), QLabel()
        self._lay_out()
        self._connect()
        self._on_log(self.log.isChecked())

    def _lay_out(self) -> None:
        self.log.setText("Log")
        self.log.setCheckable(True)
        self.log.setAutoRaise(True)
        self.log.setToolTip("Loss on a logarithmic scale")
        self.log.setAccessibleName(self.log.toolTip())
        self.log.setChecked(self._settings.flag(_LOG, default=False))
        self.words.setProperty("role", "quiet")
        top = QHBoxLayout()
        top.setContentsMargins(6, 2, 8, 2)
        top.setSpacing(10)
        top.addWidget(self.log)
        top.addWidget(self.legend, 1)
        top.addWidget(self.words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.ribbon)
        layout.addWidget(self.loss, 3)
        layout.addWidget(self.iou, 3)
        self.loss.getAxis("bottom").setStyle(showValues=False)
        self.loss.getAxis("bottom").setHeight(8)
        self.iou.setLabel("bottom", "Iteration")

    def _connect(self) -> None:
        for curve in (self.loss, self.iou):
            curve.picked.connect(self.picked)
            curve.hovered.connect(self._say)
        box = self.loss.getPlotItem().getViewBox()
        box.sigResized.connect(self._on_ranged)
        box.sigXRangeChanged.connect(self._on_ranged)
        self.log.toggled.connect(self._on_log)
        self._theme.changed.connect(self._on_theme)

    def show_look(self, look: PoseLook | None) -> None:
        """Follow a run; what has not grown since is left alone."""
        if look is None or self._look is None or look.run is not self._look.run or look.other is not self._look.other:
            self._spans, self._drawn = [None, None], ()
        self._look = look
        run, other = (look.run, look.other) if look is not None else (None, None)
        now = (len(run.steps), run.best, run_words(run), run.over, len(other.steps) if other else 0) if run else ()
        if now != self._drawn or not now:
            self._drawn = now
            self._draw(run, other)
        index, beside = (look.index, look.other_index if other else -1) if look else (-1, -1)
        for curve in (self.loss, self.iou):
            curve.show_cursors(index, beside)

    def _draw(self, run: PoseRun | None, other: PoseRun | None) -> None:
        steps: Sequence[PoseStep] = run.steps if run else ()
        others: Sequence[PoseStep] = other.steps if other else ()
        best = run.best if run else -1
        pieces, their_pieces = stretches(steps), stretches(others)
        self.ribbon.show_stretches(pieces, steps[best].start if best >= 0 else -1)
        count = iterations_shown(max(len(steps), len(others)), over=run is None or run.over)
        both = [(_losses(steps), _losses(others)), (_ious(steps), _ious(others))]
        for k, (curve, (own, theirs)) in enumerate(zip((self.loss, self.iou), both, strict=True)):
            curve.show_values(own, pieces, best)
            curve.show_compared(theirs, their_pieces)
            values = np.concatenate([own, theirs])
            span = loss_range(values, log=self.log.isChecked()) if k == 0 else iou_range(values)
            if len(values):
                self._spans[k] = span = widened(self._spans[k], span)
            curve.show_ranges(count, span)
        self._show_legend(run, other)

    def _show_legend(self, run: PoseRun | None, other: PoseRun | None) -> None:
        colour = self._theme.colour
        entries: list[Entry] = [(run_words(run), colour(OWN), True)] if run else []
        if run and len({step.start for step in run.steps}) > 1:
            entries.append(("its other starts", colour("quiet"), True))
        if other is not None:
            entries.append((run_words(other), colour(OTHER), True))
        self.legend.show_entries(tuple(entries))

    def _say(self, index: int) -> None:
        """The numbers under the pointer."""
        steps = self._look.run.steps if self._look is not None else []
        if not 0 <= index < len(steps):
            self.words.setText("")
            return
        step = steps[index]
        where = f"{index + 1}: start {step.start + 1}, {level_words(step.level)}"
        self.words.setText(f"{where}, loss {step.loss:.4f}, IoU {step.iou:.3f}")

    def _place(self, iteration: float) -> float:
        """Where an iteration lies, in pixels from the ribbon's left."""
        box = self.loss.getPlotItem().getViewBox()
        place = self.loss.mapFromScene(box.mapViewToScene(QPointF(iteration, 0)))
        return float(place.x() + self.loss.mapTo(self, QPoint(0, 0)).x())

    def _on_ranged(self, *_: object) -> None:
        self.ribbon.update()

    def _on_theme(self) -> None:
        self.ribbon.update()
        if self._look is not None:
            self._show_legend(self._look.run, self._look.other)

    def _on_log(self, on: bool) -> None:
        self._settings.put(_LOG, on)
        self.loss.set_log(log=on)
        self._spans, self._drawn = [None, None], (None,)
        self.show_look(self._look)


def _losses(steps: Sequence[PoseStep]) -> Doubles:
    return np.array([step.loss for step in steps], np.float64)


def _ious(steps: Sequence[PoseStep]) -> Doubles:
    return np.array([step.iou for step in steps], np.float64)
