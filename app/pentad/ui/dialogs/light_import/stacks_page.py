"""First page: which photographs belong to which view, and in which order of the lights."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from pentad.core.wording import counted
from pentad.session.light_assistant import LightAssistant
from pentad.session.light_stacks import Shot
from pentad.ui.bridge import listen
from pentad.ui.dialogs.light_import.shot_list import ShotList
from pentad.ui.dialogs.light_import.widgets import IMAGES, say, words
from pentad.ui.section import ElidedLabel
from pentad.ui.theme import Theme

HELP = (
    "Drop a folder here, or choose one: photographs of a part at rest, one for each light. A folder may hold up to "
    "five views (top_1.png, top_2.png … or top/1.png …); views are told by what the names have in common."
)
ORDER = "Drag, or Alt and an arrow, puts a photograph at another light; Delete leaves it out."


class StackRow(QWidget):
    """One view: its name, what its photographs are, and the photographs."""

    def __init__(self, assistant: LightAssistant, view: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._assistant, self.view = assistant, view
        self.name, self.kind, self.drop = QLineEdit(view), ElidedLabel(), QPushButton("Leave out")
        self.problem, self.list = words("alarm"), ShotList(assistant, view, theme)
        self.name.setFixedWidth(160)
        self.name.setAccessibleName("Name of the view")
        self.kind.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.drop.setAutoDefault(False)
        self.drop.setToolTip(f"Make no normals of {view}")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.name)
        head.addWidget(self.kind, 1)
        head.addWidget(self.drop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.problem)
        layout.addWidget(self.list)
        self.name.editingFinished.connect(self._on_name)
        self.drop.clicked.connect(self._on_drop)
        self.show_stack()

    def show_stack(self) -> None:
        """Follow the assistant; may be called twice."""
        stack = self._assistant.stack(self.view)
        if stack is None:
            return
        # Why: normals that go into the project find its views by their names.
        self.name.setReadOnly(self._assistant.sample is not None)
        seen = [self._assistant.glances[shot] for shot in stack.shots if shot in self._assistant.glances]
        told = counted(len(stack.shots), "photograph")
        kinds = sorted({one.words for one in seen if one.problem is None})
        left = len(stack.shots) - len(seen)
        rest = f"reading, {left} to go" if left else "; ".join(kinds)
        self.kind.say(f"{told}  ·  {rest}")
        problem, wrong = self._assistant.stack_problem(self.view), len(self._assistant.misfits(self.view))
        say(self.problem, problem or "")
        if problem is not None and wrong > 1:
            self.problem.setText(f"{self.problem.text()} {counted(wrong, 'photograph')} are marked like this.")
        self.list.show_stack()

    def _on_name(self) -> None:
        if self.name.text().strip() != self.view:
            self._assistant.rename(self.view, self.name.text())

    def _on_drop(self) -> None:
        self._assistant.drop(self.view)


class StacksPage(QWidget):
    """Where stacks come from, and one row a view."""

    def __init__(self, assistant: LightAssistant, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant, self._theme = assistant, theme
        self.folder, self.files = QPushButton("Folder…"), QPushButton("Files…")
        self.own, self.help = QPushButton("Stacks of this sample"), words()
        self.problem, self._order, self._area = words("alarm"), words(), QScrollArea()
        self._rows: list[StackRow] = []
        self._views: tuple[str, ...] = ()
        self._inside = QVBoxLayout()
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.folder, self.files, self.own):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        inner = QWidget()
        self._inside = QVBoxLayout(inner)
        self._inside.setContentsMargins(0, 0, 0, 0)
        self._inside.setSpacing(14)
        self._inside.addStretch(1)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inner)
        self.help.setText(HELP)
        self._order.setText(ORDER)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(buttons)
        layout.addWidget(self.help)
        layout.addWidget(self.problem)
        layout.addWidget(self._area, 1)
        layout.addWidget(self._order)

    def _connect(self) -> None:
        self.folder.clicked.connect(self._choose_folder)
        self.files.clicked.connect(self._choose_files)
        self.own.clicked.connect(self._take_own)
        listen(self, self._assistant.changed, self._show)
        listen(self, self._assistant.glanced, self._on_glance)
        listen(self, self._assistant.session.current_changed, self._show)

    def _show(self) -> None:
        assistant, sample = self._assistant, self._assistant.session.current
        has_own = sample is not None and any(view.lights for view in sample.views)
        self.own.setEnabled(has_own)
        own = f"The light stacks that the data set lists for {sample.id}" if sample is not None else ""
        self.own.setToolTip(own if has_own else "The sample on show has no light stacks of its own")
        views = tuple(stack.view for stack in assistant.stacks)
        if views != self._views:
            self._make_rows(views)
        for row in self._rows:
            row.show_stack()
        self.help.setVisible(not views)
        self._order.setVisible(bool(views))
        say(self.problem, assistant.problem or ("Looking for photographs…" if assistant.working else ""))

    def _make_rows(self, views: tuple[str, ...]) -> None:
        for row in self._rows:
            self._inside.removeWidget(row)
            row.deleteLater()
        self._views = views
        self._rows = [StackRow(self._assistant, view, self._theme, self) for view in views]
        for number, row in enumerate(self._rows):
            self._inside.insertWidget(number, row)

    @property
    def rows(self) -> list[StackRow]:
        return list(self._rows)

    def _on_glance(self, shot: Shot) -> None:
        for row in self._rows:
            stack = self._assistant.stack(row.view)
            if stack is not None and shot in stack.shots:
                row.show_stack()

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "A folder of light stacks")
        if chosen:
            self._assistant.take([Path(chosen)])

    def _choose_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Photographs under several lights", "", IMAGES)
        if chosen:
            self._assistant.take([Path(name) for name in chosen])

    def _take_own(self) -> None:
        project, sample = self._assistant.session.project, self._assistant.session.current
        if project is not None and sample is not None:
            self._assistant.take_sample(project, sample)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name)
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._assistant.take(paths)
