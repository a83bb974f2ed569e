"""Fourth page: where the normals go, and how far each view is."""

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.core.sample import Sample, Split
from pentad.core.wording import counted
from pentad.sdk import Ticket
from pentad.session.jobs import Job, State
from pentad.session.light_assistant import LightAssistant
from pentad.session.light_import import Made, Recipe, ViewWish
from pentad.session.light_project import ProjectWish, check_project, views_of
from pentad.session.light_running import show_part, start_in_project, start_light_import
from pentad.session.light_writing import GOOD, Place, begin_anew, check_place, done_before
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import form_rows
from pentad.ui.dialogs.light_import.view_progress import ViewProgress
from pentad.ui.dialogs.light_import.widgets import say, words
from pentad.ui.panels.look_box import heading
from pentad.ui.segments import Segments

NEW, PROJECT = "new", "project"
TARGETS = {NEW: "A data set of its own", PROJECT: "The open project"}
SPLITS = {Split.TEST: "Test", Split.TRAIN: "Training", Split.VALIDATION: "Validation"}
SAMPLES = {
    "current": "The sample of these stacks",
    "listed": "The samples in the list",
    "all": "All samples with stacks",
}
WAIT = "The photographs are still being looked through."
HELP = {
    NEW: "A new folder becomes a data set with this part in it; a folder that was begun here takes up more parts of "
    "the same views. Nothing is written over, and a part is there whole or not at all.",
    PROJECT: "The samples show the new normal maps, which are kept in the project. The data set stays as it is.",
}


