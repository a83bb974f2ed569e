"""The visible samples as Qt wants a list: rows are fetched when they come on screen."""

from typing import cast

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pentad.core.review import Verdict
from pentad.core.sample import Sample
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.drawn import Drawn
from pentad.ui.score_scale import ScoreScale, score_text

SAMPLE = Qt.ItemDataRole.UserRole
SCORE = Qt.ItemDataRole.UserRole + 1
VERDICT = Qt.ItemDataRole.UserRole + 2
SCALE = Qt.ItemDataRole.UserRole + 3
DRAWN = Qt.ItemDataRole.UserRole + 4

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class SampleModel(QAbstractListModel):
    """The session's visible list."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._samples: list[Sample] = []
        self._rows: dict[str, int] = {}
        self._scale = ScoreScale()
        self._drawn = Drawn(session, self)
        self._connect()
        self._reset()

    def _connect(self) -> None:
        listen(self, self._session.samples_changed, self._reset)
        listen(self, self._session.project_changed, self._reset)
        listen(self, self._session.reviewed, self.refresh)
        listen(self, self._session.results.arrived, self._on_arrived)
        listen(self, self._session.results.run_changed, self._rescale)
        self._drawn.changed.connect(self._on_drawn)

    def row_of(self, sample_id: str) -> int | None:
        return self._rows.get(sample_id)

    def sample_at(self, row: int) -> Sample:
        return self._samples[row]

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 (Qt's name)
        return 0 if parent.isValid() else len(self._samples)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        sample = self._samples[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._in_words(sample)
            case Qt.ItemDataRole.ToolTipRole:
                return self._in_words(sample)
            case _ if role == SAMPLE:
                return sample
            case _ if role == SCORE:
                return self._session.results.scores.get(sample.id)
            case _ if role == VERDICT:
                return self._session.verdict(sample.id)
            case _ if role == SCALE:
                return self._scale
            case _ if role == DRAWN:
                return sample.id in self._drawn
        return None

    def refresh(self, sample_id: str) -> None:
        """Something about this sample is new."""
        row = self._rows.get(sample_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index)

    def _reset(self) -> None:
        self.beginResetModel()
        self._samples = list(self._session.visible)
        self._rows = {sample.id: row for row, sample in enumerate(self._samples)}
        self._scale = ScoreScale.of(list(self._session.results.scores.values()), self._session.results.threshold)
        self.endResetModel()

    def _on_arrived(self, sample_id: str) -> None:
        self._rescale()
        self.refresh(sample_id)

    def _on_drawn(self, sample_id: str) -> None:
        if sample_id:
            self.refresh(sample_id)
        elif self._samples:
            self.dataChanged.emit(self.index(0), self.index(len(self._samples) - 1))

    def _rescale(self) -> None:
        results = self._session.results
        scale = ScoreScale.of(results.scores.values(), results.threshold)
        if scale != self._scale and self._samples:
            self._scale = scale
            self.dataChanged.emit(self.index(0), self.index(len(self._samples) - 1))

    def _in_words(self, sample: Sample) -> str:
        words = [sample.id, sample.anomaly or "good"]
        score = self._session.results.scores.get(sample.id)
        if score is not None:
            above = ", above the threshold" if self._scale.flags(score) else ""
            words.append(f"score {score_text(score)}{above}")
        verdict = self._session.verdict(sample.id)
        if verdict is not Verdict.OPEN:
            words.append(verdict.value)
        if sample.id in self._drawn:
            words.append("mask drawn")
        return ", ".join(words)


def score_of(index: Index) -> float | None:
    return cast(float | None, index.data(SCORE))


def sample_of(index: Index) -> Sample:
    return cast(Sample, index.data(SAMPLE))


def is_drawn(index: Index) -> bool:
    return bool(index.data(DRAWN))


def verdict_of(index: Index) -> Verdict:
    return cast(Verdict, index.data(VERDICT))


def scale_of(index: Index) -> ScoreScale:
    return cast(ScoreScale, index.data(SCALE))
