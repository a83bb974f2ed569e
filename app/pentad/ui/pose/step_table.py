"""The numbers of the iteration one looks at, beside those of the answer or of a run compared with."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget
from scipy.spatial.transform import Rotation

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.pose_trace import PoseStart, PoseStep
from pentad.ui.pose.looking import PoseLook, level_words
from pentad.ui.pose.viewing import Viewing
from pentad.ui.typing_guard import TAKES_ARROWS

_POSE_TIP = "Of the pose, which carries the mesh to the rig: a rotation vector and a shift"
_STEP_TIP = "The step taken to get here, in the first camera's axes"
ROWS = (
    ("Turn x", "°", _POSE_TIP), ("Turn y", "°", _POSE_TIP), ("Turn z", "°", _POSE_TIP), ("Turn", "°", _POSE_TIP),
    ("Shift x", "mm", _POSE_TIP), ("Shift y", "mm", _POSE_TIP), ("Shift z", "mm", _POSE_TIP),
    ("Shift", "mm", _POSE_TIP),
    ("Azimuth", "°", ""), ("Elevation", "°", ""), ("Distance", "mm", ""),
    ("Step, turn", "°", _STEP_TIP), ("Step, shift", "mm", _STEP_TIP),
    ("Loss", "", "Mean absolute difference of the two masks over all views"), ("IoU", "", ""),
    ("Gradient", "", "Length of the loss's gradient"), ("Damping", "", "Levenberg's lambda"),
    ("Start", "", ""), ("Images", "", "By what they were reduced"),
)  # fmt: skip
"""What stands in a row: its name, its unit, and what it is."""
_CAMERA = 8


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One column: an iteration, seen from a camera."""

    title: str
    step: PoseStep
    camera: Camera
    viewing: Viewing | None


