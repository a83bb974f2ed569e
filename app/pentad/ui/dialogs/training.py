"""Which model to train, on what, with which settings; it stays open beside the work."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.setting_form import SettingForm


class TrainingDialog(QDialog):
    """Chooses a model and a category and starts the training as a job."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle("Train a model")
        self.model, self.category = QComboBox(), QComboBox()
        self.start = QPushButton("Train")
        self._summary, self._problem, self._parts = QLabel(), QLabel(), QLabel()
        self._forms = QScrollArea()
        self.form = SettingForm(())
        self._lay_out()
        self._connect()
        self._show_models()
        self._show_categories()

    def _lay_out(self) -> None:
        self.resize(520, 620)
        for label, role in ((self._summary, "quiet"), (self._parts, "quiet"), (self._problem, "alarm")):
            label.setProperty("role", role)
            label.setWordWrap(True)
        self._problem.hide()
        self.model.setAccessibleName("Model")
        self.category.setAccessibleName("Category")
        self.start.setProperty("primary", True)
        self._forms.setWidgetResizable(True)
        self._forms.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = QFormLayout()
        head.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        head.setHorizontalSpacing(16)
        head.setVerticalSpacing(8)
        head.addRow("Model", self.model)
        head.addRow("", self._summary)
        head.addRow("Category", self.category)
        head.addRow("", self._parts)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._forms, 1)
        layout.addWidget(self._problem)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.model.currentIndexChanged.connect(self._show_settings)
        self.category.currentIndexChanged.connect(self._show_parts)
        self.start.clicked.connect(self._start)
        listen(self, self._session.project_changed, self._show_categories)

    def _show_models(self) -> None:
        for item in self._session.models.listed:
            title = item.object.info.title if item.object is not None else f"{item.id} (cannot be used)"
            self.model.addItem(title, item.id)
        if self.model.count() == 0:
            self._say(Problem("No model is installed", remedy="Install a plug-in that offers one; see pentad doctor."))

    def _show_settings(self) -> None:
        try:
            model = self._session.models[str(self.model.currentData())]
        except Problem as problem:
            self._say(problem)
            return
        self._problem.hide()
        self._summary.setText(model.info.summary)
        self.form = SettingForm(model.info.settings)
        self._forms.setWidget(self.form)

    def _show_categories(self) -> None:
        self.category.clear()
        project = self._session.project
        if project is not None:
            self.category.addItems(sorted({sample.category for sample in project.samples}))
        self._show_parts()

    def _show_parts(self) -> None:
        project, category = self._session.project, self.category.currentText()
        samples = project.samples if project is not None else []
        good = [s for s in samples if s.category == category and s.split is Split.TRAIN and s.good]
        views = sum(len(sample.views) for sample in good)
        self._parts.setText(f"Learns from {len(good):,} good parts, {views:,} views")
        self.start.setEnabled(bool(good) and self.model.count() > 0)

    def _start(self) -> None:
        from pentad.session.modelling import start_training  # Why: nothing of it is needed to show the window.

        id, settings = str(self.model.currentData()), self.form.changed()
        try:
            self._session.models[id].trainer(settings)
            start_training(self._session, id, category=self.category.currentText(), settings=settings)
        except Problem as problem:
            self._say(problem)
            return
        self.close()

    def _say(self, problem: Problem) -> None:
        self._problem.setText(f"{problem}\n{problem.remedy}")
        self._problem.show()
