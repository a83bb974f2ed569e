"""How far each view is, one line a view."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from pentad.session.light_import import Made
from pentad.ui.dialogs.light_import.widgets import say, words


class ViewProgress(QWidget):
    """Name, bar and words of each view; made anew when the views are others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: dict[str, tuple[QProgressBar, QLabel]] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(8)

    def show_views(self, told: Mapping[str, str], made: Mapping[str, Made], fraction: float) -> None:
        """``told`` are words by view, in order; ``fraction`` is how far all of them are together."""
        if list(told) != list(self._bars):
            self._make(list(told))
        for number, (view, waiting) in enumerate(told.items()):
            bar, label = self._bars[view]
            one, share = made.get(view), min(max(fraction * len(told) - number, 0.0), 1.0)
            bar.setValue(1000 if one else round(1000 * share))
            say(label, _in_words(one) if one else waiting, "warn" if one and one.notes else "quiet")

    def _make(self, views: Sequence[str]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._bars = {}
        for view in views:
            line, title, bar, label = QWidget(), QLabel(view), QProgressBar(), words()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(12)
            title.setFixedWidth(140)
            bar.setRange(0, 1000)
            bar.setTextVisible(False)
            bar.setFixedWidth(220)
            bar.setAccessibleName(f"Progress of {view}")
            row.addWidget(title)
            row.addWidget(bar, 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label, 1)
            self._rows.addWidget(line)
            self._bars[view] = (bar, label)


def _in_words(made: Made) -> str:
    told = f"{made.pixels:,} pixels, {made.lights} lights, residual {made.residual_percent:.2g} %"
    return "; ".join([told, *made.notes])
