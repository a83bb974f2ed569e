"""What the run on show is worth: the table of metrics, with the reason where one has no value."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from pentad.evaluation.report import Evaluation, Scores
from pentad.session.session import Session
from pentad.ui.bridge import listen

COLUMNS = {
    "i_auroc": ("I-AUROC", "Image AUROC: how well image scores part good from bad, 0.5 is chance"),
    "i_f1": ("I-F1", "Highest F1 of the image scores over all thresholds"),
    "p_auroc": ("P-AUROC", "Pixel AUROC"),
    "p_ap": ("P-AP", "Average precision over pixels"),
    "p_aupro": ("P-AUPRO", "Per-region overlap up to a false positive rate of 0.3"),
    "threshold": ("Threshold", "The image score at the highest F1"),
}
EMPTY = (
    "How good the heatmaps on show are, measured against the data set's masks.\n\n"
    "Run Models > Evaluate this run (Ctrl+E) when a detection is on show."
)


class EvaluationPanel(QWidget):
    """Follows the evaluation of the run on show."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.table = QTableWidget(0, len(COLUMNS) + 2)
        self._empty, self._note = QLabel(EMPTY), QLabel()
        self._lay_out()
        listen(self, session.results.evaluated, self._show)
        self._show()

    def _lay_out(self) -> None:
        self.table.setHorizontalHeaderLabels(["", "Images", *(title for title, _ in COLUMNS.values())])
        for column, (_, tip) in enumerate(COLUMNS.values(), 2):
            header = self.table.horizontalHeaderItem(column)
            if header is not None:
                header.setToolTip(tip)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName("Evaluation")
        self.table.setWordWrap(False)
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (self._empty, self._note):
            label.setWordWrap(True)
            label.setContentsMargins(12, 8, 12, 8)
        self._empty.setProperty("role", "empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._note.setProperty("role", "quiet")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._empty)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._note)

    def _show(self) -> None:
        evaluation = self._session.results.evaluation
        self._empty.setVisible(evaluation is None)
        self.table.setVisible(evaluation is not None)
        self._note.setVisible(evaluation is not None)
        if evaluation is not None:
            self._fill(evaluation)

    def _fill(self, evaluation: Evaluation) -> None:
        lines = {"All (mean over categories)": evaluation.overall, **evaluation.per_category}
        lines.update({f"View {name}": scores for name, scores in evaluation.per_view.items()})
        self.table.setRowCount(len(lines))
        for row, (name, scores) in enumerate(lines.items()):
            self.table.setItem(row, 0, QTableWidgetItem(name))
            self.table.setItem(row, 1, _number(f"{scores.images:,}"))
            for column, key in enumerate(COLUMNS, 2):
                self.table.setItem(row, column, _metric(scores, key))
        parts = evaluation.per_sample
        whole = (
            f"Whole parts ({evaluation.fusion} over views): I-AUROC {_text(parts.i_auroc)}, I-F1 {_text(parts.i_f1)}."
        )
        unmasked = f" {evaluation.unmasked} defective views have no mask." if evaluation.unmasked else ""
        self._note.setText(f"{whole} Pixels compared at {evaluation.grid}.{unmasked}")


def _metric(scores: Scores, key: str) -> QTableWidgetItem:
    value: float | None = getattr(scores, key)
    item = _number(_text(value))
    if value is None:
        item.setToolTip(scores.reasons.get(key, "undefined for these images"))
    return item


def _number(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def _text(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3f}"
