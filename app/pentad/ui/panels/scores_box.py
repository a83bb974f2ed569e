"""How suspicious the part and each of its views are, against a threshold one can move."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.panels.look_box import heading
from pentad.ui.score_bar import draw_score_bar
from pentad.ui.score_scale import ScoreScale, score_text
from pentad.ui.theme import Theme, strong

EMPTY = "Scores appear here when a model has judged this part. Run Models > Detect."
LINE = 22
STEPS = 1000


class ScoreBars(QWidget):
    """One line for the part and one for each view: name, bar against the threshold, number."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[tuple[str, float]] = []
        self._scale = ScoreScale()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_scores(self, lines: list[tuple[str, float]], scale: ScoreScale) -> None:
        """May be called twice."""
        self._lines, self._scale = lines, scale
        self.setAccessibleName("; ".join(f"{name} {score_text(score)}" for name, score in lines))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(160, LINE * len(self._lines))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        names = [name for name, _ in self._lines]
        metrics = self.fontMetrics()
        left = min(max((metrics.horizontalAdvance(name) for name in names), default=0) + 18, self.width() // 3)
        right = metrics.horizontalAdvance("00.000") + 4
        for number, (name, score) in enumerate(self._lines):
            top = number * LINE
            painter.setFont(strong(self.font()) if number == 0 else self.font())
            painter.setPen(self._theme.colour("text" if number == 0 else "quiet"))
            words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, left - 8)
            painter.drawText(QRectF(0, top, left, LINE), Qt.AlignmentFlag.AlignVCenter, words)
            bar = QRectF(left, top, self.width() - left - right - 6, LINE)
            draw_score_bar(painter, bar, score, self._scale, self._theme)
            painter.setPen(self._theme.colour("alarm" if self._scale.flags(score) else "text"))
            place = QRectF(self.width() - right, top, right, LINE)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, score_text(score))
        painter.end()


class ScoresBox(QWidget):
    """Scores of the current sample, the threshold of the run on show, and what made it."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.bars = ScoreBars(theme)
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self._value, self._count, self._made, self._empty = QLabel(), QLabel(), QLabel(), QLabel(EMPTY)
        self._limit = heading("Threshold")
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        self.threshold.setRange(0, STEPS)
        self.threshold.setAccessibleName("Score threshold")
        self.threshold.setToolTip("Parts with a higher score are flagged")
        self.threshold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for label in (self._count, self._made):
            label.setProperty("role", "quiet")
            label.setWordWrap(True)
        self._made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._empty.setProperty("role", "empty")
        self._empty.setWordWrap(True)
        limit = QHBoxLayout()
        limit.addWidget(self._limit, 1)
        limit.addWidget(self._value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(heading("Scores"))
        layout.addWidget(self._empty)
        layout.addWidget(self.bars)
        layout.addSpacing(4)
        layout.addLayout(limit)
        layout.addWidget(self.threshold)
        layout.addWidget(self._count)
        layout.addSpacing(4)
        layout.addWidget(self._made)

    def _connect(self) -> None:
        session = self._session
        self.threshold.valueChanged.connect(self._on_threshold)
        listen(self, session.current_changed, self._show)
        listen(self, session.prediction_changed, self._show)
        listen(self, session.results.run_changed, self._show)
        listen(self, session.results.arrived, self._show)

    def _show(self) -> None:
        results, prediction = self._session.results, self._session.prediction
        scale = ScoreScale.of(list(results.scores.values()), results.threshold)
        lines: list[tuple[str, float]] = []
        if prediction is not None:
            lines = [("Part", prediction.score), *((name, view.score) for name, view in prediction.views.items())]
        self.bars.show_scores(lines, scale)
        self._empty.setVisible(prediction is None)
        judged = len(results.scores)
        for widget in (self.threshold, self._limit, self._value, self._count):
            widget.setVisible(judged > 0)
        self.threshold.blockSignals(True)
        self.threshold.setValue(round(scale.fraction(results.threshold or scale.low) * STEPS))
        self.threshold.blockSignals(False)
        limit = results.threshold
        self._value.setText("none" if limit is None else f"{limit:.3f}")
        flagged = sum(scale.flags(score) for score in results.scores.values())
        self._count.setText(f"{flagged:,} of {judged:,} judged samples are above it")
        made = results.run.made_by if results.run is not None else None
        self._made.setText(f"Made by {made.caption}" if made is not None else "")
        self._made.setToolTip(_settings_text(dict(made.settings)) if made is not None else "")

    def _on_threshold(self, step: int) -> None:
        results = self._session.results
        scale = ScoreScale.of(list(results.scores.values()), results.threshold)
        results.set_threshold(scale.low + (scale.high - scale.low) * step / STEPS)


def _settings_text(settings: dict[str, object]) -> str:
    return "\n".join(f"{key} = {value}" for key, value in settings.items())
