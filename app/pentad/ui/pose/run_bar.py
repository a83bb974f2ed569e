"""The row above the pose debugger: what is done with runs, which is on show, and how the next is made."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget, QWidgetAction

from pentad.session.pose_run import PoseRun
from pentad.session.posing import Posing
from pentad.ui.bridge import listen
from pentad.ui.panels.tool_options import OptionsForm
from pentad.ui.qt_actions import QtActions
from pentad.ui.theme import Theme

BUTTONS = ("pose.align", "pose.hold", "pose.stop", "pose.branch")
_TRACES = "Pose traces (*.npz)"


class RunBar(QWidget):
    """Follows the runs; files are asked for here, everything else is in the Action table."""

    def __init__(self, posing: Posing, actions: QtActions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._posing, self._theme = posing, theme
        self.runs, self.compared = QComboBox(), QComboBox()
        self.settings, self.open, self.save = QToolButton(), QToolButton(), QToolButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        for id in BUTTONS:
            button = QToolButton()
            button.setDefaultAction(actions[id])
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if id == "pose.align":
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            layout.addWidget(button)
        self._set_up(layout)
        listen(self, posing.changed, self._show)
        theme.changed.connect(self._show_icons)
        self._show_icons()
        self._show()

    def _set_up(self, layout: QHBoxLayout) -> None:
        menu, held = QMenu(self), QWidgetAction(self)
        form = OptionsForm(self._posing.options)
        form.setContentsMargins(12, 10, 12, 10)
        form.setMinimumWidth(380)
        held.setDefaultWidget(form)
        menu.addAction(held)
        self.settings.setMenu(menu)
        self.settings.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.settings.setToolTip("How the next run is made")
        self.open.setToolTip("Open a pose trace that was saved")
        self.save.setToolTip("Save this run's trace")
        self.open.clicked.connect(self.ask_for_trace)
        self.save.clicked.connect(self.ask_where)
        for button in (self.settings, self.open, self.save):
            button.setAutoRaise(True)
            button.setAccessibleName(button.toolTip())
        layout.addWidget(self.settings)
        layout.addSpacing(12)
        for words, box in (("Run", self.runs), ("beside", self.compared)):
            layout.addWidget(QLabel(words))
            box.setAccessibleName(words)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
            layout.addWidget(box, 1)
        layout.addWidget(self.open)
        layout.addWidget(self.save)
        layout.addStretch(1)
        self.runs.activated.connect(self._on_run)
        self.compared.activated.connect(self._on_compared)

    def ask_for_trace(self) -> None:
        chosen = QFileDialog.getOpenFileName(self, "Open a pose trace", "", _TRACES)[0]
        if chosen:
            self._posing.open_file(Path(chosen))

    def ask_where(self) -> None:
        run = self._posing.shown
        if run is None or run.kept is None:
            return
        chosen = QFileDialog.getSaveFileName(self, "Save the pose trace", "pose.npz", _TRACES)[0]
        if chosen:
            self._posing.save_file(run, Path(chosen).with_suffix(".npz"))

    def _show(self) -> None:
        posing = self._posing
        _fill(self.runs, posing.runs, posing.shown, none="")
        others = [run for run in posing.runs if run is not posing.shown]
        _fill(self.compared, others, posing.compared, none="nothing")
        self.runs.setEnabled(bool(posing.runs))
        self.compared.setEnabled(bool(others))
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


def _fill(box: QComboBox, runs: list[PoseRun], chosen: PoseRun | None, *, none: str) -> None:
    box.clear()
    if none:
        box.addItem(none, None)
    for run in runs:
        box.addItem(f"{run.name}  {run.title}, {run.state.value}", run)
        if run is chosen:
            box.setCurrentIndex(box.count() - 1)
