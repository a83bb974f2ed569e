"""Places of the rig and the pixels that show them, by which a camera is placed: typed, or taken from the probe."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pentad.annotation.probe import Place
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.placing import Placing
from pentad.geometry.projection import rays
from pentad.geometry.surface import Surface
from pentad.sdk import Ticket
from pentad.session.rig_editing import Pair
from pentad.session.session import Session

HEADS = ("Pixel x", "Pixel y", "X, mm", "Y, mm", "Z, mm", "Misses by, px")
HELP = (
    "Click one place with the probe in a calibrated view, then the same place in this view, and add the pair. "
    "Or type pixels and millimetres. It takes four pairs, best at different heights."
)
_MISS = len(HEADS) - 1
Point = tuple[float, float, float]


class PairTable(QWidget):
    """The pairs of each camera, kept while the editor is open."""

    place = Signal()
    """A person wants the camera placed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._name = ""
        self._kept: dict[str, list[list[str]]] = {}
        self.table, self.like, self.words = QTableWidget(0, len(HEADS)), QComboBox(), QLabel(HELP)
        self.add, self.remove = QPushButton("Add pair"), QPushButton("Remove pair")
        self.from_probe, self.go = QPushButton("Add from probe"), QPushButton("Place")
        self._lay_out()
        self.table.itemChanged.connect(self._forget_miss)
        self.add.clicked.connect(lambda: self.append([""] * _MISS))
        self.remove.clicked.connect(self._remove)
        self.from_probe.clicked.connect(self._take)
        self.go.clicked.connect(self.place)

    def _lay_out(self) -> None:
        self.table.setHorizontalHeaderLabels(HEADS)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setAccessibleName("Point pairs")
        self.like.setAccessibleName("Lens and sensor like")
        self.words.setWordWrap(True)
        self.words.setProperty("role", "quiet")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.from_probe, self.add, self.remove, self.go):
            button.setAutoDefault(False)
        for widget in (self.from_probe, self.add, self.remove):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(QLabel("Lens and sensor like"))
        row.addWidget(self.like)
        row.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.words)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)

    def show_camera(self, name: str, cameras: Sequence[str]) -> None:
        """The pairs of this camera; ``cameras`` are those whose intrinsics its photos can have."""
        if [self.like.itemText(number) for number in range(self.like.count())] != list(cameras):
            chosen = self.like.currentText()
            self.like.clear()
            self.like.addItems(list(cameras))
            self.like.setCurrentText(chosen)
        if name == self._name:
            return
        self._kept[self._name], self._name = self._texts(), name
        self.table.setRowCount(0)
        for texts in self._kept.get(name, []):
            self.append(texts)
        self.like.setCurrentText(name if name in cameras else next(iter(cameras), ""))

    def append(self, texts: Sequence[str]) -> None:
        """One more pair, as it is typed: pixel x and y, and three millimetres."""
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, text in enumerate(texts):
            self.table.setItem(row, column, QTableWidgetItem(text))

    def read(self) -> tuple[list[Pair], list[int]]:
        """The pairs and their rows, empty rows left out; Problem where something is no number."""
        pairs, rows = [], []
        for row, texts in enumerate(self._texts()):
            if not any(texts[:_MISS]):
                continue
            try:
                x, y, *point = (float(text.replace(",", ".")) for text in texts[:_MISS])
            except ValueError:
                what = f"Pair {row + 1} is not complete"
                raise Problem(what, "it takes five numbers", remedy="Correct or remove it.") from None
            pairs.append(Pair((point[0], point[1], point[2]), (x, y)))
            rows.append(row)
        return pairs, rows

    def show_residuals(self, rows: Sequence[int], found: Placing) -> None:
        """By how much each pair misses, and which were left out."""
        for row, miss, used in zip(rows, found.residuals.tolist(), found.used.tolist(), strict=True):
            item = QTableWidgetItem(f"{miss:.2f}" + ("" if used else ", left out"))
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(row, _MISS, item)

    def _texts(self) -> list[list[str]]:
        return [
            [item.text() if (item := self.table.item(row, column)) is not None else "" for column in range(len(HEADS))]
            for row in range(self.table.rowCount())
        ]

    def _forget_miss(self, item: QTableWidgetItem) -> None:
        """A pair that was changed has not been tried yet."""
        miss = self.table.item(item.row(), _MISS)
        if item.column() < _MISS and miss is not None:
            miss.setText("")

    def _remove(self) -> None:
        row = self.table.currentRow()
        if row >= 0:
            self.table.removeRow(row)

    def _take(self) -> None:
        """The two places clicked with the probe as a pair: the one in this view, and what the other one shows."""
        session, pins = self._session, self._session.annotation.toolbox.probe.pins
        sample, part = session.current, session.rig.part
        known = session.rig.cameras(sample) if sample is not None else {}
        names = {} if sample is None else {view.name: view.camera_name for view in sample.views}
        mine = [pin for pin in pins if names.get(pin.key.view) == self._name]
        others = [pin for pin in pins if pin not in mine and pin.key.view in known]
        if len(mine) != 1 or len(others) != 1 or part is None:
            self.words.setText(HELP if part is not None else "This needs the part's mesh: open it in the Rig panel.")
            return
        work = partial(_hit, part.surface, known[others[0].key.view], others[0])
        session.jobs.run("Place of the probe", work, lane="tool", quiet=True, then=partial(self._add_hit, mine[0]))

    def _add_hit(self, pin: Place, point: Point | None) -> None:
        if point is None:
            self.words.setText("The other place is not on the part.")
            return
        self.append([f"{pin.x:.2f}", f"{pin.y:.2f}", *(f"{value:.3f}" for value in point)])
        self.words.setText(HELP)


def _hit(surface: Surface, camera: Camera, pin: Place, ticket: Ticket) -> Point | None:
    ticket.check()
    points, _ = surface.first_hits(camera.centre, rays(camera, np.array([[pin.x, pin.y]])))
    x, y, z = points[0].tolist()
    return None if np.isnan(x) else (x, y, z)
