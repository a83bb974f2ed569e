"""Small parts of the light assistant: rows to choose files in, a chooser of views, pictures with their legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from pentad.canvas.colours import HeatMapName, heat_table
from pentad.core.arrays import Bools, Floats, Labels, Rgb
from pentad.core.problem import Problem
from pentad.ui.section import ElidedLabel
from pentad.ui.segments import Segments
from pentad.ui.theme import small

BAR, GAP = 8, 4
IMAGES = "Images (*.png *.tif *.tiff *.jpg *.jpeg *.bmp *.npy);;All files (*)"


def picture_of(rgb: Rgb) -> QImage:
    """A copy that owns its pixels."""
    rows = np.ascontiguousarray(rgb)
    height, width = rows.shape[:2]
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def set_role(label: QLabel, role: str) -> None:
    """How a label looks: "quiet", "warn" or "alarm"."""
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().polish(label)


def say(label: QLabel, said: Problem | str, role: str = "quiet") -> None:
    """Words, or a Problem with its remedy."""
    words = f"{said}. {said.remedy}" if isinstance(said, Problem) else said
    set_role(label, "alarm" if isinstance(said, Problem) else role)
    label.setText(words)
    label.setVisible(bool(words))


def words(role: str = "quiet") -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("role", role)
    return label


class FileRow(QWidget):
    """A file's name, a button to choose another, and one to do without."""

    chosen = Signal(object)
    """A tuple of Paths; empty for none."""

    def __init__(self, title: str, filter_: str = "", *, empty: str = "none", several: bool = False) -> None:
        super().__init__()
        self._several = several
        self._title, self._filter, self._empty = title, filter_, empty
        self.name, self.choose, self.clear = ElidedLabel(), QPushButton("Choose…"), QPushButton("None")
        self.name.setAccessibleName(title)
        self.name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for button in (self.choose, self.clear):
            button.setAutoDefault(False)
            button.setAccessibleName(f"{title}: {button.text()}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.name, 1)
        layout.addWidget(self.choose)
        layout.addWidget(self.clear)
        self.choose.clicked.connect(self._ask)
        self.clear.clicked.connect(self._clear)

    def show_paths(self, *paths: Path | None) -> None:
        known = [path for path in paths if path is not None]
        more = f" and {len(known) - 1} more" if len(known) > 1 else ""
        self.name.say(f"{known[0].name}{more}" if known else self._empty)
        self.name.setToolTip("\n".join(map(str, known)) or self._empty)
        self.clear.setVisible(bool(known))

    def _ask(self) -> None:
        if self._several:
            chosen = QFileDialog.getOpenFileNames(self, self._title, "", self._filter)[0]
        else:
            chosen = [QFileDialog.getOpenFileName(self, self._title, "", self._filter)[0]]
        if any(chosen):
            self.chosen.emit(tuple(Path(name) for name in chosen))

    def _clear(self) -> None:
        self.chosen.emit(())


class ViewChooser(QWidget):
    """The views side by side; made anew when they are others."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views: tuple[str, ...] = ()
        self._segments: Segments | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addStretch(1)

    def show_views(self, views: Sequence[str], shown: str) -> None:
        if tuple(views) != self._views:
            self._views = tuple(views)
            if self._segments is not None:
                self._segments.deleteLater()
            self._segments = Segments({view: view for view in views}, "View")
            self._segments.chosen.connect(self.chosen)
            self._row.insertWidget(0, self._segments)
        if self._segments is not None:
            self._segments.show_choice(shown)


@dataclass(frozen=True, slots=True)
class Legend:
    """What a map's colours stand for."""

    low: str
    high: str
    colours: HeatMapName


class MapPicture(QWidget):
    """One small map: its title above, the picture as large as there is room, its colour bar below."""

    def __init__(self, title: str, parent: QWidget | None = None, *, barred: bool = False) -> None:
        super().__init__(parent)
        self._barred = barred
        self._title, self._picture, self._legend = title, QImage(), Legend("", "", HeatMapName.VIRIDIS)
        self._missing = "comes with the preview"
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(240, 210)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(120, 110)

    def show_picture(self, rgb: Rgb | None, legend: Legend | None = None) -> None:
        self._picture = QImage() if rgb is None else picture_of(rgb)
        self._legend = legend or Legend("", "", HeatMapName.VIRIDIS)
        self.setAccessibleDescription(f"{self._legend.low} to {self._legend.high}" if legend else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter, line = QPainter(self), self.fontMetrics().height()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        quiet = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, self._title)
        below = 2 * GAP + BAR + line if self._barred else 0
        room = QRectF(0, line + GAP, self.width(), self.height() - line - GAP - below)
        painter.fillRect(room, self.palette().color(QPalette.ColorRole.Base))
        painter.setFont(small(self.font()))
        painter.setPen(quiet)
        if self._picture.isNull():
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self._missing)
            return
        size = self._picture.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        at = QRectF(room.center() - QPointF(size.width() / 2, size.height() / 2), size.toSizeF())
        painter.drawImage(at, self._picture)
        if self._legend.high:
            bar = QRectF(0, room.bottom() + GAP, self.width(), BAR)
            painter.drawImage(bar, picture_of(heat_table(self._legend.colours)[None]))
            ends = QRectF(0, bar.bottom() + GAP / 2, self.width(), line)
            painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, self._legend.low)
            painter.drawText(ends, Qt.AlignmentFlag.AlignRight, self._legend.high)


def coloured(values: Floats | Labels, low: float, high: float, colours: HeatMapName, known: Bools) -> Rgb:
    """(H, W, 3) of a map, black where nothing is known."""
    steps = np.clip((values - np.float32(low)) * np.float32(255 / max(high - low, 1e-12)), 0, 255).astype(np.uint8)
    rgb: Rgb = heat_table(colours)[steps]
    rgb[~known] = 0
    return rgb
