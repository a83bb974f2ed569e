"""The cross-section on show: plots of height, slope, normals and depth, linked to the line in the view."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from pentad.core.problem import Problem
from pentad.session.sectioning import Section, as_csv
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.icon_button import icon_button
from pentad.ui.pose.legend import Entry, Legend
from pentad.ui.profile.curves import AXES, OTHER, OWN, QUANTITIES, curves_of
from pentad.ui.profile.plot import SectionPlot
from pentad.ui.section import ElidedLabel
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme

_WIDE = 1.9
"""Width over height from which on plots stand side by side."""
_FIRST = ("height", "slope")


class ProfileView(QWidget):
    """Follows the session's section; a place pointed at here is marked on the line, and the other way round."""

    def __init__(self, session: Session, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._theme, self._settings = session, theme, settings
        self.plots = {id: SectionPlot(each.title, each.tip, theme) for id, each in QUANTITIES.items()}
        self.switches = {id: self._switch(id) for id in QUANTITIES}
        self.copy, self.save = (
            icon_button("Copy as CSV, for a spreadsheet"),
            icon_button("Save a picture of the plots…"),
        )
        self.away = icon_button("Put the line away  (Esc)")
        self.legend, self.words, self.empty = Legend("Curves"), ElidedLabel(), QLabel()
        self._room = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._shown: Section | None = None
        self._lay_out()
        self._connect()
        self._show_icons()
        self._show()

    def _switch(self, id: str) -> QToolButton:
        button = QToolButton()
        button.setText(QUANTITIES[id].title)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(f"{QUANTITIES[id].title}: {QUANTITIES[id].tip[0].lower()}{QUANTITIES[id].tip[1:]}")
        button.setAccessibleName(button.toolTip())
        button.setChecked(self._settings.flag(f"profile/{id}", default=id in _FIRST))
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(6, 2, 8, 2)
        top.setSpacing(4)
        for button in (*self.switches.values(), self.copy, self.save, self.away):
            top.addWidget(button)
        top.addSpacing(8)
        top.addWidget(self.legend, 1)
        self._room.setContentsMargins(0, 0, 0, 0)
        self._room.setSpacing(0)
        for plot in self.plots.values():
            self._room.addWidget(plot, 1)
        self.empty.setProperty("role", "empty")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._plots = QWidget()
        self._plots.setLayout(self._room)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.words)
        layout.addWidget(self._plots, 1)
        layout.addWidget(self.empty, 1)
        self.words.setProperty("role", "quiet")
        self.words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.words.setContentsMargins(10, 0, 10, 0)

    def _connect(self) -> None:
        profiling = self._session.profiling
        listen(self, profiling.changed, self._show)
        listen(self, profiling.pointed, self._show_place)
        for id, switch in self.switches.items():
            switch.toggled.connect(self._on_switched)
            self.plots[id].hovered.connect(self._on_hovered)
        self.copy.clicked.connect(self.copy_csv)
        self.save.clicked.connect(self._ask_for_file)
        self.away.clicked.connect(self._session.annotation.toolbox.section.put_away)
        self._theme.changed.connect(self._show_icons)
        self._theme.changed.connect(self._show_legend)

    # What a person can do.

    def copy_csv(self) -> None:
        """The numbers of all samples along the line, on the clipboard."""
        if self._shown is not None:
            QGuiApplication.clipboard().setText(as_csv(self._shown))

    def save_picture(self, file: Path) -> None:
        """The plots as they stand, as a PNG; Problem where it cannot be written."""
        file = file if file.suffix.lower() == ".png" else file.with_suffix(".png")
        if not self._plots.grab().save(str(file)):
            raise Problem(f"{file.name} could not be saved", remedy="Choose a folder that can be written.")

    def _ask_for_file(self) -> None:
        chosen = QFileDialog.getSaveFileName(self, "Save a picture of the plots", "section.png", "PNG (*.png)")[0]
        try:
            if chosen:
                self.save_picture(Path(chosen))
        except Problem as problem:
            self._session.noticed.emit(problem)

    def _on_switched(self) -> None:
        for id, switch in self.switches.items():
            self._settings.put(f"profile/{id}", switch.isChecked())
        self._show()

    def _on_hovered(self, along: float | None) -> None:
        section = self._shown
        inside = along is not None and section is not None and 0 <= along <= section.length
        share = along / section.length if inside and along is not None and section is not None else None
        self._session.profiling.look_at(share)

    # What is shown.

    def _show(self) -> None:
        profiling = self._session.profiling
        section = self._shown = profiling.section
        self._plots.setVisible(section is not None)
        self.empty.setVisible(section is None)
        for widget in (self.copy, self.save, self.away):
            widget.setEnabled(section is not None)
        if section is None:
            self.empty.setText(profiling.words)
            self.words.say("")
            self.legend.show_entries(())
            return
        drawn = {id: curves_of(section, id) for id in QUANTITIES}
        self.switches["depth"].setEnabled(bool(drawn["depth"]))
        there = [id for id, curves in drawn.items() if curves and self.switches[id].isChecked()] or ["height"]
        for id, plot in self.plots.items():
            plot.setVisible(id in there)
            if id in there:
                unit = QUANTITIES[id].unit
                below = self._side_by_side or id == there[-1]
                plot.show_curves(drawn[id], section.unit if unit is None else unit, section.unit, named_below=below)
        self._show_legend()
        self._show_place()

    def _show_legend(self) -> None:
        section, colour = self._shown, self._theme.colour
        if section is None:
            return
        entries: list[Entry] = []
        if section.reference is not None:
            entries += [(section.sample, colour(OWN), True), (f"{section.against}, dashed", colour(OTHER), True)]
        if self.plots["normals"].isVisibleTo(self):
            entries += [(axis, colour(AXES[k]), True) for k, axis in enumerate("xyz")]
        self.legend.show_entries(tuple(entries))

    def _show_place(self) -> None:
        section, mark = self._shown, self._session.profiling.mark
        if section is None:
            return
        for plot in self.plots.values():
            plot.show_place(mark * section.length if mark is not None else None)
        self.words.say(section.words_at(mark) if mark is not None else section.words)

    def _show_icons(self) -> None:
        for button, name in ((self.copy, "copy"), (self.save, "snapshot"), (self.away, "cancel")):
            button.setIcon(self._theme.icon(name))

    @property
    def _side_by_side(self) -> bool:
        return self._room.direction() is QBoxLayout.Direction.LeftToRight

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        wide = self.width() > _WIDE * max(self.height(), 1)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if direction is not self._room.direction():
            self._room.setDirection(direction)
            self._show()
