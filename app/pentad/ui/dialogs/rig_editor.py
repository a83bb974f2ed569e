"""The rig of the project, edited view by view beside what was published; nothing is in force before it is saved."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pentad.core.box import Box
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.core.wording import counted
from pentad.io import rasters
from pentad.io.calibration import RigReading
from pentad.io.datasets.rig import rig_reading_for, rig_reading_of
from pentad.sdk import Ticket
from pentad.session.project import Project
from pentad.session.rig_editing import RigEditing, Station
from pentad.session.rig_state import NO_RIG
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.pair_table import PairTable
from pentad.ui.dialogs.whole_rig import WholeRig
from pentad.ui.panels.look_box import heading

Sizes = Mapping[str, tuple[int, int]]
"""(height, width) of the photos, by camera."""
Read = tuple[RigReading | None, RigReading, Sizes]
Edit = Callable[[RigEditing], str | None]
"""Does something to the rig, and may say what came of it."""
HEADS = ("", "As published", "In the rig")
FAR_MM = 1e6
_ROWS, _ROW_PX = 9, 24


class RigEditor(QDialog):
    """One camera at a time: its numbers, its board's station, its image size, and its place by point pairs."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.editing: RigEditing | None = None
        self._sizes: Sizes = {}
        self._filling = False
        self.setWindowTitle("Edit the rig")
        self.cameras, self.numbers, self.words = QListWidget(), QTableWidget(0, len(HEADS)), QLabel()
        self.station = {name: _spin(name == "turn") for name in ("turn", "x", "y", "z")}
        self.corner = {name: QSpinBox() for name in ("x", "y")}
        self.photos, self.pairs, self.whole = QLabel(), PairTable(session), WholeRig()
        self._warned = False
        self.buttons = {
            name: QPushButton(title)
            for name, title in (
                ("scale", "Photos are scaled"), ("crop", "Photos are cut out"), ("published", "Camera as published"),
                ("discard", "Discard edits"), ("close", "Close"), ("save", "Save"),
            )
        }  # fmt: skip
        self._set_up()
        self._lay_out()
        self._connect()
        self._begin()

    @property
    def here(self) -> str:
        """The camera that is edited."""
        item = self.cameras.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def _set_up(self) -> None:
        room = self.screen().availableSize()
        self.resize(min(1080, room.width() - 40), min(800, room.height() - 60))
        self.cameras.setSpacing(2)
        self.cameras.setAccessibleName("Cameras")
        self.numbers.setHorizontalHeaderLabels(HEADS)
        self.numbers.verticalHeader().hide()
        self.numbers.setShowGrid(False)
        self.numbers.setAlternatingRowColors(True)
        self.numbers.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.numbers.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.numbers.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.numbers.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.numbers.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.numbers.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.numbers.setMinimumHeight(5 * _ROW_PX + 32)
        self.numbers.setMaximumHeight(_ROWS * _ROW_PX + 36)
        self.numbers.setAccessibleName("The camera's numbers")
        for name, spin in self.station.items():
            spin.setAccessibleName("Turn about the board's normal" if name == "turn" else f"Shift along {name}")
        for name, corner in self.corner.items():
            corner.setRange(0, 1_000_000)
            corner.setSuffix(" px")
            corner.setAccessibleName(f"First {'column' if name == 'x' else 'row'} of the part")
        self.words.setWordWrap(True)
        self.words.setProperty("role", "quiet")
        self.buttons["save"].setProperty("primary", True)
        for button in self.buttons.values():
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.numbers, 3)
        right.addWidget(heading("Board's station in the rig"))
        titles = {"turn": "Turned", "x": "shifted x", "y": "y", "z": "z"}
        right.addLayout(_row(*(each for name, spin in self.station.items() for each in (QLabel(titles[name]), spin))))
        right.addWidget(heading("Image size"))
        right.addWidget(self.photos)
        cut = (QLabel("from column"), self.corner["x"], QLabel("row"), self.corner["y"])
        right.addLayout(_row(self.buttons["scale"], self.buttons["crop"], *cut))
        right.addWidget(heading("Place by point pairs"))
        right.addWidget(self.pairs, 2)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.cameras, 1)
        left.addWidget(self.whole, 1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addLayout(left, 2)
        body.addLayout(right, 7)
        foot = QHBoxLayout()
        foot.addWidget(self.buttons["published"])
        foot.addWidget(self.buttons["discard"])
        foot.addStretch(1)
        foot.addWidget(self.buttons["close"])
        foot.addWidget(self.buttons["save"])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addLayout(body, 1)
        layout.addWidget(self.words)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.cameras.currentRowChanged.connect(self._show)
        for spin in self.station.values():
            spin.valueChanged.connect(self._on_station)
        done: dict[str, Edit] = {
            "scale": self._scale, "crop": self._crop, "published": self._as_published, "discard": self._discard,
            "save": self._save,
        }  # fmt: skip
        for name, run in done.items():
            self.buttons[name].clicked.connect(partial(self._try, run))
        self.buttons["close"].clicked.connect(self.close)
        self.pairs.place.connect(partial(self._try, self._place))
        self.whole.converted.connect(lambda unit: self._try(partial(self._convert, unit)))
        listen(self, self._session.project_changed, self._end)

    def _begin(self) -> None:
        """Read what there is to edit."""
        project, sample = self._session.project, self._session.current
        self._enable()
        if project is None or sample is None:
            self._say("Open a project first.")
            return
        self._say("Reading the calibration…")
        job = self._session.jobs.run(
            "Rig to edit", partial(_read, project, sample), lane="disk", replaces="rig editor", quiet=True,
            then=partial(self._came, project, sample),
        )  # fmt: skip
        job.failed.connect(self._say_problem)

    def _came(self, project: Project, sample: Sample, read: Read) -> None:
        published, reading, self._sizes = read
        self.editing = RigEditing(project, published, reading)
        names = dict.fromkeys(view.camera_name for view in sample.views)
        names.update(dict.fromkeys(camera.name for camera in reading.rig.cameras))
        for name in names:
            self.cameras.addItem(name)
            self.cameras.item(self.cameras.count() - 1).setData(Qt.ItemDataRole.UserRole, name)
        self._say("Edits are in force once they are saved; the data set's own calibration stays as it is.")
        asked = str(self.editing.unit_question)
        self.whole.show_notes([note for note in self.editing.notes if str(note) != asked])
        self.cameras.setCurrentRow(0)

    def _show(self) -> None:
        """What is known of the chosen camera."""
        editing = self.editing
        if editing is None or not self.here:
            return
        self._filling = True
        rows, camera = editing.rows(self.here), editing.camera(self.here)
        self.numbers.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate((row.title, row.published, row.rig)):
                self.numbers.setItem(number, column, QTableWidgetItem(text))
        station = Station(0.0, (0.0, 0.0, 0.0)) if camera is None else Station.of(camera)
        for spin, value in zip(self.station.values(), (station.turn_deg, *station.shift_mm), strict=True):
            spin.setValue(value)
        for number in range(self.cameras.count()):
            item = self.cameras.item(number)
            name = str(item.data(Qt.ItemDataRole.UserRole))
            item.setText(f"{name}{self._mark(editing, name)}")
        self.pairs.show_camera(self.here, editing.fitting(self._sizes.get(self.here)))
        self.whole.show_unit(editing.unit_question, editing.suggested_scale)
        self.photos.setText(self._in_words())
        self._filling = False
        self._enable()

    def _mark(self, editing: RigEditing, name: str) -> str:
        camera = editing.camera(name)
        if camera is None or name in editing.unplaced:
            return " (not placed)"
        return "" if self._sizes.get(name, camera.size) == camera.size else " (other image size)"

    def _in_words(self) -> str:
        camera, size = self.editing.camera(self.here) if self.editing else None, self._sizes.get(self.here)
        if camera is None or size is None:
            return "Its photos' size is not known." if size is None else f"Photos: {size[1]} x {size[0]} px."
        if size == camera.size:
            return f"Photos: {_px(size)}, as calibrated."
        kept = size[0] * camera.size[1] == size[1] * camera.size[0]
        stretched = "" if kept else " Scaling would stretch them."
        return f"Photos: {_px(size)}, calibrated for {_px(camera.size)}. Say how they came from that.{stretched}"

    def _enable(self) -> None:
        editing = self.editing
        camera = editing.camera(self.here) if editing is not None and self.here else None
        placed = camera is not None and editing is not None and self.here not in editing.unplaced
        other = camera is not None and self._sizes.get(self.here, camera.size) != camera.size
        for spin in self.station.values():
            spin.setEnabled(placed)
        for widget in (self.buttons["scale"], self.buttons["crop"], *self.corner.values()):
            widget.setEnabled(other)
        for name in ("save", "discard"):
            self.buttons[name].setEnabled(editing is not None and editing.edited)
        self.buttons["published"].setEnabled(camera is not None)
        self.pairs.setEnabled(editing is not None)

    def _try(self, run: Edit, *_: object) -> None:
        """Do it and show what came of it, or say why it cannot be."""
        if self.editing is None:
            return
        try:
            said = run(self.editing)
        except Problem as problem:
            self._say_problem(problem)
            return
        self._warned = False
        self._show()
        self._say(said or ("Not saved yet." if self.editing.edited else ""))

    def _on_station(self) -> None:
        if self._filling or self.editing is None or self.editing.camera(self.here) is None:
            return
        turn, *shift = (spin.value() for spin in self.station.values())
        self.editing.set_station(self.here, Station(turn, (shift[0], shift[1], shift[2])))
        self._warned = False
        self._show()
        self._say("Not saved yet.")

    def _scale(self, editing: RigEditing) -> None:
        editing.scale(self.here, self._sizes[self.here])

    def _crop(self, editing: RigEditing) -> None:
        height, width = self._sizes[self.here]
        top, left = self.corner["y"].value(), self.corner["x"].value()
        editing.crop(self.here, Box(top, left, top + height, left + width))

    def _place(self, editing: RigEditing) -> str:
        pairs, rows = self.pairs.read()
        found = editing.place(self.here, pairs, like=self.pairs.like.currentText(), size=self._sizes.get(self.here))
        self.pairs.show_residuals(rows, found)
        used = found.residuals[found.used]
        left = "" if found.used.all() else f"; {counted(int(np.count_nonzero(~found.used)), 'pair')} left out"
        median = float(np.median(used))
        return (
            f"{self.here} is placed by {len(used)} pairs, which miss by {median:.2f} px (median), at most "
            f"{used.max():.2f}{left}. It may be off by {found.uncertainty_mm:.2g} mm where pixels are off by one. "
            "Not saved yet."
        )

    def _convert(self, unit_mm: float, editing: RigEditing) -> str:
        editing.convert(unit_mm)
        self.whole.begin_again()
        return f"All lengths are multiplied by {unit_mm:g}. Not saved yet."

    def _as_published(self, editing: RigEditing) -> None:
        editing.as_published(self.here)

    def _discard(self, editing: RigEditing) -> str:
        editing.discard()
        return "As it was saved."

    def _save(self, editing: RigEditing) -> str:
        editing.save()
        self._session.rig.read_again()
        return "Saved in the project, and in force."

    def reject(self) -> None:
        """Close, or say first that edits would be lost."""
        if self.editing is not None and self.editing.edited and not self._warned:
            self._warned = True
            self._say_problem(Problem("The edits are not saved", remedy="Save them, or close again to drop them."))
            return
        super().reject()

    def _end(self) -> None:
        """The project is another one, and this is no rig of it."""
        self.editing = None
        self.close()

    def _say(self, words: str) -> None:
        self._set_role("quiet")
        self.words.setText(words)

    def _say_problem(self, problem: Problem) -> None:
        self._set_role("alarm")
        self.words.setText(f"{problem}. {problem.remedy}")

    def _set_role(self, role: str) -> None:
        if self.words.property("role") != role:
            self.words.setProperty("role", role)
            self.words.style().polish(self.words)


def _read(project: Project, sample: Sample, ticket: Ticket) -> Read:
    tree, options = project.tree, project.store.options
    reading = rig_reading_for(project.folder, tree, options)
    if reading is None:
        raise NO_RIG
    sizes: dict[str, tuple[int, int]] = {}
    for view in sample.views:
        ticket.check()
        if (photo := view.rasters.get(Modality.RGB)) is not None:
            sizes[view.camera_name] = rasters.size(tree, photo)
    try:
        published = rig_reading_of(tree, options)
    except Problem:
        published = None  # Why: the reading in force has it among its notes.
    return published, reading, sizes


def _px(size: tuple[int, int]) -> str:
    return f"{size[1]} x {size[0]} px"


def _spin(angle: bool) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setDecimals(3)
    spin.setRange(-360.0 if angle else -FAR_MM, 360.0 if angle else FAR_MM)
    spin.setSuffix("°" if angle else " mm")
    spin.setKeyboardTracking(False)
    return spin


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
