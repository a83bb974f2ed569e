"""A part of a panel under its own heading, to be folded away."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from pentad.ui.settings import Settings
from pentad.ui.theme import Theme


class Section(QWidget):
    """A heading that opens and closes what is below it, and a few quiet words beside it. It is remembered."""

    folded = Signal()

    def __init__(
        self, name: str, title: str, inside: QWidget, theme: Theme, settings: Settings, *, open: bool = True
    ) -> None:
        super().__init__()
        self._key, self._inside = f"section/{name}", inside
        self._theme, self._settings = theme, settings
        self.head, self._words = QToolButton(), ElidedLabel()
        self._set_up(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.head)
        row.addWidget(self._words, 1)
        layout.addLayout(row)
        layout.addWidget(inside, 1)
        self.head.toggled.connect(self._on_toggled)
        theme.changed.connect(self._show_mark)
        self.head.setChecked(settings.flag(self._key, default=open))
        self._show()

    def _set_up(self, title: str) -> None:
        self.head.setCheckable(True)
        self.head.setAutoRaise(True)
        self.head.setProperty("role", "fold")
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_title(title)
        self.say("")

    @property
    def is_open(self) -> bool:
        return self.head.isChecked()

    def set_title(self, title: str) -> None:
        self.head.setText(title)
        self.head.setAccessibleName(f"{title}, fold or unfold")

    def say(self, words: str, role: str = "quiet") -> None:
        """Beside the heading, in the colour of ``role``."""
        self._words.say(words)
        if self._words.property("role") != role:
            self._words.setProperty("role", role)
            self._words.style().unpolish(self._words)
            self._words.style().polish(self._words)

    def _on_toggled(self, open: bool) -> None:
        self._settings.put(self._key, open)
        self._show()
        self.folded.emit()

    def _show(self) -> None:
        self._inside.setVisible(self.is_open)
        upright = QSizePolicy.Policy.Preferred if self.is_open else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, upright)
        self._show_mark()

    def _show_mark(self) -> None:
        self.head.setIcon(self._theme.mark("unfold" if self.is_open else "fold", "quiet"))


class ElidedLabel(QLabel):
    """Words at the right of a line, cut with an ellipsis where there is too little room."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, words: str) -> None:
        self._whole = words
        self.setToolTip(words)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


class FewLines(QLabel):
    """Quiet words that wrap into a room of so many lines, whatever they say: what stands below stays in its place."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.setProperty("role", "quiet")
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._lines, self._whole = lines, ""

    def say(self, words: str) -> None:
        self._whole = words
        self.setToolTip(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Cut what is too long after a word: half a line would look like a fault."""
        self.ensurePolished()  # Why: quiet words are smaller than those that the theme has not reached yet.
        metrics, words = self.fontMetrics(), self._whole.split(" ")
        self.setFixedHeight(self._lines * metrics.lineSpacing() + 2)
        room, wrapped = QRect(0, 0, self.width(), 10_000), Qt.TextFlag.TextWordWrap.value
        shown = self._whole
        while len(words) > 1 and metrics.boundingRect(room, wrapped, shown).height() > self.height():
            words.pop()
            shown = " ".join(words) + " …"
        self.setText(shown)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 (Qt's name)
        return False


def panel_rows() -> QFormLayout:
    """Rows of a title and a field that grows, as narrow as a panel is."""
    rows = QFormLayout()
    rows.setVerticalSpacing(9)
    rows.setHorizontalSpacing(10)
    rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return rows
