"""The row above the pose debugger: what is done with runs, which is on show, and how the next is made."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget, QWidgetAction

from pentad.session.pose_run import PoseRun
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.panels.tool_options import OptionsForm
from pentad.ui.pose.looking import run_words
from pentad.ui.qt_actions import QtActions
from pentad.ui.theme import Theme

BEFORE = ("pose.align", "pose.hold", "pose.stop", "pose.branch")
AFTER = ("pose.compare", "pose.drop")
_TRACES = "Pose traces (*.npz)"
_NAMES_PX = 110


class RunBar(QWidget):
    """Follows the runs; files are asked for here, everything else is in the Action table."""

    def __init__(self, session: Session, actions: QtActions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._posing, self._theme = session, session.posing, theme
        self._actions = actions
        self.runs, self.compared = QComboBox(), QComboBox()
        self.settings, self.open, self.save = QToolButton(), QToolButton(), QToolButton()
        self.kept = QMenu(self)
        self._filled: list[object] = []
        self._lay_out()
        listen(self, self._posing.changed, self._show)
        theme.changed.connect(self._show_icons)
        self._show_icons()
        self._show()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(3)
        for id in BEFORE:
            layout.addWidget(self._button(id))
        self._prepare_buttons()
        layout.addWidget(self.settings)
        layout.addSpacing(10)
        for words, box in (("Run", self.runs), ("beside", self.compared)):
            label = QLabel(words)
            label.setProperty("role", "quiet")
            label.setBuddy(box)
            layout.addWidget(label)
            box.setAccessibleName("Run on show" if box is self.runs else "Run beside it")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
            box.setPlaceholderText("none yet")
            box.setMinimumWidth(_NAMES_PX)
            box.setMaximumWidth(4 * _NAMES_PX)
            layout.addWidget(box, 1)
        for id in AFTER:
            layout.addWidget(self._button(id))
        layout.addWidget(self.open)
        layout.addWidget(self.save)
        layout.addStretch(0)
        self.runs.activated.connect(self._on_run)
        self.compared.activated.connect(self._on_compared)

    def _button(self, id: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[id])
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if id == "pose.align":
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    def _prepare_buttons(self) -> None:
        menu, held = QMenu(self), QWidgetAction(self)
        form = OptionsForm(self._posing.options)
        form.setContentsMargins(12, 10, 12, 10)
        form.setMinimumWidth(380)
        held.setDefaultWidget(form)
        menu.addAction(held)
        self.settings.setMenu(menu)
        self.settings.setToolTip("How the next run is made")
        self.open.setMenu(self.kept)
        self.open.setToolTip("Open a pose trace: one kept of this sample, or any file")
        self.save.setToolTip("Save this run's trace in a file")
        self.kept.aboutToShow.connect(self.fill_kept)
        self.save.clicked.connect(self.ask_where)
        for button in (self.settings, self.open):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in (self.settings, self.open, self.save):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(button.toolTip())

    def fill_kept(self) -> None:
        """List the traces kept of the sample on show, the newest first."""
        self.kept.clear()
        sample = self._session.current
        files = self._posing.files(sample.id) if sample is not None else []
        open_ones = {run.file for run in self._posing.runs}
        for file in reversed(files):
            action = self.kept.addAction(f"{file.stem}, on the list" if file in open_ones else file.stem)
            action.triggered.connect(partial(self._open, file))
        if not files:
            none = self.kept.addAction("No trace is kept of this sample yet")
            none.setEnabled(False)
        self.kept.addSeparator()
        self.kept.addAction("Open file…").triggered.connect(self.ask_for_trace)

    def ask_for_trace(self) -> None:
        chosen = QFileDialog.getOpenFileName(self, "Open a pose trace", "", _TRACES)[0]
        if chosen:
            self._posing.open_file(Path(chosen))

    def ask_where(self) -> None:
        run = self._posing.shown
        if run is None or run.kept is None:
            return
        name = "-".join(each for each in (run.part, run.method, run.name) if each)
        chosen = QFileDialog.getSaveFileName(self, "Save the pose trace", f"{name}.npz", _TRACES)[0]
        if chosen:
            self._posing.save_file(run, Path(chosen).with_suffix(".npz"))

    def _open(self, file: Path, *_: object) -> None:
        """Show that file's run; one that is on the list already is not read again."""
        known = next((run for run in self._posing.runs if run.file == file), None)
        if known is not None:
            self._posing.show(known)
        else:
            self._posing.open_file(file)

    def _show(self) -> None:
        posing = self._posing
        others = [run for run in posing.runs if run is not posing.shown]
        self.runs.setEnabled(bool(posing.runs))
        self.compared.setEnabled(bool(others))
        said = [(run, entry(run), run is posing.shown, run is posing.compared) for run in posing.runs]
        if said != self._filled:
            self._filled = list(said)
            _fill(self.runs, posing.runs, posing.shown, none="")
            _fill(self.compared, others, posing.compared, none="nothing")
        self.save.setEnabled(posing.shown is not None and posing.shown.kept is not None)

    def _on_run(self, row: int) -> None:
        run = self.runs.itemData(row)
        if isinstance(run, PoseRun):
            self._posing.show(run)

    def _on_compared(self, row: int) -> None:
        self._posing.compare(self.compared.itemData(row))

    def _show_icons(self) -> None:
        for button, name in ((self.settings, "settings"), (self.open, "open"), (self.save, "save")):
            button.setIcon(self._theme.icon(name))


def entry(run: PoseRun) -> str:
    """The run and where it stands, as it is listed."""
    seconds = f", {run.trace.seconds:.1f} s" if run.trace is not None and run.trace.seconds else ""
    return f"{run_words(run)} · {run.state.value}{seconds}"


def _fill(box: QComboBox, runs: list[PoseRun], chosen: PoseRun | None, *, none: str) -> None:
    box.clear()
    if none:
        box.addItem(none, None)
    for run in runs:
        box.addItem(entry(run), run)
        box.setItemData(box.count() - 1, entry(run), Qt.ItemDataRole.ToolTipRole)
        if run is chosen:
            box.setCurrentIndex(box.count() - 1)
    box.setToolTip(box.currentText())
