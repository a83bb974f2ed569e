"""What a pixel of the splats' picture is made of: the splat one sees there, and all those on its line of sight."""

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from pentad.core.splat_cloud import SplatCloud
from pentad.ui.pose.splat_probe import SeenIn, Sight
from pentad.ui.theme import small

_MOST_ROWS = 60
_COLUMNS = (("Splat", "Its number in the cloud"), ("Depth", "Millimetres ahead of the eye"),
            ("Alpha", "How much of what is behind it hides here"),
            ("Weight", "Alpha times what those before it let through: its share of this pixel"))  # fmt: skip


class SightPanel(QWidget):
    """The chosen splat in words, where each view sees it, and the splats of its line of sight, front to back."""

    chosen = Signal(int)
    """The number of a splat that was clicked in the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words, self.views, self.head = QLabel(), QLabel(), QLabel()
        self.hits = QTableWidget(0, len(_COLUMNS))
        self._sight: Sight | None = None
        for label in (self.words, self.views, self.head):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
            label.setFont(small(self.font()))
        self.head.setProperty("role", "quiet")
        self.views.setProperty("role", "quiet")
        self._set_up_table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 4, 4)
        layout.setSpacing(5)
        for widget in (self.words, self.views, self.head):
            layout.addWidget(widget)
        layout.addWidget(self.hits, 1)

    def _set_up_table(self) -> None:
        table = self.hits
        for column, (title, tip) in enumerate(_COLUMNS):
            item = QTableWidgetItem(title)
            item.setToolTip(tip)
            table.setHorizontalHeaderItem(column, item)
        table.setFont(small(self.font()))
        table.horizontalHeader().setFont(small(self.font()))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 3)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setMinimumHeight(4 * table.fontMetrics().height())
        table.setAccessibleName("Splats on the line of sight, front to back")
        table.cellClicked.connect(self._on_row)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(280, 300)

    def show_sight(self, sight: Sight, title: str) -> None:
        """``title`` says which pixel it is."""
        self._sight = sight
        count = len(sight.hits)
        more = f", the first {_MOST_ROWS} below" if count > _MOST_ROWS else ""
        hidden = f"{count} splats{more}, together {100 * sight.opacity:.1f} % opaque" if count else "no splat there"
        self.head.setText(f"{title}: {hidden}.")
        rows = sight.hits[:_MOST_ROWS]
        self.hits.setRowCount(len(rows))
        for row, hit in enumerate(rows):
            for column, words in enumerate(
                (f"{hit.number}", f"{hit.depth:.5g}", f"{hit.alpha:.3f}", f"{hit.weight:.3f}")
            ):
                item = QTableWidgetItem(words)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.hits.setItem(row, column, item)

    def show_splat(self, cloud: SplatCloud, number: int | None, views: tuple[SeenIn, ...]) -> None:
        """The splat ``number`` of ``cloud`` and where ``views`` have it; None: nothing is chosen."""
        self.views.setVisible(number is not None)
        self.words.setVisible(number is not None)
        if number is None:
            self.hits.clearSelection()
            return
        self.words.setText(said_of(cloud, number))
        self.views.setText(f"x, y px: {' · '.join(said_in(each) for each in views)}")
        numbers = [hit.number for hit in self._sight.hits[:_MOST_ROWS]] if self._sight is not None else []
        if number in numbers:
            self.hits.selectRow(numbers.index(number))

    def _on_row(self, row: int, column: int) -> None:
        if self._sight is not None:
            self.chosen.emit(self._sight.hits[row].number)


def said_of(cloud: SplatCloud, number: int) -> str:
    """A splat's number, opacity, place, size and normal."""
    lines = [
        f"Splat {number:,} of {len(cloud):,}, opacity {cloud.opacities[number]:.3f}",
        f"at {_three(cloud.means[number])} mm",
        f"sigma {_three(np.sort(cloud.scales[number])[::-1])} mm",
    ]
    if cloud.normals is not None and cloud.normals[number].any():
        lines.append(f"normal {', '.join(f'{value:.3f}' for value in cloud.normals[number].tolist())}")
    return "\n".join(lines)


def said_in(seen: SeenIn) -> str:
    """Where a view has it, in its cut image's pixels."""
    y, x = seen.pixel.tolist()
    return f"{seen.view} {x:.1f}, {y:.1f}" if np.isfinite(seen.pixel).all() else f"{seen.view}: behind it"


def _three(values: np.ndarray) -> str:
    return ", ".join(f"{value:.4g}" for value in values.tolist())