class WritePage(QWidget):
    """The part's name and place, one line of progress a view, and what a stopped run has left."""

    ran = Signal()
    """A run has ended."""

    def __init__(self, assistant: LightAssistant, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self.target, self.help = Segments(TARGETS, "Where the normals go"), words()
        self.folder, self.choose = QLineEdit(), QPushButton("Choose…")
        self.sample, self.category, self.label = QLineEdit(), QLineEdit("parts"), QLineEdit(GOOD)
        self.split, self.samples, self.there = QComboBox(), QComboBox(), QComboBox()
        self.left, self.anew, self.show_it = words(), QPushButton("Begin anew"), QPushButton("Show it in the window")
        self.problem, self.state, self.progress = words("alarm"), words(), ViewProgress()
        self.job: Job[Any] | None = None
        self._target = NEW
        self._finished: Place | None = None
        self._done: dict[str, Made] = {}
        self._form, self._folder_row = form_rows(), QWidget()
        self._set_up()
        self._lay_out()
        self._connect()

    def _set_up(self) -> None:
        self.folder.setPlaceholderText("A new folder, or one that was begun here")
        self.label.setToolTip(f"'{GOOD}', or the name of the part's defect")
        for split, title in SPLITS.items():
            self.split.addItem(title, split.value)
        for which, title in SAMPLES.items():
            self.samples.addItem(title, which)
        self.there.addItem("Leave views that have normals as they are", False)
        self.there.addItem("Show the new ones instead (the old files stay)", True)
        self.show_it.hide()
        self.show_it.setToolTip("Opens the data set in the place of what is open now")
        for button in (self.choose, self.anew, self.show_it):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._folder_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose)
        self.folder.setAccessibleName("Data set")
        rows: dict[str, QWidget] = {
            "Data set": self._folder_row, "Part": self.sample, "Category": self.category, "Split": self.split,
            "Label": self.label, "For": self.samples, "Normals": self.there,
        }  # fmt: skip
        for title, field in rows.items():
            field.setAccessibleName(title)
            self._form.addRow(title, field)
        left = QHBoxLayout()
        left.addWidget(self.left, 1)
        left.addWidget(self.anew)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.target)
        layout.addWidget(self.help)
        layout.addLayout(self._form)
        layout.addWidget(heading("Progress"))
        layout.addWidget(self.progress)
        layout.addLayout(left)
        state = QHBoxLayout()
        state.addWidget(self.state, 1)
        state.addWidget(self.show_it)
        layout.addLayout(state)
        layout.addWidget(self.problem)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.target.chosen.connect(self._on_target)
        self.choose.clicked.connect(self._choose_folder)
        self.anew.clicked.connect(self._begin_anew)
        self.show_it.clicked.connect(self._show_part)
        for field in (self.folder, self.sample, self.category, self.label):
            field.editingFinished.connect(self.show_state)
        for choice in (self.split, self.samples, self.there):
            choice.activated.connect(self.show_state)
        listen(self, self._assistant.changed, self.show_state)

    @property
    def place(self) -> Place:
        """Where a data set of its own goes."""
        folder = self.folder.text().strip()
        return Place(
            _expanded(folder),
            self.sample.text().strip(),
            self.category.text().strip(),
            Split(str(self.split.currentData())),
            self.label.text().strip(),
        )

    def _wish(self, like: Sample) -> ProjectWish:
        """What the open project is to get."""
        assistant, session = self._assistant, self._assistant.session
        known = {sample.id: sample for sample in session.project.samples} if session.project is not None else {}
        # Why looked up: a sample that got normals meanwhile is another one.
        chosen = [known[like.id]] if like.id in known else []
        if self.samples.currentData() == "listed":
            chosen = [known[sample.id] for sample in session.visible if sample.id in known]
        elif self.samples.currentData() == "all":
            chosen = list(known.values())
        return ProjectWish(
            tuple(chosen),
            assistant.recipe,
            {stack.view: assistant.lamps_of(stack.view) for stack in assistant.stacks},
            like,
            {stack.view: stack for stack in assistant.stacks},
            assistant.masks,
            assistant.flats,
            bool(self.there.currentData()),
        )

    @property
    def running(self) -> bool:
        return self.job is not None and not self.job.settled

    def suggest(self) -> None:
        """What is likely meant, where nothing was said: the part is called as the stacks' folder."""
        stacks = self._assistant.stacks
        if self._assistant.sample is not None and self.job is None:
            self._target = PROJECT
        if stacks and not self.sample.text().strip():
            self.sample.setText(stacks[0].part)

    def show_state(self, *_: object) -> None:
        """Follow the assistant; may be called twice."""
        own = self._assistant.sample is not None and self._assistant.session.project is not None
        self._target = self._target if own else NEW
        self.target.show_choice(self._target)
        self.target.setVisible(own)
        self.help.setText(HELP[self._target])
        fresh = self._target == NEW
        for field in (self._folder_row, self.sample, self.category, self.split, self.label):
            self._form.setRowVisible(field, fresh)
        for choice in (self.samples, self.there):
            self._form.setRowVisible(choice, not fresh)
        self._show_views()
        if not self.running and self.isVisible():
            self._check()

    def _check(self) -> None:
        """Ask the background whether it can be made as it stands, and what a stopped run has left."""
        if self._assistant.stacks and not self._assistant.settled:
            self._say_ready(WAIT)
            return
        try:
            wishes = self._assistant.wishes()
            if self._target == PROJECT:
                self._check_project()
                return
            if self.place == self._finished:
                return
            if not self.folder.text().strip():
                self._say_ready("Choose a folder for the data set.")
                return
        except Problem as problem:
            say(self.problem, problem)
            say(self.left, "")
            self.anew.hide()
            return
        job = self._assistant.session.jobs.run(
            "Look at the data set", partial(_look, self.place, wishes, self._assistant.recipe), lane="disk",
            replaces="light place", quiet=True, then=self._checked,
        )  # fmt: skip
        job.failed.connect(self._checked)

    def _say_ready(self, told: str) -> None:
        say(self.problem, "")
        say(self.left, told)
        self.anew.hide()

    def _check_project(self) -> None:
        project, like = self._assistant.session.project, self._assistant.sample
        if project is not None and like is not None:
            wish = self._wish(like)
            check_project(project, wish)
            todo, left = views_of(wish)
            more = f"; {counted(left, 'view')} with normals left as they are" if left else ""
            self._say_ready(f"{counted(len(todo), 'view')} to make{more}.")

    def _checked(self, found: tuple[str, ...] | Problem) -> None:
        if self.running:
            return
        done = () if isinstance(found, Problem) else found
        say(self.problem, found if isinstance(found, Problem) else "")
        say(self.left, f"Finished by a run that was stopped, and kept: {', '.join(done)}." if done else "")
        self.anew.setVisible(bool(done))

    def start(self) -> None:
        """Make the normals; what cannot be is said here."""
        assistant, session = self._assistant, self._assistant.session
        self._done = {}
        if not assistant.settled:
            self._say_ready(WAIT)
            return
        try:
            wishes = assistant.wishes()
            if self._target == PROJECT and assistant.sample is not None:
                self.job = start_in_project(session, self._wish(assistant.sample))
            else:
                self.job = start_light_import(session, self.place, wishes, assistant.recipe, made_one=self._made)
        except Problem as problem:
            say(self.problem, problem)
            return
        for label in (self.problem, self.left):
            say(label, "")
        for button in (self.anew, self.show_it):
            button.hide()
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
            say(self.state, "Stopped. What is finished is kept; start again to go on.")
            self.show_state()
        elif job.problem is not None:
            say(self.state, "")
            say(self.problem, job.problem)
        else:
            self._finished = self.place if self._target == NEW else None
            say(self.state, "Made." if self._target == NEW else "Made, and on show in the window.")
            self.show_it.setVisible(self._target == NEW)
            say(self.problem, "")
        self.ran.emit()

    def _made(self, made: Made) -> None:
        self._done[made.view] = made
        self._show_views()

    def _show_views(self) -> None:
        told = {one.view: counted(len(one.shots), "photograph") for one in self._assistant.stacks}
        if self._target == PROJECT:
            told = {"All of them": ""}
        fraction = self.job.fraction if self.running and self.job is not None else 0.0
        self.progress.show_views(told, self._done, fraction)

    def _on_target(self, target: str) -> None:
        self._target = target
        self.show_state()

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "An empty folder, or a data set that was begun here")
        if chosen:
            self.folder.setText(chosen)
            self.show_state()

    def _show_part(self) -> None:
        if self._finished is not None:
            show_part(self._assistant.session, self._finished)

    def _begin_anew(self) -> None:
        begin_anew(self.place)
        self.show_state()


def _expanded(folder: str) -> Path:
    """With the home folder in the place of ~; nobody's home stays as it is written, which is no folder."""
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        return Path(folder)


def _look(place: Place, wishes: list[ViewWish], recipe: Recipe, ticket: Ticket) -> tuple[str, ...]:
    check_place(place, [wish.stack.view for wish in wishes], recipe)
    return done_before(place, wishes, recipe)
