"""Fourth page: where the normals go, and how far each view is."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.core.wording import counted
from pentad.session.jobs import Job, State
from pentad.session.light_assistant import LightAssistant
from pentad.session.light_import import Made, ViewWish
from pentad.session.light_running import start_light_import
from pentad.session.light_stacks import view_name
from pentad.session.light_writing import GOOD, Place, begin_anew, check_place, done_before
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import form_rows
from pentad.ui.dialogs.light_import.widgets import say, words
from pentad.ui.panels.look_box import heading

SPLITS = {Split.TEST: "Test", Split.TRAIN: "Training", Split.VALIDATION: "Validation"}
HELP = (
    "A new folder becomes a data set with this part in it; a folder that was begun here takes up more parts of the "
    "same views. Nothing is written over, and a part is there whole or not at all."
)


class WritePage(QWidget):
    """The part's name and place, one line of progress a view, and what a stopped run has left."""

    def __init__(self, assistant: LightAssistant, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self.folder, self.choose = QLineEdit(), QPushButton("Choose…")
        self.sample, self.category, self.label = QLineEdit(), QLineEdit("parts"), QLineEdit(GOOD)
        self.split, self.help = QComboBox(), words()
        self.left, self.anew = words(), QPushButton("Begin anew")
        self.problem, self.state = words("alarm"), words()
        self.job: Job[tuple[Made, ...]] | None = None
        self._bars: dict[str, tuple[QProgressBar, QLabel]] = {}
        self._views = QVBoxLayout()
        self._done: dict[str, Made] = {}
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose)
        self.help.setText(HELP)
        self.folder.setPlaceholderText("A new folder, or one that was begun here")
        for split, title in SPLITS.items():
            self.split.addItem(title, split.value)
        form = form_rows()
        named: dict[QWidget, str] = {self.folder: "Data set", self.sample: "Part", self.category: "Category"}
        for field, name in {**named, self.split: "Split", self.label: "Label"}.items():
            field.setAccessibleName(name)
        form.addRow("Data set", row)
        form.addRow("Part", self.sample)
        form.addRow("Category", self.category)
        form.addRow("Split", self.split)
        form.addRow("Label", self.label)
        self.label.setToolTip(f"'{GOOD}', or the name of the part's defect")
        left = QHBoxLayout()
        left.addWidget(self.left, 1)
        left.addWidget(self.anew)
        self._views.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.help)
        layout.addLayout(form)
        layout.addWidget(heading("Views"))
        layout.addLayout(self._views)
        layout.addLayout(left)
        layout.addWidget(self.state)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        for button in (self.choose, self.anew):
            button.setAutoDefault(False)

    def _connect(self) -> None:
        self.choose.clicked.connect(self._choose_folder)
        self.anew.clicked.connect(self._begin_anew)
        for field in (self.folder, self.sample, self.category, self.label):
            field.editingFinished.connect(self.show_state)
        self.split.activated.connect(self.show_state)
        listen(self, self._assistant.changed, self.show_state)

    @property
    def place(self) -> Place:
        folder = self.folder.text().strip()
        return Place(
            Path(folder).expanduser() if folder else Path(),
            self.sample.text().strip(),
            self.category.text().strip(),
            Split(str(self.split.currentData())),
            self.label.text().strip(),
        )

    @property
    def running(self) -> bool:
        return self.job is not None and not self.job.settled

    def suggest(self) -> None:
        """A name for the part, where none was given: that of the stacks' folder."""
        stacks = self._assistant.stacks
        if stacks and not self.sample.text().strip():
            self.sample.setText(view_name(stacks[0].shots[0].tree.name) or "part")

    def show_state(self, *_: object) -> None:
        """Follow the assistant; may be called twice."""
        self._show_views()
        if self.running:
            return
        wishes, problem = self._wishes()
        done: tuple[str, ...] = ()
        if problem is None and wishes:
            try:
                check_place(self.place, [wish.stack.view for wish in wishes], self._assistant.recipe)
                done = done_before(self.place, wishes, self._assistant.recipe)
            except Problem as found:
                problem = found
        say(self.problem, problem or "")
        told = f"Finished by a run that was stopped, and kept: {', '.join(done)}."
        say(self.left, told if done else "")
        self.anew.setVisible(bool(done))

    def _wishes(self) -> tuple[list[ViewWish], Problem | None]:
        try:
            return self._assistant.wishes(), None
        except Problem as problem:
            return [], problem

    def start(self) -> None:
        """Make the normals; what cannot be is said here."""
        self.suggest()
        try:
            wishes = self._assistant.wishes()
            self._done = {}
            self.job = start_light_import(
                self._assistant.session, self.place, wishes, self._assistant.recipe, made_one=self._made
            )
        except Problem as problem:
            say(self.problem, problem)
            return
        say(self.problem, "")
        say(self.left, "")
        self.anew.hide()
        listen(self, self.job.changed, self._follow)
        self._follow()

    def _follow(self) -> None:
        job = self.job
        if job is None:
            return
        self._show_views()
        if not job.settled:
            say(self.state, job.message or "Waiting for its turn")
            return
        if job.state is State.CANCELLED:
            self.show_state()
            say(self.state, "Stopped. Finished views are kept; start again to go on.")
        elif job.problem is not None:
            say(self.state, "")
            say(self.problem, job.problem)
        else:
            say(self.state, f"{counted(len(self._done), 'view')} made. The data set is open in the window.")
            say(self.problem, "")
        self._assistant.changed.emit()

    def _made(self, made: Made) -> None:
        self._done[made.view] = made
        self._show_views()

    def _show_views(self) -> None:
        views = [stack.view for stack in self._assistant.stacks]
        if views != list(self._bars):
            self._make_bars(views)
        share = self.job.fraction * len(views) if self.running and self.job is not None else 0.0
        for number, view in enumerate(views):
            bar, label = self._bars[view]
            made = self._done.get(view)
            bar.setValue(1000 if made else round(1000 * min(max(share - number, 0.0), 1.0)))
            say(label, _in_words(made) if made else self._waiting(view))

    def _waiting(self, view: str) -> str:
        stack = self._assistant.stack(view)
        return counted(len(stack.shots), "photograph") if stack is not None else ""

    def _make_bars(self, views: list[str]) -> None:
        while (item := self._views.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._bars = {}
        for view in views:
            line, bar, label = QWidget(), QProgressBar(), words()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(12)
            title = QLabel(view)
            title.setFixedWidth(140)
            bar.setRange(0, 1000)
            bar.setTextVisible(False)
            bar.setFixedWidth(220)
            bar.setAccessibleName(f"Progress of {view}")
            row.addWidget(title)
            row.addWidget(bar, 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label, 1)
            self._views.addWidget(line)
            self._bars[view] = (bar, label)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "An empty folder, or a data set that was begun here")
        if chosen:
            self.folder.setText(chosen)
            self.show_state()

    def _begin_anew(self) -> None:
        begin_anew(self.place)
        self.show_state()


def _in_words(made: Made) -> str:
    told = f"{made.pixels:,} pixels, {made.lights} lights, residual {made.residual_percent:.2g} %"
    return "; ".join([told, *made.notes])