class StepTable(QTableWidget):
    """One column a pose, and one for the difference of the two. Ctrl+C copies all of it as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(len(ROWS), 0, parent)
        self._shown: tuple[object, ...] = ()
        self._known: tuple[PoseStart, Viewing] | None = None
        self.setVerticalHeaderLabels([f"{name}, {unit}" if unit else name for name, unit, _ in ROWS])
        for row, (_, _, tip) in enumerate(ROWS):
            self.verticalHeaderItem(row).setToolTip(tip)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setProperty(TAKES_ARROWS, True)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 4)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(self.fontMetrics().horizontalAdvance("-000.0000") + 20)
        self.setAccessibleName("Parameters of the iteration")

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """All three columns."""
        across = self.verticalHeader().sizeHint().width() + 3 * self.horizontalHeader().minimumSectionSize()
        return QSize(across + self.verticalScrollBar().sizeHint().width(), 120)

    def show_look(self, look: PoseLook | None) -> None:
        """The iteration, what it is compared with, and their difference."""
        columns = self._columns(look)
        shown = tuple(id(column.step) for column in columns) + tuple(column.title for column in columns)
        if shown == self._shown:
            return
        self._shown = shown
        texts = [values_of(column) for column in columns]
        titles = [column.title for column in columns]
        if len(columns) == 2:
            texts.append(differences(*columns))
            titles.append("Difference")
        self.setColumnCount(len(titles))
        self.setHorizontalHeaderLabels(titles)
        for column, values in enumerate(texts):
            for row, text in enumerate(values):
                self._put(row, column, text)
        if columns and columns[0].viewing is not None:
            tip = f"{columns[0].viewing.words}; of the camera {columns[0].camera.name}"
            for row in range(_CAMERA, _CAMERA + 3):
                self.verticalHeaderItem(row).setToolTip(tip)

    def _put(self, row: int, column: int, text: str) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, item)
        elif item.text() != text:
            item.setText(text)

    def _columns(self, look: PoseLook | None) -> list[Seen]:
        if look is None or look.step is None or look.run.start is None:
            return []
        run, start = look.run, look.run.start
        camera = start.cameras[0]
        viewing = self._viewing(look)
        found = [Seen(f"It. {look.index + 1}", look.step, camera, viewing)]
        if look.other is not None and look.other_step is not None:
            found.append(Seen(f"Run {look.other.name}: {look.other_index + 1}", look.other_step, camera, viewing))
        elif look.index != run.best:
            found.append(Seen("Answer" if run.over else "Best", run.steps[run.best], camera, viewing))
        return found

    def _viewing(self, look: PoseLook) -> Viewing | None:
        run, start = look.run, look.run.start
        if run.mesh is None or start is None:
            return None
        if self._known is None or self._known[0] is not start:
            self._known = (start, Viewing.of(run.mesh, start.cameras[0], start.references))
        return self._known[1]

    def text(self) -> str:
        """All of it, tabs between the columns."""
        count = self.columnCount()
        titles = [_words(self.horizontalHeaderItem(column)) for column in range(count)]
        lines = ["\t".join(["", *titles])]
        for row in range(self.rowCount()):
            cells = [_words(self.item(row, column)) for column in range(count)]
            lines.append("\t".join([_words(self.verticalHeaderItem(row)), *cells]))
        return "\n".join(lines)

    def copy(self) -> None:
        """Put the text on the clipboard."""
        if self.columnCount():
            QGuiApplication.clipboard().setText(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            event.ignore()  # Why: Left and Right go from iteration to iteration, wherever in the debugger one is.


def _words(item: QTableWidgetItem | None) -> str:
    return item.text() if item is not None else ""


def values_of(seen: Seen) -> tuple[str, ...]:
    """What stands in a column, in the order of ``ROWS``."""
    step = seen.step
    angle, way = np.degrees(np.linalg.norm(step.change[:3])), np.linalg.norm(step.change[3:])
    return (
        *_pose(_turn(step.pose[:3, :3]), step.pose[:3, 3]),
        *_direction(seen),
        f"{angle:.3g}",
        f"{way:.3g}",
        f"{step.loss:.5f}",
        f"{step.iou:.4f}",
        f"{step.gradient:.3g}",
        "" if np.isnan(step.damping) else f"{step.damping:.2g}",
        f"{step.start + 1}",
        level_words(step.level),
    )


def differences(one: Seen, other: Seen) -> tuple[str, ...]:
    """The first less the second; turns are the one turn that leads from the second pose to the first."""
    turn = _turn(one.step.pose[:3, :3] @ other.step.pose[:3, :3].T)
    found = list(_pose(turn, one.step.pose[:3, 3] - other.step.pose[:3, 3], signed=True))
    if one.viewing is None:
        found += [""] * 3
    else:
        here, there = (one.viewing.from_camera(seen.step.pose, seen.camera) for seen in (one, other))
        found += [f"{(here[0] - there[0] + 180) % 360 - 180:+.3f}", f"{here[1] - there[1]:+.3f}"]
        found.append(f"{here[2] - there[2]:+.4g}")
    loss, iou = one.step.loss - other.step.loss, one.step.iou - other.step.iou
    return (*found, "", "", f"{loss:+.5f}", f"{iou:+.4f}", "", "", "", "")


def _pose(turn: Doubles, shift: Doubles, *, signed: bool = False) -> list[str]:
    turns = [*(f"{value:+.3f}" for value in turn), f"{np.linalg.norm(turn):.3f}"]
    long = float(np.linalg.norm(shift))
    places = _places(shift) if not signed else 4
    return [*turns, *(f"{value:+.{places}f}" for value in shift), f"{long:.{places}f}"]


def _places(shift: Doubles) -> int:
    """Digits after the point for micrometres of a part, or for a thousandth of what is smaller than a millimetre."""
    return 3 if float(np.abs(shift).max()) >= 10 else 4


def _direction(seen: Seen) -> tuple[str, str, str]:
    if seen.viewing is None:
        return "", "", ""
    azimuth, elevation, distance = seen.viewing.from_camera(seen.step.pose, seen.camera)
    return f"{azimuth:.3f}", f"{elevation:.3f}", f"{distance:.5g}"


def _turn(matrix: Doubles) -> Doubles:
    return np.asarray(np.degrees(Rotation.from_matrix(matrix).as_rotvec()))
