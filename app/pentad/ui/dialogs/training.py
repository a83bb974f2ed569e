"""Which model to train, on what, with which settings; it stays open beside the work."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QScrollArea, QWidget

from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.sdk.backbone import ListedBackbone
from pentad.session.backbones import start_listing
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import FormDialog
from pentad.ui.dialogs.setting_form import SettingForm


class TrainingDialog(FormDialog):
    """Chooses a model and a category and starts the training as a job."""

    started = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, "Train a model", "Train", parent)
        self.model, self.category = QComboBox(), QComboBox()
        self._summary, self._parts = QLabel(), QLabel()
        self.form, self._forms = SettingForm(()), QScrollArea()
        self._offered: dict[str, list[str]] = {"backbone": []}
        self._lay_out()
        self._connect()
        self._show_models()
        self._show_categories()

    def _lay_out(self) -> None:
        self.resize(520, 620)
        self.add_choice("Model", self.model, self._summary)
        self.add_choice("Category", self.category, self._parts)
        self.finish_layout(self._forms)

    def _connect(self) -> None:
        self.model.currentIndexChanged.connect(self._show_settings)
        self.category.currentIndexChanged.connect(self._show_parts)
        self.start.clicked.connect(self._start)
        listen(self, self._session.project_changed, self._show_categories)
        listen(self, start_listing(self._session).succeeded, self._offer)

    def _offer(self, listed: list[ListedBackbone]) -> None:
        """Backbones that are here can be chosen from; any other may still be typed."""
        self._offered = {"backbone": [one.id for one in listed if one.available]}
        self.form.offer(self._offered)

    def _show_models(self) -> None:
        for item in self._session.models.listed:
            title = item.object.info.title if item.object is not None else f"{item.id} (cannot be used)"
            self.model.addItem(title, item.id)
        if self.model.count() == 0:
            self.say(Problem("No model is installed", remedy="Install a plug-in that offers one; see pentad doctor."))

    def _show_settings(self) -> None:
        try:
            model = self._session.models[str(self.model.currentData())]
        except Problem as problem:
            self.say(problem)
            return
        self.problem.hide()
        self._summary.setText(model.info.summary)
        self.form = SettingForm(model.info.settings, self._offered)
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
            self.say(problem)
            return
        self.started.emit()
        self.close()
