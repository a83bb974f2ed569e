"""A training as one looks on: its losses, stage by stage, and the last maps that it let one see."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from pentad.session.jobs import State
from pentad.session.learning import Learning
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.pose.map_tiles import MapTiles, Plate
from pentad.ui.segments import Segments
from pentad.ui.theme import Theme

if TYPE_CHECKING:
    from pentad.ui.panels.loss_plot import LossPlot

EMPTY = (
    "How a training goes shows here while it lasts: its losses as curves, and what the model makes of a view.\n\n"
    "Start one with Models > Train (Ctrl+T)."
)
SILENT = "Nothing has been told of this training yet."
_AGAIN_MS = 250


class TrainingPanel(QWidget):
    """Follows the training on show. Nothing is drawn, and no plot imported, before it is on screen with news."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme = session, theme
        self.which, self.words, self._empty = QComboBox(), QLabel(), QLabel(EMPTY)
        self.plots: dict[str, LossPlot] = {}
        self.maps = MapTiles()
        self.maps.hide()
        self._charts = QStackedWidget()
        self._stage_row, self.stages = QHBoxLayout(), Segments({}, "Stage")
        self._chosen: str | None = None
        """The stage a person looks at; None follows the training."""
        self._both = QSplitter(Qt.Orientation.Horizontal)
        self._learning: Learning | None = None
        self._again = QTimer(self, interval=_AGAIN_MS, singleShot=True)
        self._lay_out()
        self._connect()
        self._show_list()

    def _lay_out(self) -> None:
        self.which.setAccessibleName("Which training")
        self.which.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.words.setProperty("role", "quiet")
        self._empty.setProperty("role", "empty")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(12, 8, 12, 8)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(10, 6, 10, 2)
        head.setSpacing(12)
        head.addWidget(self.which)
        head.addLayout(self._stage_row)
        head.addWidget(self.words, 1)
        self._both.addWidget(self._charts)
        self._both.addWidget(self.maps)
        self._both.setStretchFactor(0, 3)
        self._both.setStretchFactor(1, 2)
        self._both.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self._empty, self._head):
            layout.addWidget(widget)
        layout.addWidget(self._both, 1)
        self.setMinimumHeight(150)

    def _connect(self) -> None:
        trainings = self._session.trainings
        listen(self, trainings.changed, self._show_list)
        listen(self, trainings.told, self._show_soon)
        self.which.activated.connect(self._on_chosen)
        self._again.timeout.connect(self._show)

    def _show_soon(self) -> None:
        if not self._again.isActive():
            self._again.start()

    def _show_list(self) -> None:
        trainings = self._session.trainings
        self.which.clear()
        for learning in reversed(trainings.kept):
            self.which.addItem(learning.title)
        if trainings.shown in trainings.kept:
            self.which.setCurrentIndex(len(trainings.kept) - 1 - trainings.kept.index(trainings.shown))
        self._empty.setVisible(trainings.shown is None)
        self._head.setVisible(trainings.shown is not None)
        self._show()

    def _show(self) -> None:
        learning = self._session.trainings.shown
        self._both.setVisible(learning is not None)
        if learning is None or not self.isVisible():
            return
        if learning is not self._learning:
            self._learning = learning
            self._forget_plots()
        self.words.setText(words_of(learning))
        if learning.stages:
            self._show_plots(learning)
        first = bool(learning.maps) and self.maps.isHidden()
        self.maps.setVisible(bool(learning.maps))
        if first:
            self._both.setSizes([3 * self.width() // 5, 2 * self.width() // 5])
        if learning.maps:
            self.maps.show_plates(tuple(Plate(one.title, one.values, one.unit) for one in learning.maps))

    def _show_plots(self, learning: Learning) -> None:
        from pentad.ui.panels.loss_plot import LossPlot  # Why: plots are costly to import.

        stage = self._chosen if self._chosen in learning.stages else learning.stage
        for name in learning.stages:
            if name not in self.plots:
                self.plots[name] = LossPlot(name, self._theme)
                self._charts.addWidget(self.plots[name])
                self._offer_stages(tuple(learning.stages))
        curves = learning.stages[stage]
        last = max((curve.steps[-1] for curve in curves.values() if curve.steps), default=0.0)
        self.plots[stage].show_curves(curves, learning.steps if stage == learning.stage else round(last))
        self._charts.setCurrentWidget(self.plots[stage])
        self.stages.show_choice(stage)

    def _offer_stages(self, names: tuple[str, ...]) -> None:
        """One does not choose where there is one only."""
        self._stage_row.removeWidget(self.stages)
        self.stages.deleteLater()
        self.stages = Segments({name: name for name in names}, "Stage")
        self.stages.chosen.connect(self._on_stage)
        self._stage_row.addWidget(self.stages)
        self.stages.setVisible(len(names) > 1)

    def _on_stage(self, stage: str) -> None:
        learning = self._session.trainings.shown
        self._chosen = None if learning is not None and stage == learning.stage else stage
        self._show()

    def _forget_plots(self) -> None:
        while self.plots:
            _, plot = self.plots.popitem()
            self._charts.removeWidget(plot)
            plot.deleteLater()
        self._chosen = None
        self._offer_stages(())

    def _on_chosen(self, place: int) -> None:
        kept = self._session.trainings.kept
        self._session.trainings.show(kept[len(kept) - 1 - place])

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._show_soon()


def words_of(learning: Learning) -> str:
    """Where a training stands, in a line."""
    job = learning.job
    if job is not None and job.problem is not None:
        return f"{job.problem}. {job.problem.remedy}"
    said = [] if job is None or job.state is State.RUNNING else [job.state.value.capitalize()]
    if learning.stage:
        said.append(f"{learning.stage}, {learning.step:,} of {learning.steps:,}")
    if job is not None and job.state is State.RUNNING and job.message:
        said.append(job.message)
    return " · ".join(said) or SILENT
